"""The protocol of language models."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

# Models of at least this size rewrite questions and judge claims better than the rules do. Those of
# about a hundred million parameters repeat the question, agree with everything and mix up facts.
CAPABLE_PARAMETERS = 1_000_000_000


@dataclass(frozen=True)
class Message:
    """One message of a conversation; `content` is plain text, never control tokens."""

    role: Literal["system", "user", "assistant"]
    content: str


class Priority(enum.IntEnum):
    """Scheduling class of a request; a lower number goes first.

    `READING` is for judgements of one token, many at once, that an answer waits for, and
    `BATCH_READING` for those of a batch.
    """

    READING = 0
    INTERACTIVE = 1
    BATCH_READING = 2
    BATCH = 3

    @property
    def is_batch(self) -> bool:
        """Whether nobody waits for the reply."""
        return self in (Priority.BATCH_READING, Priority.BATCH)


@dataclass(frozen=True)
class GenerationRequest:
    """The conversation so far and the limits of the reply.

    Attributes:
        messages: the prompt, rendered with the model's chat template.
        max_tokens: maximum length of the reply in tokens.
        stop: strings that end the reply and are not part of it.
        temperature: 0 is greedy decoding, which is reproducible.
        repeat_penalty: divides the logits of the last 64 tokens of the reply; 1.0 has no effect.
        seed: for sampling, if `temperature` is above 0.
        adapter: one of the model's `adapters`.
        answer_prefix: text that the reply starts with; it is not streamed.
        choices: single tokens whose probabilities as the first token, relative to each other, are
            reported in the stats of the reply.
        priority: scheduling class.

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
    """Token counts and times (seconds) of one reply, complete when the stream has ended.

    `choices` are the probabilities of the request's choices. They sum to 1, are set before the
    first piece of text, and are empty if the model does not report them.
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
    """A streamed reply: iterate over its pieces of text; call `cancel()` from any thread.

    Iteration raises a ModelError when the model fails, and ends after `cancel()`.
    """

    stats: GenerationStats

    def __iter__(self) -> Iterator[str]:
        """Yield pieces of text until the reply ends."""

    def cancel(self) -> None:
        """Stop within one decoding step; no effect when repeated or after the end."""


@runtime_checkable
class LanguageModel(Protocol):
    """Generates text. Thread-safe: several threads can send requests at the same time.

    Attributes:
        name: display name, also stored in the catalogue, such as `SmolLM2-135M-Instruct-Q8_0`.
        context_tokens: maximum tokens of prompt and reply together.
        parameters: number of parameters (weights) of the model.
        slots: number of batch requests that are processed at the same time.
        adapters: names of the LoRA adapters that a request can use.

    """

    name: str
    context_tokens: int
    parameters: int
    slots: int
    adapters: frozenset[str]

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Length of the rendered prompt in tokens, template markup included."""

    def generate(self, request: GenerationRequest) -> TextStream:
        """Queue a request and return its stream at once.

        Raises:
            PromptTooLong: prompt and reply do not fit `context_tokens`.
        """

    def close(self) -> None:
        """End every stream and free the memory; no effect when repeated."""


def is_capable(model: LanguageModel) -> bool:
    """Whether `model` is large enough to rewrite questions and judge claims."""
    return model.parameters >= CAPABLE_PARAMETERS
