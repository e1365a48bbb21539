"""Language model files: their details, from their headers alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.errors import ModelFileInvalid
from assistant.models.gguf import GgufInfo, inspect_gguf
from assistant.models.local.ollama import blob_name
from assistant.models.local.programs import GENERIC_STEMS
from assistant.models.local.split_files import inspect_parts, split_parts, unsplit_name
from assistant.models.memory import needed_memory

# Headers that are kept, so that repeated listings read no file twice.
_MAX_HEADERS = 1000
# `llama_ftype` of llama.h: the type of most of a file's weights.
_QUANTIZATIONS = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M",
    30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4_MOE",
}  # fmt: skip
# Architectures that turn text into vectors and write none.
_EMBEDDERS = frozenset(
    {
        "bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "jina-bert-v3", "modern-bert",
        "neo-bert", "eurobert", "gemma-embedding", "t5encoder", "llama-embed",
    }
)  # fmt: skip


@dataclass(frozen=True)
class ModelDetails:
    """Details from a model file's header; "" or None if the header lacks them.

    Attributes:
        file: the file; the first one of a split model.
        name: display name.
        bytes: size of all files together.
        parameters: number of parameters, such as `1.5B`.
        quantization: type of most weights, such as `Q4_K_M`.
        context: the context length in tokens that the model was trained with.
        licence: licence, as the file or the program states it.
        program: the program that keeps the file, or where it is.
        sha256: the checksum that the program states, or None.
        info: the header.

    """

    file: Path
    name: str
    bytes: int
    parameters: str
    quantization: str
    context: int | None
    licence: str
    program: str
    sha256: str | None
    info: GgufInfo

    def needed_memory(self, context: int) -> int:
        """Bytes of memory that the model needs with `context` tokens."""
        return needed_memory(self.info, context)

    @property
    def bytes_per_token(self) -> int:
        """Bytes of weights that are read for one token: fewer than all in a mixture of experts."""
        experts = self.info.integer(f"{self.info.architecture}.expert_count")
        used = self.info.integer(f"{self.info.architecture}.expert_used_count")
        share = used / experts if 0 < used < experts else 1.0
        return int(self.bytes * share)


def read_model_details(
    file: Path, *, name: str = "", program: str = "", licence: str = "", sha256: str | None = None
) -> ModelDetails:
    """Read the details of the language model in `file`; the others are what its program states.

    Raises:
        ModelFileInvalid: not a valid GGUF file, or not a language model.
    """
    info = inspect_language_model(file)
    return ModelDetails(
        file=file,
        name=name or model_name(file),
        bytes=info.needed_bytes,
        parameters=info.text("general.size_label") or _format_parameters(info.values),
        quantization=_QUANTIZATIONS.get(info.integer("general.file_type", -1), ""),
        context=info.context_length,
        licence=info.text("general.license.name") or info.text("general.license") or licence,
        program=program,
        sha256=sha256,
        info=info,
    )


def model_name(file: Path) -> str:
    """Display name of the model in `file`: Ollama's name for its blobs, else the file's name."""
    stem = unsplit_name(file.name if file.suffix.lower() != ".gguf" else file.stem)
    if stem in GENERIC_STEMS and file.parent.name:
        return file.parent.name
    return blob_name(file) or stem


def model_bytes(file: Path) -> int | None:
    """Size of all files of the model in `file`; None if one is missing."""
    try:
        return sum(part.stat().st_size for part in split_parts(file))
    except (OSError, ValueError):
        return None


def inspect_language_model(file: Path) -> GgufInfo:
    """Read the header of `file`, and of its other parts if the model is split.

    Repeated calls for an unchanged file are cached.

    Raises:
        ModelFileInvalid: not a valid GGUF file, an adapter, the vision part of a model, an
            embedding model, or a part of a split model without the others.
    """
    info = inspect_parts(_inspect(file), _inspect)
    if info.is_adapter:
        raise ModelFileInvalid(
            f"{file}: this is an adapter (LoRA), not a language model. Specify the model that it "
            "was trained for, with or without the adapter merged into it."
        )
    architecture = info.architecture
    if info.metadata.get("general.type", "model") != "model" or architecture == "clip":
        raise ModelFileInvalid(
            f"{file}: this is the vision part of a model, not a language model. Specify the file "
            "of the language model."
        )
    if (
        architecture in _EMBEDDERS
        or info.integer(f"{architecture}.pooling_type")
        or info.metadata.get(f"{architecture}.attention.causal") is False
    ):
        raise ModelFileInvalid(
            f"{file}: this is an embedding model, which writes no text. Specify a chat model."
        )
    # Ollama's own conversions keep both in one file, which llama.cpp refuses: "wrong number of
    # tensors" (llama.cpp issue 27349).
    if any(key.startswith(f"{architecture}.vision.") for key in info.metadata):
        raise ModelFileInvalid(
            f"{file}: contains a vision part too, in a form that only Ollama can open. Specify a "
            "GGUF file of the language model alone."
        )
    return info


def _inspect(file: Path) -> GgufInfo:
    try:
        status = file.stat()
    except (OSError, ValueError):
        return inspect_gguf(file)  # raises the fitting error
    return _cached_inspect(file, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=_MAX_HEADERS)
def _cached_inspect(file: Path, _mtime_ns: int, _size: int) -> GgufInfo:
    return inspect_gguf(file)


def _format_parameters(count: int) -> str:
    if count < 1_000_000:
        return f"{count:,}" if count else ""
    if count < 1_000_000_000:
        return f"{count / 1e6:.0f}M"
    return f"{count / 1e9:.1f}B"
