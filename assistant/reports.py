"""What the command line and the page both say about the library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.languages import _, format_number, ngettext
from assistant.text.formatting import format_count, format_size

# Merged records that are listed; the JSON of an import has more of them.
MAX_LISTED = 20


class MergedRecord(Protocol):
    """A record that an import merged into a paper; see `assistant.library.Merge`."""

    @property
    def title(self) -> str:
        """Title of the record."""
        ...

    @property
    def source(self) -> str:
        """Name of its file."""
        ...

    @property
    def into_id(self) -> str:
        """Id of the paper."""
        ...

    @property
    def into_title(self) -> str:
        """Title of the paper."""
        ...


class ImportFigures(Protocol):
    """The outcome of an import; see `assistant.library.ImportReport`."""

    @property
    def read(self) -> int:
        """Records that were read."""
        ...

    @property
    def added(self) -> int:
        """Records that became papers."""
        ...

    @property
    def merged(self) -> int:
        """Records that were merged into papers."""
        ...

    @property
    def unchanged(self) -> int:
        """Records that were there word for word."""
        ...

    @property
    def without_abstract(self) -> int:
        """Records without an abstract."""
        ...

    @property
    def merges(self) -> Sequence[MergedRecord]:
        """The first records that were merged."""
        ...


class LibraryFigures(Protocol):
    """The size of a library; see `assistant.library.LibraryStatus`."""

    @property
    def folder(self) -> object:
        """Where it is stored."""
        ...

    @property
    def papers(self) -> int:
        """Number of papers."""
        ...

    @property
    def vectors(self) -> int:
        """Number of vectors that search uses."""
        ...

    @property
    def missing_vectors(self) -> int:
        """Papers without vectors."""
        ...

    @property
    def tldrs(self) -> int:
        """Papers with a TL;DR."""
        ...

    @property
    def full_text_only(self) -> bool:
        """Whether search uses no vectors."""
        ...

    @property
    def catalog_bytes(self) -> int:
        """Size of the catalogue."""
        ...

    @property
    def chroma_bytes(self) -> int:
        """Size of the Chroma index."""
        ...

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written."""
        ...


def import_summary(report: ImportFigures, failed: int = 0, warnings: int = 0) -> str:
    """The outcome of an import in one line; `failed` records could not be read.

    There are `warnings` about records that could.
    """
    parts = [
        f"{format_count(report.read, 'paper')} read: {report.added:,} new, "
        f"{report.merged:,} merged, {report.unchanged:,} unchanged"
    ]
    if report.without_abstract:
        parts.append(f"{report.without_abstract:,} without an abstract")
    if failed:
        parts.append(f"{format_count(failed, 'record')} could not be read")
    if warnings:
        parts.append(format_count(warnings, "warning"))
    return "; ".join(parts) + "."


def merge_lines(report: ImportFigures, limit: int) -> list[str]:
    """Which record was merged into which paper: at most `limit` lines, and one for the rest."""
    lines = [_merge_line(merge) for merge in report.merges[:limit]]
    more = report.merged - len(lines)
    return [*lines, _("and {count} more", count=more)] if lines and more else lines


def _merge_line(merge: MergedRecord) -> str:
    source = f" ({merge.source})" if merge.source else ""
    into = (
        merge.into_id if merge.title == merge.into_title else f"{merge.into_id} {merge.into_title}"
    )
    return f"{merge.title}{source} → {into}"


def library_facts(status: LibraryFigures) -> list[tuple[str, str]]:
    """Contents and size of a library, as names and values."""
    return [
        (
            _("Library"),
            _("{folder} (read-only)", folder=str(status.folder))
            if status.read_only
            else str(status.folder),
        ),
        (_("Papers"), format_number(status.papers)),
        (
            _("Vectors"),
            _(
                "{vectors} ({missing})",
                vectors=status.vectors,
                missing=ngettext(
                    "{count} paper without", "{count} papers without", status.missing_vectors
                ),
            ),
        ),
        ("TL;DRs", format_number(status.tldrs)),
        (
            _("Search by"),
            _("full text only") if status.full_text_only else _("full text and vectors"),
        ),
        (_("Catalogue"), format_size(status.catalog_bytes)),
        ("Chroma", format_size(status.chroma_bytes)),
    ]
