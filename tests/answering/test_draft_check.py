"""Verdicts on the sentences of a draft, with a library and the shipped fakes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering.draft_check import (
    MAX_DRAFT,
    CheckedSentence,
    DraftCheck,
    draft_statements,
    summary,
)
from assistant.answering.support import ADAPTER
from assistant.errors import UsageError
from assistant.library import Filters, Library
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.paper import Paper
from assistant.progress import NO_PROGRESS, Progress

CATS = Paper(
    title="Sleep of cats in Oslo",
    abstract="Sleep is a riddle. Cats sleep 14 hours a day. In SleepBench, kittens sleep longest. "
    "Old cats purr at night.",
    tags=("pets",),
)
DOGS = Paper(
    title="DogNet: a model of dogs",
    abstract="DogNet recognizes dogs with an accuracy of 93% on PetSet. "
    "It reads 20 images a second.",
)
BEES = Paper(title="Dances of bees", abstract="Bees dance to show where flowers are.")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "papers", HashingEmbedder()) as library:
        library.add([CATS, DOGS, BEES])
        library.vectors.embed_missing()
        yield library


def judge(yes: float = 0.99) -> ScriptedModel:
    return ScriptedModel(
        lambda request: "yes",
        adapters=[ADAPTER],
        choose=lambda request: {"yes": yes, "no": 1 - yes},
    )


def checked(
    library: Library,
    sentence: str,
    model: ScriptedModel | None = None,
    filters: Filters | None = None,
) -> CheckedSentence:
    check = DraftCheck(library, model or judge(), filters=filters or Filters())
    (one,) = check.check([sentence], NO_PROGRESS)
    assert one.sentence == sentence
    return one


def test_supported_with_the_sentence_and_its_paper(library: Library) -> None:
    one = checked(library, "Cats sleep for 14 hours a day.")
    assert one.verdict == "supported"
    assert "the model agrees" in one.reason
    assert one.quotations == ("Cats sleep 14 hours a day.",)
    assert one.paper is not None
    assert one.paper.title == CATS.title
    one = checked(library, "Lee et al. (2019) found that cats sleep 14 hours a day.")
    assert one.verdict == "supported"


def test_the_same_words_need_no_model(library: Library) -> None:
    model = judge(0.01)
    one = checked(library, "cats  sleep 14 hours a day", model)
    assert one.verdict == "supported"
    assert one.reason == "The evidence says it in the same words"
    assert model.requests == []


def test_contradicted_with_what_the_library_says(library: Library) -> None:
    one = checked(library, "Cats sleep 15 hours a day.")
    assert one.verdict == "contradicted"
    assert one.reason == "The evidence says 14 hours, the claim 15 hours"
    assert one.as_json()["evidence"] == "Cats sleep 14 hours a day."


def test_not_found_with_the_closest_passage(library: Library) -> None:
    one = checked(library, "Bees dance to show where flowers are red and blue.", judge(0.01))
    assert one.verdict == "not_found"
    assert one.quotations == ("Bees dance to show where flowers are.",)
    assert "The model finds no support" in one.reason


def test_a_paper_that_supports_wins_over_one_that_says_otherwise(library: Library) -> None:
    library.add([Paper(title="More sleep of cats", abstract="Cats sleep 15 hours a day.")])
    library.vectors.embed_missing()
    for hours in (14, 15):
        assert checked(library, f"Cats sleep {hours} hours a day.").verdict == "supported"
    assert checked(library, "Cats sleep 16 hours a day.").verdict == "contradicted"


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("DogNet recognizes dogs with an accuracy of 91% on PetSet.", "contradicted"),
        ("Our DogNet recognizes dogs with an accuracy of 91% on PetSet.", "contradicted"),
        ("It recognizes dogs with an accuracy of 91% on PetSet.", "not_found"),
        ("This recognizes dogs with an accuracy of 91% on PetSet.", "not_found"),
        ("Moreover, it recognizes dogs with an accuracy of 91% on PetSet.", "not_found"),
        ("We recognize dogs with an accuracy of 91% on PetSet.", "not_found"),
        ("Here we recognize dogs with an accuracy of 91%.", "not_found"),
    ],
)
def test_own_work_contradicts_only_a_paper_that_it_names(
    library: Library, sentence: str, verdict: str
) -> None:
    assert checked(library, sentence).verdict == verdict


def test_why_something_is_no_contradiction(library: Library) -> None:
    one = checked(library, "It recognizes dogs with an accuracy of 91% on PetSet.")
    assert one.reason.endswith("but the paper may mean something else")
    assert one.quotations == ("DogNet recognizes dogs with an accuracy of 93% on PetSet.",)


def test_filters_and_an_empty_selection(library: Library) -> None:
    sentence = "Bees dance to show where flowers are."
    assert checked(library, sentence).verdict == "supported"
    one = checked(library, sentence, judge(0.01), Filters(tags=("pets",)))
    assert one.verdict == "not_found"
    assert one.paper is not None
    assert one.paper.title == CATS.title
    one = checked(library, sentence, filters=Filters(tags=("cars",)))
    assert (one.verdict, one.quotations, one.paper) == ("not_found", (), None)


def test_a_sentence_that_is_too_long_is_not_judged(library: Library) -> None:
    model = judge()
    one = checked(library, "Cats sleep and " * 200, model)
    assert one.verdict == "not_found"
    assert "more than 2,000 characters" in one.reason
    assert model.requests == []


def test_a_stop_keeps_what_is_done(library: Library) -> None:
    progress = Progress()
    done = []
    for one in DraftCheck(library, judge()).check(["Cats sleep 14 hours a day."] * 3, progress):
        done.append(one)
        progress.stop()
    assert [one.verdict for one in done] == ["supported"]


def test_sentences_that_follow_each_other_are_one_quotation(library: Library) -> None:
    one = checked(library, "Cats sleep 14 hours a day and old cats purr at night.")
    assert one.quotations == ("Cats sleep 14 hours a day.", "Old cats purr at night.")
    assert one.as_json()["evidence"] == "Cats sleep 14 hours a day. … Old cats purr at night."
    one = checked(library, "DogNet recognizes dogs on PetSet and reads 20 images a second.")
    assert one.quotations == (DOGS.abstract,)


def test_summary() -> None:
    found = [
        CheckedSentence("A.", "supported", ""),
        CheckedSentence("B.", "supported", ""),
        CheckedSentence("C.", "contradicted", ""),
        CheckedSentence("D.", "not_found", ""),
    ]
    assert summary(found) == "2 of 4 sentences are supported, 1 contradicted, 1 not found"
    assert summary(found[1:]) == "1 of 3 sentences is supported, 1 contradicted, 1 not found"
    assert "no sentences" in summary([])


@pytest.mark.parametrize("draft", ["", " \n\u200b", "x" * (MAX_DRAFT + 1)])
def test_drafts_that_cannot_be_checked(draft: str) -> None:
    with pytest.raises(UsageError, match="draft"):
        draft_statements(draft)
