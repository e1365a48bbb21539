"""The command `tldr`: one-line summaries of the library or of given papers."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.cluster import cluster_of, report_failures
from assistant.cli.inputs import Inputs
from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.options import (
    ColumnsOption,
    FilterOptions,
    ModelCall,
    RayOption,
    ReadAsOption,
)
from assistant.cli.output_file import destination
from assistant.cli.search import EMPTY, NOTHING
from assistant.cli.tldr_output import Format, Output, show_explanation
from assistant.errors import UsageError
from assistant.text.formatting import format_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from assistant.cluster import ClusterBatches
    from assistant.library import Filters, StoredPaper
    from assistant.progress import Progress
    from assistant.session import Session
    from assistant.summarizing import TldrResult

_NO_ABSTRACT = "The paper {} has no abstract to summarize. Import a record that has one."


def tldr(
    path: Annotated[
        str | None,
        typer.Argument(metavar="PATH", help="Papers to read; - reads stdin. Default: the library."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="Output format.")] = Format.text,
    json_lines: Annotated[bool, typer.Option("--json", help="The same as --format jsonl.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write to this file instead of stdout."),
    ] = None,
    by_date: Annotated[
        bool, typer.Option("--by-date", help="Group the HTML page by date instead of topic.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the first N papers.")
    ] = None,
    redo: Annotated[bool, typer.Option("--redo", help="Rewrite existing TL;DRs.")] = False,
    keys: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="ID", help="Only this paper. Repeat for several."),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option("--explain", metavar="ID", help="Show how the TL;DR of one paper was made."),
    ] = None,
    ray: RayOption = None,
    columns: ColumnsOption = None,
    read_as: ReadAsOption = None,
    *,
    options: FilterOptions,
    call: ModelCall,
) -> None:
    """Write a one-line TL;DR for every paper that has an abstract.

    Existing TL;DRs are reused. Those of library papers are stored in the library, those of papers
    from PATH or stdin in the cache folder. A batch that was stopped or killed continues where it
    ended.
    """
    streams = call.streams
    inputs = None if path is None else Inputs([path], columns, read_as)
    filters = options.filters
    if inputs is not None and (filters.given or keys):
        raise UsageError(
            "Only papers in the library can be selected. Import PATH first, or omit these options."
        )
    if keys and filters.given:
        raise UsageError("Select papers either with --id or with the other options, not both.")
    form = Format.jsonl if json_lines else form
    if explain is not None:
        if inputs is not None or filters.given or keys or ray is not None:
            raise UsageError(
                "--explain takes one paper of the library, no other selection, and no --ray."
            )
        with call.open_session(embedding=False) as session:
            stored = session.library.papers.get(explain)
            if not stored.abstract:
                raise UsageError(_NO_ABSTRACT.format(stored.id))
            explanation = session.summarizer.explain(stored)
        show_explanation(explanation, streams, json=form is Format.jsonl)
        return
    with (
        call.open_session(embedding=False) as session,
        cluster_of(ray, session, streams) as cluster,
    ):
        counted = out is not None or not streams.is_terminal
        if inputs is None:
            results, total = _of_library(session, cluster, filters, keys, limit, redo=redo)
            if total == 0:
                streams.note(NOTHING if filters.given else EMPTY)
        else:
            results = _of_inputs(session, cluster, inputs, limit, redo=redo)
            total = _least(inputs.count(), limit) if counted else None
        # An interrupt or a failure leaves the block by an exception; FILE then stays unchanged.
        with stop_on_interrupt() as progress, destination(out, streams) as write:
            output = Output(form, write, by_date=by_date)
            done = reused = 0
            with streams.progress("Writing TL;DRs", total or 0, progress, when=counted):
                for result in results(progress):
                    output.add(result)
                    done += 1
                    reused += not result.new
                    progress.report(done, reused=reused)
            output.end(session.library if inputs is None else None)
            if inputs is not None:
                inputs.report(streams)
            if progress.stop_requested:
                streams.note(_stopped(done, in_library=inputs is None))
                raise typer.Exit(INTERRUPTED)
            report_failures(cluster, streams)
            if inputs is not None and inputs.failed:
                raise typer.Exit(1)


def _of_library(
    session: Session,
    cluster: ClusterBatches | None,
    filters: Filters,
    keys: list[str] | None,
    limit: int | None,
    *,
    redo: bool,
) -> tuple[Callable[[Progress], Iterator[TldrResult]], int | None]:
    """A function that writes the TL;DRs, and how many there will be.

    Library and model are opened here, where an interrupt ends the command at once.
    """
    chosen: Iterable[StoredPaper]
    if keys:
        # Each paper once, whichever of its ids was given.
        named = {paper.number: paper for paper in map(session.library.papers.get, keys)}
        for paper in named.values():
            if not paper.abstract:
                raise UsageError(_NO_ABSTRACT.format(paper.id))
        chosen, count = named.values(), len(named)
    else:
        filters = replace(filters, with_abstract=True)
        chosen, count = session.library.papers.all(filters), session.library.papers.count(filters)
    summarizer = cluster.summarizer(session.library) if cluster else session.summarizer
    return (
        lambda progress: summarizer.run(
            islice(chosen, limit), progress, redo=redo, notify=session.notify
        ),
        _least(count, limit),
    )


def _of_inputs(
    session: Session,
    cluster: ClusterBatches | None,
    inputs: Inputs,
    limit: int | None,
    *,
    redo: bool,
) -> Callable[[Progress], Iterator[TldrResult]]:
    """A function that writes the TL;DRs; the model is opened here."""
    from assistant.summarizing import summarize_papers

    model, cache = cluster.model if cluster else session.model, session.tldr_cache
    writer = cluster.tldr_writer() if cluster else None
    return lambda progress: summarize_papers(
        islice((paper for paper in inputs.papers(progress) if paper.abstract), limit),
        model,
        session.prompts,
        progress,
        cache=cache,
        redo=redo,
        writer=writer,
    )


def _least(count: int | None, limit: int | None) -> int | None:
    return min((one for one in (count, limit) if one is not None), default=None)


def _stopped(written: int, *, in_library: bool) -> str:
    where = "library" if in_library else "cache folder"
    return (
        f"Stopped after {format_count(written, 'TL;DR')}. They are saved in the {where}. Run the "
        "same command again to continue."
    )
