"""Groups by likeness of vectors."""

from __future__ import annotations

import numpy as np
import pytest
from digest_support import DIMENSION, near, towards

from assistant.digesting.groups import MOST_GROUPS, Vectors, alike, largest_group


def sets(groups: list[list[int]], order: list[int]) -> set[frozenset[int]]:
    return {frozenset(order[row] for row in group) for group in groups}


def clouds(count: int, members: int, dimension: int = 64) -> Vectors:
    """`count` sets of `members` vectors around directions of their own."""
    draw = np.random.default_rng(1)
    centres = np.repeat(np.eye(count, dimension), members, axis=0)
    rows = centres + 0.05 * draw.standard_normal(centres.shape)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def test_what_is_alike_is_together_and_the_rest_is_in_no_group() -> None:
    rows = [near(0, 0), near(1, 1), near(0, 2), near(1, 3), near(0, 4), towards((5, 1.0))]
    assert alike(np.array(rows)) == [[0, 2, 4], [1, 3]]


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_are_no_group(count: int) -> None:
    assert alike(np.ones((count, DIMENSION), np.float32)) == []


def test_two_that_have_nothing_in_common_are_no_group() -> None:
    assert alike(np.eye(2, dtype=np.float32)) == []


@pytest.mark.parametrize("seed", range(4))
def test_the_order_in_which_they_come_changes_nothing(seed: int) -> None:
    rows = clouds(6, 9)
    order = np.random.default_rng(seed).permutation(len(rows)).tolist()
    expected = sets(alike(rows), list(range(len(rows))))
    assert expected == {frozenset(range(9 * n, 9 * n + 9)) for n in range(6)}
    assert sets(alike(rows[order]), order) == expected


def test_copies_are_together_and_no_group_is_larger_than_can_be_read() -> None:
    rows = np.repeat(towards((0, 1.0))[None], 30, axis=0)
    groups = alike(rows)
    assert sorted(row for group in groups for row in group) == list(range(30))
    assert alike(rows[:6]) == [list(range(6))]


def test_one_subject_alone_is_cut_into_parts() -> None:
    draw = np.random.default_rng(2)
    rows = np.ones((60, 64)) + draw.standard_normal((60, 64))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    groups = alike(rows.astype(np.float32))
    assert len(groups) > 2
    assert largest_group(60) < 60 / 3


def test_there_are_never_more_groups_than_anybody_reads() -> None:
    groups = alike(clouds(40, 5))
    assert len(groups) == MOST_GROUPS
    assert all(len(group) == 5 for group in groups)
