"""The digest of the new papers of a library, and the start of the next digest.

Times are strings in the format of the library (ISO 8601 in UTC) and are compared as strings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from assistant.digesting.digest import (
    MOST_GROUPED,
    MOST_SHOWN,
    Digest,
    Entry,
    LikedPaper,
    NewPaper,
    build_digest,
    by_relevance,
)
from assistant.embedder import Vector
from assistant.errors import UsageError
from assistant.library import EVERYTHING, Filters, Library, StoredPaper
from assistant.text.sanitizing import sanitized

# Keys of the end of the last digest in the metadata of the library: of all papers, and of those
# from feeds.
FACT = "digest"
FEED_FACT = "feed_digest"
# Days that the first digest covers.
FIRST_DAYS = 7
# This many starred and tagged papers describe the interests of the user well enough.
_MOST_LIKED = 500
_SPAN = re.compile(r"(\d{1,4})([hdw])", re.ASCII)
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)


@dataclass(frozen=True)
class Period:
    """The period of a digest: its papers were added after `start`, the last one at `newest`."""

    start: str
    newest: str


@dataclass(frozen=True)
class LibraryDigest:
    """A digest without TL;DRs; `without_vectors` of its papers have no vectors yet."""

    digest: Digest
    period: Period
    without_vectors: int


def parse_since(since: str, now: datetime) -> str:
    """Parse a date (from local midnight) or a time span before `now`.

    Raises:
        UsageError: `since` is neither.
    """
    try:
        if span := _SPAN.fullmatch(since):
            return _as_stored(now - timedelta(**{_UNITS[span[2]]: int(span[1])}))
        if _DATE.fullmatch(since):
            year, month, day = (*since.split("-"), "1", "1")[:3]
            return _as_stored(datetime(int(year), int(month), int(day)).astimezone())
    except (ValueError, OverflowError):
        pass
    raise UsageError(
        f"“{sanitized(since)}” is not a date. Enter a date such as 2026, 2026-03 or 2026-03-14, "
        "or a time span such as 12h, 7d or 2w."
    )


def last_digest(library: Library, now: datetime, fact: str = FACT) -> tuple[str, bool]:
    """The end of the last digest and True, or FIRST_DAYS before `now` and False."""
    last = library.metadata.get(fact)
    return (last, True) if last else (_as_stored(now - timedelta(days=FIRST_DAYS)), False)


def local_day(time: str) -> str:
    """The local day of a stored time, ISO 8601."""
    return datetime.fromisoformat(time).astimezone().date().isoformat()


def library_digest(
    library: Library,
    start: str,
    now: datetime,
    limit: int = MOST_SHOWN,
    filters: Filters = EVERYTHING,
    topics: Mapping[int, str] | None = None,
) -> LibraryDigest | None:
    """The digest of the papers added after `start` that meet `filters`, or None without any.

    At most `limit` of them are shown. `topics` are those of the library's map; see `build_digest`.
    """
    papers = library.papers.added_since(start, filters)
    new = list(islice(papers, MOST_GROUPED))
    if not new:
        return None
    not_grouped = sum(1 for _ in papers)
    compared, liked, vectors = _with_vectors(library, new)
    digest = build_digest(
        compared,
        liked,
        since=local_day(start),
        until=now.date().isoformat(),
        limit=limit,
        not_grouped=not_grouped,
        topics=topics,
    )
    # Not `now`: papers that are being added may get a time before it.
    newest = max(library.papers.added_at([stored.number for stored in new]).values())
    missing = sum(stored.number not in vectors for stored in new) if vectors else 0
    return LibraryDigest(digest, Period(start, newest), missing)


def most_relevant(library: Library, new: Sequence[StoredPaper]) -> list[Entry]:
    """`new` as entries: those most similar to starred or tagged papers first, then the newest."""
    papers, liked, _ = _with_vectors(library, new)
    return by_relevance(papers, liked)


def _with_vectors(
    library: Library, new: Sequence[StoredPaper]
) -> tuple[list[NewPaper], list[LikedPaper], dict[int, Vector]]:
    """`new` and the liked papers with their vectors, and these vectors by paper."""
    liked = library.papers.favorites(_MOST_LIKED)
    vectors = library.vectors.means([stored.number for stored in [*new, *liked]])
    return (
        [NewPaper(stored, vectors.get(stored.number)) for stored in new],
        [(stored, vectors[stored.number]) for stored in liked if stored.number in vectors],
        vectors,
    )


def stored_tldrs(library: Library, digest: Digest) -> tuple[dict[int, str], list[StoredPaper]]:
    """The stored TL;DRs of the shown papers, by paper number, and the papers without one."""
    shown = [entry.stored for entry in digest.shown]
    tldrs = {stored.number: tldr.text for stored, tldr in library.tldrs.for_papers(shown) if tldr}
    return tldrs, [stored for stored in shown if stored.number not in tldrs]


def start_next_after(library: Library, period: Period, fact: str = FACT) -> bool:
    """Store the end of `period` as the start of the next digest; return whether it was stored.

    It is not stored if `period` starts after the end of the last digest: papers in between have not
    been in a digest yet.
    """
    last = library.metadata.get(fact)
    if last is not None and period.start > last:
        return False
    library.metadata.set(fact, max(period.newest, last or ""))
    return True


def _as_stored(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds")
