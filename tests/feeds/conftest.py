"""A library, a site on loopback, and an updater between them whose time is turned by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from feeds_support import Clock, Rerouted, Site, serving

from assistant.feeds import parse_address
from assistant.feeds.fetching import Fetcher
from assistant.feeds.updating import FeedUpdate, FeedUpdater
from assistant.library import Library
from assistant.models.fake import HashingEmbedder
from assistant.progress import Progress

Update = Callable[[str], FeedUpdate]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", HashingEmbedder()) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def progress() -> Progress:
    return Progress()


@pytest.fixture
def fetcher(
    library: Library, site: Site, clock: Clock, notes: list[str], progress: Progress
) -> Iterator[Fetcher]:
    with Fetcher(
        library.feeds,
        notes.append,
        progress,
        clock=clock,
        wait=clock.wait,
        transport=Rerouted(site),
    ) as opened:
        yield opened


@pytest.fixture
def updater(
    library: Library, fetcher: Fetcher, clock: Clock, notes: list[str], progress: Progress
) -> FeedUpdater:
    return FeedUpdater(library, fetcher, notes.append, progress, clock.now)


@pytest.fixture
def update(library: Library, updater: FeedUpdater) -> Update:
    """Update the feed at an address; it is added first if there is none."""

    def run(address: str) -> FeedUpdate:
        parsed = parse_address(address)
        if parsed.text not in {feed.address for feed in library.feeds.all()}:
            library.feeds.add(parsed.name, parsed.text)
        return updater.update(library.feeds.get(parsed.text))

    return run
