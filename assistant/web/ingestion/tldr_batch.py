"""TL;DRs written from the page: a batch that is begun, watched, stopped and gone on with."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.html import render
from assistant.web.ingestion.rate import RateMeter
from assistant.web.jobs import Job, JobView, State, refused
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.library import StoredPaper
    from assistant.library.records import TldrMethod
    from assistant.session import Session
    from assistant.web.work import RunningWork

# Lines that stay in sight.
SHOWN_LINES = 30
FOR_ANOTHER = "TL;DRs are being written already, for another window of the page; this is how far:"
NOTHING_TO_GO_ON_WITH = "There is nothing to go on with: everything that was begun is written."


@dataclass(frozen=True)
class BatchView(JobView):
    """What the page shows of a batch.

    `lines` is the HTML of the latest lines; `own` says that the visitor began the batch, `go_on`
    that there is something left of it to write.
    """

    lines: str = ""
    own: bool = True
    go_on: bool = False


@dataclass(frozen=True)
class WrittenTldr:
    """A line that was just written."""

    title: str
    text: str
    method: TldrMethod


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch is: `rate` in lines a minute and the time left, as far as they are known."""

    text: str
    done: int = 0
    total: int = 0
    rate: str = ""
    left: str = ""
    lines: tuple[WrittenTldr, ...] = ()


@dataclass
class _Plan:
    """What a visitor wants written: the papers `numbers` (None: all), `redo` those with a line.

    `done` are the papers whose lines came out, which going on does not write again.
    """

    visitor: str
    numbers: tuple[int, ...] | None
    redo: bool
    done: set[int] = field(default_factory=set)
    finished: bool = False


class TldrBatch:
    """Writes TL;DRs of a session for the page. Thread-safe; one batch at a time."""

    def __init__(self, session: Session, under_way: RunningWork) -> None:
        """Nothing is opened yet."""
        self._session = session
        self._lock = threading.Lock()
        self._job: Job[BatchProgress] = Job(under_way)
        self._plan: _Plan | None = None

    def write(
        self, visitor: str, numbers: Sequence[int] | None = None, redo: bool = False
    ) -> Iterator[BatchView]:
        """Write the TL;DRs of the papers `numbers` (None: of all) that have none.

        With `redo` those that are there are written anew. While a batch is running already that
        one is shown.
        """
        chosen = None if numbers is None else tuple(numbers)
        self._begin(_Plan(visitor, chosen, redo))
        yield from self.follow(visitor)

    def go_on(self, visitor: str) -> Iterator[BatchView]:
        """Go on with what `visitor` stopped; the lines that were kept are not written again."""
        plan = self._plan
        if plan is None or plan.visitor != visitor or plan.finished:
            yield BatchView(refused(NOTHING_TO_GO_ON_WITH).html, running=False)
            return
        self._begin(plan)
        yield from self.follow(visitor)

    def follow(self, visitor: str) -> Iterator[BatchView]:
        """Views of the batch that was begun last, by whomever, until it ends."""
        for state in self._job.follow():
            yield self._view(state, visitor)

    def stop(self, visitor: str) -> None:
        """Stop the batch if `visitor` began it; TL;DRs that were written are kept."""
        if self._plan and self._plan.visitor == visitor:
            self._job.stop()

    def leave(self, visitor: str) -> None:
        """`visitor` has gone: stop the batch that it began."""
        self.stop(visitor)

    def standing(self) -> str:
        """How many papers have a line, and by which model, as HTML; waits for the model."""
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
            "tldr_standing.html",
            model=model,
            current=current,
            possible=possible,
            missing=max(0, possible - current),
            bare=papers - possible,
            others=others,
        )

    def _begin(self, plan: _Plan) -> None:
        with self._lock:
            if self._job.begin(lambda emit, stop: self._write(plan, emit, stop)):
                self._plan = plan

    def _write(
        self, plan: _Plan, emit: Callable[[BatchProgress], None], stop: threading.Event
    ) -> None:
        emit(BatchProgress("Opening the model …"))
        papers, total = self._papers(plan)
        emit(BatchProgress("Writing TL;DRs: the first ones take longest …", 0, total))
        lines: deque[WrittenTldr] = deque(maxlen=SHOWN_LINES)
        pace = RateMeter()
        done = 0
        results = self._session.summarizer.run(
            papers,
            stop.is_set,
            redo=plan.redo,
            notify=lambda note: emit(BatchProgress(note, done, total)),
        )
        for result in results:
            done += 1
            if result.number is not None:
                plan.done.add(result.number)
            lines.appendleft(WrittenTldr(result.title, result.tldr, result.method))
            pace.note(done)
            # Papers may have come meanwhile.
            total = max(total, done)
            rate = pace.per_minute
            emit(
                BatchProgress(
                    f"Writing TL;DRs: {done:,} of {total:,}",
                    done,
                    total,
                    f"{rate:,.0f} a minute" if rate else "",
                    pace.left(total),
                    tuple(lines),
                )
            )
        plan.finished = not stop.is_set()
        emit(BatchProgress(_said(plan, done), lines=tuple(lines)))

    def _papers(self, plan: _Plan) -> tuple[Iterable[StoredPaper], int]:
        """The papers that `plan` still wants a line of, and how many they are."""
        from assistant.library import Filters

        library, model = self._session.library, self._session.model.name
        recipe = self._session.summarizer.prompt

        def is_wanted(stored: StoredPaper) -> bool:
            if not stored.abstract or stored.number in plan.done:
                return False
            return plan.redo or library.tldrs.get(stored.number, model=model, prompt=recipe) is None

        if plan.numbers is not None:
            wanted = [
                stored
                for stored in library.papers.all(Filters(only=plan.numbers))
                if is_wanted(stored)
            ]
            return wanted, len(wanted)
        possible = library.papers.count(Filters(with_abstract=True))
        if plan.redo:
            every = library.papers.all(Filters(with_abstract=True))
            return filter(is_wanted, every), max(0, possible - len(plan.done))
        current = sum(
            count for *made, count in library.tldrs.count_by_recipe() if made == [model, recipe]
        )
        return library.tldrs.papers_without(model, recipe), max(0, possible - current)

    def _view(self, state: State[BatchProgress], visitor: str) -> BatchView:
        plan = self._plan
        own = plan is not None and plan.visitor == visitor
        told = state.told or BatchProgress("Beginning …")
        shown = render(
            "tldr_batch.html",
            note="" if own or not state.running else FOR_ANOTHER,
            writing=told,
            running=state.running,
            error=state.error,
        )
        return BatchView(
            shown,
            state.running,
            succeeded=not state.running and not state.error,
            lines=render("tldr_lines.html", lines=told.lines) if told.lines else "",
            own=own,
            go_on=own and not state.running and plan is not None and not plan.finished,
        )


def _said(plan: _Plan, done: int) -> str:
    """What became of a batch that wrote `done` lines."""
    kept = f"{done:,} {'TL;DR' if done == 1 else 'TL;DRs'} written"
    if not plan.finished:
        return f"Stopped: {kept} and kept. Going on writes the others."
    if plan.numbers is None:
        return (
            f"{kept}; every paper with an abstract has one now."
            if done
            else "There is nothing to write: every paper with an abstract has its TL;DR."
        )
    return (
        f"{kept}; the chosen papers have theirs now."
        if done
        else "There is nothing to write: the chosen papers have their TL;DR, or no abstract."
    )
