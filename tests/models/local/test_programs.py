"""Where models of other programs are found, on every system."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from model_support import add_to_ollama, write_header

from assistant.models.local import programs
from assistant.models.local.candidates import Candidate, Unusable
from assistant.models.local.programs import program_models

DIGEST = hashlib.sha256(b"x").hexdigest()


def found(platform: str = "linux", **environment: Path | str) -> list[tuple[str, str, Path]]:
    """Program, name and file of every candidate."""
    variables = {name: str(value) for name, value in environment.items()}
    return [
        (candidate.program, candidate.name, candidate.file)
        for candidate in program_models(variables, platform)
        if isinstance(candidate, Candidate)
    ]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home folder that the fixture of all tests sets."""
    return tmp_path / "home"


def ollama_problems(folder: Path) -> list[str]:
    models = program_models({"OLLAMA_MODELS": str(folder)}, "linux")
    return [model.reason for model in models if isinstance(model, Unusable)]


def test_nothing_is_found_where_there_is_nothing() -> None:
    for platform in ("linux", "darwin", "win32"):
        assert found(platform) == []


def test_models_of_ollama_have_its_names(home: Path, tmp_path: Path) -> None:
    content = write_header(tmp_path / "any.gguf").read_bytes()
    folder = home / ".ollama" / "models"
    blob = add_to_ollama(folder, "registry.ollama.ai/library/qwen2.5/0.5b", content)
    add_to_ollama(folder, "registry.ollama.ai/ann/mine/latest", content)
    add_to_ollama(folder, "hf.co/org/Model-GGUF/Q4_K_M", content)
    assert found() == [
        ("Ollama", "hf.co/org/Model-GGUF:Q4_K_M", blob),
        ("Ollama", "ann/mine:latest", blob),
        ("Ollama", "qwen2.5:0.5b", blob),
    ]


def test_ollama_folders_are_those_of_variable_home_and_system(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, own = tmp_path / "service", tmp_path / "own"
    monkeypatch.setattr(programs, "SYSTEM_OLLAMA", system)
    for number, folder in enumerate((own, home / ".ollama" / "models", system)):
        content = write_header(tmp_path / "any.gguf", values=64 * number + 64).read_bytes()
        add_to_ollama(folder, f"registry.ollama.ai/library/m{number}/latest", content)
    names = [name for _, name, _ in found(OLLAMA_MODELS=own)]
    assert names == ["m0:latest", "m1:latest", "m2:latest"]


def test_the_licence_of_an_ollama_model_is_its_first_line(tmp_path: Path) -> None:
    licence = "\n\n                 Apache License\n   Version 2.0, January 2004\n"
    add_to_ollama(tmp_path, "registry.ollama.ai/library/m/latest", b"GGUF", licence=licence)
    (model,) = program_models({"OLLAMA_MODELS": str(tmp_path)}, "linux")
    assert isinstance(model, Candidate)
    assert (model.licence, model.bytes) == ("Apache License", 4)
    assert model.sha256 == hashlib.sha256(b"GGUF").hexdigest()


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (b"", "cannot be read"),
        (b"\xff\xfe not JSON", "cannot be read"),
        (b"[1]", "cannot be read"),
        (b'{"layers": 3}', "cannot be read"),
        (b'{"layers": [7]}', "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b'{"layers": []}', "names no model files"),
        (
            b'{"layers": [{"mediaType": "application/vnd.ollama.image.model",'
            b' "digest": "sha256:../../../etc/passwd"}]}',
            "cannot be read",
        ),
        (
            f'{{"layers": [{{"mediaType": "application/vnd.ollama.image.model",'
            f' "digest": "sha256:{DIGEST}"}}]}}'.encode(),
            "file is missing",
        ),
        (
            f'{{"layers": [{{"mediaType": "application/vnd.ollama.image.tensor",'
            f' "digest": "sha256:{DIGEST}"}}]}}'.encode(),
            "only Ollama itself can open",
        ),
    ],
)
def test_what_is_wrong_with_an_ollama_model_is_said(
    tmp_path: Path, manifest: bytes, said: str
) -> None:
    file = tmp_path / "manifests" / "registry.ollama.ai" / "library" / "m" / "latest"
    file.parent.mkdir(parents=True)
    file.write_bytes(manifest)
    (problem,) = ollama_problems(tmp_path)
    assert said in problem


