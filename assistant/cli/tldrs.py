"""The command `tldr`: one-line summaries of the library, or of papers that are handed in."""

from __future__ import annotations

import csv
import enum
import io
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.destination import destination
from assistant.cli.finding import EMPTY, NOTHING
from assistant.cli.inputs import Inputs
from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.options import (
    AuthorOption,
    LibraryOption,
    ModelOption,
    SinceOption,
    SourceOption,
    TagOption,
    UntilOption,
    filters_of,
    open_session,
)
from assistant.cli.streams import Streams, as_json
from assistant.errors import UsageError
from assistant.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.library import Filters
    from assistant.session import Session
    from assistant.summarizing import TldrResult
    from assistant.summarizing.page import PageLine

_COLUMNS = ("id", "title", "tldr", "method", "model", "prompt", "seconds")
_MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|&~$"})

# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


class Format(enum.StrEnum):
    """How the results are written."""

    jsonl = "jsonl"
    csv = "csv"
    md = "md"
    text = "text"
    html = "html"


def tldr(
    context: typer.Context,
    path: Annotated[
        str | None,
        typer.Argument(metavar="PATH", help="Papers to read, - is stdin; without it: the library."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write them.")] = Format.text,
    json_lines: Annotated[bool, typer.Option("--json", help="The same as --format jsonl.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="File to write instead of stdout.")
    ] = None,
    by_date: Annotated[
        bool, typer.Option("--by-date", help="Group the page of --format html by date, not topic.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the first N papers.")
    ] = None,
    redo: Annotated[
        bool, typer.Option("--redo", help="Write them anew, also those that are there.")
    ] = False,
    since: SinceOption = None,
    until: UntilOption = None,
    author: AuthorOption = None,
    tag: TagOption = None,
    source: SourceOption = None,
    library: LibraryOption = None,
    model: ModelOption = None,
) -> None:
    """Write a one-line TL;DR for every paper.

    Those of the library are kept in it: what is there is not written again, and a call goes on
    where the last one stopped. TL;DRs of papers from PATH or stdin are only written out.
    """
    streams = Streams()
    inputs = None if path is None else Inputs([path])
    chosen = Format.jsonl if json_lines else form
    filters = filters_of(since, until, author, tag, source)
    if inputs is not None and (filters.given or redo):
        raise UsageError(
            "Only papers of the library can be selected or written anew. Import PATH first, or "
            "leave these options out."
        )
    with open_session(context, library, model, streams, embedding=False) as session:
        results, total = _work(session, inputs, filters, limit, redo=redo)
        if total == 0:
            streams.note(NOTHING if filters.given else EMPTY)
        # An interrupt or a failure leaves the block by an exception, and then FILE is as it was.
        with stop_on_interrupt() as stop, destination(out, streams) as write:
            written = 0
            page: list[PageLine] = []
            write(_head(chosen))
            bar = streams.progress("Writing TL;DRs", total, when=out or not streams.is_terminal)
            with bar as done:
                for result in results(stop.is_set):
                    if chosen is Format.html:
                        page.append(_page_line(result))
                    else:
                        write(_row(result, chosen))
                    written += 1
                    done(written)
            if chosen is Format.html:
                from assistant.summarizing.page import tldr_page

                write(tldr_page(page, "date" if by_date else "topic"))
            if inputs is not None:
                inputs.report(streams)
            if stop.is_set():
                streams.note(_stopped(written, kept=inputs is None))
                raise typer.Exit(INTERRUPTED)
            if inputs is not None and inputs.failed:
                raise typer.Exit(1)


def _work(
    session: Session, inputs: Inputs | None, filters: Filters, limit: int | None, *, redo: bool
) -> tuple[Callable[[Callable[[], bool]], Iterator[TldrResult]], int | None]:
    """What writes the TL;DRs once it is told when to stop, and how many there will be if known.

    Library and model are opened here, where an interrupt ends the command at once.
    """
    model = session.model
    if inputs is not None:
        from assistant.summarizing import summarise_papers

        return (
            lambda should_stop: summarise_papers(
                islice(inputs.papers(should_stop), limit), model, session.prompts, should_stop
            ),
            None,
        )
    summarizer, papers = session.summarizer, islice(session.library.papers(filters), limit)
    count = session.library.count(filters)
    return (
        lambda should_stop: summarizer.run(papers, should_stop, redo=redo),
        count if limit is None else min(count, limit),
    )


def _head(form: Format) -> str:
    return ",".join(_COLUMNS) + "\n" if form is Format.csv else ""


def _page_line(result: TldrResult) -> PageLine:
    from assistant.summarizing.page import PageLine

    paper = result.paper
    return PageLine(
        title=paper.title,
        tldr=result.tldr,
        abstract=paper.abstract,
        method=result.method,
        date=paper.published,
        authors=tuple(paper.authors),
        url=paper.url,
    )


def _row(result: TldrResult, form: Format) -> str:
    shape = result.as_json()
    if form is Format.jsonl:
        return as_json(shape) + "\n"
    if form is Format.csv:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow([_cell(shape[name]) for name in _COLUMNS])
        return line.getvalue()
    title, tldr = visible(result.title), visible(result.tldr)
    if form is Format.md:
        return f"- **{title.translate(_MARKDOWN)}** — {tldr.translate(_MARKDOWN)}\n"
    return f"{title} — {tldr}\n"


def _cell(value: object) -> str:
    """`value` for a table; an apostrophe keeps a spreadsheet from computing a text."""
    text = visible(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _stopped(written: int, *, kept: bool) -> str:
    if kept:
        return (
            f"Stopped: the TL;DRs written so far ({written} came out) are kept in the library. "
            "The same command goes on from here."
        )
    return f"Stopped: {written} TL;DRs came out; those of papers outside the library are not kept."
