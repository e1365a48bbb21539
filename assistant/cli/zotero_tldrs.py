"""The command `zotero tldrs`: TL;DRs in a file that Zotero imports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import Call, FilterOptions
from assistant.cli.output_file import destination
from assistant.errors import UsageError
from assistant.text.formatting import format_count

if TYPE_CHECKING:
    from assistant.library import Library, StoredPaper, StoredTldr

# Metadata of the library: when TL;DRs were written for Zotero last.
_LAST_TLDRS = "zotero_tldrs"
_FORMATS = (".rdf", ".ris")


def tldrs(
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="File to write: notes (.rdf) or items (.ris)."),
    ],
    new: Annotated[
        bool, typer.Option("--new", help="Only TL;DRs made since this command wrote a file.")
    ] = False,
    *,
    options: FilterOptions,
    call: Call,
) -> None:
    """Write the TL;DRs of synced papers to a file that Zotero imports.

    A .rdf file has one note per paper, with a link to its item, in a collection of its own: no item
    is added. A .ris file has whole items with the TL;DR as their note: Zotero adds them, and finds
    the duplicates. In Zotero, choose File > Import. Zotero's own files are never written.
    """
    ending = out.suffix.lower()
    if ending not in _FORMATS:
        raise UsageError(f"{out}: unknown file extension. Use {' or '.join(_FORMATS)}.")
    _check_place(out)
    streams = call.streams
    with call.open_session(embedding=False) as session:
        kept = session.library
        since = kept.metadata.get(_LAST_TLDRS) or "" if new else ""
        moment = _now()
        lines = list(_lines(kept, options, since))
        if lines:
            with destination(out, streams) as write_text:
                for piece in _pieces(lines, ending):
                    write_text(piece)
            kept.metadata.set(_LAST_TLDRS, moment)
    if lines:
        streams.note(f"Wrote {format_count(len(lines), 'TL;DR')} to {out}.")
    else:
        streams.note(
            "No TL;DR to write: no paper that is synced with Zotero has a"
            f"{' new' if since else ''} TL;DR. `assistant tldr` writes them."
        )


def _lines(
    library: Library, options: FilterOptions, since: str
) -> Iterator[tuple[StoredPaper, StoredTldr]]:
    from assistant.reference import zotero_link

    papers = library.papers.all(options.filters) if options.filters.given else None
    for stored, tldr in library.tldrs.for_papers(papers):
        if tldr and tldr.made_at > since and zotero_link(stored.paper.reference):
            yield stored, tldr


def _pieces(lines: list[tuple[StoredPaper, StoredTldr]], ending: str) -> Iterator[str]:
    from assistant.exporting import ExportRecord
    from assistant.exporting.ris import ris
    from assistant.zotero import tldr_notes

    if ending == ".rdf":
        yield from tldr_notes(lines, f"TL;DRs {_now()[:10]}")
        return
    yield from ris(
        ExportRecord.from_paper(stored.paper, stored.id, tldr.text) for stored, tldr in lines
    )


def _check_place(out: Path) -> None:
    """Refuse a file in a folder of Zotero's, which only Zotero writes."""
    from assistant.zotero import DATABASE

    for folder in out.expanduser().resolve().parents:
        if (folder / DATABASE).exists():
            raise UsageError(
                f"{out} is in Zotero's data folder, which only Zotero writes. Choose another "
                "folder."
            )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
