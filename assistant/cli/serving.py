"""The command `serve`: the chat page."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.keeping import fill_with_sample
from assistant.cli.options import LibraryOption, ModelOption, SampleOption, open_session
from assistant.cli.streams import Streams

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
            "--host", metavar="ADDRESS", help="Address to listen at; only this computer's own."
        ),
    ] = HOST,
    sample: SampleOption = False,
    library: LibraryOption = None,
    model: ModelOption = None,
) -> None:
    """Open the chat page on this computer, until Ctrl-C."""
    streams = Streams()
    with open_session(context, library, model, streams) as session:
        from assistant.web.server import serve as serve_page

        if sample:
            fill_with_sample(session.library, streams)
        serve_page(
            session,
            host=host,
            port=port,
            on_ready=lambda address: streams.line(
                "The page is open at ", (address, "bold"), " (Ctrl-C ends it)"
            ),
        )
