"""What computes: language models and embedders, behind the protocols of `base`."""

from __future__ import annotations

from collections.abc import Callable

from assistant.models.base import (
    Embedder,
    GenerationRequest,
    GenerationStats,
    LanguageModel,
    Message,
    Priority,
    TextStream,
    Vectors,
)
from assistant.settings import Settings

__all__ = [
    "Embedder",
    "GenerationRequest",
    "GenerationStats",
    "LanguageModel",
    "Message",
    "Priority",
    "TextStream",
    "Vectors",
    "open_embedder",
    "open_language_model",
]


def open_language_model(settings: Settings, notify: Callable[[str], None]) -> LanguageModel:
    """Load the language model that `settings` name; `notify` gets one-line notes for people.

    Raises:
        ModelFileInvalid: the file is not a whole GGUF, or not the one its checksum promises.
        ModelError: it cannot be loaded.
    """
    from assistant.models.checksum import verify_sidecar
    from assistant.models.embedded import NAME, checked_adapters, prepared_file
    from assistant.models.engine import Engine
    from assistant.models.gguf import inspect_gguf

    if settings.model is None:
        path = prepared_file(settings.cache, settings.threads, notify)
        name, adapters = NAME, checked_adapters()
    else:
        path = settings.model.expanduser()
        name, adapters = path.stem, {}
        inspect_gguf(path)
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