def test_an_ollama_model_with_an_adapter_is_not_offered(tmp_path: Path) -> None:
    adapter = {
        "mediaType": "application/vnd.ollama.image.adapter",
        "digest": f"sha256:{DIGEST}",
        "size": 1,
    }
    add_to_ollama(tmp_path, "registry.ollama.ai/library/m/latest", b"GGUF", layers=[adapter])
    (problem,) = ollama_problems(tmp_path)
    assert "with an adapter" in problem


def test_lm_studio_is_found_where_its_pointer_says(home: Path, tmp_path: Path) -> None:
    moved = write_header(tmp_path / "disk" / "models" / "org" / "repo" / "moved.gguf")
    write_header(home / ".lmstudio" / "models" / "org" / "repo" / "default.gguf")
    old = write_header(home / ".cache" / "lm-studio" / "models" / "org" / "repo" / "old.gguf")
    assert [file.name for *_, file in found()] == ["default.gguf", "old.gguf"]
    (home / ".lmstudio-home-pointer").write_text(f"{tmp_path / 'disk'}\nmore\n", encoding="utf-8")
    assert found() == [("LM Studio", "", moved), ("LM Studio", "", old)]


def test_the_hub_cache_is_where_its_variables_say(home: Path, tmp_path: Path) -> None:
    def add(hub: Path, name: str) -> Path:
        return write_header(hub / "models--org--repo" / "snapshots" / "c0ffee" / "Q4" / name)

    default = add(home / ".cache" / "huggingface" / "hub", "a.gguf")
    by_home = add(tmp_path / "hf" / "hub", "b.gguf")
    by_cache = add(tmp_path / "hub", "c.gguf")
    assert found() == [("Hugging Face", "", default)]
    assert found(HF_HOME=tmp_path / "hf") == [("Hugging Face", "", by_home)]
    assert found(HF_HOME=tmp_path / "hf", HF_HUB_CACHE=tmp_path / "hub") == [
        ("Hugging Face", "", by_cache)
    ]


def test_a_link_of_the_hub_cache_tells_the_checksum(tmp_path: Path) -> None:
    repository = tmp_path / "models--org--repo"
    write_header(repository / "blobs" / DIGEST)
    link = repository / "snapshots" / "c0ffee" / "m.gguf"
    link.parent.mkdir(parents=True)
    try:
        link.symlink_to(Path("../../blobs") / DIGEST)
    except OSError:
        pytest.skip("this system lets nobody make links")
    (model,) = program_models({"HF_HUB_CACHE": str(tmp_path)}, "linux")
    assert isinstance(model, Candidate)
    assert (model.file, model.sha256) == (link, DIGEST)


def test_llama_cpp_gpt4all_and_jan_are_found_on_every_system(home: Path, tmp_path: Path) -> None:
    for platform, cache, data in (
        ("linux", home / ".cache", home / ".local" / "share"),
        ("darwin", home / "Library/Caches", home / "Library/Application Support"),
        ("win32", tmp_path / "local", tmp_path / "local"),
    ):
        expected = [
            ("llama.cpp", "", write_header(cache / "llama.cpp" / "org_repo_m.gguf")),
            ("GPT4All", "", write_header(data / "nomic.ai" / "GPT4All" / "m.Q4_0.gguf")),
            (
                "Jan",
                "org/Model-4B",
                write_header(data / "Jan/data/llamacpp/models/org/Model-4B/model.gguf"),
            ),
        ]
        assert found(platform, LOCALAPPDATA=tmp_path / "local") == expected
    other = write_header(tmp_path / "llama" / "mine.gguf")
    assert ("llama.cpp", "", other) in found(LLAMA_CACHE=tmp_path / "llama")
