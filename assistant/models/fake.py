"""A language model that recites and an embedder that hashes: the protocols without any model file.

They ship with the package, for the tests of this project and of whoever builds on it.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from assistant.errors import ModelError, PromptTooLong
from assistant.models.protocols import (
    GenerationRequest,
    GenerationStats,
    Message,
    Vectors,
    WordVectors,
)

# What a ScriptedModel recites: the replies in the order of the requests, or a function of each.
Script = Iterable[str | Exception] | Callable[[GenerationRequest], str]

_PIECE = re.compile(r"\s*\S+|\s+")
_WORD = re.compile(r"\w+")


class ScriptedStream:
    """One recited reply: pieces are words with the space before them."""

    def __init__(
        self,
        reply: Callable[[], str],
        request: GenerationRequest,
        prompt_tokens: int,
        seconds_per_piece: float,
        choices: dict[str, float],
    ) -> None:
        """Recite what `reply()` returns or raises, once somebody iterates."""
        self._choices = choices
        self.stats = GenerationStats(prompt_tokens=prompt_tokens)
        self._reply = reply
        self._request = request
        self._seconds_per_piece = seconds_per_piece
        self._cancelled = threading.Event()
        self._pieces = self._recite()

    def __iter__(self) -> Iterator[str]:
        """Yield the pieces; iterating again goes on where the last time stopped."""
        return self._pieces

    def cancel(self) -> None:
        """End the reply, also in the middle of the wait for a piece."""
        self._cancelled.set()

    def _recite(self) -> Iterator[str]:
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
    """A LanguageModel that recites a script; every word counts as one token.

    `requests` keeps what was asked of it, in order.
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
        """Recite `replies`; one that is an exception is raised to whoever iterates the stream.

        A stream waits `seconds_per_piece` before each piece. `choose` gives the stats' `choices`
        of a request that asks for some.
        """
        self._choose = choose
        self._parameters = parameters
        self.requests: list[GenerationRequest] = []
        self._answer = replies if callable(replies) else None
        self._script = iter(()) if callable(replies) else iter(replies)
        self._context_tokens = context_tokens
        self._slots = slots
        self._seconds_per_piece = seconds_per_piece
        self._adapters = frozenset(adapters)
        self._name = name
        self._lock = threading.Lock()
        self._streams: list[ScriptedStream] = []
        self._closed = False

    @property
    def name(self) -> str:
        """Short name for people and for the catalogue."""
        return self._name

    @property
    def context_tokens(self) -> int:
        """The most words that prompt and reply of one request may have together."""
        return self._context_tokens

    @property
    def parameters(self) -> int:
        """How many numbers the model it plays has."""
        return self._parameters

    @property
    def slots(self) -> int:
        """How many batch requests a caller should keep under way."""
        return self._slots

    @property
    def adapters(self) -> frozenset[str]:
        """Names that a request's `adapter` may have."""
        return self._adapters

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Words in all `messages`."""
        return sum(len(message.content.split()) for message in messages)

    def generate(self, request: GenerationRequest) -> ScriptedStream:
        """Note the request and return a stream of the next reply.

        Raises:
            PromptTooLong: prompt and reply do not fit `context_tokens`.
            ModelError: the model is closed, or has no such adapter.
        """
        prompt_tokens = self.count_tokens(request.messages)
        if prompt_tokens + request.max_tokens > self._context_tokens:
            raise PromptTooLong(
                f"The prompt has {prompt_tokens} words and the reply may have "
                f"{request.max_tokens}, but {self._name} has room for {self._context_tokens}. "
                "Shorten the prompt."
            )
        if request.adapter is not None and request.adapter not in self._adapters:
            raise ModelError(f"{self._name} has no adapter {request.adapter!r}.")
        with self._lock:
            if self._closed:
                raise ModelError(f"{self._name} is closed; open it again to generate.")
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
        """End every stream; calling it twice does nothing."""
        with self._lock:
            self._closed = True
            for stream in self._streams:
                stream.cancel()

    def _next_reply(self, request: GenerationRequest) -> Callable[[], str]:
        """Take the next reply now, so that replies keep the order of the requests."""
        if self._answer is not None:
            answer = self._answer
            return lambda: answer(request)
        number = len(self.requests)
        exhausted = ModelError(
            f"The script of {self._name} ended before request {number}. Give it more replies."
        )
        reply = next(self._script, exhausted)

        def recite() -> str:
            if isinstance(reply, Exception):
                raise reply
            return reply

        return recite


class HashingEmbedder:
    """An Embedder of hashed words: texts that share words have similar vectors.

    `texts` keeps what it was asked to embed, in order.
    """

    def __init__(self, dimension: int = 64, max_tokens: int = 256) -> None:
        """Make vectors of `dimension` numbers from the first `max_tokens` words of a text."""
        self.texts: list[str] = []
        self._dimension = dimension
        self._max_tokens = max_tokens

    @property
    def name(self) -> str:
        """Short name for people."""
        return "hashing"

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text would get another vector."""
        return f"hashing-{self._dimension}-{self._max_tokens}"

    @property
    def dimension(self) -> int:
        """Length of one vector."""
        return self._dimension

    @property
    def max_tokens(self) -> int:
        """The longest text in words; longer ones are cut."""
        return self._max_tokens

    def count_tokens(self, text: str) -> int:
        """Words in `text`."""
        return len(_WORD.findall(text))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts` into an array of shape (len(texts), dimension), rows of length 1."""
        self.texts.extend(texts)
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.casefold())[: self._max_tokens]:
                digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
                value = int.from_bytes(digest, "little")
                vector[(value >> 1) % self._dimension] += 1 if value & 1 else -1
            if not vector.any():  # no words, or words that cancel out
                vector[0] = 1
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def embed_words(self, texts: Sequence[str]) -> list[WordVectors]:
        """Embed `texts` as `embed` does, and give the vectors of their words too."""
        found = []
        for text, mean in zip(texts, self.embed(texts), strict=True):
            words = _WORD.findall(text.casefold())[: self._max_tokens]
            digests = (
                hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=4).digest()
                for word in words
            )
            tokens = type(self)(self._dimension, self._max_tokens).embed(words)
            found.append(
                WordVectors(
                    tuple(int.from_bytes(digest, "little") for digest in digests), tokens, mean
                )
            )
        return found
