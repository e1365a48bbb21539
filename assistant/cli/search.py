"""The commands `search`, `similar`, `list` and `show`."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import Call, FilterOptions, JsonOption, WordsArgument
from assistant.cli.streams import Batch, Streams
from assistant.errors import UsageError
from assistant.reference import has_zotero_pdf, zotero_link
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.api import PaperDetails, PaperLine, SearchResult, SourcePaper

EMPTY = "The library is empty. Add papers with `assistant import FILE`."
NOTHING = "No papers match."
_KEY_HELP = "Paper id, the beginning of a paper id, or paper number."


class Order(Enum):
    """Sort orders of `list`; the values of `assistant.library.Sort`."""

    PUBLISHED = "published"
    ADDED = "added"
    TITLE = "title"
    AUTHOR = "author"
    VENUE = "venue"


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
    with call.open_library() as library:
        for asked in batch:
            with batch.each(asked):
                found = library.search(asked, limit=limit, filters=options.filters)
                _show_hits(found, streams, as_json=as_json)
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
    with call.open_library() as library:
        found = library.similar(key, limit=limit, filters=filters)
    _show_hits(found, streams, as_json=as_json)


def list_papers(
    query: WordsArgument = "",
    *,
    options: FilterOptions,
    sort: Annotated[
        Order | None,
        typer.Option("--sort", help="Sort by date, date added, title, first author or venue."),
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
    text, _ = options.with_query(query)
    if sort and text.strip():
        raise UsageError("Results for words are sorted by relevance. Omit --sort.")
    with call.open_library(embedding=False) as library:
        papers = library.papers(
            query, sort=sort.value if sort else None, limit=limit, filters=options.filters
        )
        if as_json:
            streams.json_list(paper.as_json() for paper in papers)
            return
        nothing = NOTHING if len(library) else EMPTY
        found = False
        for paper in papers:
            found = True
            _list_row(paper, streams)
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
    streams = call.streams
    with call.open_library(embedding=False) as library:
        if as_json:
            streams.json(library.get(key, sources=with_sources).as_json())
            return
        paper = library.get(key, sources=True)
        (reference,) = library.cite(f"#{paper.number}")
    streams.line((paper.shown_title, "bold"))
    read_from = sorted({name for record in paper.sources for name in record.sources if name})
    known = [
        ("Id", f"{paper.id} (#{paper.number})"),
        *_described(paper),
        ("Reference", reference),
        ("Zotero", _in_zotero(paper.reference)),
        ("Read from", ", ".join(read_from)),
    ]
    _fields(known, streams)
    if paper.tldr:
        streams.line()
        streams.line(("TL;DR: ", "bold"), paper.tldr.text)
    streams.line()
    streams.line(paper.abstract or ("No abstract.", "dim"))
    for place, record in enumerate(paper.sources if with_sources else (), 1):
        _show_record(place, record, streams)


def _in_zotero(reference: dict[str, Any]) -> str:
    """The link to the paper's item in Zotero, and whether that has a PDF."""
    pdf = " (has PDF)" if has_zotero_pdf(reference) else ""
    return f"{zotero_link(reference)}{pdf}"


def _described(
    paper: PaperDetails | SourcePaper, *ids: tuple[str, str | None]
) -> list[tuple[str, str | None]]:
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


def _show_record(place: int, paper: SourcePaper, streams: Streams) -> None:
    """Show one record, with its number and file names first."""
    streams.line()
    files = ", ".join(filter(None, paper.sources)) or "not read from a file"
    streams.line((f"{place}. {files}", "bold"))
    known = [
        ("Title", paper.shown_title),
        *_described(paper, ("DOI", paper.doi), ("arXiv", paper.arxiv), ("PMID", paper.pmid)),
        ("Abstract", paper.abstract),
    ]
    _fields(known, streams)


def _list_row(paper: PaperLine, streams: Streams) -> None:
    line = paper.tldr or ""
    if not streams.is_terminal:
        columns = (str(paper.number), paper.id, paper.shown_title, line)
        streams.line("\t".join(" ".join(column.split()) for column in columns))
        return
    streams.line(
        (f"#{paper.number}", "bold"), "  ", sanitized(paper.shown_title), "  ", (paper.id, "dim")
    )
    if line:
        streams.line("    ", (line, "green"))


def _show_hits(found: SearchResult, streams: Streams, *, as_json: bool) -> None:
    """Show search results."""
    if as_json:
        streams.json(found.as_json())
        return
    if not found.hits:
        streams.note(NOTHING)
    for hit in found:
        streams.line((f"{hit.n:>2}.", "bold"), f" {sanitized(hit.shown_title)}  ", (hit.id, "dim"))
