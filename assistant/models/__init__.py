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
        ModelError: the bundled model is not installed, or no model has the selected name.
    """
    from assistant.models.bundled_model import NAME, packaged_file, prepared_path
    from assistant.models.local.selection import selected_file
    from assistant.models.model_files import model_bytes, model_name

    file = selected_file(settings)
    if file is not None:
        return ModelFile(model_name(file), file, model_bytes(file))
    file = prepared_path(settings.cache)
    if not file.is_file():
        file = packaged_file()
    return ModelFile(NAME, file, model_bytes(file))


def open_language_model(settings: Settings, notify: Callable[[str], None]) -> LanguageModel:
    """Load the language model that `settings` select; `notify` gets messages for the user.

    Raises:
        ModelFileInvalid: the file is not a valid GGUF file, or its checksum is wrong.
        ModelError: it cannot be loaded, or no model has the selected name.
    """
    from assistant.models.bundled_model import NAME, prepared_file, verified_adapters
    from assistant.models.checksum import verify_sidecar
    from assistant.models.engine import Engine
    from assistant.models.local.selection import selected_file
    from assistant.models.local.split_files import split_parts
    from assistant.models.model_files import inspect_language_model, model_name

    path = selected_file(settings)
    if path is None:
        path = prepared_file(settings.cache, settings.threads, notify)
        name, adapters = NAME, verified_adapters()
    else:
        name, adapters = model_name(path), {}
        inspect_language_model(path)
        for part in split_parts(path):
            verify_sidecar(part)
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
