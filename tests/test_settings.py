"""Settings: options go first, then the environment, the library's folder, and the defaults."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from assistant.cli.app import run
from assistant.errors import LibraryReadOnly, SettingsError
from assistant.saved_settings import FILE, SAVED_SETTINGS, read_saved_settings, save_settings
from assistant.settings import Settings, load_settings, setting_bounds, with_changes


def kept_file(content: str) -> Path:
    file = load_settings().library / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")
    return file


def test_an_option_goes_first_then_the_environment_then_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept_file('{"evidence": 6, "context": 1024, "answer_tokens": 99}')
    monkeypatch.setenv("ASSISTANT_CONTEXT", "4096")
    settings = load_settings(evidence=9)
    assert (settings.evidence, settings.context, settings.answer_tokens) == (9, 4096, 99)
    assert settings.saved == {"answer_tokens"}
    assert settings.is_fixed("evidence") and settings.is_fixed("context")
    assert not settings.is_fixed("answer_tokens") and not settings.is_fixed("model")


def test_the_file_is_that_of_the_library_in_use(tmp_path: Path) -> None:
    save_settings(tmp_path / "other", {"evidence": 6})
    assert load_settings().evidence == 4
    assert load_settings(library=tmp_path / "other").evidence == 6


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "cannot read the settings"),
        ("[1]", "is not a JSON object"),
        ('{"model": "~nobody-of-this-name/a.gguf"}', "no such user"),
        ('{"evidnce": 5}', "'evidnce' cannot be set in this file"),
        ('{"smtp_password": "x"}', "'smtp_password' cannot be set"),
        ('{"evidence": 40}', "less than or equal to 12"),
        ('{"context": "much"}', "valid integer"),
        ('{"model": 7}', "model = 7"),
        ("[" * 100_000, "cannot read the settings"),
    ],
)
def test_a_wrong_file_is_named_with_what_to_do(content: str, said: str) -> None:
    file = kept_file(content)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{file}: ")
    assert said in str(caught.value)
    assert "delete" in str(caught.value)


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    inside, outside = tmp_path / "models" / "a.gguf", Path("/models/b.gguf").absolute()
    for model in (inside, outside):
        save_settings(tmp_path, {"model": model, "evidence": 3})
        assert read_saved_settings(tmp_path) == {"model": model, "evidence": 3}
    save_settings(tmp_path, {"model": inside, "evidence": None})
    # A library that is moved takes its models along.
    kept = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    assert Path(kept["model"]) == Path("models", "a.gguf")
    save_settings(tmp_path, {"model": None, "context": None})
    assert read_saved_settings(tmp_path) == {}
    assert not (tmp_path / FILE).exists()


def test_settings_saved_by_several_processes_at_once_are_all_kept(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    processes = [
        context.Process(target=save_often, args=(tmp_path, name, barrier))
        for name in ("evidence", "answer_tokens")
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]


def save_often(folder: Path, name: str, barrier: Any) -> None:
    barrier.wait()
    for value in range(1, 40):
        assert read_saved_settings(folder).get(name, value - 1) == value - 1
        save_settings(folder, {name: value})


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "write_bytes", refuse)
        with pytest.raises(LibraryReadOnly, match=FILE):
            save_settings(tmp_path, {"evidence": 3})


def test_a_change_is_checked_and_remembered_as_saved() -> None:
    settings = with_changes(load_settings(), evidence=6)
    assert settings.evidence == 6
    assert settings.saved == {"evidence"}
    settings = with_changes(settings, context=1024)
    assert settings.saved == {"evidence", "context"}
    back = with_changes(settings, evidence=None)
    assert (back.evidence, back.context) == (4, 1024)
    assert back.saved == {"context"}
    with pytest.raises(SettingsError, match="greater than or equal to 512"):
        with_changes(settings, context=5)


def test_what_was_given_at_the_start_cannot_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_EVIDENCE", "5")
    with pytest.raises(SettingsError, match="by ASSISTANT_EVIDENCE"):
        with_changes(load_settings(), evidence=6)
    with pytest.raises(SettingsError, match="ASSISTANT_MODEL or --model"):
        with_changes(load_settings(model=Path("/a.gguf")), model=None)
    with pytest.raises(SettingsError, match="library cannot be changed"):
        with_changes(load_settings(), library=Path("/elsewhere"))


def test_bounds_are_those_that_settings_have() -> None:
    for name in SAVED_SETTINGS:
        if Settings.model_fields[name].annotation is not int:
            continue
        least, most = setting_bounds(name)
        for right in (least, most):
            assert getattr(load_settings(**{name: right}), name) == right
        for wrong in (least - 1, most + 1):
            with pytest.raises(SettingsError):
                load_settings(**{name: wrong})


def test_commands_use_what_the_page_has_saved(capsys: pytest.CaptureFixture[str]) -> None:
    kept_file('{"model": "models/mine.gguf"}')
    with pytest.raises(SystemExit) as ended:
        run(["status", "--json"])
    assert ended.value.code == 0
    shown = json.loads(capsys.readouterr().out)["language_model"]
    assert shown["file"] == str(load_settings().library / "models" / "mine.gguf")
    file = kept_file("{")
    with pytest.raises(SystemExit) as ended:
        run(["status"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert str(file) in said.replace("\n", "")
