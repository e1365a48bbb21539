"""Causes for why, and the names that are asked about."""

from __future__ import annotations

import pytest

from assistant.answering.asked_for import CAUSE, NAME, asks_why, bonus, is_about_another
from assistant.answering.question import Question
from assistant.library import StoredPaper
from assistant.paper import Paper


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("Why do owls turn their heads?", True),
        ("but why is it slow", True),
        ("How come bees sleep?", True),
        ("What causes the blue colour?", True),
        ("what is the reason for the delay?", True),
        ("What is the cause of rust?", True),
        ("How do bees sleep?", False),
        ("Which bees say why?", False),
        ("What led to the crash?", True),
    ],
)
def test_a_question_for_a_cause(question: str, why: bool) -> None:
    assert asks_why(question) is why


@pytest.mark.parametrize(
    ("sentence", "gained"),
    [
        ("Owls turn their heads because their eyes are fixed.", CAUSE),
        ("The fixed eyes of owls account for the turns of their heads.", CAUSE),
        ("Owls turn their heads by 270 degrees.", 0.0),
    ],
)
def test_a_sentence_with_a_cause_gains_if_one_is_asked(sentence: str, gained: float) -> None:
    title = "Heads of owls"
    assert bonus(Question.parse("Why do owls turn their heads?"), title, sentence) == gained
    assert bonus(Question.parse("How far do owls turn?"), title, sentence) == 0.0


def test_a_sentence_loses_for_each_name_that_it_lacks() -> None:
    question = Question.parse("How accurate is Dozy on CIFAR-10 and on MNIST?")
    assert bonus(question, "Dozy networks", "It reaches 82% on CIFAR-10.") == -NAME
    assert bonus(question, "Dozy networks", "It reaches 82% on CIFAR-10 and MNIST.") == 0.0
    assert bonus(question, "Networks", "It is fast.") == -3 * NAME


def test_a_paper_about_another_name() -> None:
    dozy = StoredPaper(1, "a", Paper(title="DozyNet", abstract="DozyNet solves 97% of the mazes."))
    sleepy = StoredPaper(2, "b", Paper(title="SLEEPY: running", abstract="Programs."))
    assert is_about_another(Question.parse("How well does SLEEPY solve mazes?"), dozy, [sleepy])
    assert not is_about_another(
        Question.parse("How well does DozyNet solve mazes?"), dozy, [sleepy]
    )
    misspelt = Question.parse("How well does DozzyNet solve mazes?")
    assert not is_about_another(misspelt, dozy, [sleepy])
    assert not is_about_another(Question.parse("How well does SLEEPY do?"), dozy, [])
    after = StoredPaper(3, "c", Paper(title="Sleep after CABG", abstract="CABG was done."))
    assert not is_about_another(Question.parse("How is sleep after CABG?"), dozy, [after])
    # Capitals of a heading are no names.
    assert not is_about_another(Question.parse("Does It Run Programs?"), dozy, [sleepy])
    assert not is_about_another(Question.parse("DOES IT RUN PROGRAMS?"), dozy, [sleepy])
