"""Model files on this computer: what they say, which are offered, and why one is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from model_support import write_header

from assistant.errors import ModelError, ModelFileInvalid
from assistant.models import model_check
from assistant.models.bundled_model import ADAPTERS, packaged_file
from assistant.models.memory import needed_memory
from assistant.models.model_check import check_model
from assistant.models.model_files import inspect_language_model, read_model_details
from assistant.settings import load_settings


def test_a_file_says_what_it_is() -> None:
    facts = read_model_details(packaged_file())
    assert (facts.parameters, facts.quantization, facts.context) == ("135M", "Q4_1", 8192)
    assert facts.bytes == packaged_file().stat().st_size
    assert facts.name == packaged_file().stem


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda file: file, "no such file"),
        (lambda file: file.mkdir(), "is a folder"),
        (lambda file: file.write_bytes(b"PK\x03\x04 and more"), "ZIP archive"),
        (lambda file: file.write_bytes(b"GGUF\x03\0\0\0"), "truncated"),
        (lambda file: shutil.copy(ADAPTERS["tldr"], file), "adapter"),
        (lambda file: write_header(file, {"general.architecture": "clip"}), "vision part"),
        (lambda file: write_header(file, {"general.type": "mmproj"}), "vision part"),
        (lambda file: write_header(file, {"general.architecture": "bert"}), "embedding model"),
        (lambda file: write_header(file, {"general.architecture": "abacus"}), "'abacus'"),
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
    needed = needed_memory(inspect_language_model(packaged_file()), 2048)
    monkeypatch.setattr(model_check, "free_memory", lambda: needed)
    check_model(settings)
    monkeypatch.setattr(model_check, "free_memory", lambda: needed - 1)
    with pytest.raises(ModelError, match="of memory with 2,048 tokens"):
        check_model(settings)
    monkeypatch.setattr(model_check, "free_memory", lambda: None)
    check_model(settings)
