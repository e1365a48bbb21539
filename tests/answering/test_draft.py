from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answering.answer import Claim, Evidence
from assistant.answering.draft import Draft
from assistant.answering.question import Question


@pytest.fixture
def draft(evidence: tuple[Evidence, ...]) -> Draft:
    return Draft(Question.of("How much smaller does Foldy make browsers?"), evidence)


def test_a_supported_sentence_keeps_its_own_citation(draft: Draft) -> None:
    claim = draft.take("Foldy makes browsers 160 times smaller [1].")
    assert claim == Claim("Foldy makes browsers 160 times smaller.", "supported", (1,))
    assert draft.shown == [claim]


@pytest.mark.parametrize("marker", ["", " [9]", " [3]"])
def test_a_missing_or_wrong_citation_is_put_right(draft: Draft, marker: str) -> None:
    claim = draft.take(f"Foldy makes browsers 160 times smaller{marker}.")
    assert claim is not None and claim.verdict == "supported" and claim.citations == (1,)


def test_what_is_not_supported_is_dropped_but_kept(draft: Draft) -> None:
    claim = draft.take("Foldy makes browsers 99 times smaller [1].")
    assert claim == Claim("Foldy makes browsers 99 times smaller.", "dropped", (1,))
    assert draft.claims == [claim] and draft.shown == []


def test_a_repeated_question_is_dropped(draft: Draft) -> None:
    claim = draft.take("Foldy makes browsers smaller [1].")
    assert claim is not None and claim.verdict == "dropped"


def test_it_is_finished_when_the_model_repeats_itself(draft: Draft) -> None:
    said = "Foldy makes browsers 160 times smaller."
    finished = [
        (draft.take(sentence), draft.finished)[1] for sentence in (said, "It is 160x smaller.")
    ]
    assert finished == [False, True]
    assert [claim.text for claim in draft.claims] == [said]


def test_it_is_finished_after_three_shown_claims(draft: Draft) -> None:
    sentences = ["Foldy makes browsers 160 times smaller.", "Red roofs mislead young bees."]
    sentences += ["SandMap shows 1,200 beaches."]
    finished = [(draft.take(sentence), draft.finished)[1] for sentence in sentences]
    assert finished == [False, False, True]


def test_the_best_evidence_is_quoted_when_nothing_is_left(draft: Draft) -> None:
    draft.take("Penguins are 99 times smaller.")
    quoted = draft.quotations()
    assert [(claim.verdict, claim.citations) for claim in quoted] == [
        ("quoted", (1,)),
        ("quoted", (2,)),
    ]
    assert quoted[0].text.startswith("We present Foldy")


def test_a_second_sentence_is_quoted_only_if_it_is_as_good(evidence: tuple[Evidence, ...]) -> None:
    question = Question.of("How much smaller does Foldy make browsers?")
    weaker = (evidence[0], replace(evidence[1], score=1.0))
    other_paper = (evidence[0], evidence[2])
    for sentences in (weaker, other_paper):
        assert [c.citations for c in Draft(question, sentences).quotations()] == [(1,)]


def test_nothing_is_quoted_when_the_best_evidence_is_cited(draft: Draft) -> None:
    draft.take("Foldy makes browsers 160 times smaller [1].")
    assert draft.quotations() == []


def test_a_quantity_that_is_asked_for_is_quoted(evidence: tuple[Evidence, ...]) -> None:
    question = Question.of("How many of the flights of bees do roofs mislead?")
    draft = Draft(question, (evidence[1], evidence[2], evidence[0]))
    draft.take("Foldy does not slow the browser down [1].")
    assert [claim.citations for claim in draft.quotations()] == [(2,)]


@pytest.mark.parametrize("sentence", ["", "...", "[1]", "\u200b"])
def test_nothing_is_not_a_claim(draft: Draft, sentence: str) -> None:
    assert draft.take(sentence) is None
    assert draft.claims == []
