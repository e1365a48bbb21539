"""`models info`, `models use` and `embed --embedder` for a model on a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.cli.confirmation import confirm_servers
from assistant.destinations import destinations
from assistant.errors import UsageError
from assistant.saved_settings import save_settings
from assistant.server_address import ServerAddress
from assistant.settings import load_settings, with_changes
from assistant.text.formatting import format_count

# The name of the embedder that needs no server.
BUNDLED = "bundled"

if TYPE_CHECKING:
    from assistant.cli.options import Call
    from assistant.models.server_model import ServerModel
    from assistant.settings import Settings


def parse_address(given: str) -> ServerAddress:
    """The address `given`.

    Raises:
        UsageError: it is not one.
    """
    try:
        return ServerAddress.parse(given)
    except ValueError as error:
        raise UsageError(f"{given}: {error}") from error


def show_server(address: ServerAddress, call: Call, *, as_json: bool) -> None:
    """Show what the server says about its model, and what is sent to it."""
    settings = _confirmed(address, call)
    (sent,) = destinations(settings, embedder=False)
    model = _open(address, settings)
    try:
        shape = {
            "name": model.name,
            "server": str(address),
            "parameters": model.parameters or None,
            "context": model.context_tokens,
            "slots": model.slots,
            "sent": sent.sent,
        }
    finally:
        model.close()
    if as_json:
        call.streams.json(shape)
        return
    size = f"{model.parameters / 1e6:,.0f} million" if model.parameters else "not stated"
    for name, value in (
        ("Name", model.name),
        ("Server", str(address)),
        ("Parameters", size),
        ("Context", f"{model.context_tokens:,} tokens are used"),
        ("At once", format_count(model.slots, "batch request")),
        ("Sent", sent.text),
    ):
        call.streams.line((f"{name:<14}", "bold"), value)


def use_server(address: ServerAddress, call: Call) -> None:
    """Use the model of a server from now on, in this library, if it answers."""
    settings = _confirmed(address, call)
    model = _open(address, settings)
    model.close()
    save_settings(settings.library, {"model": address})
    call.streams.line(
        f"{model.name} on {address.base} answers from now on, in the library {settings.library}."
    )


def use_embedder(given: str, call: Call) -> None:
    """Use the embedder of the server `given` from now on, in this library, or the bundled one.

    Raises:
        EmbedderUnavailable: the server cannot be used.
    """
    from assistant.embedder import RemoteEmbedder
    from assistant.models import open_embedder

    address = None if given.strip().casefold() == BUNDLED else parse_address(given)
    settings = with_changes(call.settings, embedder=address)
    used = destinations(settings, model=False)
    if confirm_servers(used, settings, call.streams, agreed=call.confirm_server):
        settings = with_changes(load_settings(library=settings.library), embedder=address)
    embedder = open_embedder(settings, call.streams.note)
    if isinstance(embedder, RemoteEmbedder):
        embedder.close()
    save_settings(settings.library, {"embedder": address})
    call.streams.note(f"Vectors are computed by {embedder.name} from now on.")


def _confirmed(address: ServerAddress, call: Call) -> Settings:
    """The settings with this server as the model, after the user has agreed to use it."""
    settings = _using(call.settings, address)
    used = destinations(settings, embedder=False)
    if confirm_servers(used, settings, call.streams, agreed=call.confirm_server):
        settings = _using(load_settings(library=settings.library), address)
    return settings


def _using(settings: Settings, address: ServerAddress) -> Settings:
    return settings if settings.model == address else with_changes(settings, model=address)


def _open(address: ServerAddress, settings: Settings) -> ServerModel:
    from assistant.models import open_server_model

    return open_server_model(settings, address, lambda note: None)
