"""A language model that several threads share, freed when the last one drops its reference.

llama.cpp crashes the process when it is called for a freed model. So a model that is replaced is
not closed at once: answers in progress finish with it, and it closes when nothing refers to it.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import ModelError
from assistant.models.protocols import GenerationStats, Priority

if TYPE_CHECKING:
    from assistant.models.protocols import (
        GenerationRequest,
        LanguageModel,
        Message,
        TextStream,
    )

# Replies averaged for each priority: enough for a mean, few enough to follow a change.
_SAMPLES = 100
# For shorter prompts (tokens not reused) the fixed cost of the first step dominates.
_MIN_PROMPT_TOKENS = 32
# Batch replies with a longer pause between them belong to two batches.
_BATCH_PAUSE_S = 5.0


@dataclass(frozen=True)
class _Reply:
    """Times are `time.monotonic` or durations, in seconds."""

    started: float
    ended: float
    prompt_tokens: int
    prompt_s: float
    generated_tokens: int
    generation_s: float


class Throughput:
    """Speed of a model, averaged over its latest replies. Thread-safe."""

    def __init__(self) -> None:
        """Start without measurements."""
        self._lock = threading.Lock()
        self._replies = {priority: deque[_Reply](maxlen=_SAMPLES) for priority in Priority}

    def add(self, priority: Priority, stats: GenerationStats) -> None:
        """Record a reply that ended or was cancelled, unless it has no tokens."""
        if not stats.generated_tokens:
            return
        now = time.monotonic()
        reply = _Reply(
            started=now - stats.total_seconds,
            ended=now,
            prompt_tokens=stats.prompt_tokens - stats.reused_tokens,
            prompt_s=stats.prompt_seconds,
            # The first token is part of the prompt's time.
            generated_tokens=stats.generated_tokens - 1,
            generation_s=stats.total_seconds - stats.prompt_seconds,
        )
        with self._lock:
            self._replies[priority].append(reply)

    def generation_rate(self) -> float | None:
        """Tokens per second generated for interactive requests; None if not yet measured."""
        replies = self._latest(Priority.INTERACTIVE)
        return _rate(sum(r.generated_tokens for r in replies), sum(r.generation_s for r in replies))

    def prompt_rate(self) -> float | None:
        """Prompt tokens per second of interactive requests; None if not yet measured."""
        replies = [
            r for r in self._latest(Priority.INTERACTIVE) if r.prompt_tokens >= _MIN_PROMPT_TOKENS
        ]
        return _rate(sum(r.prompt_tokens for r in replies), sum(r.prompt_s for r in replies))

    def replies_per_minute(self) -> float | None:
        """Replies per minute in the latest batch; None if there was none yet."""
        batch: list[_Reply] = []
        for reply in reversed(self._latest(Priority.BATCH)):
            if batch and min(r.started for r in batch) - reply.ended > _BATCH_PAUSE_S:
                break
            batch.append(reply)
        if not batch:
            return None
        return _rate(60 * len(batch), batch[0].ended - min(r.started for r in batch))

    def _latest(self, priority: Priority) -> list[_Reply]:
        with self._lock:
            return list(self._replies[priority])


def _rate(count: float, seconds: float) -> float | None:
    return count / seconds if count > 0 and seconds > 0 else None


class SharedModel:
    """A LanguageModel that owns another one and measures its `throughput`.

    `close` waits for running calls and ends every stream; later calls raise a ModelError.
    """

    def __init__(self, model: LanguageModel) -> None:
        """Take ownership of `model`."""
        self.name = model.name
        self.context_tokens = model.context_tokens
        self.parameters = model.parameters
        self.slots = model.slots
        self.adapters = model.adapters
        self.throughput = Throughput()
        self._model = model
        self._state = threading.Condition()
        self._calls = 0
        self._streams = 0
        self._closed = False
        self._finalizer = weakref.finalize(self, _close_in_thread, model)
        # At interpreter exit the memory is freed anyway, and no thread can be started.
        self._finalizer.atexit = False

    @property
    def busy(self) -> bool:
        """Whether a reply is being read now."""
        with self._state:
            return self._streams > 0

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Length of the rendered prompt in tokens, template markup included."""
        with self._call():
            return self._model.count_tokens(messages)

    def generate(self, request: GenerationRequest) -> SharedStream:
        """Queue a request and return its stream at once.

        Raises:
            PromptTooLong: prompt and reply do not fit `context_tokens`.
            ModelError: the model is closed.
        """
        with self._call():
            return SharedStream(self, request, self._model.generate(request))

    def close(self) -> None:
        """End every stream and free the memory; no effect when repeated."""
        with self._state:
            self._closed = True
            self._state.wait_for(lambda: not self._calls)
        self._finalizer.detach()
        self._model.close()

    @contextmanager
    def _call(self) -> Iterator[None]:
        with self._state:
            if self._closed:
                raise ModelError(f"{self.name} is closed. Ask again.")
            self._calls += 1
        try:
            yield
        finally:
            with self._state:
                self._calls -= 1
                self._state.notify_all()

    @contextmanager
    def reading(self, request: GenerationRequest, stream: TextStream) -> Iterator[None]:
        """Mark the model busy while `stream` is read; record its stats when the block ends."""
        with self._state:
            self._streams += 1
        try:
            yield
        finally:
            with self._state:
                self._streams -= 1
            self.throughput.add(request.priority, stream.stats)


class SharedStream:
    """A reply that refers to its model, so that the model is not freed while it is read."""

    def __init__(self, model: SharedModel, request: GenerationRequest, stream: TextStream) -> None:
        """Wrap `stream`, the reply of `model` to `request`."""
        self.stats = stream.stats
        self._model = model
        self._request = request
        self._stream = stream

    def __iter__(self) -> Iterator[str]:
        """Yield pieces of text until the reply ends.

        Raises:
            ModelError: the model failed.
        """
        with self._model.reading(self._request, self._stream):
            # `yield from` would close the stream together with its first reader.
            for piece in self._stream:  # noqa: UP028
                yield piece

    def cancel(self) -> None:
        """Stop within one decoding step; no effect when repeated or after the end."""
        self._stream.cancel()


def _close_in_thread(model: LanguageModel) -> None:
    """Close `model` in a daemon thread: the caller may hold a lock or must not wait.

    At interpreter exit no thread can be started; the memory is freed by the system then.
    """
    with suppress(RuntimeError):
        threading.Thread(target=model.close, name="freeing a model", daemon=True).start()
