"""The command `cite`: formatted references."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.options import Call, FilterOptions
from assistant.cli.search import NOTHING
from assistant.cli.tagging import KeysArgument, selected


def cite(
    keys: KeysArgument = None,
    style: Annotated[
        str,
        typer.Option(
            "--style",
            metavar="STYLE",
            help="apa, chicago, ieee or vancouver, or the path of a CSL file.",
        ),
    ] = "apa",
    *,
    options: FilterOptions,
    call: Call,
) -> None:
    """Print formatted references of papers.

    Name the papers, or select them with options. Any style of the Citation Style Language can be
    used: download its file and give its path.
    """
    from assistant.exporting import ExportRecord
    from assistant.exporting.citation_styles import formatted_references

    streams = call.streams
    with call.open_session(embedding=False) as session:
        papers = selected(session.library, keys, options.filters)
    if not papers:
        streams.note(NOTHING)
        return
    records = [ExportRecord.from_paper(stored.paper, stored.id) for stored in papers]
    for line in formatted_references(records, style):
        streams.line(line)
