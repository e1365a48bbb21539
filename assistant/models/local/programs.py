"""The folders in which other programs keep models, as they were in 2026.

They are only read. Every file in them is checked like any other input file before it is offered.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from assistant.models.local.candidates import (
    SHA256,
    Candidate,
    Unusable,
    gguf_files,
    read_text,
)
from assistant.models.local.ollama import ollama_models

# Where Ollama keeps models as a service of a Linux system.
SYSTEM_OLLAMA = Path("/usr/share/ollama/.ollama/models")
# File names that say nothing about the model, which its folder names.
GENERIC_STEMS = frozenset({"model", "ggml-model"})


def home_folder() -> Path:
    """The user's home folder."""
    return Path.home()


def program_models(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> Iterator[Candidate | Unusable]:
    """Models of other programs on this computer, in the order of the programs.

    Args:
        environment: variables that name folders, such as OLLAMA_MODELS.
        platform: `sys.platform`, which decides where programs keep their data.

    """
    home = home_folder()
    for folder in _ollama_folders(environment, home):
        yield from ollama_models(folder)
    for folder in _lm_studio_folders(home):
        for file in gguf_files(folder / "models", 3):
            yield Candidate(file, "", "LM Studio")
    for folder in _hugging_face_folders(environment, home):
        yield from _hugging_face_models(folder)
    data = _data_folders(environment, home, platform)
    caches = _cache_folders(environment, home, platform)
    llama_cpp = _given(environment, "LLAMA_CACHE") or [cache / "llama.cpp" for cache in caches]
    for folder in llama_cpp:
        for file in gguf_files(folder, 1):
            yield Candidate(file, "", "llama.cpp")
    for folder in data:
        for file in gguf_files(folder / "nomic.ai" / "GPT4All", 2):
            yield Candidate(file, "", "GPT4All")
    for folder in data:
        for models in (folder / "Jan/data/llamacpp/models", folder / "Jan/data/models"):
            for file in gguf_files(models, 3):
                yield Candidate(file, _folder_name(file, models), "Jan")


def _given(environment: Mapping[str, str], variable: str) -> list[Path]:
    value = environment.get(variable, "").strip()
    return [Path(value)] if value else []


def _ollama_folders(environment: Mapping[str, str], home: Path) -> list[Path]:
    own = _given(environment, "OLLAMA_MODELS")
    return [*own, home / ".ollama" / "models", SYSTEM_OLLAMA]


def _lm_studio_folders(home: Path) -> list[Path]:
    pointer = read_text(home / ".lmstudio-home-pointer").splitlines()
    named = [Path(pointer[0].strip())] if pointer and pointer[0].strip() else []
    return [*(named or [home / ".lmstudio"]), home / ".cache" / "lm-studio"]


def _hugging_face_folders(environment: Mapping[str, str], home: Path) -> list[Path]:
    if hub := _given(environment, "HF_HUB_CACHE"):
        return hub
    if top := _given(environment, "HF_HOME"):
        return [top[0] / "hub"]
    cache = _given(environment, "XDG_CACHE_HOME") or [home / ".cache"]
    return [cache[0] / "huggingface" / "hub"]


def _hugging_face_models(hub: Path) -> Iterator[Candidate]:
    """GGUF files of a Hub cache, whose file of a snapshot is a link to a blob.

    A large blob is named by its SHA-256.
    """
    for repository in sorted(hub.glob("models--*")):
        for file in gguf_files(repository / "snapshots", 3):
            blob = Path(os.path.realpath(file)).name
            yield Candidate(
                file, "", "Hugging Face", sha256=blob if SHA256.fullmatch(blob) else None
            )


def _data_folders(environment: Mapping[str, str], home: Path, platform: str) -> list[Path]:
    """The folders for data of programs: GPT4All and Jan use one of them."""
    if platform == "win32":
        return [*_given(environment, "LOCALAPPDATA"), *_given(environment, "APPDATA")]
    if platform == "darwin":
        return [home / "Library" / "Application Support"]
    share = _given(environment, "XDG_DATA_HOME") or [home / ".local" / "share"]
    config = _given(environment, "XDG_CONFIG_HOME") or [home / ".config"]
    return [*share, *config]


def _cache_folders(environment: Mapping[str, str], home: Path, platform: str) -> list[Path]:
    if platform == "win32":
        return _given(environment, "LOCALAPPDATA")
    if platform == "darwin":
        return [home / "Library" / "Caches"]
    return _given(environment, "XDG_CACHE_HOME") or [home / ".cache"]


def _folder_name(file: Path, top: Path) -> str:
    """The path of the folder of `file` below `top`, if the name of the file says nothing."""
    return file.parent.relative_to(top).as_posix() if file.stem in GENERIC_STEMS else ""
