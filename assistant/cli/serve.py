"""The command `serve`: the chat page."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.importing import fill_with_sample
from assistant.cli.options import LibraryOption, ModelOption, SampleOption, open_session
from assistant.cli.streams import Streams
from assistant.errors import UsageError

HOST = "127.0.0.1"
PORT = 7860


def serve(
    context: typer.Context,
    port: Annotated[
        int,
        typer.Option("--port", metavar="N", min=0, max=65_535, help="Port; 0 takes any free one."),
    ] = PORT,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="Address to listen at; without --auth only this computer is served. 0.0.0.0 "
            "stands for all addresses it has.",
        ),
    ] = HOST,
    auth: Annotated[
        Path | None,
        typer.Option(
            "--auth",
            metavar="FILE",
            help="Let only the users in this file in, each with chats of their own; "
            "`user add` makes it.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            metavar="HOST",
            help="Also answer to this name, of a name server or a proxy; may be given again.",
            show_default=False,
        ),
    ] = None,
    sample: SampleOption = False,
    library: LibraryOption = None,
    model: ModelOption = None,
) -> None:
    """Open the chat page on this computer, until Ctrl-C; for a group with --auth."""
    streams = Streams()
    if name and auth is None:
        raise UsageError("--name is for a page on which people log in: give --auth FILE, too.")
    with open_session(context, library, model, streams) as session:
        from assistant.web.serving.server import serve as serve_page
        from assistant.web.serving.users import Users

        users = Users(auth) if auth else None
        if sample:
            fill_with_sample(session.library, streams)

        def on_ready(address: str) -> None:
            streams.line("The page is open at ", (address, "bold"), " (Ctrl-C ends it)")
            if users and not _is_local(host):
                streams.note(
                    "What people type and read there, passwords too, goes through the network "
                    "unencrypted, unless a tunnel or a TLS proxy stands before it: "
                    "docs/serving.md."
                )

        serve_page(
            session,
            host=host,
            port=port,
            on_ready=on_ready,
            users=users,
            names=name or (),
        )


def _is_local(host: str) -> bool:
    return host == "localhost" or ipaddress.ip_address(host).is_loopback
