"""Figures count what was expected, and nothing that was not."""

from __future__ import annotations

import json
from dataclasses import replace

from evaluating_support import (
    BEES,
    FOLDY,
    NOT_IN_LIBRARY,
    TIMINGS,
    UNSURE,
    about_foldy,
    answer,
    quoted,
)

from assistant.answering import Claim
from assistant.evaluating import Expected, Outcome, figures, markdown_table, paper_name

LATER = replace(TIMINGS, evidence_s=0.3, total_s=3.0)
OUTCOMES = [
    about_foldy("160times", of=answer(quoted(1))),
    about_foldy("42%", of=answer(quoted(3), timings=LATER)),
    about_foldy("160times", of=UNSURE),
    Outcome("fact", Expected(reply="yes"), answer(Claim("Yes.", "supported", (1,)), quoted(1))),
    Outcome("fact", Expected(reply="yes"), answer(Claim("No.", "supported", (1,)), quoted(1))),
    Outcome("fact", Expected(answerable=False), NOT_IN_LIBRARY),
    Outcome("fact", Expected(answerable=False), answer(quoted(1))),
    Outcome(
        "list",
        Expected({FOLDY.number: paper_name(FOLDY), BEES.number: paper_name(BEES)}),
        answer(quoted(3, BEES.title), quoted(4)),
    ),
]


def test_each_figure_is_about_the_questions_that_expect_it() -> None:
    found = {figure.label: figure.text for figure in figures(OUTCOMES)}
    assert found == {
        "right in everything expected": "3 of 8 (38%)",
        "right paper among the cited": "1 of 3 (33%)",
        "right paper first": "2 of 3 (67%)",
        "key fact in the answer": "1 of 3 (33%)",
        "direct first sentence": "2 of 5 (40%)",
        "yes or no: said, and right": "1 of 2 (50%)",
        "yes or no: said, and wrong": "1 of 2 (50%)",
        "a sentence by the model": "2 of 5 (40%)",
        "list: right papers cited / cited papers right": "50% / 50% of 1",
        "wrongly refused": "1 of 6 (17%)",
        "unsure with a right passage": "1 of 4 (25%)",
        "rightly refused": "1 of 2 (50%)",
        "words per answer, median": "12",
        "time to evidence, median": "0.10 s",
        "time to first sentence, median": "0.50 s",
        "time to whole answer, median": "1.00 s",
    }


def test_the_values_are_json_under_names_of_their_own() -> None:
    found = figures(OUTCOMES)
    values = {figure.name: figure.value for figure in found}
    assert len(values) == len(found)
    assert json.loads(json.dumps(values)) == values
    assert values["right"] == {"count": 3, "of": 8, "share": 0.375}
    assert values["list_papers"] == {"recall": 0.5, "precision": 0.5, "of": 1}
    assert values["whole_answer_s"] == 1.0


def test_nothing_is_said_of_what_was_not_expected() -> None:
    assert figures([]) == []
    refused = figures([Outcome("fact", Expected(answerable=False), NOT_IN_LIBRARY)])
    assert [one.name for one in refused] == [
        "right", "rightly_refused", "evidence_s", "first_sentence_s",
    ]  # fmt: skip


def test_the_table_is_markdown() -> None:
    lines = markdown_table("8 questions", figures(OUTCOMES), "fake").splitlines()
    assert lines[:3] == [
        "| 8 questions | fake |",
        "|---|---|",
        "| right in everything expected | 3 of 8 (38%) |",
    ]
