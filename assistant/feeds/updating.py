"""Updates feeds: fetches what is new, imports it, and records how it went.

A failing feed costs only itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from assistant.errors import FeedError, FeedUnusable
from assistant.feeds.address import FeedAddress, parse_address
from assistant.feeds.fetching import Announce, Fetcher, Stopped
from assistant.feeds.papers import papers_in
from assistant.feeds.services import MOST_PAGES, contacted, newest_first, pages, sent
from assistant.library import Filters, ImportReport, Library, StoredFeed, Validators
from assistant.progress import Progress
from assistant.reading import Failure

_NOTHING_ELSE = "Nothing from your library is sent"
_INCOMPLETE = "The last update was stopped before it was complete. The next one gets the rest."


@dataclass
class FeedUpdate:
    """What an update of a feed gave.

    `new` are the numbers of the papers that the library did not have. `failures` are records that
    could not be read and `warnings` are about others. `unchanged` means that the server said that
    nothing changed. With `cut_off` the feed has more new papers than one update takes. `error` says
    why the update failed, "" if it did not; then another time may help, unless it is `unusable`.
    """

    feed: StoredFeed
    report: ImportReport = field(default_factory=ImportReport)
    new: list[int] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    warnings: list[Failure] = field(default_factory=list)
    unchanged: bool = False
    cut_off: bool = False
    error: str = ""
    unusable: bool = False


class FeedUpdater:
    """Updates the feeds of a library.

    Args:
        library: where the papers go; its vectors are left to the caller.
        fetcher: what fetches.
        notify: gets one line before a host is contacted for a feed for the first time.
        progress: its stop ends the update after the present page.
        now: the present time.

    """

    def __init__(
        self,
        library: Library,
        fetcher: Fetcher,
        notify: Callable[[str], None],
        progress: Progress,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._library = library
        self._fetcher = fetcher
        self._notify = notify
        self._progress = progress
        self._now = now

    def update_all(self, feeds: Iterable[StoredFeed]) -> Iterator[FeedUpdate]:
        """Update one feed after another until a stop is requested."""
        for feed in feeds:
            if self._progress.stop_requested:
                return
            try:
                yield self.update(feed)
            except Stopped:
                return

    def update(self, feed: StoredFeed) -> FeedUpdate:
        """Fetch and import what is new in `feed`.

        Papers of pages before a failure stay.

        Raises:
            LibraryError: the library cannot be written.
            Stopped: a stop was requested.
        """
        done = FeedUpdate(feed)
        before = self._library.papers.last_number()
        fetched = _Fetched(self._fetcher, feed, self._announcer(feed))
        try:
            self._import(feed, fetched, done)
        except FeedError as error:
            done.error = str(error)
            done.unusable = isinstance(error, FeedUnusable)
        done.new = [
            number
            for number in self._library.papers.numbers(Filters(sources=(feed.name,)))
            if number > before
        ]
        if done.error:
            self._library.feeds.failed(feed.number, self._now(), done.error)
        else:
            # After damage the next update gets all of it again.
            validators = Validators() if done.failures else fetched.validators
            self._library.feeds.succeeded(feed.number, self._now(), validators)
        return done

    def _import(self, feed: StoredFeed, fetched: _Fetched, done: FeedUpdate) -> None:
        """Import page after page, until there are no more or nothing in one is new."""
        address = parse_address(feed.address)

        def note(failure: Failure) -> None:
            (done.warnings if failure.imported else done.failures).append(failure)

        is_first = feed.succeeded_at is None
        # What an update that failed has left out is behind papers that are known.
        resumed = bool(feed.failure)
        found = pages(address, _day(feed.succeeded_at), self._now().date(), fetched.get)
        count = 0
        for page in found:
            if page.more:
                # Until it succeeds: even if this process is killed, the next update does not stop
                # at the papers of this one.
                self._library.feeds.failed(feed.number, self._now(), _INCOMPLETE)
            papers = papers_in(page.body, feed.name, fetched.url, note)
            report = self._library.add(papers, self._progress)
            done.report.add(report)
            count += 1
            if self._progress.stop_requested:
                raise Stopped
            at_known = is_first or not (report.added or resumed)
            if not page.more or (newest_first(address) and at_known):
                return
            if count == MOST_PAGES:
                done.cut_off = bool(report.added) or not newest_first(address)
                return
        done.unchanged = not count and fetched.not_modified

    def _announcer(self, feed: StoredFeed) -> Announce:
        """A function that says which host is contacted and what is sent, once for each host."""
        known = set(feed.announced)

        def announce(host: str, url: str, came_from: str) -> None:
            if host in known:
                return
            known.add(host)
            if came_from:
                self._notify(
                    f"{feed.name}: {came_from} redirects to {host}, which is contacted now. Sent: "
                    f"the address {url}. {_NOTHING_ELSE}."
                )
            else:
                self._notify(f"{feed.name}: {announcement(parse_address(feed.address))}")
            self._library.feeds.announced(feed.number, host)

        return announce


def announcement(address: FeedAddress) -> str:
    """Which host is contacted for `address`, and what is sent."""
    return (
        f"Contacts {contacted(address)}. Sent: {sent(address)}, and the name of this program. "
        f"{_NOTHING_ELSE}."
    )


class _Fetched:
    """What one update of a feed fetches, with the validators of its first answer."""

    def __init__(self, fetcher: Fetcher, feed: StoredFeed, announce: Announce) -> None:
        self.validators = feed.validators
        self.not_modified = False
        self.url = feed.address
        self._fetcher = fetcher
        self._known = feed.validators
        self._announce = announce
        self._is_first = True

    def get(self, url: str) -> bytes | None:
        """The answer at `url`; None if it is the same as last time."""
        found = self._fetcher.get(url, self._known, self._announce)
        if self._is_first:
            self._is_first = False
            self.validators = found.validators
            self.not_modified = found.body is None
        self.url = found.validators.url or url
        return found.body


def _day(moment: str | None) -> date | None:
    return datetime.fromisoformat(moment).date() if moment else None
