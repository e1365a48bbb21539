"""How likely a reply was and how likely others would have been, as a lane's steps give logits."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from assistant.models.base import GenerationStats
from assistant.models.llama import LlamaContext, LlamaModel


class Weighing:
    """Sums the log-probabilities of one reply's tokens and of those of its alternatives."""

    def __init__(self, model: LlamaModel, alternatives: Sequence[str]) -> None:
        """`alternatives` are whole replies; empty ones have no likelihood."""
        self._ends = model.ends
        tokens = ((text, model.tokenise(text, markup=False)) for text in alternatives)
        self._waiting = deque((text, ids) for text, ids in tokens if ids)
        self._sums = dict.fromkeys((text for text, _ in self._waiting), 0.0)
        self._reply: list[float] = []
        self._current: tuple[str, list[int]] | None = None
        self._likelihoods: dict[str, float] = {}

    @property
    def reading(self) -> bool:
        """Whether an alternative is being read."""
        return self._current is not None

    def written(self, context: LlamaContext, token: int, index: int) -> None:
        """The reply goes on with `token`, chosen by entry `index` of the last step."""
        if not self._reply:
            for text, ids in self._waiting:
                self._sums[text] = context.log_probability(ids[:1], index)
        self._reply.append(context.log_probability([token], index))

    def next(self) -> list[int] | None:
        """The tokens to be read next behind the prompt, every one with logits; None at the end."""
        self._current = self._waiting.popleft() if self._waiting else None
        return list(self._current[1]) if self._current else None

    def read(self, context: LlamaContext, place: int, index: int) -> None:
        """The token at `place` of the alternative was entry `index` of the last step."""
        assert self._current is not None  # noqa: S101 - only alternatives are read
        text, ids = self._current
        followers = ids[place + 1 : place + 2] or self._ends
        self._sums[text] += context.log_probability(followers, index)
        if place + 1 == len(ids):
            self._likelihoods[text] = self._sums[text] / (len(ids) + 1)

    def report(self, stats: GenerationStats) -> None:
        """Write what was found into the `stats` of the reply."""
        stats.likelihood = sum(self._reply) / len(self._reply) if self._reply else None
        stats.likelihoods = dict(self._likelihoods)
