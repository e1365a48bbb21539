"""Jobs: long work of the page in threads of its own, which every window can follow and stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from assistant.errors import AssistantError
from assistant.languages import _
from assistant.progress import Progress, Report, retry_delay
from assistant.web.rendering import explained, render_job

if TYPE_CHECKING:
    from assistant.reading import Failure

T = TypeVar("T")
# What a job runs: it reports to the progress, checks it for a stop, and returns the result.
Task = Callable[[Progress], T]

_STARTING = Report(_("Starting"))

_log = logging.getLogger(__name__)

# Seconds between two states that a window gets, and between two checks for a stop.
_PAUSE_S = 0.2
# Seconds that a stopped job has to end before windows stop waiting for it.
_GRACE_S = 3.0


@dataclass(frozen=True)
class JobState(Generic[T]):
    """A job at one moment: its last report, and at its end its `result` or `error`.

    While a failed job waits for its next attempt it is running, with the `error` of the last
    attempt and the time of the next one.
    """

    report: Report = _STARTING
    running: bool = True
    result: T | None = None
    error: str = ""
    next_attempt: datetime | None = None


@dataclass(frozen=True)
class JobView:
    """What the page shows of a job, as HTML."""

    html: str
    running: bool
    succeeded: bool = False


class Job(Generic[T]):
    """One run of a task in its own thread. Thread-safe."""

    def __init__(self, name: str, task: Task[T], *, retry: bool, background: bool) -> None:
        self.name = name
        self.background = background
        self.progress = Progress(lambda report: self._set(JobState(report)))
        self._changed = threading.Condition()
        self._state: JobState[T] = JobState()
        self._retry = retry
        self.start = threading.Thread(target=self._run, args=(task,), name=name, daemon=True).start

    @property
    def state(self) -> JobState[T]:
        """The job now."""
        return self._state

    @property
    def running(self) -> bool:
        """Whether the task has not ended, also while it waits for its next attempt."""
        return self._state.running

    def stop(self) -> None:
        """Ask the task to stop; what it keeps is up to the task."""
        self.progress.stop()

    def follow(self, pause: float = _PAUSE_S, grace: float = _GRACE_S) -> Iterator[JobState[T]]:
        """Yield the state and every change until the end, with `pause` seconds between two.

        A task that is stuck is not waited for: `grace` seconds after a stop the last state comes
        out as one that has ended.
        """
        seen: JobState[T] | None = None
        deadline: float | None = None
        while True:
            state = self._next(seen)
            if state is not seen:
                yield state
                if not state.running:
                    return
                seen = state
            elif self.progress.stop_requested:
                deadline = deadline or time.monotonic() + grace
                if time.monotonic() >= deadline:
                    yield replace(state, running=False)
                    return
            with self._changed:
                self._changed.wait_for(lambda: not self._state.running, pause)

    def _next(self, seen: JobState[T] | None) -> JobState[T]:
        """The state, as soon as it is another one than `seen` or after a short time."""
        with self._changed:
            self._changed.wait_for(lambda: self._state is not seen, _PAUSE_S)
            return self._state

    def _run(self, task: Task[T]) -> None:
        failures = 0
        while True:
            before = self._state
            try:
                result = task(self.progress)
            except BaseException as error:  # even SystemExit must not end a job unnoticed
                text = self._explained(error)
            else:
                self._end(result=result)
                return
            # After a report this is the first failure in a row.
            failures = failures + 1 if self._state is before else 1
            delay = retry_delay(failures)
            if self._retry and not self.progress.stop_requested:
                at = datetime.now().astimezone() + timedelta(seconds=delay)
                self._set(replace(self._state, error=text, next_attempt=at))
            if not self._retry or self.progress.wait(delay):
                self._end(error=text)
                return
            self._set(replace(self._state, next_attempt=None))

    def _end(self, result: T | None = None, error: str = "") -> None:
        self._set(JobState(self._state.report, running=False, result=result, error=error))

    def _explained(self, error: BaseException) -> str:
        known = isinstance(error, AssistantError)
        if known and self._retry and str(error) != self._state.error:
            _log.warning("%s failed: %s", self.name, error)
        return explained(error, f"{self.name} failed")

    def _set(self, state: JobState[T]) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()


class JobPart(Progress):
    """The progress of a part of a job, which ends with its own stop or with the whole job."""

    def __init__(self, job: Progress, on_report: Callable[[Report], None]) -> None:
        """Call `on_report` after every report; the `job` is not told."""
        super().__init__(on_report)
        self._job = job

    @property
    def stop_requested(self) -> bool:
        """Whether the part, or the whole job, has to stop."""
        return super().stop_requested or self._job.stop_requested


class Jobs:
    """All jobs of one page. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: list[Job[Any]] = []
        self._stopped = False

    def start(
        self, name: str, task: Task[T], *, retry: bool = False, background: bool = False
    ) -> Job[T]:
        """Run `task` in a thread of its own.

        Args:
            name: what the job does, as in `Making vectors`.
            task: the work.
            retry: run a task that failed again, later and later, until it succeeds.
            background: this job makes way for all others, so it does not count as `busy`.

        """
        job = Job(name, task, retry=retry, background=background)
        with self._lock:
            if self._stopped:
                job.stop()
            job.start()
            self._jobs = [*(known for known in self._jobs if known.running), job]
        return job

    @property
    def running(self) -> bool:
        """Whether any job has not ended."""
        with self._lock:
            return any(job.running for job in self._jobs)

    @property
    def busy(self) -> bool:
        """Whether a job that is not in the background is working now."""
        with self._lock:
            states = [job.state for job in self._jobs if not job.background]
        return any(state.running and state.next_attempt is None for state in states)

    @property
    def problems(self) -> list[str]:
        """Why each job failed that is tried again, and when."""
        with self._lock:
            states = [(job.name, job.state) for job in self._jobs]
        return [
            _(
                "{name} failed: {error} The next attempt is at {time}.",
                name=name,
                error=state.error,
                time=f"{at:%H:%M:%S}",
            )
            if at
            else _("{name} failed: {error} It is being tried again.", name=name, error=state.error)
            for name, state in states
            if state.running and state.error
            for at in (state.next_attempt,)
        ]

    def stop(self) -> None:
        """Stop every job, also those that are started from now on."""
        with self._lock:
            self._stopped = True
            for job in self._jobs:
                job.stop()


def job_view(
    state: JobState[Any],
    done: str = "",
    failures: Sequence[Failure] = (),
    *,
    note: str = "",
    merges: Sequence[str] = (),
    warnings: Sequence[Failure] = (),
    warned: str = "",
) -> JobView:
    """A job for the page: how far it is, what went wrong, or the sentence `done` at its end.

    `failures` are records that could not be read, `merges` lines about merged ones, `warnings` the
    first ones about records that could be read, and `warned` says how many; `note` stands above the
    report.
    """
    if state.error and not state.running:
        return JobView(render_job(error=state.error), running=False)
    if state.running:
        shown = render_job(state.report.text, report=state.report, running=True, note=note)
        return JobView(shown, running=True)
    stuck = _("Stopping …") if state.result is None else ""
    shown = render_job(
        done or stuck, failures=failures, merges=merges, warnings=warnings, warned=warned
    )
    return JobView(shown, running=False, succeeded=not stuck)
