"""The command line as a whole: help, version, and how every kind of failure ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli_support import Run

import assistant
from assistant.cli.app import app
from assistant.errors import LibraryDamaged, UsageError
from assistant.library.catalog import Catalog

COMMANDS = [info.name or "" for info in app.registered_commands]


def test_the_commands_are_all_there() -> None:
    expected = (
        "ask backup chat check cite digest doctor duplicates embed eval export import list mcp "
        "merge remove restore search serve show similar split stats status table tag tldr untag "
        "verify "
        "watch"
    )
    assert sorted(COMMANDS) == expected.split()


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_holds_an_example(run: Run, command: str, flag: str) -> None:
    result = run(command, flag)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Example:\n    assistant " in result.stdout
    assert f"assistant {command}" in result.stdout.split("Example:")[1]


def test_help_lists_every_command(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert all(f"\n  {command} " in result.stdout for command in COMMANDS)


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"assistant {assistant.__version__}\n"


@pytest.mark.parametrize("command", [["show", "1"], ["status"], ["list"], ["search", "x"]])
def test_the_model_option_is_taken_behind_every_command(run: Run, command: list[str]) -> None:
    result = run(*command, "--model", "some.gguf")
    assert "No such option" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [["frobnicate"], ["show"], ["list", "--nonsense"], ["search", "x", "--limit", "0"], []],
)
def test_wrong_use_is_2_and_leaves_stdout_alone(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr


def test_an_empty_path_is_wrong_use_and_not_the_working_folder(run: Run) -> None:
    result = run("list", "--library", "")
    assert result.exit_code == 2
    assert result.stderr == "Error: --library is empty. Give a path, or omit the option.\n"


def test_an_unknown_setting_is_wrong_use(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_LIBARY", "/tmp")
    result = run("list")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert "ASSISTANT_LIBRARY" in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [(UsageError("Not so.\nTry again."), 2), (LibraryDamaged("Not so.\nTry again."), 1)],
)
def test_our_errors_are_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    monkeypatch.setattr(Catalog, "count", _raising(error))
    result = run("list")
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr == "Error: Not so. Try again.\n"


def test_a_fault_of_ours_is_one_line_that_names_the_way_to_more(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Catalog, "count", _raising(ZeroDivisionError("oh")))
    result = run("list")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "ZeroDivisionError: oh" in result.stderr
    assert "ASSISTANT_TRACEBACK=1" in result.stderr
    monkeypatch.setenv("ASSISTANT_TRACEBACK", "1")
    assert isinstance(run("list").exception, ZeroDivisionError)


def test_an_interrupt_anywhere_is_130_and_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Catalog, "count", _raising(KeyboardInterrupt()))
    result = run("list")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "Stopped.\n")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from assistant.cli.app import run\n"
        "try:\n    run(['--help'])\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "heavy = {'llama_cpp', 'chromadb', 'gradio', 'onnxruntime', 'numpy', 'langchain_core',\n"
        "         'tokenizers', 'uvicorn', 'rich', 'sqlite3', 'jinja2'}\n"
        "sys.stderr.write(' '.join(sorted(heavy & set(sys.modules))))\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert "Commands:" in result.stdout


def test_it_is_a_module_too(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "assistant", "--version"], capture_output=True, text=True
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"assistant {assistant.__version__}\n"


def _raising(error: BaseException) -> object:
    def raise_it(*_: object, **__: object) -> None:
        raise error

    return raise_it
