"""The fusion of words, meaning and neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.embedder import Vectors
from assistant.library.fusion import fuse


def _at(degrees: float) -> Vectors:
    """A unit vector of the plane."""
    angle = np.deg2rad(degrees)
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)


def test_a_cosine_weighs_twice_a_share_of_the_best_words() -> None:
    assert fuse({1: 10.0, 2: 5.0}, {1: 0.2, 2: 0.6}, {}) == pytest.approx({1: 1.4, 2: 1.7})


def test_words_alone_keep_their_order() -> None:
    scores = fuse({7: 9.5, 8: 2.0, 9: 4.0}, {}, {})
    assert sorted(scores, key=lambda number: -scores[number]) == [7, 9, 8]


def test_meaning_alone_keeps_its_order() -> None:
    scores = fuse({}, {3: 0.5, 2: 0.7}, {})
    assert scores[2] > scores[3]


def test_having_a_vector_is_no_merit() -> None:
    # 1 fits the words best and has no vector; 2, which hardly fits, happens to have one.
    scores = fuse({1: 10.0, 2: 1.0, 3: 8.0}, {2: 0.3, 3: 0.4}, {})
    assert scores[1] == pytest.approx(1.0 + 2 * 0.3)
    assert scores[1] > scores[2]


def test_an_unrelated_paper_with_a_vector_stays_behind_those_that_the_words_brought() -> None:
    scores = fuse({1: 10.0, 2: 8.0}, {1: 0.5, 99: 0.1}, {})
    assert min(scores[1], scores[2]) > scores[99]


def test_neighbours_of_good_papers_gain() -> None:
    # 4 and 5 have the same score of their own; 4 stands among the good ones.
    cosine = {1: 0.9, 2: 0.85, 3: 0.8, 4: 0.5, 5: 0.5, 6: 0.1, 7: 0.1, 8: 0.1}
    degrees = {1: 0, 2: 1, 3: 2, 4: 3, 5: 90, 6: 91, 7: 92, 8: 93}
    scores = fuse({}, cosine, {number: _at(angle) for number, angle in degrees.items()})
    assert scores[4] > scores[5]
    assert scores.keys() == cosine.keys()


def test_few_papers_are_not_smoothed() -> None:
    vectors = {number: _at(number) for number in (1, 2, 3)}
    assert fuse({}, {1: 0.5, 2: 0.4, 3: 0.3}, vectors) == pytest.approx({1: 1.0, 2: 0.8, 3: 0.6})


def test_nothing_is_fused_to_nothing() -> None:
    assert fuse({}, {}, {}) == {}
