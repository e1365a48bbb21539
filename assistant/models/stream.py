"""A streamed reply: from the bytes of generated tokens to text in the reader's thread."""

from __future__ import annotations

import codecs
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from assistant.errors import AssistantError
from assistant.models.protocols import FinishReason, GenerationStats
from assistant.progress import Progress

# Marks of a model's thoughts, and what ends them before they have begun.
THINK_START, THINK_END = "<think>", "</think>"
EMPTY_THOUGHT = f"\n\n{THINK_END}\n\n"
_POLL_SECONDS = 0.05


class EngineStream:
    """A reply that the engine's thread writes and another thread reads."""

    def __init__(self, on_cancel: Callable[[], None]) -> None:
        """`on_cancel` is called at most once, in the thread that cancels."""
        self.stats = GenerationStats()
        self._on_cancel = on_cancel
        self._items: queue.SimpleQueue[str | AssistantError | None] = queue.SimpleQueue()
        self._cancelled = threading.Event()
        self._finished = threading.Event()

    def __iter__(self) -> Iterator[str]:
        """Yield pieces of text until the reply ends; a second reader gets nothing.

        Raises:
            AssistantError: the model failed.
        """
        try:
            while True:
                item = self._items.get()
                if item is None:
                    self._items.put(None)  # for other readers
                    return
                if isinstance(item, AssistantError):
                    raise item
                yield item
        finally:
            # Without a reader the engine must not go on writing.
            self.cancel()

    @property
    def cancelled(self) -> bool:
        """Whether the reader has cancelled the reply."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Stop within one decoding step; no effect when repeated or after the end."""
        if not self._finished.is_set() and not self._cancelled.is_set():
            self._cancelled.set()
            self._on_cancel()

    def put(self, text: str) -> None:
        """Append a piece of text (called by the engine)."""
        if text:
            self._items.put(text)

    def finish(self, reason: FinishReason) -> None:
        """End the reply (called by the engine)."""
        if not self._finished.is_set():
            self.stats.finish = reason
            self._finished.set()
            self._items.put(None)

    def fail(self, error: AssistantError) -> None:
        """End the reply; the reader gets `error` (called by the engine)."""
        if not self._finished.is_set():
            self._items.put(error)
            self.finish("cancelled")


@contextmanager
def cancelled_on_stop(progress: Progress, cancel: Callable[[], None]) -> Iterator[None]:
    """Call `cancel` again and again after a stop of `progress`, and in any case at the block's end.

    A thread checks for the stop, because the reader of a stream blocks until the next piece of
    text, which takes seconds while a long prompt is processed. The stop itself may come from a
    signal handler, which must not call `cancel`, as that takes locks.
    """
    finished = threading.Event()

    def watch() -> None:
        while not finished.wait(_POLL_SECONDS):
            if progress.stop_requested:
                cancel()

    watcher = threading.Thread(target=watch, name="cancel on stop", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        finished.set()
        watcher.join()
        cancel()


class Detokenizer:
    """Turns the bytes of tokens into text that is certainly part of the reply.

    Holds back the bytes of an incomplete UTF-8 character and text that may be the start of a stop
    string. Drops a `<think>` block at the beginning.
    """

    def __init__(self, stop: Sequence[str] = ()) -> None:
        """`stop` strings end the reply and are not part of it."""
        self._stop = tuple(text for text in stop if text)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._buffer = ""
        self._visible = False
        self._thinking = False
        self._cut = False
        self.stopped = False

    def add(self, piece: bytes) -> str:
        """Add the bytes of one token; return the text that can be released."""
        return self._release(self._decoder.decode(piece), last=False)

    @property
    def thought_can_be_cut(self) -> bool:
        """Whether the model has just begun its first thought."""
        return self._thinking and not self._cut

    def cut_thought(self) -> None:
        """Continue as if the thought had ended: the caller lets the model read `EMPTY_THOUGHT`."""
        self._cut, self._thinking, self._buffer = True, False, ""

    def end(self) -> str:
        """Return the text that was held back; the reply is complete."""
        return self._release(self._decoder.decode(b"", True), last=True)

    def _release(self, text: str, *, last: bool) -> str:
        if self.stopped:
            return ""
        self._buffer += text
        if not self._visible and not self._skip_thinking(last):
            return ""
        for stop in self._stop:
            start = self._buffer.find(stop)
            if start >= 0:
                self._buffer, self.stopped = self._buffer[:start], True
        held = 0 if last or self.stopped else self._possible_stop_length()
        end = len(self._buffer) - held
        released, self._buffer = self._buffer[:end], self._buffer[end:]
        return released

    def _skip_thinking(self, last: bool) -> bool:
        """Drop a leading `<think>` block; whether the visible reply has begun."""
        if self._thinking:
            _, ended, rest = self._buffer.partition(THINK_END)
            self._buffer = rest.lstrip() if ended else self._buffer[-len(THINK_END) :]
            if ended:
                self._thinking = False
            elif last:
                self._buffer = ""
                return True
            else:
                return False
        start = self._buffer.lstrip()
        if self._cut:
            self._buffer = start
        if start.startswith(THINK_START):
            self._thinking, self._buffer = True, start[len(THINK_START) :]
            return self._skip_thinking(last)
        self._visible = bool(start) and not THINK_START.startswith(start)
        return self._visible or last

    def _possible_stop_length(self) -> int:
        """Length of the longest end of the buffer that may be the start of a stop string."""
        longest = max(map(len, self._stop), default=1) - 1
        for length in range(min(longest, len(self._buffer)), 0, -1):
            if any(stop.startswith(self._buffer[-length:]) for stop in self._stop):
                return length
        return 0
