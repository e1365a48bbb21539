"""Choosing evidence and refusing, with the real embedder over real abstracts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering.question import Question
from assistant.answering.retrieval import PAPERS, retrieve_evidence
from assistant.embedder import Embedder
from assistant.library import Library
from assistant.models import open_embedder
from assistant.reading import read_file
from assistant.settings import load_settings

UNANSWERABLE = [
    "What is the capital of France?",
    "Who won the 2018 World Cup?",
    "best pizza recipe",
    "hello, how are you?",
    "What BLEU score did the Transformer get on WMT 2014 English-German?",
    "How does AlphaFold predict protein structures?",
]
ANSWERABLE = [
    (
        "How much smaller does Compressor make pre-trained code models?",
        "Compressing Pre-trained Models of Code into 3 MB",
        "160",
    ),
    (
        "What fraction of tokens can the first layer of GPT-2 already complete correctly?",
        "When Neural Code Completion Models Size up the Situation: Attaining Cheaper and Faster "
        "Completion through Dynamic Model Inference",
        "54.4%",
    ),
    (
        "For which problem is the exponential energy saving of quantum computers proven?",
        "Energy-Consumption Advantage of Quantum Computation",
        "Simon's problem",
    ),
]


def filled(folder: Path, page: Path, embedder: Embedder | None) -> Library:
    library = Library.open(folder, embedder)
    library.add(read_file(page, lambda failure: pytest.fail(failure.why)))
    library.vectors.embed_missing()
    return library


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(load_settings(), lambda note: None)


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, shared_data: Path, embedder: Embedder
) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("evidence")
    with filled(folder, shared_data / "trending_page.txt", embedder) as library:
        yield library


@pytest.mark.parametrize("question", UNANSWERABLE)
def test_what_no_abstract_answers_does_not_fit(library: Library, question: str) -> None:
    found = retrieve_evidence(Question.parse(question), library, limit=4)
    assert found.answerability < 0
    assert len(found.nearest) == PAPERS


@pytest.mark.parametrize(("question", "title", "fact"), ANSWERABLE)
def test_the_right_sentence_is_among_the_evidence(
    library: Library, question: str, title: str, fact: str
) -> None:
    found = retrieve_evidence(Question.parse(question), library, limit=4)
    assert found.answerability > 0
    assert any(one.stored.title == title and fact in one.sentence for one in found.evidence)
    assert found.evidence[0].stored.title == title
    scores = [one.score for one in found.evidence]
    assert scores == sorted(scores, reverse=True)
    for one in found.evidence:
        assert one.stored.abstract[one.start : one.end] == one.sentence


@pytest.mark.parametrize(("question", "title", "fact"), ANSWERABLE[:1])
def test_without_vectors_words_alone_choose_and_refuse(
    tmp_path: Path, shared_data: Path, question: str, title: str, fact: str
) -> None:
    with filled(tmp_path, shared_data / "trending_page.txt", None) as library:
        found = retrieve_evidence(Question.parse(question), library, limit=4)
        assert found.answerability > 0
        assert any(one.stored.title == title and fact in one.sentence for one in found.evidence)
        assert (
            retrieve_evidence(
                Question.parse("Who won the World Cup?"), library, limit=4
            ).answerability
            < 0
        )


def test_a_library_without_papers_has_no_evidence(tmp_path: Path) -> None:
    with Library.open(tmp_path / "empty", None) as library:
        found = retrieve_evidence(Question.parse("What is Compressor?"), library, limit=4)
    assert (found.evidence, found.nearest, found.answerability) == ((), (), -math.inf)
