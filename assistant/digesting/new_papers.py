"""A library -> the digest of its new papers, and where the next digest starts.

Times are strings as the library stores them, ISO 8601 in UTC, and are compared as strings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from assistant.digesting.digest import MOST_GROUPED, MOST_SHOWN, Digest, NewPaper, build_digest
from assistant.errors import UsageError
from assistant.library import Library, StoredPaper
from assistant.text.sanitizing import sanitized

# The library stores the end of the last digest under this name.
FACT = "digest"
# How far the first digest goes back.
FIRST_DAYS = 7
# So many starred and tagged papers describe the reader's interests well enough.
_MOST_LIKED = 500
_SPAN = re.compile(r"(\d{1,4})([hdw])", re.ASCII)
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)


@dataclass(frozen=True)
class Period:
    """The papers of a digest: added after `start`, the last of them at `newest`."""

    start: str
    newest: str


@dataclass(frozen=True)
class LibraryDigest:
    """A digest without TL;DRs.

    `without_vectors` of its papers were compared with no others, because they have no vectors yet.
    """

    digest: Digest
    period: Period
    without_vectors: int


def parse_since(since: str, now: datetime) -> str:
    """The time that `since` means: a date, from local midnight, or a time span before `now`.

    Raises:
        UsageError: it is neither.
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


def last_digest(library: Library, now: datetime) -> tuple[str, bool]:
    """The end of the last digest and True; without one, FIRST_DAYS before `now` and False."""
    last = library.metadata.get(FACT)
    return (last, True) if last else (_as_stored(now - timedelta(days=FIRST_DAYS)), False)


def local_day(time: str) -> str:
    """The local day of a stored time, ISO 8601."""
    return datetime.fromisoformat(time).astimezone().date().isoformat()


def library_digest(
    library: Library, start: str, now: datetime, limit: int = MOST_SHOWN
) -> LibraryDigest | None:
    """The digest of what was added after `start`, with at most `limit` papers; None if nothing."""
    papers = library.papers.added_since(start)
    new = list(islice(papers, MOST_GROUPED))
    if not new:
        return None
    not_grouped = sum(1 for _ in papers)
    liked = library.papers.favorites(_MOST_LIKED)
    vectors = library.vectors.means([stored.number for stored in [*new, *liked]])
    digest = build_digest(
        [NewPaper(stored, vectors.get(stored.number)) for stored in new],
        [(stored, vectors[stored.number]) for stored in liked if stored.number in vectors],
        since=local_day(start),
        until=now.date().isoformat(),
        limit=limit,
        not_grouped=not_grouped,
    )
    # Not `now`: papers that are being added have a time before it already.
    newest = max(library.papers.added_at([stored.number for stored in new]).values())
    missing = sum(stored.number not in vectors for stored in new) if vectors else 0
    return LibraryDigest(digest, Period(start, newest), missing)


def stored_tldrs(library: Library, digest: Digest) -> tuple[dict[int, str], list[StoredPaper]]:
    """The stored TL;DRs of the shown papers, by their numbers, and the papers that have none."""
    shown = [entry.stored for entry in digest.shown]
    tldrs = {stored.number: tldr.text for stored, tldr in library.tldrs.for_papers(shown) if tldr}
    return tldrs, [stored for stored in shown if stored.number not in tldrs]


def start_next_after(library: Library, period: Period) -> bool:
    """Make the next digest start where the one of `period` ended; whether that was done.

    A digest that starts after the last one ended has not shown everything since then, and changes
    nothing.
    """
    last = library.metadata.get(FACT)
    if last is not None and period.start > last:
        return False
    library.metadata.set(FACT, max(period.newest, last or ""))
    return True


def _as_stored(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds")
