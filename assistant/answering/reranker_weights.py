"""The trained scorer of sentences: a weighted sum of features, fitted to questions and answers.

The weights are in `reranker.json`, which `python -m training.evidence` writes; it says what
they were fitted to and how well they do.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.answering.reranker_features import CHEAP, FEATURES, Values

FILE = Path(__file__).with_name("reranker.json")


@dataclass(frozen=True)
class LinearModel:
    """A weighted sum of features."""

    weights: Values
    bias: float

    @classmethod
    def of(cls, weights: dict[str, float], features: Sequence[str]) -> LinearModel:
        """The sum with these weights by name; `""` is what is added to it."""
        return cls(np.array([weights[name] for name in features]), weights.get("", 0.0))

    def __call__(self, values: Values) -> Values:
        """The sum for each row of `values`, whose columns are the features."""
        sums: Values = values @ self.weights + self.bias
        return sums


@dataclass(frozen=True)
class RerankerWeights:
    """Scores of sentences as answers, as logarithms of odds up to a constant of the question.

    The weights of vectors hold for those of one `embedder`, named by its fingerprint.
    `cheap` does without vectors of sentences, `deep` takes all features. `fit` turns the figures
    of `refusal` about the best sentences into the odds that they answer, `fit_cheap` those of
    sentences that were scored without vectors.
    """

    embedder: str
    cheap: LinearModel
    deep: LinearModel
    fit: dict[str, float]
    fit_cheap: dict[str, float]


@cache
def reranker_weights() -> RerankerWeights:
    """The scorer that ships with the package."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return RerankerWeights(
        embedder=stored["embedder"],
        cheap=LinearModel.of(stored["cheap"], CHEAP),
        deep=LinearModel.of(stored["deep"], FEATURES),
        fit=stored["fit"],
        fit_cheap=stored["fit_cheap"],
    )
