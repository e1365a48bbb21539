"""How much of a claim stands in its evidence, and how closely together, as one probability."""

from __future__ import annotations

import math
from dataclasses import dataclass

from assistant.verification.alignment import Alignment
from assistant.verification.weights import WEIGHTS, WEIGHTS_WITH_MEANING

# What is measured of a claim, in the order of the weights. Words are those with content.
FEATURES = (
    "constant",
    "words that nothing has",
    "their share",
    "words that only other sentences of the abstract have",
    "words that only the title or the question has",
    "words in another order",
    "their share",
    "places where the claim leaves something out",
    "words of the evidence left out between those said",
    "cosine",
)


@dataclass(frozen=True)
class SupportFeatures:
    """An alignment and where the words are that its evidence does not have in their place."""

    aligned: Alignment
    nowhere: float
    elsewhere: float
    granted: float
    moved: float

    def features(self, similarity: float | None) -> list[float]:
        """The values of `FEATURES`; without a cosine the last is left out."""
        aligned = self.aligned
        said = max(1, sum(token.content for token in aligned.claim))
        gaps = list(aligned.gaps())
        left_out = sum(
            token.content
            for _, _, there, after in gaps
            for token in aligned.source[there + 1 : after]
        )
        values = [
            1.0,
            self.nowhere,
            self.nowhere / said,
            self.elsewhere,
            self.granted,
            self.moved,
            self.moved / said,
            len(gaps),
            min(2.0, left_out / said),
        ]
        return values if similarity is None else [*values, similarity]


def probability(measured: SupportFeatures, similarity: float | None) -> float:
    """How likely the claim is supported, by the logistic regression of `weights`."""
    weights = WEIGHTS if similarity is None else WEIGHTS_WITH_MEANING
    values = measured.features(similarity)
    total = sum(weight * value for weight, value in zip(weights, values, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
