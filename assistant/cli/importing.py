"""The commands `import` and `status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.inputs import Inputs
from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.maintenance import embed_missing
from assistant.cli.options import Call, ColumnsOption, JsonOption, ModelCall, ReadAsOption
from assistant.cli.streams import Streams
from assistant.progress import Progress
from assistant.reports import MAX_LISTED, merge_lines
from assistant.text.formatting import format_count
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.library import Library


def import_papers(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Files, folders or archives; - reads stdin.")
    ],
    columns: ColumnsOption = None,
    read_as: ReadAsOption = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Exit with 1 if any record could not be read; warnings do not count.",
        ),
    ] = False,
    later: Annotated[
        bool,
        typer.Option(
            "--no-vectors", help="Do not compute vectors; `assistant embed` does that later."
        ),
    ] = False,
    as_json: JsonOption = False,
    *,
    call: Call,
) -> None:
    """Import papers from files into the library.

    Reads exports of reference managers and databases (BibTeX, RIS, PubMed, EndNote, Web of
    Science, CSV, JSON and more), arXiv records and saved pages of abstracts, also in folders, zip
    archives and gzip files. File types are detected from content. Records of papers that the
    library already has are merged, not added twice, and the first of them are listed. `assistant
    duplicates` shows papers that are probably the same. An invalid identifier, such as an ISSN with
    a wrong check digit, is a warning: its record is imported all the same. A text that only may be
    papers is not imported; check it and say what it is with --as.
    """
    streams = call.streams
    inputs = Inputs(paths, columns, read_as)
    with call.open_library() as library:
        with (
            stop_on_interrupt() as progress,
            streams.progress("Reading papers", progress=progress),
        ):
            result = library.import_inputs(inputs.read, embed=not later, progress=progress)
        # Counting takes a moment in a large library.
        without_vectors = library.status().missing_vectors if progress.stop_requested else 0
    inputs.report(streams)
    if as_json:
        streams.json(result.as_json())
    else:
        streams.line(result.summary)
        for line in merge_lines(result, MAX_LISTED):
            streams.line(("  merged: ", "dim"), sanitized(line))
    if progress.stop_requested:
        streams.note(
            f"Stopped. {format_count(result.read, 'paper')} imported; "
            f"{format_count(without_vectors, 'paper')} in the library still without vectors. Run "
            "the same command again to continue."
        )
        raise typer.Exit(INTERRUPTED)
    if inputs.failed or (strict and inputs.failures):
        raise typer.Exit(1)


def fill_with_sample(library: Library, streams: Streams) -> None:
    """Add the sample papers to `library` if it is empty."""
    from assistant.sample import sample_papers

    if library.papers.count():
        return
    report = library.add(sample_papers())
    embed_missing(library, streams, Progress())
    streams.note(f"The library was empty. {report.added} sample papers were added.")


def status(
    as_json: JsonOption = False,
    *,
    call: ModelCall,
) -> None:
    """Show size and contents of the library, and the models in use."""
    streams = call.streams
    with call.open_library(confirm=False) as library:
        found = library.status()
    if as_json:
        streams.json(found.as_json())
        return
    for name, value in found.facts:
        streams.line((f"{name:<12}", "bold"), value)
