"""Language models and embedders, behind the protocols of `embedder` and `protocols`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.embedder import Embedder
from assistant.models.protocols import (
    GenerationRequest,
    GenerationStats,
    LanguageModel,
    Message,
    Priority,
    TextStream,
)
from assistant.settings import Settings

__all__ = [
    "GenerationRequest",
    "GenerationStats",
    "LanguageModel",
    "Message",
    "ModelFile",
    "Priority",
    "TextStream",
    "describe_language_model",
    "open_embedder",
    "open_language_model",
]


@dataclass(frozen=True)
class ModelFile:
    """Name, path and size (None if missing) of a language model's file."""

    name: str
    file: Path
    bytes: int | None


def describe_language_model(settings: Settings) -> ModelFile:
    """Describe the language model that `settings` select, without loading it.

    For the bundled model, the file is the re-encoded one if it exists, else the packaged one.

    Raises:
        ModelError: the bundled model is not installed.
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
    """Load the language model that `settings` select; `notify` gets messages for the user.

    Raises:
        ModelFileInvalid: the file is not a valid GGUF file, or its checksum is wrong.
        ModelError: it cannot be loaded.
    """
    from assistant.models.bundled_model import NAME, prepared_file, verified_adapters
    from assistant.models.checksum import verify_sidecar
    from assistant.models.engine import Engine
    from assistant.models.model_files import inspect_language_model

    if settings.model is None:
        path = prepared_file(settings.cache, settings.threads, notify)
        name, adapters = NAME, verified_adapters()
    else:
        path = settings.model.expanduser()
        name, adapters = path.stem, {}
        inspect_language_model(path)
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
    """Open the embedding model, which is loaded on first use.

    Raises:
        EmbedderUnavailable: its files are missing or damaged, or ONNX Runtime cannot be used.
    """
    from assistant.models import minilm

    return minilm.open_embedder(settings, notify)
