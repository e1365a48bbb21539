"""The command `serve`: the web page."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.importing import fill_with_sample
from assistant.cli.options import ModelCall, SampleOption
from assistant.errors import UsageError

HOST = "127.0.0.1"
OPENAPI = "/api/openapi.json"
PORT = 7860


def serve(
    port: Annotated[
        int,
        typer.Option("--port", metavar="N", min=0, max=65_535, help="Port; 0 picks a free one."),
    ] = PORT,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="Address to listen on. Without --auth only this computer can connect; 0.0.0.0 "
            "means all addresses.",
        ),
    ] = HOST,
    auth: Annotated[
        Path | None,
        typer.Option(
            "--auth",
            metavar="FILE",
            help="Require log-in by the users in this file; each has their own chats. "
            "`user add` creates the file.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            metavar="HOST",
            help="Also accept requests for this host name. Repeat for several.",
            show_default=False,
        ),
    ] = None,
    api: Annotated[
        bool,
        typer.Option("--api", help="Also serve the library as JSON and to chat clients."),
    ] = False,
    sample: SampleOption = False,
    *,
    call: ModelCall,
) -> None:
    """Serve the web page until Ctrl-C.

    Only this computer can connect. To serve a group, give --auth and --host. With --api, programs
    can use the library: docs/http.md.
    """
    streams = call.streams
    if name and auth is None:
        raise UsageError("--name needs a log-in. Give --auth FILE too.")
    with call.open_session() as session:
        from assistant.web.serving.server import PageServer
        from assistant.web.serving.users import Users

        users = Users(auth) if auth else None
        if sample:
            fill_with_sample(session.library, streams)

        def on_ready(address: str) -> None:
            streams.line("The page is open at ", (address, "bold"), " (press Ctrl-C to stop)")
            if api:
                streams.line(f"API: {address}{OPENAPI}")
                streams.line(f"OpenAI-compatible: {address}/v1")
            if users and not _is_local(host):
                streams.note(
                    "The connection is not encrypted, including passwords. Use a tunnel or a TLS "
                    "proxy: see docs/serving.md."
                )

        PageServer(session, host, port, users, name or (), api=api).run(on_ready)


def _is_local(host: str) -> bool:
    return host == "localhost" or ipaddress.ip_address(host).is_loopback
