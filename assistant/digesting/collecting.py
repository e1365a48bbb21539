"""What is new in a library -> its digest: since when, of which papers, and where the next begins.

Times are texts as the library keeps them, ISO 8601 in UTC, and are compared as texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from assistant.digesting.digest import MOST_GROUPED, MOST_SHOWN, Digest, Item, grouped
from assistant.errors import UsageError
from assistant.library import Library, StoredPaper
from assistant.text.sanitizing import sanitized

# Under this name the library remembers where the last digest ended.
FACT = "digest"
# The first digest goes back so far.
FIRST_DAYS = 7
# So many starred and tagged papers say well enough what somebody likes.
_MOST_LIKED = 500
_SPAN = re.compile(r"(\d{1,4})([hdw])", re.ASCII)
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)


@dataclass(frozen=True)
class Span:
    """What a digest is of: papers added after `start`, of which the last was added at `newest`."""

    start: str
    newest: str


@dataclass(frozen=True)
class Collected:
    """A digest without lines.

    `without_vectors` papers of it are compared with nothing, for they have no vector yet.
    """

    digest: Digest
    span: Span
    without_vectors: int


def moment(since: str, now: datetime) -> str:
    """The moment that `since` says: a date, which begins at midnight here, or a span before `now`.

    Raises:
        UsageError: it is neither.
    """
    try:
        if span := _SPAN.fullmatch(since):
            return _stored(now - timedelta(**{_UNITS[span[2]]: int(span[1])}))
        if _DATE.fullmatch(since):
            year, month, day = (*since.split("-"), "1", "1")[:3]
            return _stored(datetime(int(year), int(month), int(day)).astimezone())
    except (ValueError, OverflowError):
        pass
    raise UsageError(
        f"“{sanitized(since)}” is no date. Give one as 2026, 2026-03 or 2026-03-14, or how far to "
        "go back as 12h, 7d or 2w."
    )


def last_digest(library: Library, now: datetime) -> tuple[str, bool]:
    """Where the last digest ended and True; without one, FIRST_DAYS before `now` and False."""
    last = library.metadata.get(FACT)
    return (last, True) if last else (_stored(now - timedelta(days=FIRST_DAYS)), False)


def day(at: str) -> str:
    """The day here of a time that was kept, ISO 8601."""
    return datetime.fromisoformat(at).astimezone().date().isoformat()


def collected(
    library: Library, start: str, now: datetime, limit: int = MOST_SHOWN
) -> Collected | None:
    """The digest of what was added after `start`, showing `limit` papers; None if nothing was."""
    papers = library.papers.added_since(start)
    new = list(islice(papers, MOST_GROUPED))
    if not new:
        return None
    beyond = sum(1 for _ in papers)
    liked = library.papers.favorites(_MOST_LIKED)
    vectors = library.vectors.means([one.number for one in [*new, *liked]])
    found = grouped(
        [Item(one, vectors.get(one.number)) for one in new],
        [(one, vectors[one.number]) for one in liked if one.number in vectors],
        since=day(start),
        until=now.date().isoformat(),
        limit=limit,
        beyond=beyond,
    )
    # The time of the newest, not of now: what is just being added has its time already.
    newest = max(library.papers.added_at([one.number for one in new]).values())
    missing = sum(one.number not in vectors for one in new) if vectors else 0
    return Collected(found, Span(start, newest), missing)


def kept_lines(library: Library, digest: Digest) -> tuple[dict[int, str], list[StoredPaper]]:
    """The TL;DRs that the shown papers have, by their numbers, and the papers that have none."""
    shown = [entry.stored for entry in digest.shown]
    lines = {stored.number: kept.text for stored, kept in library.tldrs.for_papers(shown) if kept}
    return lines, [stored for stored in shown if stored.number not in lines]


def remember(library: Library, span: Span) -> bool:
    """Let the next digest begin where this one ended; whether it does.

    One that goes back less far has not shown all that is new since the last one, and changes
    nothing.
    """
    last = library.metadata.get(FACT)
    if last is not None and span.start > last:
        return False
    library.metadata.set(FACT, max(span.newest, last or ""))
    return True


def _stored(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
