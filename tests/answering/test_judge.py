"""The judge of sentences and what the reader makes of it, with a scripted model."""

from __future__ import annotations

import math

import numpy as np
import pytest

from assistant.answering.judge import ADAPTER, Judge
from assistant.answering.question import Question
from assistant.answering.reader import JUDGED, read
from assistant.answering.reranker import RankedSentences
from assistant.answering.reranker_features import FEATURES, Candidate
from assistant.errors import ModelError
from assistant.library import Hit, StoredPaper
from assistant.models import GenerationRequest
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.progress import NO_PROGRESS, Progress

QUESTION = Question.parse("How many papers were studied?")


def choose_by(right: str) -> ScriptedModel:
    """A model for which only sentences with `right` answer."""

    def choose(request: GenerationRequest) -> dict[str, float]:
        yes = 0.99 if right in request.messages[-1].content else 0.01
        return {"yes": yes, "no": 1 - yes}

    return ScriptedModel(lambda request: "yes", adapters=[ADAPTER], choose=choose)


def ranking(count: int) -> RankedSentences:
    """Sentences 0, 1, ... in this order, each a little worse than the one before."""
    abstract = " ".join(f"Sentence {n} of the abstract." for n in range(count))
    stored = StoredPaper(1, "text:1", Paper(title="A title", abstract=abstract))
    candidates, start = [], 0
    for index in range(count):
        end = abstract.index(".", start) + 1
        candidates.append(
            Candidate(Hit(stored, 1.0, 1, 1, 1.0), start, end, index, count, frozenset())
        )
        start = end + 1
    scores = -0.1 * np.arange(count, dtype=np.float64)
    return RankedSentences(
        tuple(candidates), scores, np.zeros((count, len(FEATURES))), embedded=True
    )


def test_a_model_without_the_adapter_does_not_judge() -> None:
    assert not Judge(ScriptedModel([], parameters=8_000_000_000)).available
    assert Judge(choose_by("x")).available


def test_log_odds_are_those_of_the_choices_and_finite() -> None:
    model = choose_by("73")
    odds = Judge(model).log_odds("How many?", [("T", "It is 73."), ("T", "None.")], NO_PROGRESS)
    assert odds == pytest.approx([math.log(99), -math.log(99)])
    certain = ScriptedModel(
        ["yes"], adapters=[ADAPTER], choose=lambda request: {"yes": 1.0, "no": 0.0}
    )
    (odd,) = Judge(certain).log_odds("How many?", [("T", "It is 73.")], NO_PROGRESS)
    assert math.isfinite(odd)


def test_a_sentence_is_judged_once() -> None:
    model = choose_by("73")
    judge = Judge(model)
    first = judge.log_odds("How many?", [("T", "It is 73."), ("T", "None.")], NO_PROGRESS)
    again = judge.log_odds("How many?", [("T", "None."), ("T", "It was 73.")], NO_PROGRESS)
    assert len(model.requests) == 3
    assert again == [first[1], first[0]]


def test_the_prompts_of_a_question_start_the_same_and_are_bounded() -> None:
    model = choose_by("x")
    Judge(model).log_odds("How many? " * 99, [("T " * 99, "S. " * 999), ("U", "R.")], NO_PROGRESS)
    first, second = (request.messages[-1].content for request in model.requests)
    shared = first.index("Title:")
    assert first[:shared] == second[:shared]
    assert len(first) < 1000
    assert all(request.max_tokens == 1 for request in model.requests)


def test_the_sentence_that_the_judge_accepts_comes_first() -> None:
    before = ranking(5)
    after, odds = read(QUESTION, before, 0.0, Judge(choose_by("Sentence 3")), NO_PROGRESS)
    _, without = read(QUESTION, before, 0.0, Judge(choose_by("nothing")), NO_PROGRESS)
    assert after.candidates[0].index == 3
    assert after.probabilities[0] > 0.5
    assert odds > without


def test_sentences_that_are_not_judged_stay_behind_in_their_order() -> None:
    after, _ = read(QUESTION, ranking(JUDGED + 3), 0.0, Judge(choose_by("Sentence 2")), NO_PROGRESS)
    assert [one.index for one in after.candidates[JUDGED:]] == [JUDGED, JUDGED + 1, JUDGED + 2]
    assert len(after.candidates) == JUDGED + 3


def test_a_failing_model_changes_nothing() -> None:
    before = ranking(3)
    failing = ScriptedModel([ModelError("No memory.")] * 3, adapters=[ADAPTER])
    after, odds = read(QUESTION, before, 0.7, Judge(failing), NO_PROGRESS)
    assert after is before
    assert odds == 0.7


def test_what_the_words_rule_out_is_not_read() -> None:
    before, model = ranking(3), choose_by("Sentence 1")
    after, odds = read(QUESTION, before, -math.inf, Judge(model), NO_PROGRESS)
    assert (after, odds, model.requests) == (before, -math.inf, [])


def test_a_stop_ends_the_judging() -> None:
    stopped = Progress()
    stopped.stop()
    slow = ScriptedModel(
        lambda request: "yes",
        adapters=[ADAPTER],
        seconds_per_piece=60,
        choose=lambda request: {"yes": 0.5, "no": 0.5},
    )
    before = ranking(3)
    after, odds = read(QUESTION, before, 0.7, Judge(slow), stopped)
    assert after is before
    assert odds == 0.7


def test_nothing_to_judge() -> None:
    empty = ranking(0)
    after, odds = read(QUESTION, empty, -1.0, Judge(choose_by("x")), NO_PROGRESS)
    assert after is empty
    assert odds == -1.0
