"""Embedding in the background: papers get their vectors while the page has nothing else to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.languages import _
from assistant.progress import Progress

if TYPE_CHECKING:
    from assistant.progress import Report
    from assistant.session import Session
    from assistant.web.jobs import Job, Jobs

NAME = _("Making vectors in the background")
# Seconds between two checks of the library, to which other programs may have added papers.
_CHECK_S = 2.0


def embed_in_background(session: Session, jobs: Jobs) -> Job[None]:
    """Start the job that embeds all missing papers until it is stopped.

    It pauses while other jobs of the page run. After any error it is tried again, later and later:
    a full disk may have space again.
    """

    def embed(progress: Progress) -> None:
        done_at: object = None
        while not progress.wait(_CHECK_S):
            version = session.library.version()
            if version != done_at and not jobs.busy and _embed(session, jobs, progress):
                done_at = version

    return jobs.start(NAME, embed, retry=True, background=True)


def _embed(session: Session, jobs: Jobs, progress: Progress) -> bool:
    """Embed missing papers; False if another job came in between."""

    def pause_if_busy(report: Report) -> None:
        progress.report(report.done, report.total)
        if progress.stop_requested or jobs.busy:
            embedding.stop()

    embedding = Progress(pause_if_busy)
    session.library.vectors.embed_missing(embedding)
    # Even if there was nothing to embed: it tells the page that a failed attempt succeeded now.
    progress.report()
    return not embedding.stop_requested
