"""Papers on a map -> topics: regions of papers that are alike, each named by its papers' words."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable, Sequence
from math import ceil, sqrt

import numpy as np

from assistant.digesting.naming import names_of
from assistant.mapping.layout import Points
from assistant.mapping.neighbours import Floats, Rows, nearest
from assistant.text.clusters import groups_by_angle, unit

# As many as there are colours that everybody can tell apart.
MOST_TOPICS = 9
FEWEST_MEMBERS = 2
# A paper is grouped as its nearest ones are: so many speak for it beside itself.
_SPEAKERS = 10
# A paper that lies among another topic's papers on the map, so many, counts as one of them.
_ON_THE_MAP = 12
_ROUNDS = 3
# So many directions tell topics apart.
_DIRECTIONS = 48
# A topic is named by its most typical papers: those at its edges blur what it is about, and the
# words of thousands take long to read. Where they have nothing in common, the fewer that count.
SPOKESMEN = (60, 20)
_LONGEST_TITLE = 40


def grouped(vectors: Floats, points: Points) -> list[list[int]]:
    """The rows of `vectors`, which lie at `points`, in topics; the largest first.

    `vectors` has shape (n, dimension), n > 0, and rows of length 1; `points` has shape (n, 2).
    What is in no topic is like no other.
    """
    count = len(vectors)
    wanted = min(MOST_TOPICS, ceil(sqrt(count / 4)))
    blurred = vectors
    if count > _SPEAKERS:
        near, _ = nearest(vectors, min(_SPEAKERS, count // 4))
        blurred = unit(vectors + vectors[near].mean(axis=1))
    labels = np.full(count, -1, np.intp)
    for number, group in enumerate(groups_by_angle(_shortened(blurred), wanted)):
        labels[group] = number
    if count > _ON_THE_MAP * 4:
        labels = _agreed(labels, _nearest_points(points, _ON_THE_MAP))
    groups = [np.flatnonzero(labels == number).tolist() for number in range(wanted)]
    found = [group for group in groups if len(group) >= FEWEST_MEMBERS]
    return sorted(found, key=lambda group: (-len(group), group))


def _shortened(vectors: Floats) -> Floats:
    """The vectors by the directions that hold most of them, with length 1: as good, and faster."""
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    return unit(vectors @ axes[:, ::-1][:, :_DIRECTIONS].astype(np.float32))


def named(
    vectors: Floats, groups: Sequence[Sequence[int]], text_of: Callable[[int], str]
) -> list[str]:
    """A name for each of `groups` of rows of `vectors`; no two are the same.

    `text_of` gives the text of a row, the first line of which is its title.
    """
    names = [""] * len(groups)
    for most in SPOKESMEN:
        if all(names):
            break
        speakers = [_typical(vectors, group, most) for group in groups]
        ends = np.cumsum([0, *map(len, speakers)]).tolist()
        texts = [text_of(row) for rows in speakers for row in rows]
        found = names_of(texts, [range(*span) for span in itertools.pairwise(ends)])
        names = [
            old or (new if new not in names else "") for old, new in zip(names, found, strict=True)
        ]
    return [
        name or f"Like “{_cut(text_of(_typical(vectors, group, 1)[0]))}”"
        for name, group in zip(names, groups, strict=True)
    ]


def _typical(vectors: Floats, group: Sequence[int], most: int) -> list[int]:
    """The rows of `group` that say best what it is about, at most so many, the nearest first."""
    members = np.array(group)
    likeness = vectors[members] @ vectors[members].sum(axis=0)
    return [int(row) for row in members[np.argsort(-likeness, kind="stable")[:most]]]


def _cut(text: str) -> str:
    """The first words of the title that `text` begins with."""
    return textwrap.shorten(text.partition("\n")[0], _LONGEST_TITLE, placeholder=" …")


def _nearest_points(points: Points, count: int) -> Rows:
    """The `count` nearest other points of each, in any order; shape (n, count)."""
    found = np.empty((len(points), count), np.intp)
    x, y = points.astype(np.float32).T
    for start in range(0, len(points), 512):
        rows = slice(start, start + 512)
        apart = (x[rows, None] - x) ** 2 + (y[rows, None] - y) ** 2
        inside = np.arange(len(apart))
        apart[inside, start + inside] = np.inf
        found[rows] = np.argpartition(apart, count - 1, axis=1)[:, :count]
    return found


def _agreed(labels: Rows, near: Rows) -> Rows:
    """`labels` once each has gone along with most of those `near` it."""
    for _ in range(_ROUNDS):
        votes = (labels[near][:, :, None] == np.arange(labels.max() + 1)).sum(axis=1)
        best = votes.argmax(axis=1)
        moved = np.where(votes.max(axis=1) * 2 > near.shape[1], best, labels)
        if (moved == labels).all():
            break
        labels = moved
    return labels
