"""The commands `duplicates`, `merge` and `split`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import Call, JsonOption
from assistant.cli.streams import Streams
from assistant.errors import UsageError
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.library import DuplicatePair, StoredPaper

_NONE = "No possible duplicates."
_TWO = 2
_IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Paper id or number.")]


def duplicates(
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="Show at most N pairs.")
    ] = 100,
    dismiss: Annotated[
        str | None,
        typer.Option(
            "--dismiss",
            metavar="ID,ID",
            help="Remember that these two papers are different.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
    *,
    call: Call,
) -> None:
    """Show papers that are probably the same.

    Pairs that were not merged are shown with the reason. `assistant merge` merges a pair.
    `assistant duplicates --dismiss ID,ID` declares the papers different, and the pair is not shown
    again.
    """
    streams = call.streams
    with call.open_session(embedding=False) as session:
        library = session.library
        if dismiss is not None:
            names = [name.strip() for name in dismiss.split(",") if name.strip()]
            if len(names) != _TWO:
                raise UsageError(
                    "--dismiss needs two ids, separated by a comma. If an id contains a comma, "
                    "give the number of the paper."
                )
            papers = [library.papers.get(name) for name in names]
            library.keep_apart([paper.number for paper in papers])
            if as_json:
                streams.json({"different": [_paper(paper) for paper in papers]})
            else:
                streams.line("The papers stay separate.")
            return
        pairs = islice(library.possible_duplicates(), limit)
        if as_json:
            streams.json_list(map(_pair, pairs))
            return
        shown = 0
        for pair in pairs:
            shown += 1
            _show_pair(pair, streams)
    if not shown:
        streams.note(_NONE)
    elif shown == limit:
        streams.note(f"Only the first {limit:,} pairs are shown. --limit N shows more.")


def merge(
    one: _IdArgument,
    other: _IdArgument,
    as_json: JsonOption = False,
    *,
    call: Call,
) -> None:
    """Merge two papers into one.

    Their records, tags and files are combined. Later imports keep them together. `assistant split`
    reverses this.
    """
    with call.open_session(embedding=False) as session:
        library = session.library
        numbers = [library.papers.get(name).number for name in (one, other)]
        merged = library.papers.get(f"#{library.merge(numbers)}")
        records = len(library.papers.records(merged.number))
    if as_json:
        call.streams.json({**_paper(merged), "records": records})
        return
    call.streams.line(
        f"Merged: {merged.id} (#{merged.number}) {sanitized(merged.title)}, {records:,} records."
    )


def split(
    key: _IdArgument,
    chosen: Annotated[
        str | None,
        typer.Argument(
            metavar="SOURCE|RECORD",
            help="Split off only the records from this file, or the record with this number in "
            "`assistant show ID --sources`.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
    *,
    call: Call,
) -> None:
    """Split a paper into its records.

    Each of them becomes a paper of its own. Later imports keep them separate. Tags that you added
    stay with the first one. `assistant merge` reverses this.
    """
    with call.open_session(embedding=False) as session:
        library = session.library
        numbers = library.split(library.papers.get(key).number, chosen)
        papers = [library.papers.get(f"#{number}") for number in numbers]
    if as_json:
        call.streams.json([_paper(paper) for paper in papers])
        return
    for paper in papers:
        call.streams.line(
            (f"#{paper.number}", "bold"), "  ", sanitized(paper.title), "  ", (paper.id, "dim")
        )


def _show_pair(pair: DuplicatePair, streams: Streams) -> None:
    for paper in (pair.one, pair.other):
        year = f" ({paper.paper.year})" if paper.paper.year else ""
        streams.line(
            (f"#{paper.number}", "bold"),
            f"  {sanitized(paper.title)}{year}  ",
            (paper.id, "dim"),
        )
    streams.line("    ", (pair.reason, "green"))


def _pair(pair: DuplicatePair) -> dict[str, Any]:
    return {"one": _paper(pair.one), "other": _paper(pair.other), "reason": pair.reason}


def _paper(stored: StoredPaper) -> dict[str, Any]:
    return {"number": stored.number, "id": stored.id, "title": stored.title}
