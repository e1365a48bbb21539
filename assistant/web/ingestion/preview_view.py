"""A preview of an import as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.html import render
from assistant.reading import READABLE
from assistant.text.formatting import format_authors, format_count

if TYPE_CHECKING:
    from assistant.paper import Paper
    from assistant.web.ingestion.preview import FoundFile, Preview

# Limits of what is shown: characters of an abstract, authors, files, formats of a file.
_ABSTRACT = 280
_AUTHORS = 4
_FILES = 50
_FORMATS = 4


def render_preview(preview: Preview) -> str:
    """The files with their formats and counts, the first papers, and unreadable records."""
    failures = preview.failures
    return render(
        "preview.html",
        heading=_heading(preview),
        outcomes=_outcomes(preview),
        files=[_file(found) for found in preview.files[:_FILES]],
        more_files=_more(len(preview.files) - _FILES, "file"),
        failures=failures.named,
        failed=format_count(failures.count, "record"),
        more_failures=_more(failures.count - len(failures.named), "record"),
        papers=[_paper(paper) for paper in preview.first],
        all_shown=len(preview.first) == preview.papers,
        readable=READABLE,
    )


def _heading(preview: Preview) -> str:
    if not preview.papers:
        return "No papers found"
    found = format_count(preview.papers, "paper")
    return f"{found} found" if preview.whole else f"{found} found before you stopped"


def _outcomes(preview: Preview) -> list[tuple[str, str]]:
    """Counts and their labels, without zeros."""
    counted = (
        (preview.new, "new"),
        (preview.joins, "to merge with a known paper"),
        (preview.known, "already in the library"),
        (preview.without_abstract, "without an abstract"),
    )
    return [(f"{count:,}", what) for count, what in counted if count]


def _file(found: FoundFile) -> dict[str, str]:
    names = [
        f"{name} ({count:,})" if count > 1 else name
        for name, count in found.formats.most_common(_FORMATS)
    ]
    names += ["…"] if len(found.formats) > _FORMATS else []
    return {
        "name": found.name,
        "formats": ", ".join(names) or "unknown",
        "papers": f"{found.papers:,}",
        "failed": f"{found.failed:,}" if found.failed else "–",
    }


def _paper(paper: Paper) -> dict[str, str]:
    authors = format_authors(paper.authors, _AUTHORS)
    return {
        "title": paper.title,
        "byline": " · ".join(part for part in (authors, paper.year) if part),
        "abstract": _first_words(paper.abstract),
    }


def _first_words(abstract: str) -> str:
    text = " ".join(abstract[: 2 * _ABSTRACT].split())
    if len(text) <= _ABSTRACT:
        return text
    return f"{text[:_ABSTRACT].rsplit(' ', 1)[0]} …"


def _more(count: int, noun: str) -> str:
    return f"… and {format_count(count, f'more {noun}')}" if count > 0 else ""
