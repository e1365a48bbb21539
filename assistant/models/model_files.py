"""Language models that lie on this computer: what their files say, and whether they can be used.

Nothing is fetched and nothing in a file is run: only GGUF headers are read, and the vocabulary by
llama.cpp for the check.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelError, ModelFileInvalid
from assistant.models.gguf import GgufInfo, inspect_gguf
from assistant.text.formatting import format_size

if TYPE_CHECKING:
    from assistant.settings import Settings

# Folder of the library in which a user may keep models.
FOLDER = "models"
# More files of one folder are not looked into.
_MOST_FILES = 100
# `llama_ftype` of llama.h: how most of a file's weights are written.
_QUANTIZATIONS = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M",
    30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4_MOE",
}  # fmt: skip
# Sequences of the lane that answers questions, and bytes of one remembered number (F16).
_SEQUENCES = 2
_NUMBER_BYTES = 2
_MEMORY = Path("/proc/meminfo")


@dataclass(frozen=True)
class ModelDetails:
    """What the file of a language model says of it; "" and None where it does not say."""

    file: Path
    name: str
    bytes: int
    parameters: str
    quantization: str
    context: int | None


def read_model_details(file: Path) -> ModelDetails:
    """What the header of `file` says.

    Raises:
        ModelFileInvalid: it is not a whole GGUF, or an adapter, or no model of language.
    """
    info = _inspected(file)
    return ModelDetails(
        file=file,
        name=file.stem,
        bytes=file.stat().st_size,
        parameters=str(info.metadata.get("general.size_label") or ""),
        quantization=_QUANTIZATIONS.get(_number(info, "general.file_type", -1), ""),
        context=info.context_length,
    )


def local_models(settings: Settings) -> list[ModelDetails]:
    """The models beside the one in use, in the library's folder `models`, and in the cache.

    Files that cannot be used are left out, and so is the embedded model, which needs no file.
    """
    from assistant.models.bundled_model import prepared_path

    folders = [settings.library / FOLDER, settings.cache]
    if settings.model is not None:
        folders.insert(0, settings.model.expanduser().parent)
    found: dict[Path, ModelDetails] = {}
    embedded = prepared_path(settings.cache).resolve()
    for file in (file for folder in folders for file in _files(folder)):
        try:
            place = file.resolve()
            if place != embedded and place not in found:
                found[place] = read_model_details(file)
        except (ModelFileInvalid, OSError, RuntimeError):  # a link to itself is a RuntimeError
            continue
    return list(found.values())


def check_model(settings: Settings) -> None:
    """Whether the model that `settings` name can be opened; much faster than opening it.

    Raises:
        ModelFileInvalid: it is not there, not a whole GGUF, no model of language, or llama.cpp does
            not know its architecture.
        ModelError: it does not fit the memory that is free.
    """
    if settings.model is None:
        return
    file = settings.model.expanduser()
    info = _inspected(file)
    _check_architecture(info)
    needed = file.stat().st_size + _context_bytes(info, settings.context)
    free = free_memory()
    if free is not None and needed > free:
        raise ModelError(
            f"{file}: needs {format_size(needed)} of memory with {settings.context:,} tokens of "
            f"context, and {format_size(free)} are free. Choose a smaller model or context, or "
            "close other programs."
        )


def free_memory() -> int | None:
    """Bytes of main memory that a program can still get; None where the system does not tell."""
    try:
        lines = _MEMORY.read_text(encoding="ascii").splitlines()
        told = dict(line.split(":", 1) for line in lines)
        return int(told["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        # Elsewhere only how much there is at all.
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _inspected(file: Path) -> GgufInfo:
    try:
        status = file.stat()
    except (OSError, ValueError):
        return inspect_gguf(file)  # which says what is wrong with it
    info = _inspect_once(file, status.st_mtime_ns, status.st_size)
    if info.is_adapter:
        raise ModelFileInvalid(
            f"{file}: this is an adapter (LoRA), not a language model. Name the model that it was "
            "made for."
        )
    if info.metadata.get("general.type", "model") != "model" or info.architecture == "clip":
        raise ModelFileInvalid(f"{file}: this is a part of a model that looks at pictures.")
    return info


@lru_cache(maxsize=_MOST_FILES)
def _inspect_once(file: Path, _changed: int, _size: int) -> GgufInfo:
    """The header of a file that is as it was; vocabularies make it long."""
    return inspect_gguf(file)


def _check_architecture(info: GgufInfo) -> None:
    from assistant.models.llama import load_library, model_parameters

    library = load_library()
    parameters = model_parameters(library)
    # Only the header and the words are read then, which takes a moment.
    parameters.vocab_only = True
    pointer = library.llama_model_load_from_file(str(info.path).encode(), parameters)
    if not pointer:
        raise ModelFileInvalid(
            f"{info.path}: llama.cpp does not know the architecture {info.architecture or '?'!r}, "
            "or cannot read its vocabulary. A newer version of llama-cpp-python may."
        )
    library.llama_model_free(pointer)


def _context_bytes(info: GgufInfo, context: int) -> int:
    """What the sequences of questions take at `context` tokens each, 0 if the file does not say."""
    kind = info.architecture
    heads = _number(info, f"{kind}.attention.head_count", 0)
    width = _number(info, f"{kind}.embedding_length", 0)
    layers = _number(info, f"{kind}.block_count", 0)
    if not (heads and width and layers):
        return 0
    key_width = _number(info, f"{kind}.attention.key_length", width // heads)
    kept = _number(info, f"{kind}.attention.head_count_kv", heads) * key_width
    return (
        2
        * layers
        * kept
        * _NUMBER_BYTES
        * min(context, info.context_length or context)
        * (_SEQUENCES)
    )


def _number(info: GgufInfo, key: str, unknown: int) -> int:
    found = info.metadata.get(key)
    return found if isinstance(found, int) else unknown


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.gguf"))[:_MOST_FILES]
    except OSError:
        return []
