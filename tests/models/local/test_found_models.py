"""Which models are offered, and why others are not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from model_support import add_to_ollama, write_header

from assistant.errors import ModelError
from assistant.models import ModelFile, describe_language_model
from assistant.models.bundled_model import ADAPTERS, packaged_file, prepared_path
from assistant.models.local.found_models import FOLDER, find_models, local_models
from assistant.models.local.selection import find_file, find_model, selected_file
from assistant.settings import load_settings

REGISTRY = "registry.ollama.ai/library"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home folder that the fixture of all tests sets."""
    return tmp_path / "home"


def lm_studio(home: Path, name: str, **metadata: str | int | bool) -> Path:
    file = home / ".lmstudio" / "models" / "org" / "repo" / name
    return write_header(file, {key.replace("__", "."): value for key, value in metadata.items()})


def test_models_of_the_user_come_before_those_of_programs(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_CACHE", str(tmp_path / "cache"))
    settings = load_settings()
    own = write_header(settings.library / FOLDER / "own.gguf")
    pulled = write_header(settings.model_folder / "pulled.gguf")
    cached = write_header(tmp_path / "cache" / "cached.gguf")
    studio = lm_studio(home, "studio.gguf")
    blob = add_to_ollama(home / ".ollama/models", f"{REGISTRY}/q/latest", cached.read_bytes())
    used = write_header(tmp_path / "elsewhere" / "used.gguf")
    beside = write_header(tmp_path / "elsewhere" / "beside.gguf")
    assert [(m.name, m.program, m.file) for m in local_models(settings)] == [
        ("own", "library", own),
        ("pulled", "downloaded", pulled),
        ("cached", "cache", cached),
        ("q:latest", "Ollama", blob),
        ("studio", "LM Studio", studio),
    ]
    found = [model.file for model in local_models(load_settings(model=used))]
    assert found[:2] == [beside, used]


def test_the_bundled_model_is_not_offered_a_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_CACHE", str(tmp_path / "cache"))
    write_header(prepared_path(tmp_path / "cache"))
    assert local_models(load_settings()) == []


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"tokenizer__chat_template": ""}, "no chat template"),
        ({"general__architecture": "bert"}, "embedding model"),
        ({"general__architecture": "nomic-bert-moe"}, "embedding model"),
        ({"general__architecture": "qwen3", "qwen3__pooling_type": 3}, "embedding model"),
        ({"llama__attention__causal": False}, "embedding model"),
        ({"general__architecture": "clip"}, "vision part"),
        ({"general__type": "mmproj"}, "vision part"),
        ({"general__architecture": "gemma3", "gemma3__vision__block_count": 27}, "vision part too"),
        ({"general__type": "adapter"}, "adapter"),
    ],
)
def test_files_that_are_no_chat_models_are_not_offered(
    home: Path, metadata: dict[str, str | int | bool], said: str
) -> None:
    file = lm_studio(home, "other.gguf", **metadata)
    found = find_models(load_settings())
    assert found.usable == []
    (unusable,) = found.unusable
    assert (unusable.name, unusable.program) == (str(file), "LM Studio")
    assert said in unusable.reason


def test_broken_files_are_not_offered(home: Path) -> None:
    folder = load_settings().library / FOLDER
    folder.mkdir(parents=True)
    (folder / "broken.gguf").write_bytes(b"GGUF")
    (folder / "page.gguf").write_bytes(b"<!DOCTYPE html>")
    (folder / "notes.txt").write_text("no model", encoding="utf-8")
    shutil.copy(ADAPTERS["tldr"], folder / "adapter.gguf")
    found = find_models(load_settings())
    assert found.usable == []
    reasons = " ".join(unusable.reason for unusable in found.unusable)
    assert "adapter" in reasons
    assert "truncated" in reasons
    assert "web page" in reasons
    assert len(found.unusable) == 3


def test_an_incomplete_download_of_ollama_is_told(home: Path, tmp_path: Path) -> None:
    content = write_header(tmp_path / "any.gguf").read_bytes()
    blob = add_to_ollama(home / ".ollama/models", f"{REGISTRY}/q/latest", content)
    blob.write_bytes(content + b"more")
    (unusable,) = find_models(load_settings()).unusable
    assert unusable.name == "q:latest"
    assert f"has {len(content) + 4:,} bytes, but Ollama expects {len(content):,}" in unusable.reason


