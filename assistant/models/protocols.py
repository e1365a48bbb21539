"""The narrow protocols of everything that computes: a language model and an embedder."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

# From this number of parameters on a model rewrites and judges better than the rules; those of a
# hundred millions repeat the question, say yes to everything, and join what does not belong
# together.
CAPABLE_PARAMETERS = 1_000_000_000


@dataclass(frozen=True)
class WordVectors:
    """A text embedded token by token, each one in its context.

    `ids` are the tokens, the special ones left out; `tokens` has a row of length 1 for each, of
    shape (len(ids), dimension); `mean`, of shape (dimension,), is the vector of the whole text.
    """

    ids: tuple[int, ...]
    tokens: Vectors
    mean: Vectors


@dataclass(frozen=True)
class Message:
    """One turn of a conversation; `content` is plain text, never control tokens."""

    role: Literal["system", "user", "assistant"]
    content: str


class Priority(enum.IntEnum):
    """Who goes first when both wait: somebody looking at the screen, or a batch."""

    INTERACTIVE = 0
    BATCH = 1


@dataclass(frozen=True)
class GenerationRequest:
    """What to write: the conversation so far and the bounds of the reply.

    `stop` strings end the text and are not part of it. `temperature` 0 is greedy decoding, the
    reproducible mode. `repeat_penalty` 1.0 changes nothing; it divides the logits of the tokens
    of the last 64 positions of the reply. `adapter` names one of the model's `adapters`.
    `answer_prefix` is text the reply is made to begin with; it is not part of what is streamed.
    `choices` are single tokens of which the stats of the reply tell how likely each was as its
    first token, against the others.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    stop: tuple[str, ...] = ()
    temperature: float = 0.0
    repeat_penalty: float = 1.0
    seed: int = 0
    adapter: str | None = None
    answer_prefix: str = ""
    choices: tuple[str, ...] = ()
    priority: Priority = Priority.INTERACTIVE


FinishReason = Literal["stop", "length", "cancelled"]


@dataclass
class GenerationStats:
    """Figures of one reply, whole once the stream has ended; times in seconds, `time.monotonic`.

    `choices` are known with the first piece of text; they add up to 1, and are empty when the
    request asked for none or the model cannot tell.
    """

    prompt_tokens: int = 0
    reused_tokens: int = 0
    generated_tokens: int = 0
    prompt_seconds: float = 0.0
    total_seconds: float = 0.0
    finish: FinishReason | None = None
    choices: dict[str, float] = field(default_factory=dict)


@runtime_checkable
class TextStream(Protocol):
    """A reply as it is written: iterate to get pieces of text, `cancel()` from any thread.

    Iterating raises a ModelError when the model fails, and simply ends after `cancel()`.
    """

    stats: GenerationStats

    def __iter__(self) -> Iterator[str]:
        """Yield pieces of text until the reply ends."""
        ...

    def cancel(self) -> None:
        """Stop within one decoding step; calling it twice, or after the end, does nothing."""
        ...


@runtime_checkable
class LanguageModel(Protocol):
    """Writes text. Thread-safe: requests may come from any thread, many at once."""

    @property
    def name(self) -> str:
        """Short name for people and for the catalogue, such as `SmolLM2-135M-Instruct-Q8_0`."""
        ...

    @property
    def context_tokens(self) -> int:
        """The most tokens that prompt and reply of one request may have together."""
        ...

    @property
    def parameters(self) -> int:
        """How many numbers the model has learned: a measure of what it can be trusted with."""
        ...

    @property
    def slots(self) -> int:
        """How many batch requests are worked on at once."""
        ...

    @property
    def adapters(self) -> frozenset[str]:
        """Names that a request's `adapter` may have."""
        ...

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Length of the whole rendered prompt in tokens, template markup included."""
        ...

    def generate(self, request: GenerationRequest) -> TextStream:
        """Queue a request and return its stream at once.

        Raises:
            PromptTooLong: prompt and reply do not fit `context_tokens`.
        """
        ...

    def close(self) -> None:
        """End every stream and free the memory; calling it twice does nothing."""
        ...


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into unit vectors. Thread-safe."""

    @property
    def name(self) -> str:
        """Short name for people."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text would get another vector (model, pooling, prefix)."""
        ...

    @property
    def dimension(self) -> int:
        """Length of one vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """The longest text in tokens, special tokens included; longer ones are cut."""
        ...

    def count_tokens(self, text: str) -> int:
        """Length of `text` in tokens, special tokens not included."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts` into an array of shape (len(texts), dimension), rows of length 1."""
        ...

    def embed_words(self, texts: Sequence[str]) -> list[WordVectors]:
        """Embed `texts` as `embed` does, and give the vectors of their tokens too."""
        ...


def is_capable(model: LanguageModel) -> bool:
    """Whether `model` says things in its own words well enough to be trusted with them."""
    return model.parameters >= CAPABLE_PARAMETERS
