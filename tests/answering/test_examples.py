"""Questions that are offered for trying: each has evidence in the library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering import AnswerDone, AnswerPipeline
from assistant.answering.examples import example_questions
from assistant.library import Library
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.paper import Paper
from assistant.sample import sample_papers
from assistant.settings import load_settings

OWN = [
    Paper(
        title="SortNet: sorting numbers without comparing them",
        abstract="We present SortNet, a network that sorts numbers. SortNet is a network of gates.",
    ),
    Paper(
        title="Tides of northern rivers",
        abstract="Rivers carry water to the sea. We measure the tides of northern rivers.",
    ),
    Paper(
        title="Fish of northern rivers",
        abstract="Fish live in rivers of the north. We count the fish of northern rivers.",
    ),
    Paper(title="NoText: a title alone", abstract=""),
]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "papers", HashingEmbedder()) as library:
        yield library


def test_every_question_is_answered_by_the_library(library: Library) -> None:
    library.add([*sample_papers(), *OWN])
    library.vectors.embed_missing()
    questions = example_questions(library, 6)
    assert len(questions) == len(set(questions)) == 6
    asker = AnswerPipeline(library, ScriptedModel(lambda request: ""), load_settings())
    for question in questions:
        *_, last = asker.ask(question)
        assert isinstance(last, AnswerDone)
        assert not last.answer.refused, question
    assert example_questions(library, 6) == questions


def test_questions_are_of_different_forms(library: Library) -> None:
    library.add(OWN)
    library.vectors.embed_missing()
    questions = example_questions(library, 3)
    assert questions[:2] == ["What is SortNet?", "Which papers are about northern rivers?"]
    assert questions[2].startswith("What is the main idea of “")


def test_nothing_is_asked_of_papers_without_abstracts(library: Library) -> None:
    assert example_questions(library) == []
    library.add(OWN[3:])
    assert example_questions(library) == []
