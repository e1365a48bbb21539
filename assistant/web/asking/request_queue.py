"""The request queue of the model: some answers are written in parallel, others wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.progress import Progress

# Seconds between two checks of the stop flag.
_POLL = 0.1


class RequestQueue:
    """First in, first out, `at_once` requests in parallel. Thread-safe."""

    def __init__(self, at_once: int) -> None:
        """Start with an empty queue."""
        self._at_once = at_once
        self._served = 0
        self._waiting: list[object] = []
        self._moved = threading.Condition()

    @contextmanager
    def place(self, progress: Progress, say: Callable[[int], None]) -> Iterator[None]:
        """Wait for one's turn, and be served as long as the block lasts.

        `say` is told how many are before one, whenever that changes; not if nobody is. The wait
        ends, too, when a stop is requested: then one is not served, and the block is to see to it.
        """
        ticket = object()
        with self._moved:
            self._waiting.append(ticket)
            try:
                served = self._wait(ticket, progress, say)
            finally:
                self._waiting.remove(ticket)
                self._moved.notify_all()
            self._served += served
        try:
            yield
        finally:
            if served:
                with self._moved:
                    self._served -= 1
                    self._moved.notify_all()

    def _wait(self, ticket: object, progress: Progress, say: Callable[[int], None]) -> bool:
        said = 0
        while not progress.stop_requested:
            before = self._waiting.index(ticket)
            if before < self._at_once - self._served:
                return True
            # Running requests are ahead too.
            before += self._served
            if before != said:
                said = before
                say(before)
            self._moved.wait(_POLL)
        return False
