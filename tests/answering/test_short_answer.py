"""Short answers: which evidence the model sees, and how its sentence becomes a claim."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering import AnswerDone, AnswerPipeline
from assistant.answering.answer import Evidence
from assistant.answering.question import Question
from assistant.answering.short_answer import ADAPTER, ShortAnswers
from assistant.library import Library, StoredPaper
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.paper import Paper
from assistant.settings import load_settings

ABSTRACT = "We count cats. Cats sleep 14 hours. Dogs sleep 10 hours."
STORED = StoredPaper(1, "text:1", Paper(title="Sleep", abstract=ABSTRACT))
OTHER = StoredPaper(2, "text:2", Paper(title="Rest", abstract="Cows rest."))
QUESTION = Question.parse("How long do cats sleep?")


def evidence(sentence: str, score: float, stored: StoredPaper = STORED) -> Evidence:
    start = stored.abstract.index(sentence)
    return Evidence(stored, sentence, start, start + len(sentence), score)


def writer(reply: str = "Cats sleep 14 hours.") -> ScriptedModel:
    return ScriptedModel(lambda request: reply, adapters=[ADAPTER])


def test_a_model_without_the_adapter_writes_no_short_answers() -> None:
    assert not ShortAnswers(ScriptedModel([], parameters=8_000_000_000)).available
    assert ShortAnswers(writer()).available


@pytest.mark.parametrize(
    ("others", "numbers", "text"),
    [
        ([], (1,), "Evidence: Cats sleep 14 hours.\n"),
        # In the order of the abstract.
        ([("We count cats.", 0.5)], (1, 2), "Evidence: We count cats. Cats sleep 14 hours.\n"),
        ([("We count cats.", 0.01)], (1,), "Evidence: Cats sleep 14 hours.\n"),
    ],
)
def test_the_evidence_is_the_best_sentence_and_a_likely_second_one(
    others: list[tuple[str, float]], numbers: tuple[int, ...], text: str
) -> None:
    found = [evidence("Cats sleep 14 hours.", 0.6), *(evidence(*other) for other in others)]
    request, given = ShortAnswers(writer()).request(QUESTION, found)
    assert given == numbers
    assert text in request.messages[-1].content
    assert "Title: Sleep\n" in request.messages[-1].content
    assert (request.adapter, request.temperature) == (ADAPTER, 0.0)


def test_sentences_of_other_papers_are_left_out() -> None:
    found = [evidence("Cats sleep 14 hours.", 0.5), evidence("Cows rest.", 0.5, OTHER)]
    request, given = ShortAnswers(writer()).request(QUESTION, found)
    assert given == (1,)
    assert "Cows" not in request.messages[-1].content


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "papers", HashingEmbedder()) as library:
        library.add([STORED.paper])
        library.vectors.embed_missing()
        yield library


def test_a_short_answer_cites_its_evidence(library: Library) -> None:
    *_, last = AnswerPipeline(library, writer(), load_settings()).ask("How long do cats sleep?")
    assert isinstance(last, AnswerDone)
    claim = last.answer.claims[0]
    assert (claim.text, claim.verdict) == ("Cats sleep 14 hours.", "supported")
    assert all("Cats sleep" in last.answer.sources[n - 1].text for n in claim.citations)


def test_an_unsupported_short_answer_is_not_shown(library: Library) -> None:
    model = writer("Cats sleep 99 hours.")
    *_, last = AnswerPipeline(library, model, load_settings()).ask("How long do cats sleep?")
    assert isinstance(last, AnswerDone)
    assert "99" not in last.answer.text
    assert "Cats sleep 14 hours." in last.answer.text
