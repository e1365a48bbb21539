"""The schedule on which `serve` updates feeds. It is off until the user switches it on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from assistant.errors import UsageError
from assistant.library import Library, StoredFeed
from assistant.text.formatting import format_count
from assistant.text.sanitizing import sanitized

DEFAULT = timedelta(hours=12)
# Feeds change a few times a day at most.
SHORTEST = timedelta(hours=1)
_LONGEST = timedelta(weeks=4)
# Key in the metadata of the library; the value is a number of seconds.
_FACT = "feed_schedule"
_SPAN = re.compile(r"(\d{1,4})([hdw])", re.ASCII)
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def schedule(library: Library) -> timedelta | None:
    """The time between two updates of a feed; None if the schedule is off."""
    value = library.metadata.get(_FACT)
    return timedelta(seconds=int(value)) if value else None


def set_schedule(library: Library, every: timedelta | None) -> None:
    """Switch the schedule on, or off with None."""
    if every is None:
        library.metadata.delete(_FACT, library.metadata.get(_FACT))
    else:
        library.metadata.set(_FACT, str(int(every.total_seconds())))


def parse_interval(text: str) -> timedelta:
    """A time span such as 6h, 1d or 1w.

    Raises:
        UsageError: it is none, or shorter than SHORTEST, or longer than four weeks.
    """
    match = _SPAN.fullmatch(text.strip())
    every = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else timedelta()
    if not SHORTEST <= every <= _LONGEST:
        raise UsageError(
            f"“{sanitized(text)}” is not a time between 1h and 4w. Write 6h, 1d or 1w, for example."
        )
    return every


def format_interval(every: timedelta) -> str:
    """`every` in words: `6 hours`."""
    hours = round(every.total_seconds() / 3600)
    return format_count(hours // 24, "day") if hours % 24 == 0 else format_count(hours, "hour")


def due(feeds: Sequence[StoredFeed], every: timedelta, now: datetime) -> list[StoredFeed]:
    """The feeds whose last update, successful or not, is longer ago than `every`."""
    return [
        feed
        for feed in feeds
        if feed.checked_at is None
        or not timedelta() <= now.astimezone(UTC) - datetime.fromisoformat(feed.checked_at) < every
    ]
