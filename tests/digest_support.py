"""Papers with vectors that define which are similar, for the tests of digests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.digesting import NewPaper
from assistant.library import StoredPaper
from assistant.paper import Paper
from assistant.topics.clustering import Floats

DIMENSION = 24


def towards(*shares: tuple[int, float]) -> Floats:
    """The vector of length 1 in the directions of these axes, each with its share."""
    vector = np.zeros(DIMENSION, np.float32)
    for axis, share in shares:
        vector[axis] = share
    return vector / np.linalg.norm(vector)


def near(axis: int, number: int) -> Floats:
    """One of up to ten similar vectors: two of the same axis have a cosine of 0.8."""
    return towards((axis, 2.0), (DIMENSION - 1 - number, 1.0))


def stored(number: int, title: str, abstract: str = "It is so.", **known: object) -> StoredPaper:
    """The paper `number`; nothing is validated or sanitized."""
    paper = Paper(title="x", abstract="x").model_copy(
        update={"title": title, "abstract": abstract, **known}
    )
    return StoredPaper(number, f"text:{number:016}", paper)


SUBJECTS = {"cats": "whiskers", "stars": "telescope", "bread": "sourdough"}


def about(subject: str, axis: int, count: int, first: int = 1) -> list[NewPaper]:
    """`count` papers about one subject with similar vectors, numbered from `first`."""
    word = SUBJECTS[subject]
    abstract = f"The {word} of {subject} is studied. We show what {subject} need."
    return [
        NewPaper(
            stored(first + n, f"{SUBJECTS[subject]} and {subject} {n}", abstract), near(axis, n)
        )
        for n in range(count)
    ]


def numbers(items: Sequence[NewPaper]) -> list[int]:
    return [item.stored.number for item in items]
