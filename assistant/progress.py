"""Progress of long work: which step it is in, how much of it is done, and whether it has to stop.

Whoever starts long work makes a `Progress` and passes it down. The work reports to it and checks
`stop_requested` between two items; a terminal or a page shows the reports.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from assistant.languages import _, ngettext

# The rate is measured over the last seconds, and unknown until these seconds and items have passed.
_WINDOW_S = 30.0
_MIN_SECONDS = 5.0
_MIN_ITEMS = 5
# Seconds between two measured points: work that reports a million times needs no million points.
_RESOLUTION_S = 0.25

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

# Seconds before the first retry and the longest time between two; jitter as a share of the delay.
_FIRST_RETRY_S, _LAST_RETRY_S = 2.0, 300.0
_JITTER = 0.25


@dataclass(frozen=True)
class Report:
    """How far work is: `done` of `total` items of `step`; a `total` of 0 is unknown.

    `per_minute` (items) and `seconds_left` are None while too little is known to estimate them.
    """

    step: str = ""
    done: int = 0
    total: int = 0
    per_minute: float | None = None
    seconds_left: float | None = None

    @property
    def text(self) -> str:
        """The step and its counts: `Making vectors: 12 of 340`."""
        if self.total:
            return _("{step}: {done} of {total}", step=self.step, done=self.done, total=self.total)
        if self.done:
            return _("{step}: {done}", step=self.step, done=self.done)
        return _("{step} …", step=self.step)

    @property
    def rate(self) -> str:
        """`44 a minute`; empty while unknown."""
        return _("{count} a minute", count=round(self.per_minute)) if self.per_minute else ""

    @property
    def time_left(self) -> str:
        """`about 4 minutes left`; empty while unknown."""
        return "" if self.seconds_left is None else format_time_left(self.seconds_left)


class RateMeter:
    """Measures items a minute over the last half minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start now; `clock` gives seconds."""
        self._clock = clock
        # Times with the number of items done by then; the first is at or before the window's start.
        self._points = deque([(clock(), 0)])

    def add(self, done: int) -> None:
        """Record that `done` items are done now."""
        now = self._clock()
        if len(self._points) > 1 and now - self._points[-2][0] < _RESOLUTION_S:
            self._points.pop()
        self._points.append((now, done))
        while len(self._points) > 2 and self._points[1][0] <= now - _WINDOW_S:
            self._points.popleft()

    @property
    def per_minute(self) -> float | None:
        """Items a minute; None while too little is known."""
        (started, before), (now, done) = self._points[0], self._points[-1]
        if now - started < _MIN_SECONDS or done - before < _MIN_ITEMS:
            return None
        return _MINUTE * (done - before) / (now - started)


class Progress:
    """What long work reports to and is stopped by. One thread reports; any thread may stop."""

    def __init__(
        self,
        on_report: Callable[[Report], None] = lambda report: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Call `on_report` after every report, in the reporting thread; `clock` gives seconds."""
        self.latest = Report()
        self.on_report = on_report
        # For libraries that take an event; everything else uses `stop` and `stop_requested`.
        self.stop_event = threading.Event()
        self._clock = clock
        self._meter = RateMeter(clock)

    def report(
        self,
        done: int | None = None,
        total: int | None = None,
        step: str | None = None,
        *,
        reused: int = 0,
    ) -> None:
        """Report how far the work is; what is None stays as reported before.

        A new `step` starts at 0 of an unknown total. `reused` of the `done` items were ready
        before and do not count for the rate.
        """
        last = self.latest
        if step is not None and step != last.step:
            last = Report(step)
            self._meter = RateMeter(self._clock)
        done = last.done if done is None else done
        total = last.total if total is None else total
        self._meter.add(done - reused)
        rate = self._meter.per_minute
        self.latest = Report(
            step=last.step,
            done=done,
            total=total,
            per_minute=rate,
            seconds_left=max(0, total - done) * _MINUTE / rate if rate and total else None,
        )
        self.on_report(self.latest)

    def stop(self) -> None:
        """Ask the work to stop; safe in a signal handler and when called twice."""
        self.stop_event.set()

    @property
    def stop_requested(self) -> bool:
        """Whether the work has to stop before its next item."""
        return self.stop_event.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep until a stop is requested, at most `seconds`; True if it is."""
        return self.stop_event.wait(seconds)


class _Unobserved(Progress):
    """Shared by all calls that pass no progress, so it stores nothing and cannot be stopped."""

    def report(
        self,
        done: int | None = None,
        total: int | None = None,
        step: str | None = None,
        *,
        reused: int = 0,
    ) -> None:
        pass

    def stop(self) -> None:
        raise RuntimeError("Pass a Progress to the work that has to be stopped.")


NO_PROGRESS: Progress = _Unobserved()
"""The default of functions that take a progress: reports go nowhere, nothing is stopped."""


def format_time_left(seconds: float) -> str:
    """A remaining time in words, as precise as an estimate can be: `about 4 minutes left`."""
    if seconds < 50:
        return _("less than a minute left")
    if seconds < 50 * _MINUTE:
        minutes = max(1, round(seconds / _MINUTE))
        return ngettext("about {count} minute left", "about {count} minutes left", minutes)
    if seconds < 36 * _HOUR:
        halves = max(2, round(2 * seconds / _HOUR))
        if halves % 2:
            return _("about {hours}½ hours left", hours=halves // 2)
        return ngettext("about {count} hour left", "about {count} hours left", halves // 2)
    days = max(1, round(seconds / _DAY))
    return ngettext("about {count} day left", "about {count} days left", days)


def retry_delay(failures: int) -> float:
    """Seconds to wait after the `failures`-th failure in a row: doubling, bounded, with jitter."""
    delay = min(_FIRST_RETRY_S * 2.0 ** min(failures - 1, 30), _LAST_RETRY_S)
    return delay * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311
