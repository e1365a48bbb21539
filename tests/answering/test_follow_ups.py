from __future__ import annotations

import pytest

from assistant.answering.question import Turn, standalone_question

FIRST = Turn("What is Compressor?", "A method that compresses models of code. [1]")


@pytest.mark.parametrize(
    "question",
    [
        "How large is it?",
        "And how fast are they?",
        "What about clone detection?",
        "Why?",
        "Which data did the authors use?",
    ],
)
def test_a_follow_up_gets_the_question_before_it(question: str) -> None:
    assert standalone_question(question, [FIRST]) == f"What is Compressor? {question}"


@pytest.mark.parametrize(
    "question",
    [
        "How much faster is FlashRNN than its Triton version?",
        "Which quantum algorithm computes the Jones polynomial of these closed braids?",
        "quantum energy consumption",
        "transformers",
    ],
)
def test_a_complete_question_stays_as_it_is(question: str) -> None:
    assert standalone_question(question, [FIRST]) == question


def test_follow_ups_of_follow_ups_reach_back_to_a_complete_question() -> None:
    turns = [Turn("What is SURGE?", "..."), FIRST, Turn("How large is it?", "3 MB")]
    assert standalone_question("And how fast?", turns) == (
        "What is Compressor? How large is it? And how fast?"
    )
    assert standalone_question("How large is it?", []) == "How large is it?"
