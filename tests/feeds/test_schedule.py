"""The schedule: off until switched on, and which feeds are due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assistant.errors import UsageError
from assistant.feeds import due, format_interval, parse_interval, schedule, set_schedule
from assistant.library import Library, Validators

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_it_is_off_until_it_is_switched_on(library: Library) -> None:
    assert schedule(library) is None
    set_schedule(library, timedelta(hours=6))
    assert schedule(library) == timedelta(hours=6)
    set_schedule(library, None)
    set_schedule(library, None)
    assert schedule(library) is None


def test_feeds_are_due_by_their_last_update(library: Library) -> None:
    feeds = library.feeds
    numbers = {name: feeds.add(name, f"arxiv:{name}").number for name in ("never", "old", "new")}
    feeds.add("tomorrow", "arxiv:tomorrow")
    feeds.succeeded(numbers["old"], NOW - timedelta(hours=6), Validators())
    feeds.failed(numbers["new"], NOW - timedelta(hours=5), "no")
    # The clock was set back.
    feeds.failed(feeds.get("tomorrow").number, NOW + timedelta(days=1), "no")
    found = due(feeds.all(), timedelta(hours=6), NOW)
    assert [feed.name for feed in found] == ["never", "old", "tomorrow"]


@pytest.mark.parametrize(
    ("text", "hours", "words"),
    [("6h", 6, "6 hours"), ("1h", 1, "1 hour"), ("1d", 24, "1 day"), ("2w", 336, "14 days")],
)
def test_intervals(text: str, hours: int, words: str) -> None:
    every = parse_interval(text)
    assert every == timedelta(hours=hours)
    assert format_interval(every) == words


@pytest.mark.parametrize("text", ["", "0h", "5", "30m", "5w", "9999w", "-1d", "1 h", "٣h", "daily"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="between 1h and 4w"):
        parse_interval(text)
