from __future__ import annotations

import pytest

from assistant.answering.question import MAX_CHARACTERS, Question
from assistant.errors import UsageError


@pytest.mark.parametrize("text", ["", "  \n\t ", "\u200b\u202e"])
def test_an_empty_question_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="empty"):
        Question.parse(text)


def test_a_question_that_is_too_long_is_refused_with_the_limit() -> None:
    with pytest.raises(UsageError, match=r"100,000 characters; at most 2,000"):
        Question.parse("x" * 100_000)
    assert Question.parse("x" * MAX_CHARACTERS)


def test_invisible_characters_are_left_out() -> None:
    assert Question.parse("What\u202e is\n\x00 Fol\u200bdy?").text == "What is Foldy?"


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("How much smaller is it?", True),
        ("how many layers", True),
        ("What accuracy does it reach?", True),
        ("By what factor is it faster?", True),
        ("How does it work?", False),
        ("What is it called?", False),
    ],
)
def test_knows_a_question_about_a_quantity(text: str, quantity: bool) -> None:
    assert Question.parse(text).asks_quantity is quantity
