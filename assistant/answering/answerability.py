"""Answerability: whether the best sentences answer the question at all.

The score of a sentence has no absolute meaning. So the log odds of an answer depend on how far the
best sentence is ahead of the others, and on what of the question it does not cover. The weights are
fitted to questions asked of a library with and without the paper that answers them (`reranker`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.answering.reranker import RankedSentences, RerankerWeights

# Below these log odds a question is refused, with and without embeddings. At 0, wrong answers and
# wrong refusals would be equally frequent if half of all questions had an answer; in use, more
# questions have one.
MIN_LOG_ODDS = -0.45
MIN_LOG_ODDS_BASE = -0.8
# Without embeddings, the paper must contain this idf-weighted share of the question's words.
_MIN_OVERLAP = 0.4

# Features of the best sentence that are used unchanged.
_BASE = (
    "paper_cosine",
    "paper_overlap",
    "title_overlap",
    "overlap",
    "focus_overlap",
    "paper_focus_overlap",
    "missing_names",
    "missing_term",
    "number_present",
    "number_missing",
)
_EMBEDDING = (
    "cosine",
    "paper_best_cosine",
    "maxsim",
    "maxsim_idf",
    "maxsim_worst",
    "paper_maxsim_idf",
    "paper_maxsim_worst",
)
# Number of papers after the best one whose scores are compared with it.
_COMPETITORS = 4
# The score gap if there is only one paper, and the maximum gap.
_GAP_WITHOUT_COMPETITORS = 1.0
_MAX_GAP = 6.0


def answerability_features(ranking: RankedSentences) -> dict[str, float]:
    """The features of a ranking by name; empty if there are no sentences."""
    if not ranking.candidates:
        return {}
    names = _BASE + (_EMBEDDING if ranking.embedded else ())
    features = {name: float(ranking.feature(name)[0]) for name in names}
    probabilities = ranking.probabilities
    papers: dict[int, float] = {}
    for candidate, score in zip(ranking.candidates, ranking.scores.tolist(), strict=True):
        papers.setdefault(candidate.hit.stored.number, score)
    best, *others = papers.values()
    features["score"] = best
    features["probability"] = float(probabilities[0])
    features["entropy"] = -float(np.sum(probabilities * np.log(probabilities + 1e-9)))
    competitors = others[:_COMPETITORS] or [best - _GAP_WITHOUT_COMPETITORS]
    features["score_gap"] = min(best - competitors[0], _MAX_GAP)
    features["mean_score_gap"] = min(best - sum(competitors) / len(competitors), _MAX_GAP)
    features["max_overlap"] = float(ranking.feature("overlap").max())
    features["max_paper_cosine"] = float(ranking.feature("paper_cosine").max())
    return features


def answerability(ranking: RankedSentences, weights: RerankerWeights) -> float:
    """Log odds that the sentences answer, relative to the threshold; below 0 is a refusal."""
    features = answerability_features(ranking)
    if ranking.embedded:
        return log_odds(features, weights.answerability) - MIN_LOG_ODDS
    if features.get("paper_overlap", 0.0) < _MIN_OVERLAP:
        return -math.inf
    return log_odds(features, weights.answerability_base) - MIN_LOG_ODDS_BASE


def log_odds(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Log odds that the sentences answer, if half of all questions had an answer."""
    if not features:
        return -math.inf
    return weights.get("", 0.0) + sum(
        weights.get(name, 0.0) * value for name, value in features.items()
    )
