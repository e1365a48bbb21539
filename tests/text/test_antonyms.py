from __future__ import annotations

import pytest

from assistant.text.antonyms import antonyms
from assistant.text.words import stem


@pytest.mark.parametrize(
    ("word", "other", "opposite"),
    [
        ("increases", "decreased", True),
        ("improvement", "degrades", True),
        ("outperforms", "underperforms", True),
        ("efficient", "inefficient", True),
        ("unsupervised", "supervised", True),
        ("million", "billion", True),
        ("faster", "slowest", True),
        ("with", "without", True),
        ("increases", "improves", False),
        ("form", "inform", False),
        ("small", "small", False),
        ("small", "inhibits", False),
    ],
)
def test_opposites_are_found_both_ways(word: str, other: str, opposite: bool) -> None:
    one, two = stem(word), stem(other)
    assert (two in antonyms(one)) is opposite
    assert (one in antonyms(two)) is opposite


def test_no_word_is_its_own_opposite() -> None:
    assert not any(word in antonyms(word) for word in map(stem, ("high", "low", "one", "more")))
