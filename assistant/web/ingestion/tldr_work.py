"""TL;DRs written in the background of the page: those that are missing, and chosen ones again.

There is one `TldrWork` for all windows. What it still has to do, and that it was stopped, is kept
with the library: it goes on after the page was closed or the server was started again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.html import render
from assistant.languages import _
from assistant.progress import Report
from assistant.server_address import ServerAddress
from assistant.web.jobs import JobPart

if TYPE_CHECKING:
    from assistant.library import Library, StoredPaper
    from assistant.progress import Progress
    from assistant.session import Session
    from assistant.web.jobs import Job, Jobs

NAME = _("Writing TL;DRs")
# What the library remembers: numbers of papers to write again, and of those that wait because the
# writing was stopped; that it was stopped; and that all missing ones are wanted even though this is
# not done automatically.
_QUEUE, _HELD, _STOPPED, _ALL = "tldr_queue", "tldr_held", "tldr_stopped", "tldr_all"
# Seconds between two checks for papers without TL;DR, and for other work of the page.
_CHECK_S, _BUSY_S = 1.0, 0.2
_LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class TldrState:
    """How far the work is: `missing` papers have no TL;DR, `queued` ones are written again.

    `report` is None while nothing is written.
    """

    missing: int = 0
    queued: int = 0
    stopped: bool = False
    wanted: bool = True
    report: Report | None = None


class TldrWork:
    """Writes the TL;DRs of a session's library. Thread-safe.

    Questions go first: the model answers them between two steps of a batch. Other work of the page,
    such as an import, goes first as well.
    """

    def __init__(self, session: Session, jobs: Jobs) -> None:
        """Write nothing yet; see `start`."""
        self._session = session
        self._jobs = jobs
        self._lock = threading.Lock()
        self._job: Job[None] | None = None
        self._wake = threading.Event()
        self._run: JobPart | None = None
        self._report: Report | None = None
        self._seed = 0
        # The state of the library at the last count, and the papers without TL;DR.
        self._counted: tuple[tuple[int, ...], int] = ((), 0)

    def start(self) -> None:
        """Begin to write in the background; a second call does nothing."""
        with self._lock:
            if self._job is None or not self._job.running:
                self._job = self._jobs.start(NAME, self._work, retry=True, background=True)

    def rewrite(self, numbers: Sequence[int]) -> None:
        """Write the TL;DRs of these papers again, before those that are missing.

        What was stopped stays so.

        Raises:
            LibraryError: the library cannot be written.
        """
        library = self._session.library
        with self._lock:
            self._set_numbers(library, _QUEUE, [*self._queue(library), *numbers])
            held = [number for number in self._held(library) if number not in numbers]
            self._set_numbers(library, _HELD, held)
        self._interrupt()
        self.start()

    def write_missing(self) -> None:
        """Write all that are missing, also if this is not done automatically."""
        library = self._session.library
        with self._lock:
            library.metadata.set(_ALL, "1")
            held = self._held(library)
            self._set_numbers(library, _QUEUE, [*held, *self._queue(library)])
            self._set_numbers(library, _HELD, [])
            library.metadata.delete(_STOPPED, "1")
        self._wake.set()
        self.start()

    def stop(self) -> None:
        """Stop writing, until `resume`; what was written stays."""
        library = self._session.library
        with self._lock:
            library.metadata.delete(_ALL, "1")
            library.metadata.set(_STOPPED, "1")
            queue = self._queue(library)
            self._set_numbers(library, _HELD, [*self._held(library), *queue])
            self._set_numbers(library, _QUEUE, [])
        self._interrupt()

    def resume(self) -> None:
        """Continue what was stopped."""
        self.write_missing()

    def is_queued(self, number: int) -> bool:
        """Whether the TL;DR of this paper is going to be written again."""
        library = self._session.library
        return number in self._queue(library) or number in self._held(library)

    def state(self) -> TldrState:
        """How far the work is.

        Raises:
            LibraryError: the library cannot be read.
        """
        library = self._session.library
        report = self._report
        if library.read_only:
            return TldrState()
        return TldrState(
            missing=0 if report else self._missing(library),
            queued=len(self._queue(library)) + len(self._held(library)),
            stopped=self._is_stopped(library),
            wanted=self._wants_missing(library),
            report=report,
        )

    def view(self) -> str:
        """One line: how far the writing is, and the button that stops or continues it."""
        try:
            state = self.state()
        except AssistantError:
            return ""  # the table shows what is wrong
        return render("tldr_line.html", state=state)

    def _work(self, progress: Progress) -> None:
        done_at: object = None
        while not progress.stop_requested:
            library = self._session.library
            # Settings are a new object after every change.
            stopped = self._is_stopped(library)
            stamp = (library.stamp(), self._session.settings, stopped)
            if stamp != done_at and not library.read_only:
                done_at = stamp
                if queue := self._queue(library):
                    self._write_again(library, queue, progress)
                elif not stopped and self._wants_missing(library) and self._missing(library):
                    self._write_missing(library, progress)
            self._wake.wait(_CHECK_S)
            self._wake.clear()

    def _write_again(self, library: Library, queue: list[int], progress: Progress) -> None:
        """Write the TL;DRs of the papers `queue`; those by the same model and prompt are varied."""
        from assistant.library import Filters

        summarizer, model = self._session.summarizer, self._session.model.name
        papers = [one for one in library.papers.all(Filters(only=tuple(queue))) if one.abstract]
        same: list[StoredPaper] = []
        others: list[StoredPaper] = []
        for stored in papers:
            made = library.tldrs.get(stored.number, model=model, prompt=summarizer.prompt)
            (same if made else others).append(stored)
        left = set(queue) - {stored.number for stored in papers}
        self._take_from_queue(library, left)
        with self._running(progress, len(papers)) as run:
            done = 0
            for group, seed in ((others, None), (same, self._next_seed())):
                with closing(summarizer.run(group, run, redo=True, seed=seed)) as results:
                    for result in results:
                        done += 1
                        self._take_from_queue(library, {result.number})
                        run.report(done)

    def _write_missing(self, library: Library, progress: Progress) -> None:
        total = self._missing(library)
        with self._running(progress, total) as run:
            results = self._session.summarizer.run(
                self._papers_without_any(library, run),
                run,
                notify=lambda note: run.report(step=note),
            )
            with closing(results):
                for done, _result in enumerate(results, start=1):
                    # Papers may have been added meanwhile.
                    run.report(done, max(total, done), NAME)
            if not run.stop_requested:
                library.metadata.delete(_ALL, "1")

    def _papers_without_any(self, library: Library, run: JobPart) -> Iterator[StoredPaper]:
        for stored in library.tldrs.papers_without_any():
            while self._jobs.busy and not run.stop_requested:
                run.wait(_BUSY_S)
            if run.stop_requested:
                return
            yield stored

    @contextmanager
    def _running(self, job: Progress, total: int) -> Iterator[JobPart]:
        """A run over `total` papers, which the page shows and can stop."""
        self._run = run = JobPart(job, self._set_report)
        try:
            run.report(0, total, NAME)
            # For the job: an attempt after an error has got this far.
            job.report()
            yield run
        finally:
            self._run = self._report = None

    def _set_report(self, report: Report | None) -> None:
        self._report = report

    def _wants_missing(self, library: Library) -> bool:
        settings = self._session.settings
        # Abstracts are sent to another computer only if the user starts it.
        elsewhere = isinstance(settings.model, ServerAddress) and not settings.model.is_local
        return (settings.auto_tldrs and not elsewhere) or library.metadata.get(_ALL) is not None

    def _missing(self, library: Library) -> int:
        stamp = library.stamp()
        if self._counted[0] != stamp:
            self._counted = stamp, library.tldrs.count_without_any()
        return self._counted[1]

    def _queue(self, library: Library) -> list[int]:
        return self._numbers(library, _QUEUE)

    def _held(self, library: Library) -> list[int]:
        return self._numbers(library, _HELD)

    @staticmethod
    def _numbers(library: Library, name: str) -> list[int]:
        return [int(number) for number in json.loads(library.metadata.get(name) or "[]")]

    @staticmethod
    def _set_numbers(library: Library, name: str, numbers: Sequence[int]) -> None:
        text = json.dumps(list(dict.fromkeys(numbers)))
        if text != (library.metadata.get(name) or "[]"):
            library.metadata.set(name, text)

    def _take_from_queue(self, library: Library, numbers: set[int] | set[int | None]) -> None:
        if not numbers:
            return
        with self._lock:
            for name in (_QUEUE, _HELD):
                left = [one for one in self._numbers(library, name) if one not in numbers]
                self._set_numbers(library, name, left)

    @staticmethod
    def _is_stopped(library: Library) -> bool:
        return library.metadata.get(_STOPPED) is not None

    def _interrupt(self) -> None:
        run = self._run
        if run:
            run.stop()
        self._wake.set()

    def _next_seed(self) -> int:
        self._seed = self._seed % _LARGEST_SEED + 1
        return self._seed
