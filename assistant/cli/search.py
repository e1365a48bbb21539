"""The commands `search`, `similar`, `list` and `show`."""

from __future__ import annotations

from dataclasses import asdict
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import Call, FilterOptions, JsonOption, WordsArgument
from assistant.cli.streams import Batch, Streams
from assistant.errors import UsageError
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.library import Hit, SourceRecord, StoredPaper, StoredTldr
    from assistant.paper import Paper

EMPTY = "The library is empty. Add papers with `assistant import FILE`."
NOTHING = "No papers match."
_KEY_HELP = "Paper id, the beginning of a paper id, or paper number."
# Seconds that a search may spend on computing missing vectors.
_PATIENCE_S = 2.0


class Order(Enum):
    """Sort orders of `list`; the values of `assistant.library.Sort`."""

    PUBLISHED = "published"
    ADDED = "added"
    TITLE = "title"


LimitOption = Annotated[
    int, typer.Option("--limit", metavar="N", min=1, help="Show at most N papers.")
]


def search(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="Query; - reads one per line from stdin.")
    ],
    limit: LimitOption = 10,
    *,
    options: FilterOptions,
    as_json: JsonOption = False,
    call: Call,
) -> None:
    """Find papers by full-text and vector search, best first.

    The query can contain filters: since:2024 until:2024-06-30 author:hinton tag:nlp
    source:page.txt retracted:no. A - before author, tag or source excludes papers. Filters alone
    list the newest papers.
    """
    streams = call.streams
    batch = Batch(query, streams)
    with call.open_session() as session:
        for asked in batch:
            with batch.each(asked):
                text, filters = options.with_query(asked)
                if not text.strip() and not filters.given:
                    raise UsageError("The query is empty. Enter what to search for.")
                hits = session.library.search(text, limit, filters, budget_s=_PATIENCE_S)
                _show_hits({"query": asked}, hits, streams, as_json=as_json)
    batch.end()


def similar(
    key: Annotated[str, typer.Argument(metavar="ID", help=_KEY_HELP)],
    limit: LimitOption = 10,
    *,
    options: FilterOptions,
    as_json: JsonOption = False,
    call: Call,
) -> None:
    """Find the papers most similar to a given paper, nearest first."""
    streams = call.streams
    filters = options.filters
    with call.open_session() as session:
        stored = session.library.papers.get(key)
        hits = session.library.search.similar(
            f"#{stored.number}", limit, filters, budget_s=_PATIENCE_S
        )
    _show_hits({"id": stored.id}, hits, streams, as_json=as_json)


def list_papers(
    query: WordsArgument = "",
    *,
    options: FilterOptions,
    sort: Annotated[
        Order | None, typer.Option("--sort", help="Sort by publication date, date added or title.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the first N papers.")
    ] = None,
    as_json: JsonOption = False,
    call: Call,
) -> None:
    """List papers: number, id, title and TL;DR.

    Papers are in import order. If you give filters, the newest come first; if QUERY has words, the
    best matches. QUERY takes the same filters as `search`. Output to a file or a pipe is one
    tab-separated line per paper.
    """
    streams = call.streams
    text, filters = options.with_query(query)
    if sort and text.strip():
        raise UsageError("Results for words are sorted by relevance. Omit --sort.")
    with call.open_session(embedding=False) as session:
        kept = session.library
        if sort:
            papers = kept.papers.sorted_by(sort.value, filters)
        else:
            chosen = bool(text.strip()) or filters.given
            papers = kept.papers.matching(text, filters) if chosen else kept.papers.all()
        rows = kept.tldrs.for_papers(islice(papers, limit))
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
        nothing = NOTHING if kept.papers.count() else EMPTY
        found = False
        for stored, tldr in rows:
            found = True
            _list_row(stored, tldr, streams)
        if not found:
            streams.note(nothing)


