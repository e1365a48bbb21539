"""`models list`, `models info` and `models use`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Run
from model_support import add_to_ollama, write_header

from assistant.models import model_check
from assistant.models.bundled_model import NAME
from assistant.models.local.found_models import FOLDER
from assistant.saved_settings import read_saved_settings
from assistant.settings import load_settings


@pytest.fixture
def ollama(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model in the home folder's Ollama; hands out its file."""
    # Headers without a vocabulary: llama.cpp would refuse them.
    monkeypatch.setattr(model_check, "_check_architecture", lambda info: None)
    content = write_header(
        tmp_path / "any.gguf", {"general.size_label": "1.5B", "general.file_type": 15}
    ).read_bytes()
    return add_to_ollama(
        tmp_path / "home" / ".ollama" / "models",
        "registry.ollama.ai/library/qwen2.5/1.5b",
        content,
        licence="Apache License\nVersion 2.0",
    )


def test_the_list_shows_the_bundled_model_and_those_of_programs(run: Run, ollama: Path) -> None:
    result = run("models")
    assert result.exit_code == 0
    heading, bundled, other = result.stdout.splitlines()
    assert heading.split() == [
        "name", "from", "size", "params", "type", "context", "licence", "memory", "speed",
    ]  # fmt: skip
    assert bundled.startswith(f"*  {NAME}")
    assert "bundled" in bundled
    assert other.split()[:2] == ["qwen2.5:1.5b", "Ollama"]
    assert "1.5B    Q4_K_M" in other
    assert "Apache License" in other
    assert run("models", "list").stdout.count("\n") == 3


def test_the_list_as_json(run: Run, ollama: Path) -> None:
    for command in (("models", "--json"), ("models", "list", "--json", "--all")):
        shape = json.loads(run(*command).stdout)
        assert [model["name"] for model in shape["models"]] == [NAME, "qwen2.5:1.5b"]
        assert [model["in_use"] for model in shape["models"]] == [True, False]
        other = shape["models"][1]
        assert other["file"] == str(ollama)
        assert other["sha256"] == ollama.name.removeprefix("sha256-")
        assert other["memory"] == "fits"
        assert not other["measured"]
    assert shape["unusable"] == []


def test_files_that_cannot_be_used_are_counted_and_explained(run: Run) -> None:
    folder = load_settings().library / FOLDER
    folder.mkdir(parents=True)
    (folder / "page.gguf").write_text("<!DOCTYPE html>", encoding="utf-8")
    result = run("models")
    assert "1 other file cannot be used. `assistant models list --all` shows why." in result.stderr
    result = run("models", "--all")
    assert f"{folder / 'page.gguf'} (library)" in result.stdout
    assert "cannot be used: is not a GGUF file but a web page" in result.stdout


def test_a_model_is_chosen_by_name_and_the_choice_is_saved(run: Run, ollama: Path) -> None:
    result = run("models", "use", "QWEN2.5:1.5b")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("qwen2.5:1.5b answers from now on")
    assert "Comparing the checksum" in result.stderr
    library = load_settings().library
    assert read_saved_settings(library) == {"model": ollama}
    assert "In use        yes" in run("models", "info").stdout
    assert run("models").stdout.splitlines()[2].startswith("*  qwen2.5:1.5b")
    assert json.loads(run("status", "--json").stdout)["language_model"]["name"] == "qwen2.5:1.5b"
    for name in ("bundled", NAME):
        assert run("models", "use", name).stdout.startswith(f"{NAME}, the bundled model, answers")
        assert read_saved_settings(library) == {}


def test_a_choice_is_for_the_named_library(run: Run, ollama: Path, tmp_path: Path) -> None:
    assert run("models", "--library", tmp_path / "other", "use", ollama).exit_code == 0
    assert read_saved_settings(tmp_path / "other") == {"model": ollama}
    assert read_saved_settings(load_settings().library) == {}


def test_what_cannot_be_chosen_changes_nothing(
    run: Run, ollama: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(name: str, code: int = 1) -> str:
        result = run("models", "use", name)
        assert result.exit_code == code
        assert len(result.stderr.splitlines()) == 1
        assert read_saved_settings(load_settings().library) == {}
        return result.stderr

    assert "Did you mean qwen2.5:1.5b?" in refused("qwen2.5:15b")
    assert "no such file" in refused("/nowhere/a.gguf")
    with monkeypatch.context() as patch:
        patch.setattr(model_check, "free_memory", lambda: 10)
        assert "Choose a smaller model" in refused("qwen2.5:1.5b")
    monkeypatch.setenv("ASSISTANT_MODEL", "some.gguf")
    assert "was given at the start" in refused("bundled", 2)


def test_a_changed_file_is_not_used(run: Run, ollama: Path) -> None:
    content = bytearray(ollama.read_bytes())
    content[-1] ^= 1
    ollama.write_bytes(content)
    result = run("models", "use", "qwen2.5:1.5b")
    assert result.exit_code == 1
    assert "wrong checksum" in result.stderr


def test_details_of_one_model(run: Run, ollama: Path) -> None:
    lines = run("models", "info", "qwen2.5:1.5b").stdout
    assert f"File          {ollama}\n" in lines
    assert "Licence       Apache License\n" in lines
    assert "In use        no\n" in lines
    assert json.loads(run("models", "info", "bundled", "--json").stdout)["program"] == "bundled"
    assert json.loads(run("models", "info", ollama, "--json").stdout)["name"] == "qwen2.5:1.5b"


def test_a_selected_model_that_is_gone_does_not_hide_the_others(run: Run, ollama: Path) -> None:
    result = run("models", "--library", load_settings().library)
    assert result.exit_code == 0
    result = run("--model", "gone", "models")
    assert result.exit_code == 0
    assert "*" not in result.stdout
    result = run("--model", "gone", "models", "info")
    assert "gone: no model on this computer has this name" in result.stderr
