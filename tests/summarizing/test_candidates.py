"""The selected candidate: the model's sentence if the paper supports it, else an extracted one."""

from __future__ import annotations

import pytest

from assistant.paper import Paper
from assistant.summarizing.candidates import Candidate, candidates, select

PAPER = Paper(
    title="CatNet: a network for cats that sleep at night",
    abstract="Cats have often been seen to sleep for a long time during the day. In this paper, we "
    "propose CatNet, a network for cats that sleep at night. However, existing networks are slow. "
    "CatNet raises the accuracy of two networks by 4%.",
)
EXTRACTED = "We propose CatNet, a network for cats that sleep at night."


def shown(paper: Paper, reply: str, *, cut: bool = False, strict: bool = True) -> Candidate:
    return select(candidates(paper, reply, cut=cut, strict=strict))


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        (
            "Cats have often been seen to sleep during the day. We\n introduce a network of cats.",
            "We introduce a network of cats.",
        ),
        (
            "Cats have often been seen to sleep. This paper presents a network of many cats.",
            "We present a network of many cats.",
        ),
        ("no sentence at all", "no sentence at all."),
    ],
)
def test_the_sentence_about_the_contribution_comes_first(abstract: str, expected: str) -> None:
    found = shown(Paper(title="On cats", abstract=abstract), "")
    assert (found.text, found.method) == (expected, "extracted")


@pytest.mark.parametrize(
    "reply",
    [
        "CatNet raises the accuracy of networks by 4%.",
        "We present CatNet, a network for cats that sleep.",
        "This paper presents CatNet, a network for cats that sleep.",
    ],
)
def test_a_sentence_that_the_abstract_supports_is_shown(reply: str) -> None:
    found = shown(PAPER, reply)
    assert found.text == reply.replace("This paper presents", "We present")
    assert (found.method, found.refused) == ("generated", None)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("", "complete sentence"),
        ("CatNet is 3 times faster than the cats.", "does not contain: 3 times"),
        ("DogNet is a network for cats that sleep at night.", "does not contain: DogNet"),
        ("CatNet lowers the accuracy of two networks by 4%.", "does not support"),
        ("CatNet does not raise the accuracy of networks.", "does not support: negation"),
        ("Existing networks raise the accuracy of cats.", "does not support"),
        ("A network for cats that sleep at night.", "repeats the title"),
    ],
)
def test_what_the_abstract_does_not_support_is_replaced(reply: str, why: str) -> None:
    first, second = list(candidates(PAPER, reply, cut=False, strict=True))[:2]
    assert first.refused
    assert why in first.refused
    assert shown(PAPER, reply) == second
    assert second.text == EXTRACTED


def test_a_sentence_that_was_cut_is_not_shown() -> None:
    assert shown(PAPER, "We propose CatNet, a network for cats", cut=True).text == EXTRACTED


def test_a_capable_model_may_rephrase_but_not_invent_facts() -> None:
    own = "A network named CatNet helps cats which sleep when it is night."
    assert shown(PAPER, own, strict=True).method == "extracted"
    assert shown(PAPER, own, strict=False).text == own
    other = "A network named DogNet helps cats which sleep when it is night."
    assert shown(PAPER, other, strict=False).method == "extracted"


def test_an_invisible_abstract_leaves_the_title() -> None:
    found = shown(Paper(title="On cats", abstract="\u200b\u200b"), "")
    assert found == Candidate("On cats", "extracted", "On cats")


def test_a_long_sentence_of_the_model_loses_clauses() -> None:
    whole = (
        "We propose CatNet, a network for cats that sleep at night and wake up early in the "
        "morning of every day of the week, which raises the accuracy of two other networks by 4%."
    )
    paper = Paper(title="On cats", abstract=whole)
    assert shown(paper, whole).text == (
        "We propose CatNet, a network for cats that sleep at night and wake up early in the "
        "morning of every day of the week."
    )


def test_a_self_contained_sentence_comes_before_one_that_refers_to_another() -> None:
    paper = Paper(
        title="Cats and networks",
        abstract="We show that such networks sleep. We show that the networks sleep.",
    )
    assert shown(paper, "").text == "We show that the networks sleep."


def test_background_is_replaced_by_the_contribution() -> None:
    reply = "Cats have often been seen to sleep during the day."
    first = next(candidates(PAPER, reply, cut=False, strict=True))
    assert first.refused == "it states background, not what the authors did"
    paper = Paper(
        title="Translation training with many cats",
        abstract="Although translation is a success, it needs many cats for its training. In this "
        "work, we remove that need and train a translation with dogs alone.",
    )
    assert shown(paper, "").text.startswith("We remove that need")


def test_without_a_stated_contribution_no_sentence_is_background() -> None:
    paper = Paper(title="Naps", abstract="Naps were observed in 20 cats. Cats nap by day.")
    assert shown(paper, "Naps were observed in 20 cats.").method == "generated"
