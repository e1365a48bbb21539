"""Shortened sentences: no announcement, no brackets, no clause too many, nothing cut off."""

from __future__ import annotations

import pytest

from assistant.summarizing.shortening import (
    MOST_WORDS,
    plain_beginning,
    points_elsewhere,
    shortened,
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
    ],
)
def test_what_only_announces_goes(line: str, expected: str) -> None:
    assert plain_beginning(line) == expected


def test_brackets_go_and_an_end_is_set() -> None:
    assert shortened("We propose CatNet (a network) for cats [3]") == "We propose CatNet for cats."


def test_a_clause_too_many_goes() -> None:
    own = "We propose a network that finds out where each of the many cats of a city sleeps"
    assert shortened(f"{own}, which is much faster than all that was there before it.") == f"{own}."


def test_a_condition_stays_however_long() -> None:
    line = (
        "We prove that cats of every known kind sleep through all of the night and through most of "
        "the day only if nobody who lives in the house feeds them."
    )
    assert len(line.split()) > MOST_WORDS
    assert shortened(line) == line


@pytest.mark.parametrize(
    ("line", "points"),
    [
        ("We show that such benchmarks are easy.", True),
        ("They do not generalise.", True),
        ("We solve this problem with a network.", True),
        ("We join both paradigms.", True),
        ("We use tools such as SAT solvers.", False),
        ("We show that this is so for such a network.", False),
        ("We propose a network that makes its own data.", False),
    ],
)
def test_what_only_its_neighbours_explain_is_known(line: str, points: bool) -> None:
    assert points_elsewhere(line) is points
