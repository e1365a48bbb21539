"""A scripted language model and a hashing embedder, which need no model files.

They are part of the package for tests, of this project and of others that use it.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from assistant.embedder import Vectors, WordVectors
from assistant.errors import ModelError, PromptTooLong
from assistant.models.protocols import (
    GenerationRequest,
    GenerationStats,
    Message,
)

# Replies in the order of the requests, or a function from the request to its reply.
Script = Iterable[str | Exception] | Callable[[GenerationRequest], str]

_PIECE = re.compile(r"\s*\S+|\s+")
_WORD = re.compile(r"\w+")


class ScriptedStream:
    """A scripted reply; its pieces are words with the space before them."""

    def __init__(
        self,
        reply: Callable[[], str],
        request: GenerationRequest,
        prompt_tokens: int,
        seconds_per_piece: float,
        choices: dict[str, float],
    ) -> None:
        """Stream what `reply()` returns or raises when iteration starts."""
        self._choices = choices
        self.stats = GenerationStats(prompt_tokens=prompt_tokens)
        self._reply = reply
        self._request = request
        self._seconds_per_piece = seconds_per_piece
        self._cancelled = threading.Event()
        self._pieces = self._generate()

    def __iter__(self) -> Iterator[str]:
        """Yield the pieces; a second iteration continues where the first one stopped."""
        return self._pieces

    def cancel(self) -> None:
        """End the reply, even during the wait before a piece."""
        self._cancelled.set()

    def _generate(self) -> Iterator[str]:
        stats = self.stats
        started = time.monotonic()
        try:
            text = self._reply()
            ends = [text.find(stop) for stop in self._request.stop if stop in text]
            pieces = _PIECE.findall(text[: min(ends, default=len(text))])
            for piece in pieces[: self._request.max_tokens]:
                if self._cancelled.wait(self._seconds_per_piece):
                    stats.finish = "cancelled"
                    return
                stats.generated_tokens += 1
                if stats.generated_tokens == 1:
                    stats.choices = self._choices
                    stats.prompt_seconds = time.monotonic() - started
                yield piece
            stats.finish = "length" if len(pieces) > self._request.max_tokens else "stop"
        finally:
            stats.total_seconds = time.monotonic() - started


class ScriptedModel:
    """A LanguageModel with scripted replies; every word counts as one token.

    `requests` records the requests in order.
    """

    def __init__(
        self,
        replies: Script,
        context_tokens: int = 2048,
        slots: int = 4,
        seconds_per_piece: float = 0.0,
        adapters: Iterable[str] = (),
        name: str = "scripted",
        choose: Callable[[GenerationRequest], dict[str, float]] = lambda request: {},
        parameters: int = 0,
    ) -> None:
        """Set the script.

        Args:
            replies: the script; an exception in it is raised when its stream is read.
            context_tokens: maximum words of prompt and reply together.
            slots: number of batch requests at the same time.
            seconds_per_piece: delay before each piece.
            adapters: names of adapters that requests can use.
            name: display name.
            choose: returns the probabilities of the choices of a request.
            parameters: number of parameters that the model reports.

        """
        self.name = name
        self.context_tokens = context_tokens
        self.parameters = parameters
        self.slots = slots
        self.adapters = frozenset(adapters)
        self.requests: list[GenerationRequest] = []
        self._choose = choose
        self._answer = replies if callable(replies) else None
        self._script = iter(()) if callable(replies) else iter(replies)
        self._seconds_per_piece = seconds_per_piece
        self._lock = threading.Lock()
        self._streams: list[ScriptedStream] = []
        self._closed = False

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Words in all `messages`."""
        return sum(len(message.content.split()) for message in messages)

    def generate(self, request: GenerationRequest) -> ScriptedStream:
        """Record the request and return a stream of the next reply.

        Raises:
            PromptTooLong: prompt and reply do not fit `context_tokens`.
            ModelError: the model is closed, or has no such adapter.
        """
        prompt_tokens = self.count_tokens(request.messages)
        if prompt_tokens + request.max_tokens > self.context_tokens:
            raise PromptTooLong(
                f"The prompt has {prompt_tokens} words and the reply up to {request.max_tokens}, "
                f"but the context of {self.name} has {self.context_tokens}. Shorten the prompt."
            )
        if request.adapter is not None and request.adapter not in self.adapters:
            raise ModelError(f"{self.name} has no adapter {request.adapter!r}.")
        with self._lock:
            if self._closed:
                raise ModelError(f"{self.name} is closed. Open it again.")
            self.requests.append(request)
            stream = ScriptedStream(
                self._next_reply(request),
                request,
                prompt_tokens,
                self._seconds_per_piece,
                self._choose(request) if request.choices else {},
            )
            self._streams.append(stream)
        return stream

    def close(self) -> None:
        """End every stream; no effect when repeated."""
        with self._lock:
            self._closed = True
            for stream in self._streams:
                stream.cancel()

    def _next_reply(self, request: GenerationRequest) -> Callable[[], str]:
        """Take the reply now, so that replies are in the order of the requests."""
        if (answer := self._answer) is not None:
            return lambda: answer(request)
        number = len(self.requests)
        exhausted = ModelError(
            f"The script of {self.name} ended before request {number}. Give it more replies."
        )
        reply = next(self._script, exhausted)

        def scripted_reply() -> str:
            if isinstance(reply, Exception):
                raise reply
            return reply

        return scripted_reply


class HashingEmbedder:
    """An Embedder that hashes words: texts with common words have similar vectors.

    `texts` records the embedded texts in order.
    """

    def __init__(self, dimension: int = 64, max_tokens: int = 256) -> None:
        """Embed the first `max_tokens` words of a text into `dimension` numbers."""
        self.name = "hashing"
        self.fingerprint = f"hashing-{dimension}-{max_tokens}"
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.texts: list[str] = []

    def count_tokens(self, text: str) -> int:
        """Words in `text`."""
        return len(_WORD.findall(text))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts` into an array of shape (len(texts), dimension), rows of unit length."""
        self.texts.extend(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.casefold())[: self.max_tokens]:
                digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
                value = int.from_bytes(digest, "little")
                vector[(value >> 1) % self.dimension] += 1 if value & 1 else -1
            if not vector.any():  # no words, or words that cancel each other out
                vector[0] = 1
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def embed_words(self, texts: Sequence[str]) -> list[WordVectors]:
        """Embed `texts` like `embed`, and their words too."""
        embedded = []
        for text, mean in zip(texts, self.embed(texts), strict=True):
            words = _WORD.findall(text.casefold())[: self.max_tokens]
            digests = (
                hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=4).digest()
                for word in words
            )
            tokens = HashingEmbedder(self.dimension, self.max_tokens).embed(words)
            embedded.append(
                WordVectors(
                    tuple(int.from_bytes(digest, "little") for digest in digests), tokens, mean
                )
            )
        return embedded
