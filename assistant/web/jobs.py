"""Jobs of the page: what takes long, is begun by one window, and can be followed by several."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from assistant.errors import AssistantError
from assistant.web.rendering import render_job
from assistant.web.unexpected import unexpected

if TYPE_CHECKING:
    from assistant.reading import Failure
    from assistant.web.work import RunningWork, Task, Work


P = TypeVar("P")

# Seconds between two looks at a running job, which is as often as eyes can use.
_REFRESH = 0.2
# Seconds that a job gets to end after it was told to stop; then nobody waits for it any more.
_GRACE = 3.0


@dataclass(frozen=True)
class Progress:
    """How far a job is: `done` of `total`, 0 when that is not known."""

    text: str
    done: int = 0
    total: int = 0
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class JobView:
    """What the page shows of a job."""

    html: str
    running: bool
    succeeded: bool = False


@dataclass(frozen=True)
class State(Generic[P]):
    """How a job stands: what it told last (None: nothing yet), and why it failed, if it did."""

    told: P | None = None
    running: bool = True
    error: str = ""


class Job(Generic[P]):
    """One kind of job, of which one runs at a time. Thread-safe."""

    def __init__(self, under_way: RunningWork) -> None:
        """Nothing is begun yet; what will be is known to `under_way`."""
        self._under_way = under_way
        self._lock = threading.Lock()
        self._run: _Run[P] | None = None

    @property
    def running(self) -> bool:
        """Whether one is running now."""
        run = self._run
        return run is not None and run.state.running

    def begin(self, task: Task[P]) -> bool:
        """Begin `task`, unless one is running: then False, and `task` is not begun."""
        with self._lock:
            if self.running:
                return False
            self._run = _Run(task, self._under_way)
            return True

    def follow(self) -> Iterator[State[P]]:
        """States of the job that was begun last, a few a second at most, until its end."""
        if self._run:
            yield from self._run.states()

    def stop(self) -> None:
        """Tell what is running to end; it decides what is kept."""
        if self._run:
            self._run.stop()


class _Run(Generic[P]):
    """One job from its beginning to its end."""

    def __init__(self, task: Task[P], under_way: RunningWork) -> None:
        self._changed = threading.Condition()
        self.state: State[P] = State()
        self._work: Work[None] = under_way.start(lambda emit, stop: self._carry_out(task, stop))
        self.stop = self._work.stop

    def states(self) -> Iterator[State[P]]:
        seen: State[P] | None = None
        deadline: float | None = None
        while True:
            state = self._next(seen)
            if state is not seen:
                yield state
                if not state.running:
                    return
                seen = state
            elif self._work.stopped:
                deadline = deadline or time.monotonic() + _GRACE
                if time.monotonic() > deadline:
                    yield replace(state, running=False)
                    return
            self._rest()

    def _next(self, seen: State[P] | None) -> State[P]:
        """The state as soon as it is another one than `seen`, or as it is a little later."""
        with self._changed:
            self._changed.wait_for(lambda: self.state is not seen, _REFRESH)
            return self.state

    def _rest(self) -> None:
        """Let so much time pass between two states that eyes can follow, but not at the end."""
        with self._changed:
            self._changed.wait_for(lambda: not self.state.running, _REFRESH)

    def _carry_out(self, task: Task[P], stop: threading.Event) -> None:
        error = "The assistant ended this."
        try:
            task(lambda told: self._put(State(told)), stop)
            error = ""
        except AssistantError as known:
            error = str(known)
        except Exception as unknown:
            error = unexpected(unknown, "A job of the page failed")
        finally:
            self._put(replace(self.state, running=False, error=error))

    def _put(self, state: State[P]) -> None:
        with self._changed:
            self.state = state
            self._changed.notify_all()


def job_view(state: State[Progress]) -> JobView:
    """A job that tells Progress, as the page shows it."""
    if state.error:
        return refused(state.error)
    told = state.told or Progress("Beginning …")
    shown = render_job(
        told.text,
        running=state.running,
        done=told.done,
        total=told.total,
        failures=told.failures,
    )
    return JobView(shown, state.running, succeeded=not state.running)


def refused(text: str) -> JobView:
    """A job that was not begun, or failed, and why."""
    return JobView(render_job(error=text), running=False)
