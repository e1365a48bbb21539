"""The probability that a claim is supported, from how much of it aligns with its evidence.

A logistic regression over `FEATURES`. `python -m benchmarks.verification_fit` writes its weights
and its threshold to `support_score.json`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.verification.alignment import Alignment

FILE = Path(__file__).with_name("support_score.json")

# In the order of the weights. Words are content words of the claim.
FEATURES = (
    "constant",
    "unknown words",
    "their share",
    "words only in other sentences of the abstract",
    "words only in the title or the question",
    "words in another order",
    "their share",
    "gaps: places where the claim omits words of the evidence",
    "share of omitted words",
)


@dataclass(frozen=True)
class SupportModel:
    """Weights of `FEATURES` and the lowest probability at which a claim is supported."""

    weights: tuple[float, ...]
    threshold: float


@cache
def support_model() -> SupportModel:
    """The fitted model that ships with the package."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return SupportModel(tuple(stored["weights"]), stored["threshold"])


@dataclass(frozen=True)
class SupportFeatures:
    """An alignment with weighted counts of the claim's words that are not aligned.

    Attributes:
        aligned: the alignment of the claim with its evidence.
        unknown: words found nowhere.
        elsewhere: words found only in other sentences of the abstract.
        context: words found only in the title or the question, and general words.
        moved: words found in the evidence, in another order.

    """

    aligned: Alignment
    unknown: float
    elsewhere: float
    context: float
    moved: float

    def values(self) -> list[float]:
        """The values of `FEATURES`."""
        aligned = self.aligned
        words = max(1, sum(token.content for token in aligned.claim))
        gaps = list(aligned.gaps())
        omitted = sum(
            token.content
            for gap in gaps
            for token in aligned.source[gap.source_before + 1 : gap.source_after]
        )
        return [
            1.0,
            self.unknown,
            self.unknown / words,
            self.elsewhere,
            self.context,
            self.moved,
            self.moved / words,
            len(gaps),
            min(2.0, omitted / words),
        ]

    def probability(self) -> float:
        """The probability that the claim is supported, from 0 to 1."""
        weights = support_model().weights
        logit = sum(weight * value for weight, value in zip(weights, self.values(), strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
