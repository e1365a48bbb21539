"""Language models and embedders, behind the protocols of `embedder` and `protocols`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.destinations import require_confirmed
from assistant.embedder import Embedder
from assistant.errors import EmbedderUnavailable, ModelServerError, ServerNotConfirmed
from assistant.models.protocols import (
    GenerationRequest,
    GenerationStats,
    LanguageModel,
    Message,
    Priority,
    TextStream,
)
from assistant.server_address import ServerAddress
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.models.server_model import ServerModel

__all__ = [
    "GenerationRequest",
    "GenerationStats",
    "LanguageModel",
    "Message",
    "ModelFile",
    "ModelOnServer",
    "Priority",
    "TextStream",
    "describe_language_model",
    "open_bundled_embedder",
    "open_embedder",
    "open_language_model",
    "open_server_model",
]


@dataclass(frozen=True)
class ModelFile:
    """Name, path and size (None if missing) of a language model's file."""

    name: str
    file: Path
    bytes: int | None


@dataclass(frozen=True)
class ModelOnServer:
    """Name and address of a language model on a server; nothing was asked of the server."""

    name: str
    address: ServerAddress


def describe_language_model(settings: Settings) -> ModelFile | ModelOnServer:
    """Describe the language model that `settings` select, without loading it.

    For the bundled model, the file is the re-encoded one if it exists, else the packaged one.

    Raises:
        ModelError: the bundled model is not installed, or no model has the selected name.
    """
    from assistant.models.bundled_model import NAME, packaged_file, prepared_path
    from assistant.models.local.selection import selected_file
    from assistant.models.model_files import model_bytes, model_name

    if isinstance(settings.model, ServerAddress):
        name = settings.model.model or "the only model of the server"
        return ModelOnServer(name, settings.model)
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
        ServerNotConfirmed: it is on another computer, and the user has not confirmed that.
        ModelServerError: its server cannot be used.
        ModelError: it cannot be loaded, or no model has the selected name.
    """
    if isinstance(settings.model, ServerAddress):
        return open_server_model(settings, settings.model, notify)
    from assistant.models.bundled_model import NAME, prepared_file, verified_adapters
    from assistant.models.checksum import verify_sidecar
    from assistant.models.engine import Engine
    from assistant.models.gpu import layers_on_gpu
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
        gpu_layers=layers_on_gpu(settings, inspect_language_model(path), notify),
        notify=notify,
    )


def open_server_model(
    settings: Settings, address: ServerAddress, notify: Callable[[str], None]
) -> ServerModel:
    """Open the model of a server; `notify` gets messages for the user.

    Raises:
        ServerNotConfirmed: it is on another computer, and the user has not confirmed that.
        ModelServerError: the server cannot be used.
    """
    from assistant.models.server_keys import find_key
    from assistant.models.server_model import ServerModel

    require_confirmed(settings, address)
    key = find_key(settings, address)
    if key.secret and not (address.is_encrypted or address.is_local):
        notify(f"The key is sent to {address.base} without encryption. Use https if you can.")
    return ServerModel(
        address,
        key=key,
        context=settings.context,
        slots=settings.slots,
        timeout_s=settings.server_timeout,
    )


def open_embedder(settings: Settings, notify: Callable[[str], None]) -> Embedder:
    """Open the embedding model that `settings` select. The bundled one is loaded on first use.

    Raises:
        EmbedderUnavailable: its files are missing or damaged, ONNX Runtime cannot be used, or its
            server is not confirmed or cannot be used.
    """
    if settings.embedder is None:
        return open_bundled_embedder(settings, notify)
    from assistant.models.server_embedder import ServerEmbedder
    from assistant.models.server_keys import find_key

    address = settings.embedder
    try:
        require_confirmed(settings, address)
        key = find_key(settings, address)
        return ServerEmbedder(address, key=key, timeout_s=settings.server_timeout)
    except (ServerNotConfirmed, ModelServerError) as error:
        raise EmbedderUnavailable(str(error)) from error


def open_bundled_embedder(settings: Settings, notify: Callable[[str], None]) -> Embedder:
    """Open the bundled embedding model, which is loaded on first use.

    Raises:
        EmbedderUnavailable: its files are missing or damaged, or ONNX Runtime cannot be used.
    """
    from assistant.models import minilm

    return minilm.open_embedder(settings, notify)
