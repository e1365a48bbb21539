"""What can be removed from a sentence without changing what the rest says."""

from __future__ import annotations

import pytest

from assistant.text.shortening import refers_to_other_text, with_full_stop, without_opening


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Moreover, in this paper, we study cats.", "We study cats."),
        ("Overall, cats sleep.", "Cats sleep."),
        ("Overall survival was poor.", "Overall survival was poor."),
        ("Second trials failed.", "Second trials failed."),
        ("Cats sleep in this paper.", "Cats sleep in this paper."),
    ],
)
def test_what_only_opens_a_sentence_is_removed(line: str, expected: str) -> None:
    assert without_opening(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [("Cats sleep,", "Cats sleep."), ("Cats sleep", "Cats sleep."), ("Do they?", "Do they?")],
)
def test_a_sentence_ends_with_one_mark(line: str, expected: str) -> None:
    assert with_full_stop(line) == expected


@pytest.mark.parametrize(
    ("line", "refers"),
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
def test_references_to_other_sentences_are_found(line: str, refers: bool) -> None:
    assert refers_to_other_text(line) is refers
