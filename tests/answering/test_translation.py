"""Questions in other languages with a capable model: translated, answered, translated back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering import Answer, AnswerDone, AnswerPipeline, Claim, Turn
from assistant.answering.foreign import NOT_ENGLISH, NOT_IN_LIBRARY_IN, UNSURE_IN
from assistant.answering.translation import LANGUAGES, Translator, keeps_facts
from assistant.errors import ModelError
from assistant.library import Library
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.models.protocols import CAPABLE_PARAMETERS, GenerationRequest
from assistant.paper import Paper
from assistant.progress import NO_PROGRESS
from assistant.settings import load_settings

GERMAN = "Wie viel schneller ist Counting Sort als Quicksort?"
ENGLISH = "How much faster is counting sort than quicksort?"
SENTENCE = "Counting sort is 7 times faster than quicksort."
TRANSLATED = "Counting Sort ist 7-mal schneller als Quicksort."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    abstract = (
        "Our counting sort is 7 times faster than quicksort on small keys. We share the code."
    )
    with Library.open(tmp_path / "papers", HashingEmbedder()) as library:
        library.add([Paper(title="Counting sort revisited", abstract=abstract)])
        library.vectors.embed_missing()
        yield library


def capable(
    back: str = TRANSLATED, question: str = ENGLISH, parameters: int = CAPABLE_PARAMETERS
) -> ScriptedModel:
    """A model that translates the question, answers it, and translates the answer as `back`."""

    def reply(request: GenerationRequest) -> str:
        asked = request.messages[0].content
        if "Translate the text into English" in asked:
            return question
        if "Translate the text into German" in asked:
            return back
        return "yes" if request.max_tokens == 2 else f"{SENTENCE} [1]"

    return ScriptedModel(reply, parameters=parameters)


def asked(library: Library, model: ScriptedModel, question: str = GERMAN) -> Answer:
    *_, last = AnswerPipeline(library, model, load_settings()).ask(question)
    assert isinstance(last, AnswerDone)
    return last.answer


def test_the_answer_is_verified_in_english_and_shown_in_the_language_of_the_question(
    library: Library,
) -> None:
    answer = asked(library, capable())
    assert answer.status == "answered"
    assert answer.text == f"{TRANSLATED} [1]"
    claim = answer.claims[0]
    assert (claim.text, claim.original, claim.verdict) == (TRANSLATED, SENTENCE, "supported")
    assert (answer.question, answer.understood_as, answer.language) == (GERMAN, ENGLISH, "de")
    shape = answer.as_json()
    assert shape["language"] == "de"
    assert shape["claims"][0]["original"] == SENTENCE


@pytest.mark.parametrize(
    "wrong",
    [
        "Counting Sort ist 9-mal schneller als Quicksort.",
        "Counting Sort ist schneller.",
        "",
        "Quick " * 100,
    ],
)
def test_a_translation_with_another_number_is_not_shown(library: Library, wrong: str) -> None:
    answer = asked(library, capable(wrong))
    assert answer.text == f"{SENTENCE} [1]"
    assert answer.claims[0].original == ""


def test_quotations_stay_as_they_are() -> None:
    quoted = Claim(SENTENCE, "quoted", (1,))
    model = capable()
    assert Translator(model).claim(quoted, "de", NO_PROGRESS) is quoted
    assert model.requests == []


def test_what_is_not_answered_is_said_in_the_language_of_the_question(library: Library) -> None:
    answer = asked(library, capable(question="What do elephants eat at night in Kenya?"))
    assert answer.text in {UNSURE_IN["de"], NOT_IN_LIBRARY_IN["de"]}


def test_a_small_model_translates_nothing(library: Library) -> None:
    model = capable(parameters=CAPABLE_PARAMETERS - 1)
    answer = asked(library, model)
    assert (answer.text, answer.language) == (NOT_ENGLISH["de"], None)
    assert model.requests == []


@pytest.mark.parametrize("reply", ["", "Wie schnell ist das?", "?!", ModelError("It is gone.")])
def test_a_question_that_is_not_translated_is_asked_as_it_is(reply: str | Exception) -> None:
    model = ScriptedModel([reply], parameters=CAPABLE_PARAMETERS)
    assert Translator(model).question(GERMAN, NO_PROGRESS) is None


def test_an_english_question_is_not_translated(library: Library) -> None:
    model = capable()
    answer = asked(library, model, ENGLISH)
    assert (answer.text, answer.language) == (f"{SENTENCE} [1]", None)
    assert not any("Translate" in request.messages[0].content for request in model.requests)


def test_later_questions_refer_to_the_english_question(library: Library) -> None:
    assert Turn.of(GERMAN, asked(library, capable())).question == ENGLISH


@pytest.mark.parametrize(
    ("text", "translation", "kept"),
    [
        ("It has 1,234.5 MB.", "Es hat 1.234,5 MB.", True),
        ("It has 1,234.5 MB.", "Es hat 12.345 MB.", False),
        ("It has 1,234 MB.", "Es hat 1234 MB.", True),
        ("It has 12,345 MB.", "Il y a 12 345 MB.", True),
        ("It has 3 of 3.", "Es hat 3.", False),
        ("It has 3.", "Es hat 3 von 3.", False),
        ("Version 1.2.3 is out.", "Version 1.2.3 ist da.", True),
        ("It has 12 MB.", "Es hat 21 MB.", False),
        ("It needs GPT-4 twice.", "Es braucht GPT-4 zweimal.", True),
        ("It needs GPT-4 twice.", "Es braucht GPT4o-mini zweimal.", False),
        ("DNA is long.", "DNA ist lang.", True),
        ("DNA is long.", "Es ist lang.", False),
        ("London is big.", "伦敦很大。", True),
    ],
)
def test_numbers_and_names_of_all_languages_are_kept(
    text: str, translation: str, kept: bool
) -> None:
    assert keeps_facts(text, translation) is kept


def test_every_language_that_is_detected_has_its_texts() -> None:
    tables: tuple[dict[str, str], ...] = (NOT_ENGLISH, UNSURE_IN, NOT_IN_LIBRARY_IN)
    assert all(set(table) | {"en"} == set(LANGUAGES) for table in tables)
