from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from assistant.answering.answer import Claim, Evidence
from assistant.answering.draft import Draft
from assistant.answering.question import Question


@pytest.fixture
def draft(evidence: tuple[Evidence, ...]) -> Draft:
    return Draft(Question.parse("How much smaller does Foldy make browsers?"), evidence)


def test_a_supported_sentence_keeps_its_own_citation(draft: Draft) -> None:
    claim = draft.add("Foldy makes browsers 160 times smaller [1].")
    assert claim == Claim("Foldy makes browsers 160 times smaller.", "supported", (1,))
    assert draft.shown == [claim]


@pytest.mark.parametrize("marker", ["", " [9]", " [3]"])
def test_a_missing_or_wrong_citation_is_put_right(draft: Draft, marker: str) -> None:
    claim = draft.add(f"Foldy makes browsers 160 times smaller{marker}.")
    assert claim is not None and claim.verdict == "supported" and claim.citations == (1,)


def test_what_is_not_supported_is_dropped_but_kept(draft: Draft) -> None:
    claim = draft.add("Foldy makes browsers 99 times smaller [1].")
    assert claim == Claim("Foldy makes browsers 99 times smaller.", "dropped", (1,))
    assert draft.claims == [claim] and draft.shown == []


def test_a_repeated_question_is_dropped(draft: Draft) -> None:
    claim = draft.add("Foldy makes browsers smaller [1].")
    assert claim is not None and claim.verdict == "dropped"


def test_it_is_finished_when_the_model_repeats_itself(draft: Draft) -> None:
    said = "Foldy makes browsers 160 times smaller."
    finished = [
        (draft.add(sentence), draft.finished)[1] for sentence in (said, "It is 160x smaller.")
    ]
    assert finished == [False, True]
    assert [claim.text for claim in draft.claims] == [said]


def test_it_is_finished_after_three_shown_claims(draft: Draft) -> None:
    sentences = ["Foldy makes browsers 160 times smaller.", "Red roofs mislead young bees."]
    sentences += ["SandMap shows 1,200 beaches."]
    finished = [(draft.add(sentence), draft.finished)[1] for sentence in sentences]
    assert finished == [False, False, True]


def scored(evidence: tuple[Evidence, ...], *scores: float) -> tuple[Evidence, ...]:
    return tuple(replace(one, score=score) for one, score in zip(evidence, scores, strict=False))


def test_the_best_evidence_is_quoted_when_nothing_is_left(evidence: tuple[Evidence, ...]) -> None:
    question = Question.parse("How much smaller does Foldy make browsers?")
    draft = Draft(question, scored(evidence, 0.9, 0.05, 0.05))
    draft.add("Penguins are 99 times smaller.")
    (quoted,) = draft.add_quotations()
    assert (quoted.verdict, quoted.citations, quoted.heading) == ("quoted", (1,), "")
    assert quoted.text.startswith("We present Foldy")


def test_a_second_sentence_is_quoted_when_the_first_is_unsure(
    evidence: tuple[Evidence, ...],
) -> None:
    question = Question.parse("How much smaller does Foldy make browsers?")
    unsure = Draft(question, scored(evidence, 0.4, 0.3, 0.2)).add_quotations()
    assert [claim.citations for claim in unsure] == [(1,), (2,)]


def test_nothing_is_quoted_after_a_sentence_by_the_model(evidence: tuple[Evidence, ...]) -> None:
    question = Question.parse("How much smaller does Foldy make browsers?")
    draft = Draft(question, scored(evidence, 0.4, 0.3, 0.2), check=lambda claim, cited: claim)
    draft.add("Foldy makes browsers 40 times smaller. [1]")
    assert draft.add_quotations() == []


def test_a_reply_alone_is_followed_by_its_quotation(evidence: tuple[Evidence, ...]) -> None:
    draft = Draft(Question.parse("Does Foldy shrink browsers?"), scored(evidence, 0.9, 0.1))
    assert draft.add_reply("Yes.", (1,)).marked == "Yes. [1]"
    (quoted,) = draft.add_quotations()
    assert (quoted.verdict, quoted.citations) == ("quoted", (1,))


def test_all_evidence_is_quoted_with_the_titles(evidence: tuple[Evidence, ...]) -> None:
    draft = Draft(Question.parse("Which papers speak of browsers?"), evidence[1:3], headed=True)
    quoted = draft.quote_all()
    assert [claim.heading for claim in quoted] == [
        "Foldy: shrinking browsers",
        "Bees and red roofs",
    ]
    assert quoted[1].marked.startswith("Bees and red roofs: Red roofs mislead")
    assert quoted[1].marked.endswith("[2]")


def test_a_claim_that_the_check_rejects_is_dropped(evidence: tuple[Evidence, ...]) -> None:
    asked: list[tuple[str, str]] = []

    def disagree(claim: str, cited: Sequence[Evidence]) -> None:
        asked.append((claim, cited[0].text))

    question = Question.parse("How much smaller does Foldy make browsers?")
    draft = Draft(question, evidence[:1], check=disagree)
    claim = draft.add("Foldy makes browsers 160 times smaller [1].")
    assert claim is not None and claim.verdict == "dropped"
    assert asked[0] == ("Foldy makes browsers 160 times smaller.", evidence[0].text)


def test_nothing_is_quoted_when_the_best_evidence_is_cited(draft: Draft) -> None:
    draft.add("Foldy makes browsers 160 times smaller [1].")
    assert draft.add_quotations() == []


def test_a_quantity_that_is_asked_for_is_quoted(evidence: tuple[Evidence, ...]) -> None:
    question = Question.parse("How many of the flights of bees do roofs mislead?")
    draft = Draft(question, (evidence[1], evidence[2], evidence[0]))
    draft.add("Foldy does not slow the browser down [1].")
    assert [claim.citations for claim in draft.add_quotations()] == [(2,)]


def test_an_unlikely_sentence_is_not_quoted_for_its_number(evidence: tuple[Evidence, ...]) -> None:
    question = Question.parse("How many of the flights of bees do roofs mislead?")
    unlikely = replace(evidence[2], score=0.1)
    draft = Draft(question, (evidence[1], unlikely))
    draft.add("Foldy does not slow the browser down [1].")
    assert draft.add_quotations() == []


@pytest.mark.parametrize("sentence", ["", "...", "[1]", "\u200b"])
def test_nothing_is_not_a_claim(draft: Draft, sentence: str) -> None:
    assert draft.add(sentence) is None
    assert draft.claims == []


def test_a_reply_in_the_words_of_the_question_is_no_repetition(
    evidence: tuple[Evidence, ...],
) -> None:
    question = Question.parse("Does Foldy make browsers larger?")
    draft = Draft(question, evidence[:1], check=lambda claim, cited: claim)
    claim = draft.add("No, Foldy does not make browsers larger.")
    assert claim is not None and claim.verdict == "supported"
    claim = draft.add("Foldy makes browsers larger.")
    assert claim is None or claim.verdict == "dropped"


def test_a_shortened_quotation_is_no_quotation(evidence: tuple[Evidence, ...]) -> None:
    draft = Draft(Question.parse("Does Foldy slow the browser down?"), evidence)
    first, *rest = draft.add_quotations(
        shorten=lambda source: "Foldy makes browsers smaller." if "160" in source.text else None
    )
    assert (first.verdict, first.shortened) == ("supported", True)
    assert first.text == "Foldy makes browsers smaller."
    assert first.as_json()["shortened"] is True
    assert all(claim.verdict == "quoted" and not claim.shortened for claim in rest)
