from __future__ import annotations

import pytest

from assistant.library.fusion import fuse


def test_reciprocal_rank_fusion() -> None:
    scores = fuse({7: 9.5, 8: 2.0}, {9: 0.1, 8: 0.9})
    assert scores == pytest.approx({7: 1 / 61, 8: 1 / 62 + 1 / 61, 9: 1 / 62})


def test_papers_that_tie_come_in_library_order() -> None:
    scores = fuse({}, {3: 0.5, 2: 0.5 + 1e-9})
    assert scores[2] > scores[3]


def test_nothing() -> None:
    assert fuse({}, {}) == {}
