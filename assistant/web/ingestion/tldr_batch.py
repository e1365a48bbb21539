"""TL;DRs written from the page: a batch that is started, followed, stopped and continued."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.html import render
from assistant.text.formatting import format_count
from assistant.web.jobs import Job, Jobs, JobState, JobView, job_view
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.library import StoredPaper
    from assistant.progress import Progress
    from assistant.session import Session
    from assistant.summarizing import TldrResult

# The latest TL;DRs that the page shows.
SHOWN_LINES = 30
OF_ANOTHER_WINDOW = "Another window is writing TL;DRs. This is its progress:"
NOTHING_TO_CONTINUE = "There is nothing to continue: the last batch is finished."


@dataclass(frozen=True)
class BatchView(JobView):
    """What the page shows of a batch.

    `lines` is the HTML of the latest TL;DRs; `own` says that the visitor started the batch,
    `can_continue` that a part of it is left to write.
    """

    lines: str = ""
    own: bool = True
    can_continue: bool = False


@dataclass
class _Batch:
    """The TL;DRs that a visitor wants: of the papers `numbers` (None: all), or `redo` all of them.

    `done` has the numbers of papers that are written, which continuing does not write again.
    """

    visitor: str
    numbers: tuple[int, ...] | None
    redo: bool
    done: set[int] = field(default_factory=set)
    lines: tuple[TldrResult, ...] = ()
    finished: bool = False


class TldrBatch:
    """Writes TL;DRs of a session for the page. Thread-safe; one batch at a time."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session = session
        self._jobs = jobs
        self._lock = threading.Lock()
        self._started: tuple[_Batch, Job[str]] | None = None

    def write(
        self, visitor: str, numbers: Sequence[int] | None = None, redo: bool = False
    ) -> Iterator[BatchView]:
        """Write the missing TL;DRs of the papers `numbers` (None: of all papers).

        With `redo` existing ones are written again. If a batch is running, it is followed instead.
        """
        chosen = None if numbers is None else tuple(numbers)
        self._start(_Batch(visitor, chosen, redo))
        yield from self.follow(visitor)

    def resume(self, visitor: str) -> Iterator[BatchView]:
        """Continue the batch that `visitor` stopped."""
        batch = self._started[0] if self._started else None
        if batch is None or batch.visitor != visitor or batch.finished:
            yield BatchView(render_job(error=NOTHING_TO_CONTINUE), running=False)
            return
        self._start(batch)
        yield from self.follow(visitor)

    def follow(self, visitor: str) -> Iterator[BatchView]:
        """Views of the latest batch of any visitor, until it ends."""
        if self._started:
            batch, job = self._started
            for state in job.follow():
                yield _view(batch, state, own=batch.visitor == visitor)

    def stop(self, visitor: str) -> None:
        """Stop the batch if `visitor` started it; TL;DRs already written stay."""
        if self._started:
            batch, job = self._started
            if batch.visitor == visitor:
                job.stop()

    def summary(self) -> str:
        """How many papers have a TL;DR, and by which model, as HTML; waits for the model."""
        from assistant.library import Filters

        try:
            library, model = self._session.library, self._session.model.name
            recipe = self._session.summarizer.prompt
            papers = library.papers.count()
            possible = library.papers.count(Filters(with_abstract=True))
            by_recipe = library.tldrs.count_by_recipe()
        except AssistantError as error:
            return render_job(error=str(error))
        current = sum(count for *made, count in by_recipe if made == [model, recipe])
        others = [
            (f"{count:,}", by if by != model else f"{by}, from another prompt")
            for by, prompt, count in by_recipe
            if (by, prompt) != (model, recipe)
        ]
        return render(
            "tldr_summary.html",
            model=model,
            current=current,
            possible=possible,
            missing=max(0, possible - current),
            bare=papers - possible,
            others=others,
        )

    def _start(self, batch: _Batch) -> None:
        with self._lock:
            if self._started is None or not self._started[1].running:
                job = self._jobs.start(
                    "Writing TL;DRs", lambda progress: self._write(batch, progress)
                )
                self._started = batch, job

    def _write(self, batch: _Batch, progress: Progress) -> str:
        progress.report(step="Opening the model")
        papers, total = self._papers(batch)
        progress.report(0, total, "Writing TL;DRs")
        results = self._session.summarizer.run(
            papers,
            progress,
            redo=batch.redo,
            notify=lambda note: progress.report(step=note),
        )
        done = 0
        for done, result in enumerate(results, start=1):
            if result.number is not None:
                batch.done.add(result.number)
            batch.lines = (result, *batch.lines[: SHOWN_LINES - 1])
            # Papers may have been added meanwhile.
            progress.report(done, max(total, done), "Writing TL;DRs")
        batch.finished = not progress.stop_requested
        return _result(batch, done)

    def _papers(self, batch: _Batch) -> tuple[Iterable[StoredPaper], int]:
        """The papers that `batch` still has to write, and how many they are."""
        from assistant.library import Filters

        library, model = self._session.library, self._session.model.name
        recipe = self._session.summarizer.prompt

        def is_wanted(stored: StoredPaper) -> bool:
            if not stored.abstract or stored.number in batch.done:
                return False
            return (
                batch.redo or library.tldrs.get(stored.number, model=model, prompt=recipe) is None
            )

        if batch.numbers is not None:
            chosen = library.papers.all(Filters(only=batch.numbers))
            wanted = [stored for stored in chosen if is_wanted(stored)]
            return wanted, len(wanted)
        possible = library.papers.count(Filters(with_abstract=True))
        if batch.redo:
            every = library.papers.all(Filters(with_abstract=True))
            return filter(is_wanted, every), max(0, possible - len(batch.done))
        current = sum(
            count for *made, count in library.tldrs.count_by_recipe() if made == [model, recipe]
        )
        return library.tldrs.papers_without(model, recipe), max(0, possible - current)


def _view(batch: _Batch, state: JobState[str], *, own: bool) -> BatchView:
    view = job_view(state, state.result or "", note="" if own else OF_ANOTHER_WINDOW)
    return BatchView(
        view.html,
        view.running,
        view.succeeded,
        lines=render("tldr_lines.html", lines=batch.lines) if batch.lines else "",
        own=own,
        can_continue=own and not view.running and not batch.finished,
    )


def _result(batch: _Batch, done: int) -> str:
    """What a batch that wrote `done` TL;DRs has achieved."""
    written = f"{format_count(done, 'TL;DR')} written"
    if not batch.finished:
        return f"Stopped: {written} and saved. Continue writes the others."
    if batch.numbers is None:
        return (
            f"{written}. Every paper with an abstract has one now."
            if done
            else "There is nothing to write: every paper with an abstract has a TL;DR."
        )
    return (
        f"{written}. The selected papers have theirs now."
        if done
        else "There is nothing to write: the selected papers have a TL;DR, or no abstract."
    )
