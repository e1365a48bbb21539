"""Model files on this computer: what they say, which are offered, and why one is refused."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import pytest

from assistant.errors import ModelError, ModelFileInvalid
from assistant.models import model_files
from assistant.models.bundled_model import ADAPTERS, packaged_file
from assistant.models.model_files import (
    FOLDER,
    check_model,
    free_memory,
    local_models,
    read_model_details,
)
from assistant.settings import load_settings


def gguf(file: Path, **texts: str) -> Path:
    """A GGUF without tensors, whose metadata are `texts` (`general_type` is `general.type`)."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    entries = [
        text(key.replace("_", ".", 1)) + struct.pack("<I", 8) + text(value)
        for key, value in texts.items()
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(entries)) + b"".join(entries))
    return file


def test_a_file_says_what_it_is() -> None:
    facts = read_model_details(packaged_file())
    assert (facts.parameters, facts.quantization, facts.context) == ("135M", "Q4_1", 8192)
    assert facts.bytes == packaged_file().stat().st_size
    assert facts.name == packaged_file().stem


def test_models_are_found_beside_the_one_in_use_in_the_library_and_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_CACHE", str(tmp_path / "cache"))
    library = load_settings().library
    own = gguf(library / FOLDER / "own.gguf", general_architecture="llama")
    cached = gguf(tmp_path / "cache" / "cached.gguf", general_architecture="llama")
    used = gguf(tmp_path / "elsewhere" / "used.gguf", general_architecture="llama")
    beside = gguf(tmp_path / "elsewhere" / "beside.gguf", general_architecture="llama")
    # Neither an adapter, nor a broken file, nor one of another kind is offered.
    shutil.copy(ADAPTERS["tldr"], library / FOLDER / "adapter.gguf")
    gguf(library / FOLDER / "eyes.gguf", general_architecture="clip")
    (library / FOLDER / "broken.gguf").write_bytes(b"GGUF")
    (library / FOLDER / "notes.txt").write_text("no model", encoding="utf-8")
    assert [facts.file for facts in local_models(load_settings())] == [own, cached]
    found = [facts.file for facts in local_models(load_settings(model=used))]
    assert found == [beside, used, own, cached]


def test_the_bundled_model_is_not_offered_a_second_time(bundled_model: Path) -> None:
    assert bundled_model not in [facts.file for facts in local_models(load_settings())]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda file: file, "no such file"),
        (lambda file: file.mkdir(), "is a folder"),
        (lambda file: file.write_bytes(b"PK\x03\x04 and more"), "ZIP archive"),
        (lambda file: file.write_bytes(b"GGUF\x03\0\0\0"), "truncated"),
        (lambda file: shutil.copy(ADAPTERS["tldr"], file), "adapter"),
        (lambda file: gguf(file, general_architecture="clip"), "vision part"),
        (lambda file: gguf(file, general_type="mmproj"), "vision part"),
        (lambda file: gguf(file, general_architecture="abacus"), "architecture 'abacus'"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, made: object, said: str) -> None:
    file = tmp_path / "model.gguf"
    assert callable(made)
    made(file)
    with pytest.raises(ModelFileInvalid, match=said) as caught:
        check_model(load_settings(model=file))
    assert str(caught.value).startswith(f"{file}: ")


def test_a_name_that_no_file_can_have_is_told() -> None:
    with pytest.raises(ModelFileInvalid, match="cannot be read"):
        check_model(load_settings(model=Path("/a\0b.gguf")))


def test_a_model_has_to_fit_the_memory_that_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(model=packaged_file())
    check_model(settings)
    size = packaged_file().stat().st_size
    # 30 layers of 3 key and value heads of 64 numbers of 2 bytes, for two sequences.
    room = 2 * 30 * 3 * 64 * 2 * 2048 * 2
    monkeypatch.setattr(model_files, "free_memory", lambda: size + room)
    check_model(settings)
    monkeypatch.setattr(model_files, "free_memory", lambda: size + room - 1)
    with pytest.raises(ModelError, match="of memory with 2,048 tokens"):
        check_model(settings)
    monkeypatch.setattr(model_files, "free_memory", lambda: None)
    check_model(settings)


def test_free_memory_is_read_or_all_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "meminfo"
    told.write_text("MemTotal: 4000 kB\nMemAvailable: 1000 kB\n", encoding="ascii")
    monkeypatch.setattr(model_files, "_MEMINFO", told)
    assert free_memory() == 1000 * 1024
    monkeypatch.setattr(model_files, "_MEMINFO", tmp_path / "none")
    found = free_memory()
    assert found is None or found > 100_000_000


def test_a_link_to_itself_is_not_offered() -> None:
    folder = load_settings().library / FOLDER
    folder.mkdir(parents=True)
    try:
        (folder / "loop.gguf").symlink_to("loop.gguf")
    except OSError:
        pytest.skip("this system lets nobody make links")
    own = gguf(folder / "own.gguf", general_architecture="llama")
    assert [facts.file for facts in local_models(load_settings())] == [own]
