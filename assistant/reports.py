"""What the command line and the page both say about the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.text.formatting import format_count, format_size

if TYPE_CHECKING:
    from assistant.library import ImportReport, LibraryStatus, Merge

# Merged records that are listed; the JSON of an import has more of them.
MAX_LISTED = 20


def import_summary(report: ImportReport, failed: int = 0, warnings: int = 0) -> str:
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


def merge_lines(report: ImportReport, limit: int) -> list[str]:
    """Which record was merged into which paper: at most `limit` lines, and one for the rest."""
    lines = [_merge_line(merge) for merge in report.merges[:limit]]
    more = report.merged - len(lines)
    return [*lines, f"and {more:,} more"] if lines and more else lines


def _merge_line(merge: Merge) -> str:
    source = f" ({merge.source})" if merge.source else ""
    into = (
        merge.into_id if merge.title == merge.into_title else f"{merge.into_id} {merge.into_title}"
    )
    return f"{merge.title}{source} → {into}"


def library_facts(status: LibraryStatus) -> list[tuple[str, str]]:
    """Contents and size of a library, as names and values."""
    return [
        ("Library", str(status.folder) + (" (read-only)" if status.read_only else "")),
        ("Papers", f"{status.papers:,}"),
        ("Vectors", f"{status.vectors:,} ({status.missing_vectors:,} papers without)"),
        ("TL;DRs", f"{status.tldrs:,}"),
        ("Search by", "full text only" if status.full_text_only else "full text and vectors"),
        ("Catalogue", format_size(status.catalog_bytes)),
        ("Chroma", format_size(status.chroma_bytes)),
    ]
