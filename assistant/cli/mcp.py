"""The command `mcp`: the library for MCP clients."""

from __future__ import annotations

import importlib.util
from typing import Annotated

import typer

from assistant.cli.options import ModelCall
from assistant.errors import UsageError

_MISSING = (
    "The MCP server needs the package `mcp`, which is not installed. Install it with: "
    'pip install "offline-paper-assistant[mcp]"'
)


def mcp(
    allow_writes: Annotated[
        bool,
        typer.Option(
            "--allow-writes",
            help="Also offer tools that import files and change tags.",
        ),
    ] = False,
    *,
    call: ModelCall,
) -> None:
    """Serve the library to an MCP client over stdin and stdout.

    The Model Context Protocol connects chat clients and editors with tools. The client starts this
    command; docs/mcp.md has the configuration of several clients. Stdout carries the protocol only,
    notes go to stderr. Nothing is contacted but the model servers that you have chosen.
    """
    try:
        # Older versions of the package have another interface.
        found = importlib.util.find_spec("mcp.server.mcpserver")
    except ImportError:
        found = None
    if found is None:
        raise UsageError(_MISSING)
    with call.open_library() as library:
        # A library that cannot be opened is reported before the client connects.
        len(library)

        from assistant.mcp_server.server import build_server

        build_server(library, allow_writes=allow_writes).run("stdio")
