"""A guard against code that never ends, or whose work grows with the square of its input."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Seconds of this process on a processor: a busy machine makes no difference. What is tested takes
# about one; an endless loop, or the square of half a million characters, takes far more.
_SECONDS = 300


@contextmanager
def hang_guard() -> Iterator[None]:
    """Fail if the body uses the processor for minutes; only on the main thread."""

    def fail(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"it still runs after {_SECONDS} seconds of processor time")

    before = signal.signal(signal.SIGVTALRM, fail)
    signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
