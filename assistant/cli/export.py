"""The command `export`: papers in the formats of other programs."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.export_watch import Followed, follow
from assistant.cli.interrupt import stop_on_interrupt
from assistant.cli.options import Call, FilterOptions, WordsArgument
from assistant.cli.output_file import Sink, destination
from assistant.cli.search import EMPTY, NOTHING
from assistant.errors import UsageError
from assistant.text.formatting import format_count


class ExportFormat(enum.StrEnum):
    """Names of the formats; `assistant.exporting` implements them."""

    bibtex = "bibtex"
    ris = "ris"
    csljson = "csljson"
    csv = "csv"
    jsonl = "jsonl"
    markdown = "markdown"
    obsidian = "obsidian"


def export(
    query: WordsArgument = "",
    form: Annotated[
        ExportFormat | None,
        typer.Option(
            "--format",
            help="Output format. Default: from the file extension, or BibTeX.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="PATH",
            help="File to write (for obsidian: a folder). Default: stdout.",
            show_default=False,
        ),
    ] = None,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Keep the file or folder in sync with the library."),
    ] = False,
    *,
    options: FilterOptions,
    call: Call,
) -> None:
    """Export papers with their TL;DRs and tags for other programs.

    The file extension selects BibTeX (.bib), RIS (.ris), CSL JSON (.json), CSV (.csv), JSON lines
    (.jsonl) or Markdown (.md). The format obsidian writes a folder with one note per paper; notes
    that it did not write are never replaced. Papers are selected and sorted as in `list`.

    With --watch the command runs until Ctrl-C. Whenever papers, tags or TL;DRs change, it writes
    the file again, or the notes that changed; text that you add below a note stays.
    """
    streams = call.streams
    chosen = _format(form, out)
    filters = options.filters
    if watch:
        if out is None:
            raise UsageError("--watch needs a file or folder. Give one with --out.")
        with call.open_library(embedding=False) as library, stop_on_interrupt() as progress:
            follow(Followed(library, query, filters), chosen.value, out, streams, progress)
        return
    with call.open_library(embedding=False) as library:
        with streams.progress("Exporting", len(library), when=out) as progress:
            if chosen is ExportFormat.obsidian:
                if out is None:
                    raise UsageError("Obsidian notes need a folder. Give one with --out FOLDER.")
                count = library.export_file(
                    out, chosen.value, query=query, filters=filters, progress=progress
                )
            else:
                with destination(out, streams) as write_text:
                    count = library.write_export(
                        Sink(write_text),
                        chosen.value,
                        query=query,
                        filters=filters,
                        progress=progress,
                    )
        empty = not len(library)
    if not count:
        streams.note(EMPTY if empty else NOTHING)
    elif out is not None:
        streams.note(f"Wrote {format_count(count, 'paper')} to {out}.")


def _format(given: ExportFormat | None, out: Path | None) -> ExportFormat:
    """The format given by name or by the file extension.

    Raises:
        UsageError: no format has this file extension.
    """
    from assistant.exporting import FORMATS, format_of

    if given is not None:
        return given
    if out is None:
        return ExportFormat.bibtex
    name = format_of(out)
    if name is None:
        known = [form.ending for form in FORMATS.values() if form.ending]
        raise UsageError(
            f"{out}: unknown file extension. Use {', '.join(known)}, or give --format."
        )
    return ExportFormat(name)
