"""The shipped adapters load and decide what they were trained to decide, in the real engine."""

from __future__ import annotations

import pytest

from assistant.answering.answer import Evidence
from assistant.answering.judge import Judge
from assistant.answering.question import Question
from assistant.answering.short_answer import ShortAnswers
from assistant.answering.support import SupportJudge
from assistant.library import StoredPaper
from assistant.models.engine import Engine
from assistant.paper import Paper
from assistant.progress import NO_PROGRESS

TITLE = "Screen time and sleep in school children"
SENTENCES = (
    "Sleep is important for the development of children.",
    "Parents of 412 children aged 6 to 9 years kept sleep diaries for two weeks.",
    "Each additional hour of screen time shortened sleep by 11 minutes (95% CI 8 to 14).",
    "Screen time before noon had no effect on sleep.",
)


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("how many children took part in the sleep diary study", 1),
        ("By how much does an hour of screen time shorten the sleep of children?", 2),
        ("Does screen time in the morning affect sleep?", 3),
    ],
)
def test_the_judge_finds_the_answering_sentence(engine: Engine, question: str, right: int) -> None:
    sentences = [(TITLE, sentence) for sentence in SENTENCES]
    odds = Judge(engine).log_odds(question, sentences, NO_PROGRESS)
    assert odds.index(max(odds)) == right


def test_the_judge_sees_that_nothing_answers(engine: Engine) -> None:
    sentences = [(TITLE, sentence) for sentence in SENTENCES]
    answerable = "By how much does an hour of screen time shorten the sleep of children?"
    unsaid = "Which brand of phone did the children use most?"
    found, missing = (
        max(Judge(engine).log_odds(question, sentences, NO_PROGRESS))
        for question in (answerable, unsaid)
    )
    assert found > missing + 1


def test_a_short_answer_states_the_number(engine: Engine) -> None:
    abstract = " ".join(SENTENCES)
    start = abstract.index(SENTENCES[2])
    stored = StoredPaper(1, "text:1", Paper(title=TITLE, abstract=abstract))
    evidence = Evidence(stored, SENTENCES[2], start, start + len(SENTENCES[2]), 0.9)
    question = Question.parse("By how much does an hour of screen time shorten sleep?")
    request, _ = ShortAnswers(engine).request(question, [evidence])
    answer = "".join(engine.generate(request))
    assert "11 minutes" in answer
    assert "we" not in answer.lower().split()


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        (
            "Each additional hour of screen time reduced sleep by 11 minutes.",
            "Each additional hour of screen time increased sleep by 11 minutes.",
        ),
        (
            "Every further hour of screen time made sleep 11 minutes shorter.",
            "Every further hour of screen time did not make sleep shorter.",
        ),
    ],
)
def test_support_tells_a_true_paraphrase_from_a_false_one(
    engine: Engine, claim: str, wrong: str
) -> None:
    right, false = SupportJudge(engine).log_odds(TITLE, SENTENCES[2], [claim, wrong], NO_PROGRESS)
    assert right > 0 > false
