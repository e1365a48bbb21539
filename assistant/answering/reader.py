"""The reader: reorders the best sentences by the judge and decides whether one of them answers.

The linear reranker compares words and embeddings; the judge reads. Both are combined with weights
that `python -m training.reading.fit_reader` fits and writes to `reader.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.answering.answerability import log_odds
from assistant.answering.asked_for import OF_ANOTHER, bonus, is_about_another
from assistant.answering.reranker import RankedSentences, sort_by_score
from assistant.errors import ModelError

if TYPE_CHECKING:
    from assistant.answering.judge import Judge
    from assistant.answering.question import Question
    from assistant.progress import Progress

READER_FILE = Path(__file__).with_name("reader.json")
# Sentences that are judged. Two more would put the answering one first for 1 question more of 100,
# and take a third longer (docs/reading.md).
JUDGED = 6
_MAX_MARGIN = 6.0


@dataclass(frozen=True)
class ReaderWeights:
    """The fitted combination of linear score and judge.

    Attributes:
        weight: of the judge's log odds in the order of sentences.
        temperature: divides the scores, so that their softmax is the probability of being right.
        answerability: weights of `answer_features`, and the bias under the name "".
        threshold: log odds below which a question is refused.

    """

    weight: float
    temperature: float
    answerability: dict[str, float]
    threshold: float


@cache
def reader_weights() -> ReaderWeights:
    """The weights that ship with the package."""
    return ReaderWeights(**json.loads(READER_FILE.read_text(encoding="utf-8")))


def combined_scores(linear: Sequence[float], judge: Sequence[float], weight: float) -> list[float]:
    """Scores that order the judged sentences: log odds up to a constant for each question."""
    return [score + weight * odds for score, odds in zip(linear, judge, strict=True)]


def answer_features(
    odds: float,
    linear: Sequence[float],
    judge: Sequence[float],
    weight: float,
    *,
    one_paper: bool,
) -> dict[str, float]:
    """What decides whether the best sentence answers.

    `odds` are those of the linear reranker; `one_paper` is whether only one paper was searched,
    which then has no others to be ahead of.
    """
    scores = combined_scores(linear, judge, weight)
    best, *others = sorted(range(len(scores)), key=lambda index: -scores[index])
    margin = scores[best] - scores[others[0]] if others else _MAX_MARGIN
    return {
        "linear": max(odds, -20.0),
        "judge_of_best": judge[best],
        "highest_judge": max(judge),
        "judge_of_second": judge[others[0]] if others else judge[best],
        "margin": min(margin, _MAX_MARGIN),
        # Beyond a few units, more is not more certain.
        "bounded_linear": math.tanh(odds / 2),
        "bounded_judge": math.tanh(max(judge) / 2),
        "one_paper": float(one_paper),
    }


def read(
    question: Question, ranking: RankedSentences, odds: float, judge: Judge, progress: Progress
) -> tuple[RankedSentences, float]:
    """The ranking after reading, and the log odds, above the threshold, that it answers.

    `odds` are the log odds of the linear reranker. After a stop, or if the model fails, nothing
    changes: writing the answer will report the failure.
    """
    if odds == -math.inf:
        # Without embeddings, a question whose words the papers do not have is not read.
        return ranking, odds
    sentences = [(one.hit.stored.title, one.sentence) for one in ranking.candidates[:JUDGED]]
    try:
        judged = judge.log_odds(question.text, sentences, progress)
    except ModelError:
        return ranking, odds
    if not judged or len(judged) < len(sentences):
        return ranking, odds
    weights = reader_weights()
    linear = np.log(np.maximum(ranking.probabilities[: len(judged)], 1e-5)).tolist()
    scores = ranking.scores.copy()
    combined = combined_scores(linear, judged, weights.weight)
    bonuses = [bonus(question, title, sentence) for title, sentence in sentences]
    combined = [score + added for score, added in zip(combined, bonuses, strict=True)]
    scores[: len(judged)] = np.array(combined) / weights.temperature
    # The others stay behind, in their order.
    lowest = scores[: len(judged)].min()
    rest = ranking.scores[len(judged) :]
    if len(rest):
        scores[len(judged) :] = lowest - 1e-3 + rest - rest[0]
    numbers = {one.hit.stored.number for one in ranking.candidates}
    features = answer_features(odds, linear, judged, weights.weight, one_paper=len(numbers) == 1)
    read_odds = log_odds(features, weights.answerability) - weights.threshold
    ordered = sort_by_score(ranking.candidates, scores, ranking.features, embedded=ranking.embedded)
    papers = {one.hit.stored.number: one.hit.stored for one in ordered.candidates}
    best, *others = papers.values()
    if is_about_another(question, best, others):
        read_odds -= OF_ANOTHER
    return ordered, read_odds
