"""The stream of one reply: filled by the engine's thread, read by whoever asked."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from assistant.errors import AssistantError
from assistant.models.protocols import FinishReason, GenerationStats


class EngineStream:
    """A reply on its way between two threads."""

    def __init__(self, on_cancel: Callable[[], None]) -> None:
        """`on_cancel` is called once, from the thread that cancels."""
        self.stats = GenerationStats()
        self._on_cancel = on_cancel
        self._items: queue.SimpleQueue[str | AssistantError | None] = queue.SimpleQueue()
        self._cancel = threading.Event()
        self._over = threading.Event()

    def __iter__(self) -> Iterator[str]:
        """Yield pieces of text until the reply ends; the second reader of an ended one gets none.

        Raises:
            AssistantError: the model failed.
        """
        try:
            while not (self._over.is_set() and self._items.empty()):
                item = self._items.get()
                if item is None:
                    return
                if isinstance(item, AssistantError):
                    raise item
                yield item
        finally:
            # A reader that goes away in the middle must not leave the engine writing for nobody.
            self.cancel()

    @property
    def cancelled(self) -> bool:
        """Whether the reader wants no more."""
        return self._cancel.is_set()

    def cancel(self) -> None:
        """Stop within one decoding step; calling it twice, or after the end, does nothing."""
        if not self._over.is_set() and not self._cancel.is_set():
            self._cancel.set()
            self._on_cancel()

    def put(self, text: str) -> None:
        """Hand on a piece of text (engine)."""
        if text:
            self._items.put(text)

    def finish(self, reason: FinishReason) -> None:
        """End the reply (engine)."""
        if not self._over.is_set():
            self.stats.finish = reason
            self._over.set()
            self._items.put(None)

    def fail(self, error: AssistantError) -> None:
        """End the reply with an error that its reader gets (engine)."""
        if not self._over.is_set():
            self._items.put(error)
            self.finish("cancelled")
