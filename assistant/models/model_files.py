"""Language model files on this computer: which there are, their details, and whether they fit.

Nothing is downloaded and nothing is executed: only GGUF headers are read, and llama.cpp loads the
vocabulary for the check.
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

# Folder of the library for the user's models.
FOLDER = "models"
# At most this many files of one folder are inspected.
_MAX_FILES = 100
# `llama_ftype` of llama.h: the type of most of a file's weights.
_QUANTIZATIONS = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M",
    30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4_MOE",
}  # fmt: skip
# Sequences of the interactive lane, and bytes per value of the KV cache (F16).
_SEQUENCES = 2
_VALUE_BYTES = 2
_MEMINFO = Path("/proc/meminfo")


@dataclass(frozen=True)
class ModelDetails:
    """Details from a model file's header; "" or None if the header lacks them.

    `bytes` is the size of the file, `context` the context length in tokens.
    """

    file: Path
    name: str
    bytes: int
    parameters: str
    quantization: str
    context: int | None


def read_model_details(file: Path) -> ModelDetails:
    """Read the details of the language model in `file`.

    Raises:
        ModelFileInvalid: not a valid GGUF file, or not a language model.
    """
    info = inspect_language_model(file)
    return ModelDetails(
        file=file,
        name=file.stem,
        bytes=file.stat().st_size,
        parameters=str(info.metadata.get("general.size_label") or ""),
        quantization=_QUANTIZATIONS.get(_integer(info, "general.file_type", -1), ""),
        context=info.context_length,
    )


def local_models(settings: Settings) -> list[ModelDetails]:
    """Models next to the selected one, in the library's folder `models`, and in the cache.

    Unusable files are left out, and so is the bundled model.
    """
    from assistant.models.bundled_model import prepared_path

    folders = [settings.library / FOLDER, settings.cache]
    if settings.model is not None:
        folders.insert(0, settings.model.expanduser().parent)
    models: dict[Path, ModelDetails] = {}
    bundled = prepared_path(settings.cache).resolve()
    for file in (file for folder in folders for file in _gguf_files(folder)):
        try:
            target = file.resolve()
            if target != bundled and target not in models:
                models[target] = read_model_details(file)
        except (ModelFileInvalid, OSError, RuntimeError):  # RuntimeError: a link to itself
            continue
    return list(models.values())


def check_model(settings: Settings) -> None:
    """Check that the selected model can be opened; much faster than opening it.

    Raises:
        ModelFileInvalid: missing, not a valid GGUF file, not a language model, or llama.cpp does
            not support its architecture.
        ModelError: it does not fit into the free memory.
    """
    if settings.model is None:
        return
    file = settings.model.expanduser()
    info = inspect_language_model(file)
    _check_architecture(info)
    needed = file.stat().st_size + _context_bytes(info, settings.context)
    free = free_memory()
    if free is not None and needed > free:
        raise ModelError(
            f"{file}: needs {format_size(needed)} of memory with {settings.context:,} tokens of "
            f"context, but only {format_size(free)} are free. Choose a smaller model or context, "
            "or close other programs."
        )


def free_memory() -> int | None:
    """Available memory in bytes; None if the system does not report it."""
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
        values = dict(line.split(":", 1) for line in lines)
        return int(values["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        # Other systems than Linux report only the total.
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def inspect_language_model(file: Path) -> GgufInfo:
    """Read the header of `file`; repeated calls for an unchanged file are cached.

    Raises:
        ModelFileInvalid: not a valid GGUF file, an adapter, or the vision part of a model.
    """
    try:
        status = file.stat()
    except (OSError, ValueError):
        return inspect_gguf(file)  # raises the fitting error
    info = _cached_inspect(file, status.st_mtime_ns, status.st_size)
    if info.is_adapter:
        raise ModelFileInvalid(
            f"{file}: this is an adapter (LoRA), not a language model. Specify the model that it "
            "was trained for, with or without the adapter merged into it."
        )
    if info.metadata.get("general.type", "model") != "model" or info.architecture == "clip":
        raise ModelFileInvalid(
            f"{file}: this is the vision part of a model, not a language model. Specify the file "
            "of the language model."
        )
    return info


@lru_cache(maxsize=_MAX_FILES)
def _cached_inspect(file: Path, _mtime_ns: int, _size: int) -> GgufInfo:
    return inspect_gguf(file)


def _check_architecture(info: GgufInfo) -> None:
    from assistant.models.llama import load_library, model_parameters

    library = load_library()
    parameters = model_parameters(library)
    # Loads only the header and the vocabulary, which is fast.
    parameters.vocab_only = True
    pointer = library.llama_model_load_from_file(str(info.path).encode(), parameters)
    if not pointer:
        raise ModelFileInvalid(
            f"{info.path}: llama.cpp does not support the architecture "
            f"{info.architecture or '?'!r}, or cannot read the vocabulary. A newer version of "
            "llama-cpp-python may support it."
        )
    library.llama_model_free(pointer)


def _context_bytes(info: GgufInfo, context: int) -> int:
    """KV cache of the interactive lane in bytes, at `context` tokens per sequence; 0 if unknown."""
    prefix = info.architecture
    heads = _integer(info, f"{prefix}.attention.head_count", 0)
    width = _integer(info, f"{prefix}.embedding_length", 0)
    layers = _integer(info, f"{prefix}.block_count", 0)
    if not (heads and width and layers):
        return 0
    key_width = _integer(info, f"{prefix}.attention.key_length", width // heads)
    kv_width = _integer(info, f"{prefix}.attention.head_count_kv", heads) * key_width
    tokens = min(context, info.context_length or context)
    return 2 * layers * kv_width * _VALUE_BYTES * tokens * _SEQUENCES


def _integer(info: GgufInfo, key: str, default: int) -> int:
    value = info.metadata.get(key)
    return value if isinstance(value, int) else default


def _gguf_files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.gguf"))[:_MAX_FILES]
    except OSError:
        return []
