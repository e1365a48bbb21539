"""The schedule of the feeds: while the page is served, they are updated if the user wants that.

It is off until `assistant feed watch on`. While it is off, nothing is contacted.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from assistant.languages import _, ngettext

if TYPE_CHECKING:
    from assistant.library import StoredFeed
    from assistant.progress import Progress
    from assistant.session import Session
    from assistant.web.jobs import Job, Jobs

NAME = _("Updating the feeds")
# Seconds between two looks at the schedule, which another process may switch on or off.
_CHECK_S = 20.0


def update_feeds_on_schedule(session: Session, jobs: Jobs) -> Job[None]:
    """Start the job that updates the feeds that are due, until it is stopped.

    It says when the schedule is switched on, what was new, and what failed. Vectors of new papers
    are computed by the job that embeds in the background.
    """

    def run(progress: Progress) -> None:
        from assistant.feeds import due, format_interval, schedule

        before: timedelta | None = None
        while not progress.wait(_CHECK_S):
            library = session.library
            every = schedule(library)
            if every != before and every is not None:
                session.notify(
                    f"Feeds are updated every {format_interval(every).removeprefix('1 ')}. "
                    "`assistant feed watch off` ends that."
                )
            before = every
            if every and (feeds := due(library.feeds.all(), every, datetime.now(UTC))):
                _update(session, feeds, progress)

    return jobs.start(NAME, run, retry=True, background=True)


def _update(session: Session, feeds: list[StoredFeed], progress: Progress) -> None:
    from assistant.feeds.fetching import Fetcher
    from assistant.feeds.updating import FeedUpdater

    library = session.library
    with Fetcher(library.feeds, session.notify, progress) as fetcher:
        updater = FeedUpdater(library, fetcher, session.notify, progress)
        for done in updater.update_all(feeds):
            if done.error:
                session.notify(f"{done.feed.name}: {done.error}")
            elif done.new:
                session.notify(
                    _(
                        "{feed}: {papers}.",
                        feed=done.feed.name,
                        papers=ngettext("{count} new paper", "{count} new papers", len(done.new)),
                    )
                )
    # It tells the page that a failed attempt succeeded now.
    progress.report()
