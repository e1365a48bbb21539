"""A language model that several hold at once, and that is freed when the last one lets go.

llama.cpp ends the whole process when it is called for a model that was freed. So a model that is
put out of use is not closed by whoever puts it out of use: answers under way go on with it, and it
closes itself once nothing refers to it any more, when nobody is left who could call it.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from assistant.errors import ModelError
from assistant.models.throughput import Throughput

if TYPE_CHECKING:
    from assistant.models.protocols import (
        GenerationRequest,
        LanguageModel,
        Message,
        TextStream,
    )


class SharedModel:
    """A LanguageModel in front of another one, which it owns.

    `close` ends it for everybody; a call that comes afterwards is a ModelError, and one that is
    running then is waited for. `speed` has the figures of its replies.
    """

    def __init__(self, model: LanguageModel) -> None:
        """Own `model` from now on."""
        self._model = model
        self.speed = Throughput()
        self._state = threading.Condition()
        self._calls = 0
        self._streams = 0
        self._closed = False
        self._let_go = weakref.finalize(self, _close_apart, model)
        # When the program ends the memory goes with it; a thread cannot be started any more then.
        self._let_go.atexit = False

    @property
    def name(self) -> str:
        """Short name for people and for the catalogue."""
        return self._model.name

    @property
    def context_tokens(self) -> int:
        """The most tokens that prompt and reply of one request may have together."""
        return self._model.context_tokens

    @property
    def parameters(self) -> int:
        """How many numbers the model has learned."""
        return self._model.parameters

    @property
    def slots(self) -> int:
        """How many batch requests are worked on at once."""
        return self._model.slots

    @property
    def adapters(self) -> frozenset[str]:
        """Names that a request's `adapter` may have."""
        return self._model.adapters

    @property
    def busy(self) -> bool:
        """Whether somebody reads a reply of it now."""
        with self._state:
            return self._streams > 0

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Length of the whole rendered prompt in tokens, template markup included."""
        with self._calling():
            return self._model.count_tokens(messages)

    def generate(self, request: GenerationRequest) -> SharedStream:
        """Queue a request and return its stream at once.

        Raises:
            PromptTooLong: prompt and reply do not fit `context_tokens`.
            ModelError: the model is closed.
        """
        with self._calling():
            return SharedStream(self, request, self._model.generate(request))

    def close(self) -> None:
        """End every stream and free the memory; calling it twice does nothing."""
        with self._state:
            self._closed = True
            self._state.wait_for(lambda: not self._calls)
        self._let_go.detach()
        self._model.close()

    @contextmanager
    def _calling(self) -> Iterator[None]:
        with self._state:
            if self._closed:
                raise ModelError(f"{self.name} is closed; ask again to go on.")
            self._calls += 1
        try:
            yield
        finally:
            with self._state:
                self._calls -= 1
                self._state.notify_all()

    @contextmanager
    def reading(self, request: GenerationRequest, stream: TextStream) -> Iterator[None]:
        """Within the block `stream` is read; its figures are remembered at the end."""
        with self._state:
            self._streams += 1
        try:
            yield
        finally:
            with self._state:
                self._streams -= 1
            self.speed.add(request.priority, stream.stats)


class SharedStream:
    """A reply that holds its model, so that this is not freed while the reply is read."""

    def __init__(self, model: SharedModel, request: GenerationRequest, stream: TextStream) -> None:
        """Stand before `stream`, the reply of `model` to `request`."""
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
            # Not `yield from`, which would end the stream with its first reader.
            for piece in self._stream:  # noqa: UP028
                yield piece

    def cancel(self) -> None:
        """Stop within one decoding step; calling it twice, or after the end, does nothing."""
        self._stream.cancel()


def _close_apart(model: LanguageModel) -> None:
    """Close `model` in a thread of its own: whoever let go last may hold a lock, or be in a hurry.

    Python ends threads of this kind with the program, and then starts no more.
    """
    with suppress(RuntimeError):
        threading.Thread(target=model.close, name="freeing a model", daemon=True).start()
