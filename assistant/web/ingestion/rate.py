"""How fast a batch goes, and how long it is still going to take, for people."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from assistant.text.formatting import format_count

# The rate is that of the last seconds; before so many seconds and items it says nothing.
_WINDOW_S = 30.0
_LEAST_S = 5.0
_LEAST_ITEMS = 5

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


class RateMeter:
    """Measures items a minute from its making on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin now; `clock` gives seconds."""
        self._clock = clock
        # Moments with the items done by then, the first one at the edge of the window or before.
        self._moments = deque([(clock(), 0)])

    def note(self, done: int) -> None:
        """So many items are done now."""
        now = self._clock()
        self._moments.append((now, done))
        while len(self._moments) > 2 and self._moments[1][0] <= now - _WINDOW_S:
            self._moments.popleft()

    @property
    def per_minute(self) -> float | None:
        """Items a minute lately; None as long as too little is known."""
        (began, before), (now, done) = self._moments[0], self._moments[-1]
        if now - began < _LEAST_S or done - before < _LEAST_ITEMS:
            return None
        return _MINUTE * (done - before) / (now - began)

    def left(self, total: int) -> str:
        """Until `total` items are done: `about 4 minutes left`; empty while nobody can know."""
        rate = self.per_minute
        if rate is None:
            return ""
        return spoken_left(_MINUTE * (total - self._moments[-1][1]) / rate)


def spoken_left(seconds: float) -> str:
    """A time to wait as people say it, no more exact than it can be known."""
    if seconds < 50:
        return "less than a minute left"
    if seconds < 50 * _MINUTE:
        return f"about {_counted(seconds / _MINUTE, 'minute')} left"
    if seconds < 36 * _HOUR:
        halves = max(2, round(2 * seconds / _HOUR))
        return (
            "about "
            + (f"{halves // 2}½ hours" if halves % 2 else _counted(halves / 2, "hour"))
            + " left"
        )
    return f"about {_counted(seconds / _DAY, 'day')} left"


def _counted(value: float, noun: str) -> str:
    return format_count(max(1, round(value)), noun)
