"""What computes: language models and embedders, behind the protocols of `base`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ModelFileInvalid
from assistant.models.protocols import (
    Embedder,
    GenerationRequest,
    GenerationStats,
    LanguageModel,
    Message,
    Priority,
    TextStream,
    Vectors,
    WordVectors,
)
from assistant.settings import Settings

__all__ = [
    "Embedder",
    "GenerationRequest",
    "GenerationStats",
    "LanguageModel",
    "Message",
    "ModelFile",
    "Priority",
    "TextStream",
    "Vectors",
    "WordVectors",
    "describe_language_model",
    "open_embedder",
    "open_language_model",
]


@dataclass(frozen=True)
class ModelFile:
    """A language model as it lies on the disk; `bytes` is None when the file is missing."""

    name: str
    file: Path
    bytes: int | None


def describe_language_model(settings: Settings) -> ModelFile:
    """Say which language model `settings` name, without loading anything.

    The embedded model is the file made ready for this machine, or the shipped one before that.

    Raises:
        ModelError: the embedded model is not installed.
    """
    from assistant.models.bundled_model import NAME, packaged_file, prepared_path

    if settings.model is None:
        name, file = NAME, prepared_path(settings.cache)
        if not file.is_file():
            file = packaged_file()
    else:
        file = settings.model.expanduser()
        name = file.stem
    return ModelFile(name, file, file.stat().st_size if file.is_file() else None)


def open_language_model(settings: Settings, notify: Callable[[str], None]) -> LanguageModel:
    """Load the language model that `settings` name; `notify` gets one-line notes for people.

    Raises:
        ModelFileInvalid: the file is not a whole GGUF, or not the one its checksum promises.
        ModelError: it cannot be loaded.
    """
    from assistant.models.bundled_model import NAME, prepared_file, verified_adapters
    from assistant.models.checksum import verify_sidecar
    from assistant.models.engine import Engine
    from assistant.models.gguf import inspect_gguf

    if settings.model is None:
        path = prepared_file(settings.cache, settings.threads, notify)
        name, adapters = NAME, verified_adapters()
    else:
        path = settings.model.expanduser()
        name, adapters = path.stem, {}
        if inspect_gguf(path).is_adapter:
            raise ModelFileInvalid(
                f"{path}: this is an adapter (LoRA), not a language model. Name the model that it "
                "was made for, merged with it or without it."
            )
        verify_sidecar(path)
    return Engine(
        path,
        name=name,
        context=settings.context,
        slots=settings.slots,
        threads=settings.threads,
        adapters=adapters,
    )


def open_embedder(settings: Settings, notify: Callable[[str], None]) -> Embedder:
    """Make the embedder ready; its model is loaded on first use.

    Raises:
        EmbedderUnavailable: its files are missing or damaged, or ONNX Runtime is not usable.
    """
    from assistant.models import minilm

    return minilm.open_embedder(settings, notify)
