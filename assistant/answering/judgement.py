"""What the model made of the evidence while reading it: does any sentence answer, and which?

An answer begins with the number of the sentence that answers, or 0 if none does. The adapter
`answer` was trained to do so; how likely each number is, is known before a word is written.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from assistant.answering.scorer import scorer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.answering.answer import Evidence

NONE = "0"
_NEVER = 1e-4


def choices_for(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """What an answer about `evidence` may begin with."""
    return (NONE, *(str(n) for n in range(1, len(evidence) + 1)))


def odds_after(odds: float, choices: Mapping[str, float]) -> float:
    """Logarithm of the odds that the evidence answers: `odds` were those before it was read."""
    if not choices or not math.isfinite(odds):
        return odds
    weights = scorer().judgement
    none = min(max(choices.get(NONE, 0.0), _NEVER), 1 - _NEVER)
    return weights[""] + weights["odds"] * odds + weights["read"] * math.log((1 - none) / none)


def shares(evidence: Sequence[Evidence], choices: Mapping[str, float]) -> list[float]:
    """For each sentence how likely it is the one that answers; they add up to 1."""
    read = scorer().judgement["choice"] if choices else 0.0
    odds = [
        max(source.score, _NEVER) * max(choices.get(str(n), 0.0), _NEVER) ** read
        for n, source in enumerate(evidence, start=1)
    ]
    return [one / sum(odds) for one in odds]
