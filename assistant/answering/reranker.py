"""The sentences of some papers, ranked by how well they answer a question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assistant.answering.reranker_features import (
    FEATURES,
    Candidate,
    Values,
    candidates_of,
    cheap_features,
    deep_features,
)
from assistant.answering.reranker_weights import RerankerWeights, reranker_weights

if TYPE_CHECKING:
    from assistant.answering.question import Question
    from assistant.library import Hit, WordVectors

    Embed = Callable[[Sequence[str]], Sequence[WordVectors] | None]

Places = npt.NDArray[np.int64]

# Sentences that are embedded: the best by everything else. It takes some 0.1 s on two cores.
EMBEDDED = 40


@dataclass(frozen=True)
class RankedSentences:
    """Sentences, best first, with their scores and the features these were made of.

    The columns of `features` are FEATURES if `with_vectors`, else CHEAP.
    """

    candidates: tuple[Candidate, ...]
    scores: Values
    features: Values
    with_vectors: bool

    def feature(self, name: str) -> Values:
        """One feature of every sentence; it must be among the columns."""
        column: Values = self.features[:, FEATURES.index(name)]
        return column

    @property
    def chances(self) -> Values:
        """For each sentence the chance that it is the best answer, if one of them is."""
        if not len(self.scores):
            return self.scores
        odds = np.exp(self.scores - self.scores.max())
        shares: Values = odds / odds.sum()
        return shares


def rerank(
    question: Question,
    hits: Sequence[Hit],
    embed: Embed,
    weights: RerankerWeights | None = None,
    *,
    every_paper: bool = False,
) -> RankedSentences:
    """Rank the sentences of `hits`, which come in the order of the search.

    `embed` gives the vectors of texts, or None when there is no embedder: then the ranking does
    without. With `every_paper` each paper keeps its best sentences, however good the others are.
    """
    weights = weights or reranker_weights()
    candidates = candidates_of(hits)
    values = cheap_features(question, candidates)
    scores = weights.cheap(values)
    best = np.argsort(-scores, kind="stable")
    if every_paper:
        best = _in_turns(best, [one.hit.stored.number for one in candidates])
    order = np.sort(best[:EMBEDDED])
    chosen = [candidates[row] for row in order]
    titles = {one.hit.stored.number: one.hit.stored.title for one in chosen}
    texts = [question.text, *(one.sentence for one in chosen), *titles.values()]
    vectors = embed(texts) if chosen else None
    if vectors is None:
        return ordered(candidates, scores, values, deep=False)
    sentences, rest = vectors[1 : len(chosen) + 1], vectors[len(chosen) + 1 :]
    deep = deep_features(vectors[0], chosen, sentences, dict(zip(titles, rest, strict=True)))
    values = np.hstack([values[order], deep])
    return ordered(chosen, weights.deep(values), values, deep=True)


def _in_turns(best: Places, papers: Sequence[int]) -> Places:
    """The best of each paper first, then the second best of each, and so on."""
    taken: Counter[int] = Counter()
    turns: list[tuple[int, int, int]] = []
    for row in best.tolist():
        turns.append((taken[papers[row]], len(turns), row))
        taken[papers[row]] += 1
    return np.array([row for _, _, row in sorted(turns)], dtype=np.int64)


def ordered(
    candidates: Sequence[Candidate], scores: Values, values: Values, *, deep: bool
) -> RankedSentences:
    """The ranking of `candidates` by `scores`; the features `values` are all, or the cheap ones."""
    order = np.argsort(-scores, kind="stable")
    return RankedSentences(
        tuple(candidates[row] for row in order), scores[order], values[order], deep
    )
