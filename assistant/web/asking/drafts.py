"""Checking a draft on the page: a job per user, which every window of the user can follow."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.html import render
from assistant.languages import _, joined, ngettext
from assistant.web.jobs import Job, Jobs, JobState, JobView, job_view
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.answering.draft_check import CheckedSentence
    from assistant.progress import Progress
    from assistant.session import Session

_CHECKING = _("Checking sentences")
# What a verdict is called on the page.
VERDICTS = {
    "supported": _("Supported"),
    "contradicted": _("The library says otherwise"),
    "not_found": _("Not found"),
}


@dataclass(frozen=True)
class DraftView(JobView):
    """What the page shows of a check: its progress as `html`, and the `sentences` so far."""

    sentences: str = ""


class _Check:
    """A draft and the sentences that were checked so far."""

    def __init__(self) -> None:
        self.checked: tuple[CheckedSentence, ...] = ()
        self.job: Job[str] | None = None


class Drafts:
    """Checks drafts against the library of a session. Thread-safe; one draft per user at a time."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session = session
        self._jobs = jobs
        self._lock = threading.Lock()
        self._checks: dict[str, _Check] = {}

    def check(self, draft: str, owner: str = "") -> Iterator[DraftView]:
        """Check each sentence of `draft`, yielding a view after every change."""
        from assistant.answering.draft_check import draft_statements

        try:
            sentences = draft_statements(draft)
        except AssistantError as error:
            yield DraftView(render_job(error=str(error)), running=False)
            return
        check = _Check()
        with self._lock:
            before = self._checks.get(owner)
            if before and before.job:
                before.job.stop()
            self._checks[owner] = check
            check.job = self._jobs.start(
                "Checking a draft", lambda progress: self._run(check, sentences, progress)
            )
        yield from self.follow(owner)

    def follow(self, owner: str = "") -> Iterator[DraftView]:
        """Views of the latest check of `owner`, until it ends."""
        check = self._checks.get(owner)
        if check and check.job:
            for state in check.job.follow():
                yield _view(check, state)

    def stop(self, owner: str = "") -> None:
        """Stop the check of `owner`; what was checked stays."""
        check = self._checks.get(owner)
        if check and check.job:
            check.job.stop()

    def _run(self, check: _Check, sentences: list[str], progress: Progress) -> str:
        from assistant.answering.draft_check import DraftCheck, summary

        session = self._session
        progress.report(step=_("Opening the model"))
        draft_check = DraftCheck(session.library, session.model, session.prompts)
        progress.report(0, len(sentences), _CHECKING)
        for one in draft_check.check(sentences, progress):
            check.checked = (*check.checked, one)
            progress.report(len(check.checked), len(sentences), _CHECKING)
        done = len(check.checked)
        if done < len(sentences):
            return ngettext(
                "Stopped after {done} of {count} sentence.",
                "Stopped after {done} of {count} sentences.",
                len(sentences),
                done=done,
            )
        return joined([summary(check.checked), "."], "")


def render_checked(checked: tuple[CheckedSentence, ...]) -> str:
    """The checked sentences, each with its verdict and evidence."""
    return render("draft_sentences.html", checked=checked, verdicts=VERDICTS) if checked else ""


def _view(check: _Check, state: JobState[str]) -> DraftView:
    view = job_view(state, state.result or "")
    return DraftView(
        view.html, view.running, view.succeeded, sentences=render_checked(check.checked)
    )
