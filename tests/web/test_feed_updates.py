"""The schedule of the feeds while the page is served: off by default, and live when switched."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from feeds_support import Answer, Site, rss, serving
from web_support import MakeSession

from assistant.feeds import set_schedule
from assistant.library import Validators
from assistant.web import feed_updates
from assistant.web.feed_updates import update_feeds_on_schedule
from assistant.web.jobs import Jobs


def wait_until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_updates, "_CHECK_S", 0.02)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def test_nothing_is_contacted_until_it_is_switched_on(
    make_session: MakeSession, jobs: Jobs, site: Site
) -> None:
    notes: list[str] = []
    session = make_session(notify=notes.append)
    library = session.library
    library.feeds.add("sleep", site.url("/feed"))
    job = update_feeds_on_schedule(session, jobs)
    time.sleep(0.3)
    assert site.requests == []
    assert notes == []
    site.answers["/feed"] = rss("owls", "bees")
    before = library.papers.count()
    set_schedule(library, timedelta(days=1))
    wait_until(lambda: library.feeds.get("sleep").succeeded_at is not None)
    assert library.papers.count() == before + 2
    wait_until(lambda: len(notes) == 3)
    assert notes[0] == "Feeds are updated every day. `assistant feed watch off` ends that."
    assert notes[1].startswith(f"sleep: Contacts {site.host}. Sent: ")
    assert notes[2] == "sleep: 2 new papers."
    assert not jobs.busy
    # It is not due again.
    time.sleep(0.2)
    assert len(site.requests) == 1
    set_schedule(library, None)
    library.feeds.failed(1, datetime(2020, 1, 1, tzinfo=UTC), "")
    time.sleep(0.2)
    assert len(site.requests) == 1
    job.stop()


def test_a_failing_feed_costs_only_itself(
    make_session: MakeSession, jobs: Jobs, site: Site
) -> None:
    notes: list[str] = []
    session = make_session(notify=notes.append)
    library = session.library
    library.feeds.add("bad", site.url("/bad"))
    library.feeds.add("good", site.url("/good"))
    site.answers["/bad"] = Answer(status=500)
    site.answers["/good"] = rss("owls")
    set_schedule(library, timedelta(hours=1))
    update_feeds_on_schedule(session, jobs)
    wait_until(lambda: library.feeds.get("good").succeeded_at is not None)
    wait_until(lambda: notes[-1] == "good: 1 new paper.")
    assert any(note.startswith("bad: ") and "500" in note for note in notes)
    library.feeds.succeeded(2, datetime(2020, 1, 1, tzinfo=UTC), Validators())
    wait_until(lambda: len(site.requests) == 3)
