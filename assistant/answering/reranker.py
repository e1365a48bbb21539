"""Reranks the sentences of the retrieved papers by how well they answer the question.

In two stages: the base features select the sentences that are embedded; all features rank these.
Both are linear models. `python -m training.reranker` fits them and writes `reranker.json`, which
records the training data and the quality.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assistant.answering.reranker_features import (
    BASE_FEATURES,
    FEATURES,
    Candidate,
    Values,
    base_features,
    candidate_sentences,
    embedding_features,
)

if TYPE_CHECKING:
    from assistant.answering.question import Question
    from assistant.embedder import WordVectors
    from assistant.library import Hit

    Embed = Callable[[Sequence[str]], Sequence[WordVectors] | None]

Rows = npt.NDArray[np.int64]

FILE = Path(__file__).with_name("reranker.json")

# Sentences that the second stage embeds, which takes about 0.1 s on two cores.
EMBEDDED = 40


@dataclass(frozen=True)
class LinearModel:
    """A weighted sum of features."""

    weights: Values
    bias: float

    @classmethod
    def of(cls, weights: dict[str, float], features: Sequence[str]) -> LinearModel:
        """The model with `weights` by feature name; the name `""` is the bias."""
        return cls(np.array([weights[name] for name in features]), weights.get("", 0.0))

    def __call__(self, values: Values) -> Values:
        """The sum for each row of `values`, of shape (rows, features)."""
        sums: Values = values @ self.weights + self.bias
        return sums


@dataclass(frozen=True)
class RerankerWeights:
    """The fitted models of reranking and of answerability.

    Attributes:
        embedder: fingerprint of the embedder that the embedding features were computed with.
        base: scores sentences by the base features.
        full: scores sentences by all features. Scores are log odds up to a constant per question.
        answerability: weights of the answerability features if sentences were embedded.
        answerability_base: those without embeddings.

    """

    embedder: str
    base: LinearModel
    full: LinearModel
    answerability: dict[str, float]
    answerability_base: dict[str, float]


@cache
def reranker_weights() -> RerankerWeights:
    """The weights that ship with the package."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return RerankerWeights(
        embedder=stored["embedder"],
        base=LinearModel.of(stored["base"], BASE_FEATURES),
        full=LinearModel.of(stored["full"], FEATURES),
        answerability=stored["answerability"],
        answerability_base=stored["answerability_base"],
    )


@dataclass(frozen=True)
class RankedSentences:
    """Sentences, best first, with their scores and features.

    `features` has shape (sentences, features): all `FEATURES` if `embedded`, else `BASE_FEATURES`.
    """

    candidates: tuple[Candidate, ...]
    scores: Values
    features: Values
    embedded: bool

    def feature(self, name: str) -> Values:
        """The column of the feature `name`."""
        column: Values = self.features[:, FEATURES.index(name)]
        return column

    @property
    def probabilities(self) -> Values:
        """For each sentence the probability that it is the best answer, if one of them is."""
        if not len(self.scores):
            return self.scores
        exponentials = np.exp(self.scores - self.scores.max())
        softmax: Values = exponentials / exponentials.sum()
        return softmax


def rerank(
    question: Question,
    hits: Sequence[Hit],
    embed: Embed,
    weights: RerankerWeights | None = None,
    *,
    every_paper: bool = False,
) -> RankedSentences:
    """Rank the sentences of `hits`.

    Args:
        question: the question that the sentences may answer.
        hits: the retrieved papers, in the order of the search.
        embed: embeds texts; returns None without an embedder, which leaves out the second stage.
        weights: the models; by default those of the package.
        every_paper: select the best sentences of each paper for the second stage, instead of the
            best sentences of all papers.

    """
    weights = weights or reranker_weights()
    candidates = candidate_sentences(hits)
    values = base_features(question, candidates)
    scores = weights.base(values)
    best = np.argsort(-scores, kind="stable")
    if every_paper:
        best = _round_robin(best, [one.hit.stored.number for one in candidates])
    rows = np.sort(best[:EMBEDDED])
    selected = [candidates[row] for row in rows]
    titles = {one.hit.stored.number: one.hit.stored.title for one in selected}
    texts = [question.text, *(one.sentence for one in selected), *titles.values()]
    vectors = embed(texts) if selected else None
    if vectors is None:
        return sort_by_score(candidates, scores, values, embedded=False)
    of_sentences, of_titles = vectors[1 : len(selected) + 1], vectors[len(selected) + 1 :]
    added = embedding_features(
        vectors[0], selected, of_sentences, dict(zip(titles, of_titles, strict=True))
    )
    values = np.hstack([values[rows], added])
    return sort_by_score(selected, weights.full(values), values, embedded=True)


def _round_robin(best: Rows, papers: Sequence[int]) -> Rows:
    """Reorder `best`: the best sentence of each paper, then the second best of each, and so on."""
    counts: Counter[int] = Counter()
    order: list[tuple[int, int, int]] = []
    for row in best.tolist():
        order.append((counts[papers[row]], len(order), row))
        counts[papers[row]] += 1
    return np.array([row for _, _, row in sorted(order)], dtype=np.int64)


def sort_by_score(
    candidates: Sequence[Candidate], scores: Values, features: Values, *, embedded: bool
) -> RankedSentences:
    """The ranking of `candidates` by `scores`, highest first."""
    order = np.argsort(-scores, kind="stable")
    return RankedSentences(
        tuple(candidates[row] for row in order), scores[order], features[order], embedded
    )
