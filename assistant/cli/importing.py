"""The commands `import` and `status`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.inputs import Inputs
from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.maintenance import embed_missing
from assistant.cli.options import Call, ColumnsOption, JsonOption, ModelCall, ReadAsOption
from assistant.cli.streams import Streams
from assistant.progress import Progress
from assistant.reports import MAX_LISTED, import_summary, library_facts, merge_lines
from assistant.text.formatting import format_count, format_size
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.reading import Failure


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
    with call.open_session() as session:
        kept = session.library
        with stop_on_interrupt() as progress:
            with streams.progress("Reading papers", progress=progress):
                report = kept.add(inputs.papers(), progress)
            if not later:
                embed_missing(kept, streams, progress)
        # Counting takes a moment in a large library.
        without_vectors = kept.vectors.missing() if progress.stop_requested else 0
    inputs.report(streams)
    if as_json:
        failed, warnings = _listed(inputs.failures), _listed(inputs.warnings)
        streams.json({**asdict(report), "failed": failed, "warnings": warnings})
    else:
        streams.line(import_summary(report, len(inputs.failures), len(inputs.warnings)))
        for line in merge_lines(report, MAX_LISTED):
            streams.line(("  merged: ", "dim"), sanitized(line))
    if progress.stop_requested:
        streams.note(
            f"Stopped. {format_count(report.read, 'paper')} imported; "
            f"{format_count(without_vectors, 'paper')} in the library still without vectors. Run "
            "the same command again to continue."
        )
        raise typer.Exit(INTERRUPTED)
    if inputs.failed or (strict and inputs.failures):
        raise typer.Exit(1)


def _listed(failures: list[Failure]) -> list[dict[str, str]]:
    return [{"where": failure.where, "why": failure.why} for failure in failures]


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
    with call.open_session() as session:
        from assistant.models import describe_language_model

        figures = session.library.status()
        described = describe_language_model(session.settings)
    if as_json:
        shape: dict[str, Any] = {**asdict(figures), "folder": str(figures.folder)}
        shape["language_model"] = {
            "name": described.name,
            "file": str(described.file),
            "bytes": described.bytes,
        }
        streams.json(shape)
        return
    rows = [
        *library_facts(figures),
        ("Embedder", figures.embedder or "none"),
        ("Model", described.name),
        ("Model file", f"{described.file} ({format_size(described.bytes)})"),
    ]
    for name, value in rows:
        streams.line((f"{name:<12}", "bold"), value)
