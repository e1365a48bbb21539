from __future__ import annotations

import pytest

from assistant.answering.answer import Evidence
from assistant.library import StoredPaper
from assistant.verification.verifier import is_covered_by, verify_claim


@pytest.mark.parametrize(
    ("claim", "cited", "supported"),
    [
        ("Foldy makes browsers 160x smaller.", [1], True),
        ("Browsers become 160 times smaller on old laptops.", [1], True),
        ("Foldy makes browsers 16 times smaller.", [1], False),
        ("Foldy makes browsers 160% smaller.", [1], False),
        ("Unfoldy makes browsers 160 times smaller.", [1], False),
        ("Foldy saves money and energy in hospitals.", [1], False),
        ("Foldy makes browsers 160 times smaller.", [3], False),
        ("Foldy makes browsers 160 times smaller.", [], False),
        ("Foldy does not slow the browser down.", [2], True),
        ("Foldy slows the browser down.", [2], False),
        ("Foldy does not make browsers smaller.", [1], False),
        ("Browsers mislead 42% of bees with Foldy on laptops.", [1, 3], False),
        ("1,200 beaches are shown by SandMap.", [4], True),
        ("1200 beaches are shown.", [4], True),
    ],
)
def test_numbers_names_words_and_negations_are_checked(
    claim: str, cited: list[int], supported: bool, evidence: tuple[Evidence, ...]
) -> None:
    assert verify_claim(claim, [evidence[n - 1] for n in cited]).supported is supported


def test_words_of_the_question_count_half(evidence: tuple[Evidence, ...]) -> None:
    question = "By which factor does Foldy decrease the size of browsers?"
    claim = "Foldy decreases the size of browsers 160 times on laptops."
    assert not verify_claim(claim, evidence[:1]).supported
    assert verify_claim(claim, evidence[:1], question).supported


def test_a_name_of_the_question_may_stand_anywhere_in_the_abstract(
    evidence: tuple[Evidence, ...],
) -> None:
    paper = evidence[2].stored.paper.model_copy(
        update={"title": "Roofs", "abstract": "We present Roofy. Our method saves 9 bees a day."}
    )
    sentence = "Our method saves 9 bees a day."
    cited = [Evidence(StoredPaper(7, "x", paper), sentence, 18, 18 + len(sentence), 1.0)]
    claim = "The method Roofy saves 9 bees a day."
    assert verify_claim(claim, cited, "How many bees does the method Roofy save?").supported
    assert not verify_claim(claim, cited, "How many bees are saved?").supported
    assert not verify_claim(
        claim.replace("Roofy", "Foldy"), cited, "How many does Foldy save?"
    ).supported


def test_what_is_missing_is_said(evidence: tuple[Evidence, ...]) -> None:
    result = verify_claim("GraphFoldy makes browsers 99 times smaller.", evidence[:1])
    assert set(result.missing) >= {"99 times", "GraphFoldy"}


@pytest.mark.parametrize(
    ("claim", "nothing"),
    [
        ("Foldy makes browsers smaller.", True),
        ("Foldy makes browsers 160 times smaller.", False),
        ("Laptops profit.", False),
        ("It does.", True),
    ],
)
def test_a_repetition_of_the_question_adds_nothing(claim: str, nothing: bool) -> None:
    assert is_covered_by(claim, "How much smaller does Foldy make browsers?") is nothing
