"""TL;DRs as one HTML page, for small screens and printing.

The page contains no scripts and loads nothing, which its content security policy enforces. Its only
external links are web addresses of papers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from assistant.html import render
from assistant.text.formatting import format_count, format_date, paper_link
from assistant.text.sanitizing import sanitized
from assistant.topics import OTHERS, group_by_topic

if TYPE_CHECKING:
    from assistant.summarizing.summarizer import TldrResult
    from assistant.topics.clustering import Floats

# The name of a group and the indexes of its lines.
_Group = tuple[str, Sequence[int]]

MOST_AUTHORS = 3
WITHOUT_DATE = "Without a date"


def tldr_page(
    lines: Sequence[TldrResult],
    group: Literal["topic", "date"],
    vectors: Mapping[int, Floats] = MappingProxyType({}),
) -> str:
    """The page with all `lines`, grouped by topic or by month.

    `vectors` are those of papers of a library, by paper number. Without them, papers are grouped by
    their words.
    """
    groups = _by_topic(lines, vectors) if group == "topic" else _by_date(lines)
    return render(
        "tldr_page.html",
        count=format_count(len(lines), "paper"),
        groups=[
            {
                "name": name,
                "count": f"{len(places):,}",
                "entries": [_entry(lines[place]) for place in places],
            }
            for name, places in groups
        ],
    )


def _by_topic(lines: Sequence[TldrResult], vectors: Mapping[int, Floats]) -> list[_Group]:
    """The topics, the largest first, and the papers in no topic."""
    texts = [f"{sanitized(line.title)}\n{line.paper.abstract}" for line in lines]
    known = [None if line.number is None else vectors.get(line.number) for line in lines]
    topics = group_by_topic(texts, known)
    groups: list[_Group] = [(topic.name, topic.members) for topic in topics]
    placed = {place for _, places in groups for place in places}
    others = [place for place in range(len(lines)) if place not in placed]
    return [*groups, (OTHERS, others)] if others else groups


def _by_date(lines: Sequence[TldrResult]) -> list[_Group]:
    """Groups by month, newest first; lines with only a year follow the months of that year."""
    months: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        month = (line.paper.published or "")[:7]
        months.setdefault(month if format_date(month) else "", []).append(place)
    return [
        (format_date(month) or WITHOUT_DATE, months[month])
        for month in sorted(months, reverse=True)
    ]


def _entry(line: TldrResult) -> dict[str, Any]:
    authors = [name for author in line.paper.authors if (name := sanitized(author))]
    date = line.paper.published or ""
    return {
        "tldr": line.tldr,
        "title": line.title,
        "url": paper_link(line.paper),
        "authors": ", ".join(authors[:MOST_AUTHORS]),
        "others": " et al." if len(authors) > MOST_AUTHORS else "",
        "datetime": date,
        "date": format_date(date),
        "extracted": line.method == "extracted",
    }
