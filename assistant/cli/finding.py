"""Commands that look into the library: `search`, `list` and `show`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import JsonOption, LibraryOption, UnusedModelOption, open_session
from assistant.cli.streams import Batch, Streams
from assistant.errors import UsageError

if TYPE_CHECKING:
    from assistant.library import Hit, StoredPaper, StoredTldr

EMPTY = "The library is empty. Fill it with `assistant import FILE`."


def search(
    context: typer.Context,
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="What to look for; - reads one query a line.")
    ],
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="Show at most N papers.")
    ] = 10,
    as_json: JsonOption = False,
    library: LibraryOption = None,
    model: UnusedModelOption = None,
) -> None:
    """Find papers by words and by meaning, the best first."""
    streams = Streams()
    batch = Batch(query, streams)
    with open_session(context, library, model, streams) as session:
        for asked in batch:
            with batch.each(asked):
                if not asked.strip():
                    raise UsageError("The query is empty. Say what to look for.")
                hits = session.library.search(asked, limit)
                if as_json:
                    found = [_hit_as_json(n, hit) for n, hit in enumerate(hits, 1)]
                    streams.json({"query": asked, "hits": found})
                else:
                    _show_hits(hits, streams)
    batch.end()


def list_papers(
    context: typer.Context,
    as_json: JsonOption = False,
    library: LibraryOption = None,
    model: UnusedModelOption = None,
) -> None:
    """List the papers: number, id, title and TL;DR.

    They come in the order of import. Written to a file or to another program it is one line a
    paper, with tabs between.
    """
    streams = Streams()
    with open_session(context, library, model, streams, embedding=False) as session:
        rows = session.library.tldrs()
        if as_json:
            streams.json_list(
                {
                    "number": stored.number,
                    "id": stored.id,
                    "title": stored.title,
                    "tldr": tldr.text if tldr else None,
                }
                for stored, tldr in rows
            )
            return
        if not session.library.count():
            streams.note(EMPTY)
        for stored, tldr in rows:
            _list_row(stored, tldr, streams)


def show(
    context: typer.Context,
    key: Annotated[
        str,
        typer.Argument(metavar="ID", help="Id of the paper, its beginning, or its number."),
    ],
    as_json: JsonOption = False,
    library: LibraryOption = None,
    model: UnusedModelOption = None,
) -> None:
    """Show one paper: TL;DR, abstract and all that is known of it."""
    streams = Streams()
    with open_session(context, library, model, streams, embedding=False) as session:
        stored = session.library.get(key)
        tldr = session.library.tldr(stored.number)
    if as_json:
        streams.json(
            {
                "number": stored.number,
                "id": stored.id,
                **stored.paper.model_dump(mode="json"),
                "tldr": asdict(tldr) if tldr else None,
            }
        )
        return
    paper = stored.paper
    streams.line((paper.title, "bold"))
    known = [
        ("Id", f"{stored.id} (#{stored.number})"),
        ("Authors", ", ".join(paper.authors)),
        ("Published", paper.published or ""),
        ("Link", paper.url or ""),
        ("Tags", ", ".join(paper.tags)),
        ("Read from", paper.source),
    ]
    for name, value in known:
        if value:
            streams.line((f"{name + ':':<11}", "dim"), value)
    if tldr:
        streams.line()
        streams.line(("TL;DR: ", "bold"), tldr.text)
    streams.line()
    streams.line(paper.abstract)


def _list_row(stored: StoredPaper, tldr: StoredTldr | None, streams: Streams) -> None:
    line = tldr.text if tldr else ""
    if not streams.is_terminal:
        columns = (str(stored.number), stored.id, stored.title, line)
        streams.line("\t".join(" ".join(column.split()) for column in columns))
        return
    streams.line((f"#{stored.number}", "bold"), "  ", stored.title, "  ", (stored.id, "dim"))
    if line:
        streams.line("    ", (line, "green"))


def _show_hits(hits: list[Hit], streams: Streams) -> None:
    if not hits:
        streams.note("Nothing in the library fits.")
    for n, hit in enumerate(hits, 1):
        streams.line((f"{n:>2}.", "bold"), f" {hit.stored.title}  ", (hit.stored.id, "dim"))


def _hit_as_json(n: int, hit: Hit) -> dict[str, Any]:
    return {
        "n": n,
        "id": hit.stored.id,
        "title": hit.stored.title,
        "score": hit.score,
        "similarity": hit.similarity,
    }
