"""Vectors -> groups of what is alike: average linkage, cut where a person would cut.

The two nearest groups are joined again and again, until no two are alike enough or one would be
too large to read. The likeness of two groups is the mean cosine over their pairs. Then every vector
moves to the group that it is most like. Nothing is drawn at random.
"""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
_Floats = npt.NDArray[np.float64]

# Mean cosine within a group of MiniLM's vectors. Where that gives more groups than anybody reads,
# they may be less alike, down to the second.
LEAST_LIKENESS = 0.40
_LEAST_OF_MANY = 0.24
_STEP = 0.02
MOST_GROUPS = 24
# A vector may be so much less like the group that it joins late, but not less than this.
_LATE = 0.06
_LEAST_LATE = 0.22
FEWEST_MEMBERS = 2
# Where there are many, a group of two says nothing; from how many on it takes three.
_MANY = 50
_ROUNDS = 5
# Cosines that differ by less are equal: rounding decides nothing.
_EQUAL = 1e-9


def largest_group(count: int) -> int:
    """How many of `count` papers one group may have: about as many as there are groups."""
    return max(6, ceil(1.8 * sqrt(count)), count // 15)


def alike(vectors: Vectors) -> list[list[int]]:
    """The rows of `vectors`, which have length 1, in groups of those that are alike.

    The largest comes first, equal ones by their first row; rows that are like no other are in none.
    `vectors` has shape (n, dimension); memory and time grow with n squared (2,000: some seconds).
    """
    count = len(vectors)
    if count < FEWEST_MEMBERS:
        return []
    exact = vectors.astype(np.float64)
    joins = _joins(exact @ exact.T)
    fewest = FEWEST_MEMBERS if count < _MANY else FEWEST_MEMBERS + 1
    least = LEAST_LIKENESS
    groups = _cut(joins, count, least, fewest)
    while len(groups) > MOST_GROUPS and least > _LEAST_OF_MANY:
        least -= _STEP
        groups = _cut(joins, count, least, fewest)
    groups = sorted(groups, key=lambda group: (-len(group), group))[:MOST_GROUPS]
    settled = _settled(exact, groups, max(least - _LATE, _LEAST_LATE))
    return sorted(
        (group for group in settled if len(group) >= FEWEST_MEMBERS),
        key=lambda group: (-len(group), group),
    )


def _joins(likeness: _Floats) -> list[tuple[float, int, int]]:
    """Every join of two groups, each named by its first row, with their likeness; most alike first.

    Follows chains of nearest neighbours, so that each join costs a few passes over one row.
    """
    count = len(likeness)
    near = likeness.copy()
    np.fill_diagonal(near, -np.inf)
    sizes = np.ones(count)
    left = np.ones(count, bool)
    found: list[tuple[float, int, int]] = []
    chain: list[int] = []
    while len(found) < count - 1:
        if not chain:
            chain.append(int(left.argmax()))
        row = near[chain[-1]]
        nearest = int(row.argmax())
        before = chain[-2] if len(chain) > 1 else None
        if before is None or row[before] < row[nearest] - _EQUAL:
            chain.append(nearest)
            continue
        one, other = sorted((chain.pop(), chain.pop()))
        found.append((float(near[one, other]), one, other))
        joined = (near[one] * sizes[one] + near[other] * sizes[other]) / (sizes[one] + sizes[other])
        near[one], near[:, one] = joined, joined
        near[one, one] = -np.inf
        near[other], near[:, other] = -np.inf, -np.inf
        sizes[one] += sizes[other]
        left[other] = False
    return sorted(found, key=lambda join: (-join[0], join[1], join[2]))


def _cut(
    joins: list[tuple[float, int, int]], count: int, least: float, fewest: int
) -> list[list[int]]:
    """The groups of `fewest` and more after the joins that are `least` alike.

    Joins that would make a group too large are left out.
    """
    owner = list(range(count))
    members = {row: [row] for row in range(count)}
    for likeness, one, other in joins:
        if likeness < least:
            break
        first, second = sorted((owner[one], owner[other]))
        if first == second or len(members[first]) + len(members[second]) > largest_group(count):
            continue
        for row in members[second]:
            owner[row] = first
        members[first] += members.pop(second)
    return [sorted(group) for group in members.values() if len(group) >= fewest]


def _settled(vectors: _Floats, groups: list[list[int]], least: float) -> list[list[int]]:
    """The `groups` once every row has moved to the one it is most like, if it is `least` alike."""
    if not groups:
        return []
    labels = np.full(len(vectors), -1)
    for number, group in enumerate(groups):
        labels[group] = number
    for _ in range(_ROUNDS):
        inside = (labels[:, None] == np.arange(len(groups))).astype(np.float64)
        # A row is compared with the others of its own group, not with itself.
        sizes = np.maximum(inside.sum(axis=0) - inside, 1)
        likeness = (vectors @ (inside.T @ vectors).T - inside) / sizes
        best = likeness.argmax(axis=1)
        moved = np.where(likeness.max(axis=1) >= least, best, -1)
        if (moved == labels).all():
            break
        labels = moved
    return [np.flatnonzero(labels == number).tolist() for number in range(len(groups))]