def test_a_split_model_is_listed_once(home: Path) -> None:
    for number in (1, 2):
        name = f"big-0000{number}-of-00002.gguf"
        lm_studio(home, name, split__no=number - 1, split__count=2)
    (model,) = local_models(load_settings())
    assert model.name == "big"


def test_details_come_from_header_and_program(home: Path) -> None:
    file = lm_studio(
        home,
        "stated.gguf",
        general__size_label="1.5B",
        general__license="apache-2.0",
        general__file_type=15,
        llama__context_length=32768,
    )
    blob_file = write_header(home / "x.gguf", tensors=2, values=3_000_000)
    add_to_ollama(
        home / ".ollama/models", f"{REGISTRY}/q/1b", blob_file.read_bytes(), licence="MIT License"
    )
    ollama, studio = local_models(load_settings())
    assert (studio.file, studio.parameters, studio.licence) == (file, "1.5B", "apache-2.0")
    assert (studio.quantization, studio.context) == ("Q4_K_M", 32768)
    assert (ollama.parameters, ollama.licence, ollama.context) == ("6M", "MIT License", None)


def test_experts_that_are_not_used_are_not_read(home: Path) -> None:
    lm_studio(home, "dense.gguf")
    lm_studio(home, "moe.gguf", llama__expert_count=8, llama__expert_used_count=2)
    dense, mixture = local_models(load_settings())
    assert dense.bytes_per_token == dense.bytes
    assert mixture.bytes_per_token == mixture.bytes // 4


def test_a_link_to_itself_is_not_offered() -> None:
    folder = load_settings().library / FOLDER
    folder.mkdir(parents=True)
    try:
        (folder / "loop.gguf").symlink_to("loop.gguf")
    except OSError:
        pytest.skip("this system lets nobody make links")
    own = write_header(folder / "own.gguf")
    assert [model.file for model in local_models(load_settings())] == [own]


def test_a_model_is_selected_by_name_or_path(home: Path, tmp_path: Path) -> None:
    content = write_header(tmp_path / "any.gguf").read_bytes()
    blob = add_to_ollama(home / ".ollama/models", f"{REGISTRY}/qwen2.5/latest", content)
    settings = load_settings(model=Path("Qwen2.5"))
    assert selected_file(settings) == blob
    assert find_file("qwen2.5:latest", settings) == blob
    described = describe_language_model(settings)
    assert isinstance(described, ModelFile)
    assert (described.name, described.file, described.bytes) == (
        "qwen2.5:latest",
        blob,
        len(content),
    )
    # The path alone is enough to know the name.
    assert describe_language_model(load_settings(model=blob)).name == "qwen2.5:latest"
    assert selected_file(load_settings()) is None
    assert find_file("none.gguf", settings) == Path("none.gguf")
    assert find_file(str(packaged_file()), settings) == packaged_file()


def test_an_unknown_name_is_an_error_with_a_near_one(home: Path) -> None:
    lm_studio(home, "Llama-3.2-1B.gguf")
    with pytest.raises(ModelError, match=r"Lama-3.2-1B: no model .* Did you mean Llama-3.2-1B\?"):
        find_model("Lama-3.2-1B", load_settings())
    with pytest.raises(ModelError, match=r"no model on this computer has this name. `assistant"):
        find_model("zzz", load_settings())


def test_a_name_of_two_models_is_an_error(home: Path) -> None:
    first = lm_studio(home, "same.gguf")
    second = write_header(load_settings().model_folder / "same.gguf")
    with pytest.raises(ModelError, match="several models have this name") as caught:
        find_model("same", load_settings())
    assert f"{second} or {first}" in str(caught.value)


def test_a_model_that_cannot_be_used_says_why(home: Path) -> None:
    manifest = home / ".ollama/models/manifests" / REGISTRY / "q" / "latest"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("broken", encoding="utf-8")
    with pytest.raises(ModelError, match="q: its manifest cannot be read"):
        find_model("q", load_settings())