def show(
    key: Annotated[str, typer.Argument(metavar="ID", help=_KEY_HELP)],
    with_sources: Annotated[
        bool, typer.Option("--sources", help="Show every record the paper was merged from.")
    ] = False,
    as_json: JsonOption = False,
    *,
    call: Call,
) -> None:
    """Show one paper: metadata, reference, TL;DR and abstract."""
    from assistant.exporting import ExportRecord
    from assistant.exporting.citation_styles import formatted_reference

    streams = call.streams
    with call.open_session(embedding=False) as session:
        stored = session.library.papers.get(key)
        tldr = session.library.tldrs.get(stored.number)
        records = session.library.papers.records(stored.number)
    if as_json:
        streams.json(
            {
                "number": stored.number,
                "id": stored.id,
                **stored.paper.model_dump(mode="json"),
                "tldr": asdict(tldr) if tldr else None,
            }
            | (
                {
                    "sources": [
                        {
                            "sources": record.sources,
                            **record.paper.model_dump(mode="json", exclude={"source"}),
                        }
                        for record in records
                    ]
                }
                if with_sources
                else {}
            )
        )
        return
    paper = stored.paper
    streams.line((paper.shown_title, "bold"))
    known = [
        ("Id", f"{stored.id} (#{stored.number})"),
        *_described(paper),
        ("Reference", formatted_reference(ExportRecord.from_paper(paper, stored.id), "apa")),
        (
            "Read from",
            ", ".join(sorted({name for record in records for name in record.sources if name})),
        ),
    ]
    _fields(known, streams)
    if tldr:
        streams.line()
        streams.line(("TL;DR: ", "bold"), tldr.text)
    streams.line()
    streams.line(paper.abstract or ("No abstract.", "dim"))
    for place, record in enumerate(records if with_sources else (), 1):
        _show_record(place, record, streams)


def _described(paper: Paper, *ids: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    return [
        ("Authors", ", ".join(paper.authors)),
        ("Published", paper.published),
        *ids,
        ("Link", paper.url),
        ("Tags", ", ".join(paper.tags)),
    ]


def _fields(known: list[tuple[str, str | None]], streams: Streams) -> None:
    for name, value in known:
        if value:
            streams.line((f"{name + ':':<11}", "dim"), value)


def _show_record(place: int, record: SourceRecord, streams: Streams) -> None:
    """Show one record, with its number and file names first."""
    paper = record.paper
    streams.line()
    files = ", ".join(filter(None, record.sources)) or "not read from a file"
    streams.line((f"{place}. {files}", "bold"))
    known = [
        ("Title", paper.shown_title),
        *_described(paper, ("DOI", paper.doi), ("arXiv", paper.arxiv), ("PMID", paper.pmid)),
        ("Abstract", paper.abstract),
    ]
    _fields(known, streams)


def _list_row(stored: StoredPaper, tldr: StoredTldr | None, streams: Streams) -> None:
    line = tldr.text if tldr else ""
    if not streams.is_terminal:
        columns = (str(stored.number), stored.id, stored.shown_title, line)
        streams.line("\t".join(" ".join(column.split()) for column in columns))
        return
    streams.line(
        (f"#{stored.number}", "bold"), "  ", sanitized(stored.shown_title), "  ", (stored.id, "dim")
    )
    if line:
        streams.line("    ", (line, "green"))


def _show_hits(about: dict[str, Any], hits: list[Hit], streams: Streams, *, as_json: bool) -> None:
    """Show search results; as JSON together with the keys of `about`."""
    if as_json:
        streams.json({**about, "hits": [_hit_as_json(n, hit) for n, hit in enumerate(hits, 1)]})
        return
    if not hits:
        streams.note(NOTHING)
    for n, hit in enumerate(hits, 1):
        streams.line(
            (f"{n:>2}.", "bold"), f" {sanitized(hit.stored.shown_title)}  ", (hit.stored.id, "dim")
        )


def _hit_as_json(n: int, hit: Hit) -> dict[str, Any]:
    return {
        "n": n,
        "id": hit.stored.id,
        "title": hit.stored.title,
        "score": hit.score,
        "similarity": hit.similarity,
    }
