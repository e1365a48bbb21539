"""Whether the best sentences answer at all, or only come nearest: the odds of it.

No sentence has a score that is good by itself. So the odds come from how the best one stands out
among everything else that this library has for the question, and from what of the question it
leaves unsaid. The weights are fitted to questions asked of a library with, and without, the paper
that answers them (see `scorer`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.answering.reranker import RankedSentences
    from assistant.answering.reranker_weights import RerankerWeights

# Below these odds a question is refused; without vectors, below the others. At 0 as many answers as
# refusals would be wrong if half of all questions had no answer; people ask more of what they have.
LEAST_ODDS = -0.45
LEAST_ODDS_BY_WORDS = -0.8
# Without vectors the paper needs this share of the question's words, rare ones weighing more.
_LEAST_WORDS = 0.4

# Features of the best sentence that count as they are.
_OF_BEST = (
    "paper_cosine",
    "paper_words",
    "title_words",
    "words",
    "asked_words",
    "asked_words_in_paper",
    "foreign_names",
    "unsaid",
    "number_wanted",
    "number_missing",
)
_OF_BEST_DEEP = (
    "cosine",
    "best_cosine",
    "nearest_words",
    "nearest_rare_words",
    "worst_words",
    "paper_nearest_words",
    "paper_worst_words",
)
# Papers behind the first one that it is compared with.
_OTHERS = 4
# The lead in a library of one paper, and the longest one that counts.
_NO_OTHERS = 1.0
_LONGEST_LEAD = 6.0


def figures(ranking: RankedSentences) -> dict[str, float]:
    """What is to be weighed; without sentences there is nothing."""
    if not ranking.candidates:
        return {}
    names = _OF_BEST + (_OF_BEST_DEEP if ranking.with_vectors else ())
    found = {name: float(ranking.feature(name)[0]) for name in names}
    chances = ranking.chances
    papers: dict[int, float] = {}
    for candidate, score in zip(ranking.candidates, ranking.scores.tolist(), strict=True):
        papers.setdefault(candidate.hit.stored.number, score)
    best, *others = papers.values()
    found["score"] = best
    found["chance"] = float(chances[0])
    found["doubt"] = -float(np.sum(chances * np.log(chances + 1e-9)))
    near = others[:_OTHERS] or [best - _NO_OTHERS]
    found["lead"] = min(best - near[0], _LONGEST_LEAD)
    found["lead_of_all"] = min(best - sum(near) / len(near), _LONGEST_LEAD)
    found["most_words"] = float(ranking.feature("words").max())
    found["nearest_paper"] = float(ranking.feature("paper_cosine").max())
    return found


def margin(ranking: RankedSentences, weights: RerankerWeights) -> float:
    """How far the odds that the sentences answer are above the least; below 0 is a refusal."""
    found = figures(ranking)
    if ranking.with_vectors:
        return odds(found, weights.fit) - LEAST_ODDS
    if found.get("paper_words", 0.0) < _LEAST_WORDS:
        return -math.inf
    return odds(found, weights.fit_cheap) - LEAST_ODDS_BY_WORDS


def odds(found: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Logarithm of the odds that the sentences answer, if half of all questions had an answer."""
    if not found:
        return -math.inf
    return weights.get("", 0.0) + sum(
        weights.get(name, 0.0) * value for name, value in found.items()
    )
