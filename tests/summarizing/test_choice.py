"""Which line is shown: only faithful ones, and of those the one that says most."""

from __future__ import annotations

import pytest

from assistant.paper import Paper
from assistant.summarizing.choice import FEATURES, candidates, extracted_lines, features

PAPER = Paper(
    title="CatNet: a network for cats that sleep at night",
    abstract="Cats have often been seen to sleep for a long time during the day. In this paper, we "
    "propose CatNet, a network for cats that sleep at night. However, existing networks are slow.",
)
EXTRACTED = "We propose CatNet, a network for cats that sleep at night."


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
    assert extracted_lines(Paper(title="On cats", abstract=abstract))[0] == expected


def test_a_line_of_the_model_that_says_most_is_shown() -> None:
    paper = Paper(title=PAPER.title, abstract="In this paper, we propose a new kind of network.")
    reply = "We propose CatNet, a new kind of network for cats that sleep at night."
    first = candidates(paper, reply, cut=False, compare=True)[0]
    assert (first.text, first.method) == (reply, "generated")


def test_the_line_of_an_unknown_model_is_not_compared() -> None:
    reply = "Existing day networks are slow."
    assert candidates(PAPER, reply, cut=False, compare=True)[0].text == EXTRACTED
    assert candidates(PAPER, reply, cut=False, compare=False)[0].text == reply


def test_a_line_that_says_little_gives_way_to_the_abstract() -> None:
    first = candidates(PAPER, "Existing day networks are slow.", cut=False, compare=True)[0]
    assert (first.text, first.method) == (EXTRACTED, "extracted")


@pytest.mark.parametrize(
    ("reply", "cut"),
    [
        ("", False),
        ("CatNet is 3 times faster.", False),
        ("DogNet is a network for cats that sleep at night.", False),
        ("We propose CatNet, a network for cats that", True),
    ],
)
def test_what_the_paper_does_not_say_is_no_candidate(reply: str, cut: bool) -> None:
    found = candidates(PAPER, reply, cut=cut, compare=True)
    assert {candidate.method for candidate in found} == {"extracted"}
    assert found[0].text == EXTRACTED


def test_a_line_does_not_speak_of_the_paper() -> None:
    reply = "This paper proposes a network for cats that sleep at night."
    found = candidates(PAPER, reply, cut=False, compare=False)
    assert found[0].text == "We propose a network for cats that sleep at night."


def test_an_abstract_of_which_nothing_is_seen_leaves_the_title() -> None:
    assert extracted_lines(Paper(title="On cats", abstract="\u200b\u200b.")) != []


def test_features_have_their_names_and_places() -> None:
    lines = ["We propose CatNet, a network.", "Cats sleep."]
    table = features("CatNet", lines, generated=True)
    assert table.shape == (2, len(FEATURES))
    assert table[:, FEATURES.index("generated")].tolist() == [1, 0]
    assert table[:, FEATURES.index("first extracted")].tolist() == [0, 1]
    assert table[:, FEATURES.index("share of title")].tolist() == [1, 0]
