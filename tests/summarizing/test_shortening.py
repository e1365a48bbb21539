"""Shortened sentences: without announcements, brackets and trailing clauses, never cut off."""

from __future__ import annotations

import pytest

from assistant.summarizing.shortening import (
    MOST_WORDS,
    shorten,
    without_announcement,
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("In this paper, we propose CatNet.", "We propose CatNet."),
        ("To this end, in this work we study cats.", "We study cats."),
        ("This paper proposes CatNet.", "We propose CatNet."),
        ("This work carefully studies cats.", "We carefully study cats."),
        ("Our paper addresses cats.", "We address cats."),
        ("This paper is about cats.", "This paper is about cats."),
        ("Cats sleep in this paper.", "Cats sleep in this paper."),
        ("First-order methods sleep.", "First-order methods sleep."),
        ("Overall survival was poor.", "Overall survival was poor."),
        ("Overall, we study cats.", "We study cats."),
        ("First we study cats.", "We study cats."),
    ],
)
def test_announcements_are_removed(line: str, expected: str) -> None:
    assert without_announcement(line) == expected


def test_brackets_are_removed_and_a_full_stop_is_added() -> None:
    assert shorten("We propose CatNet (a network) for cats [3]") == "We propose CatNet for cats."


def test_a_trailing_clause_is_removed() -> None:
    own = "We propose a network that finds out where each of the many cats of a city sleeps"
    assert shorten(f"{own}, which is much faster than all that was there before it.") == f"{own}."


def test_a_restrictive_clause_stays() -> None:
    line = (
        "We prove that cats of every known kind sleep through all of the night and through most of "
        "the day only if nobody who lives in the house feeds them."
    )
    assert len(line.split()) > MOST_WORDS
    assert shorten(line) == line
