"""An answer is right if it is all that was expected, and otherwise it is said what it lacks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from evaluating_support import (
    BEES,
    EVIDENCE,
    FOLDY,
    NOT_IN_LIBRARY,
    SAND,
    UNSURE,
    about_foldy,
    answer,
    quoted,
)

from assistant.answering import Claim
from assistant.evaluating import Expected, KeyFact, Outcome, paper_name


def test_a_right_answer_has_no_problem() -> None:
    outcome = about_foldy("160times|160 times", "old laptop", of=answer(quoted(1)))
    assert outcome.right
    assert outcome.problems == ()
    assert outcome.right_paper
    assert outcome.right_paper_first
    assert outcome.fact_in_answer
    assert outcome.direct


def test_another_paper_is_named_with_the_one_expected() -> None:
    outcome = about_foldy("young bees", of=answer(quoted(3)))
    assert not outcome.right_paper
    assert not outcome.fact_in_answer
    assert not outcome.direct
    assert outcome.problems == (f"cites {paper_name(BEES)} instead of {paper_name(FOLDY)}",)


def test_one_of_several_papers_is_enough_except_for_a_list() -> None:
    both = Expected({FOLDY.number: paper_name(FOLDY), BEES.number: paper_name(BEES)})
    of = answer(quoted(3, BEES.title))
    assert Outcome("fact", both, of).right
    for kind in ("list", "comparison"):
        assert Outcome(kind, both, of).problems == (f"does not cite {paper_name(FOLDY)}",)
    assert Outcome("list", both, answer(quoted(1), quoted(3))).right
    assert Outcome("overview", both, of).right


def test_recall_and_precision() -> None:
    both = Expected({FOLDY.number: paper_name(FOLDY), BEES.number: paper_name(BEES)})
    outcome = Outcome("list", both, answer(quoted(2), quoted(4)))
    assert (outcome.recall, outcome.precision) == (0.5, 0.5)
    assert Outcome("list", both, UNSURE).precision == 0


def test_missing_facts_are_named_as_they_were_written() -> None:
    outcome = about_foldy("170|180", "laptop", "desk", of=answer(quoted(1)))
    assert outcome.problems == ("does not contain “170|180”, “desk”",)


def test_a_citation_is_no_text_and_dropped_claims_are_no_answer() -> None:
    dropped = Claim("It has 1 layer, in 3 parts.", "dropped", (1,))
    outcome = about_foldy("1", of=answer(dropped, quoted(1)))
    assert not outcome.fact_in_answer
    assert list(outcome.cited) == [FOLDY.number]


def test_a_fact_in_the_second_sentence_is_not_direct() -> None:
    outcome = about_foldy("slow", of=answer(quoted(1), quoted(2)))
    assert outcome.fact_in_answer
    assert not outcome.direct


def test_a_heading_is_part_of_the_answer() -> None:
    assert about_foldy("shrinking", of=answer(quoted(1, FOLDY.title))).fact_in_answer


@pytest.mark.parametrize(
    ("text", "said"),
    [("Yes, it does.", "yes"), ("no", "no"), ("“No.”", "no"), ("Nobody knows.", None)],
)
def test_yes_and_no_are_what_an_answer_begins_with(text: str, said: str | None) -> None:
    of = answer(Claim(text, "supported", (1,)), quoted(1))
    assert Outcome("fact", Expected(reply="yes"), of).said == said


def test_what_is_said_instead_of_an_answer_is_neither_yes_nor_no() -> None:
    none = replace(UNSURE, text="No paper in the library matches the filters.")
    assert Outcome("fact", Expected(reply="no"), none).said is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Yes, it does.", ()),
        ("No, it does not.", ("says no, not yes",)),
        ("It does.", ("says neither yes nor no, not yes",)),
    ],
)
def test_another_reply_is_wrong(text: str, problem: tuple[str, ...]) -> None:
    of = answer(Claim(text, "supported", (1,)))
    outcome = Outcome("fact", Expected(reply="yes"), of)
    assert outcome.problems == problem
    assert outcome.direct is not bool(problem)


def test_a_heading_is_no_reply() -> None:
    of = answer(Claim("No, it does not.", "supported", (1,), heading="Foldy"))
    assert Outcome("list", Expected(reply="no"), of).said is None


def test_without_an_answer_the_status_and_the_passages_decide() -> None:
    unsure = about_foldy(of=UNSURE)
    assert unsure.unsure_with_right_passage
    assert not unsure.right_paper_first
    assert unsure.problems == ("no direct answer, but a right passage is among the closest",)
    elsewhere = Outcome("fact", Expected({99: "doi:10.1/x"}), UNSURE)
    assert not elsewhere.unsure_with_right_passage
    assert elsewhere.problems == ("no direct answer",)
    assert about_foldy(of=NOT_IN_LIBRARY).problems == ("says: not in the library",)


def test_without_papers_the_passage_has_the_facts() -> None:
    of = replace(UNSURE, sources=EVIDENCE)
    every = (KeyFact.parse("1,200"), KeyFact.parse("beaches"))
    assert Outcome("fact", Expected(facts=every), of).unsure_with_right_passage
    assert not Outcome("fact", Expected(facts=every), answer(quoted(4))).unsure_with_right_passage
    apart = (KeyFact.parse("1,200"), KeyFact.parse("bees"))
    assert not Outcome("fact", Expected(facts=apart), of).unsure_with_right_passage
    assert not Outcome("fact", Expected(), of).unsure_with_right_passage


@pytest.mark.parametrize("none", [UNSURE, NOT_IN_LIBRARY])
def test_no_answer_is_right_if_nothing_answers(none: object) -> None:
    assert isinstance(none, type(UNSURE))
    assert Outcome("fact", Expected(answerable=False), none).right
    assert not Outcome("fact", Expected(), none).right
    problems = Outcome("fact", Expected(answerable=False), answer(quoted(1))).problems
    assert problems == ("answers, although nothing in the library does",)


def test_long_lists_of_papers_are_cut() -> None:
    many = Expected({n: f"doi:10.1/{n}" for n in range(10, 20)})
    (problem,) = Outcome("fact", many, answer(quoted(4))).problems
    assert (
        problem
        == f"cites {paper_name(SAND)} instead of doi:10.1/10, doi:10.1/11, doi:10.1/12 and 7 more"
    )


def test_a_long_title_is_cut() -> None:
    long = replace(SAND, paper=SAND.paper.model_copy(update={"title": "word " * 100}))
    assert paper_name(long) == f"#{SAND.number} {('word ' * 12)}..."
