"""What the tests of digests share: papers with vectors that say which are alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.digesting import Item
from assistant.digesting.groups import Vectors
from assistant.library import StoredPaper
from assistant.paper import Paper

DIMENSION = 24


def towards(*shares: tuple[int, float]) -> Vectors:
    """The vector of length 1 in the directions of these axes, each with its share."""
    vector = np.zeros(DIMENSION, np.float32)
    for axis, share in shares:
        vector[axis] = share
    return vector / np.linalg.norm(vector)


def near(axis: int, number: int) -> Vectors:
    """One of up to ten vectors that are alike: 0.8 is the cosine of two of the same axis."""
    return towards((axis, 2.0), (DIMENSION - 1 - number, 1.0))


def stored(number: int, title: str, abstract: str = "It is so.", **known: object) -> StoredPaper:
    """The paper `number`, whatever is said of it: nothing is checked or cleaned."""
    paper = Paper(title="x", abstract="x").model_copy(
        update={"title": title, "abstract": abstract, **known}
    )
    return StoredPaper(number, f"text:{number:016}", paper)


SUBJECTS = {"cats": "whiskers", "stars": "telescope", "bread": "sourdough"}


def about(subject: str, axis: int, count: int, first: int = 1) -> list[Item]:
    """`count` papers about one subject, alike by their vectors, numbered from `first`."""
    abstract = f"The {SUBJECTS[subject]} of {subject} is studied. We show what {subject} need."
    return [
        Item(stored(first + n, f"{SUBJECTS[subject]} and {subject} {n}", abstract), near(axis, n))
        for n in range(count)
    ]


def numbers(items: Sequence[Item]) -> list[int]:
    return [item.stored.number for item in items]
