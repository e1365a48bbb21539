"""Features of sentences, their ranking, and answerability."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from assistant.answering.answerability import answerability_features, log_odds
from assistant.answering.question import Question
from assistant.answering.reranker import EMBEDDED, rerank
from assistant.answering.reranker_features import (
    BASE_FEATURES,
    FEATURES,
    base_features,
    candidate_sentences,
)
from assistant.library import Hit, StoredPaper
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper

PAPER = Paper(
    title="Waggle decodes bees",
    abstract="Bees dance. We present Waggle, a camera that decodes 1,200 dances. It is right "
    "because bees repeat each dance, by using the sun. It was trained for nine hours.",
)
OTHER = Paper(title="Rivers", abstract="Rivers carry sand. The sand is old.")


def hit(number: int, paper: Paper, score: float = 1.0, similarity: float | None = 0.5) -> Hit:
    return Hit(StoredPaper(number, paper.id, paper), score, number, number, similarity)


HITS = [hit(1, PAPER, 1.5), hit(2, OTHER, 0.5, 0.1)]


def feature(question: str, name: str) -> list[float]:
    values = base_features(Question.parse(question), candidate_sentences(HITS))
    return [round(value, 3) for value in values[:, BASE_FEATURES.index(name)].tolist()]


def test_every_sentence_is_a_candidate_where_it_stands() -> None:
    found = candidate_sentences(HITS)
    assert [one.sentence for one in found][1].startswith("We present Waggle")
    assert [(one.index, one.sentence_count) for one in found] == [
        (0, 4),
        (1, 4),
        (2, 4),
        (3, 4),
        (0, 2),
        (1, 2),
    ]
    for one in found:
        assert one.hit.stored.abstract[one.start : one.end] == one.sentence


@pytest.mark.parametrize(
    ("question", "name", "values"),
    [
        ("How many dances?", "number_present", [0, 1, 0, 1, 0, 0]),
        ("How many dances?", "number_missing", [1, 0, 1, 0, 1, 1]),
        ("How many dances?", "focus_overlap", [1, 1, 1, 0, 0, 0]),
        ("How many dances?", "paper_focus_overlap", [1, 1, 1, 1, 0, 0]),
        ("Why is Waggle right?", "states_cause", [0, 0, 1, 0, 0, 0]),
        ("What is Waggle?", "states_definition", [0, 1, 1, 0, 0, 1]),
        ("How does Waggle work?", "states_manner", [0, 0, 1, 0, 0, 0]),
        ("Does Waggle use the sun?", "missing_names", [0, 0, 0, 0, 1, 1]),
        ("Does Waggle use the sun?", "missing_term", [0, 0, 0, 0, 1, 1]),
        ("Was the LLM trained?", "missing_term", [0, 0, 0, 0, 0, 0]),
        ("Was it trained on GPUs?", "missing_term", [1, 1, 1, 1, 1, 1]),
        ("How many hours was it trained?", "missing_term", [0, 0, 0, 0, 1, 1]),
        ("bees", "paper_score", [1, 1, 1, 1, 0.333, 0.333]),
        ("bees", "paper_reciprocal_rank", [1, 1, 1, 1, 0.5, 0.5]),
        ("bees", "position", [0, 0.333, 0.667, 1, 0, 1]),
    ],
)
def test_features(question: str, name: str, values: list[float]) -> None:
    assert feature(question, name) == values


def test_the_ranking_takes_what_the_embedder_gives() -> None:
    question = Question.parse("What does Waggle decode?")
    embedded = rerank(question, HITS, HashingEmbedder().embed_words)
    assert embedded.embedded
    assert embedded.features.shape == (6, len(FEATURES))
    assert embedded.candidates[0].hit.stored.title == PAPER.title
    assert sum(embedded.probabilities) == pytest.approx(1.0)
    assert np.all(np.diff(embedded.scores) <= 0)
    without = rerank(question, HITS, lambda texts: None)
    assert not without.embedded
    assert without.features.shape == (6, len(BASE_FEATURES))


def test_only_so_many_sentences_are_embedded_and_each_paper_may_have_its_turn() -> None:
    long = Paper(title="Long", abstract=" ".join(f"Bees dance on comb {n}." for n in range(90)))
    hits = [hit(1, long), hit(2, OTHER, 0.1, 0.0)]
    question = Question.parse("Which bees dance on the comb?")
    embedder = HashingEmbedder()
    best = rerank(question, hits, embedder.embed_words)
    assert len(best.candidates) == EMBEDDED
    assert {one.hit.stored.number for one in best.candidates} == {1}
    turns = rerank(question, hits, embedder.embed_words, every_paper=True)
    assert {one.hit.stored.number for one in turns.candidates} == {1, 2}


def test_odds_need_sentences_and_weigh_the_figures() -> None:
    question = Question.parse("What does Waggle decode?")
    nothing = rerank(question, [], HashingEmbedder().embed_words)
    assert log_odds(answerability_features(nothing), {"": 5.0}) == -math.inf
    found = answerability_features(rerank(question, HITS, HashingEmbedder().embed_words))
    assert log_odds(found, {"": 0.5, "missing_names": -2.0, "score_gap": 0.0}) == 0.5
    assert all(math.isfinite(value) for value in found.values())


def test_a_library_of_one_paper_gives_no_endless_lead() -> None:
    question = Question.parse("What is the capital of France?")
    alone = answerability_features(
        rerank(question, [replace(HITS[0])], HashingEmbedder().embed_words)
    )
    assert alone["score_gap"] == alone["mean_score_gap"] == pytest.approx(1.0)
