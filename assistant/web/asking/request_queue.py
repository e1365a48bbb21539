"""The request queue of the model: some answers are written in parallel, others wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.progress import Progress

# Seconds between two checks of the stop flag.
_CHECK_S = 0.1


class RequestQueue:
    """First in, first out, `at_once` requests in parallel. Thread-safe."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._running = 0
        self._waiting: list[object] = []
        self._changed = threading.Condition()

    @contextmanager
    def slot(self, progress: Progress, on_position: Callable[[int], None]) -> Iterator[None]:
        """Wait for a free slot, and hold it until the block ends.

        `on_position` gets the number of requests ahead whenever it changes, but not 0. The wait
        also ends when a stop is requested: then the block runs without a slot and must check that.
        """
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                has_slot = self._wait(ticket, progress, on_position)
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()
            self._running += has_slot
        try:
            yield
        finally:
            if has_slot:
                with self._changed:
                    self._running -= 1
                    self._changed.notify_all()

    def _wait(self, ticket: object, progress: Progress, on_position: Callable[[int], None]) -> bool:
        reported = 0
        while not progress.stop_requested:
            ahead = self._waiting.index(ticket)
            if ahead < self._at_once - self._running:
                return True
            # Running requests are ahead too.
            ahead += self._running
            if ahead != reported:
                reported = ahead
                on_position(ahead)
            self._changed.wait(_CHECK_S)
        return False
