"""Groups texts by topic, with or without vectors, and names the groups."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt

import numpy as np

from assistant.text.sanitizing import sanitized_lines
from assistant.topics.clustering import Floats, cluster
from assistant.topics.naming import name_groups
from assistant.topics.text_vectors import text_vectors

OTHERS = "Other papers"
"""Heading for texts in no topic."""

MOST_TOPICS = 24
# If fewer of the texts have vectors, all are grouped by their words.
_MIN_WITH_VECTORS = 0.8
# Dimension of the word-based vectors, per topic.
_DIMENSIONS_PER_TOPIC = 3
# A group is named from this many of its most typical texts: texts at its edge blur its topic, and
# thousands of texts take long. If these have no common term, fewer texts are used.
_TYPICAL = (60, 20)
_LONGEST_TITLE = 40


@dataclass(frozen=True)
class Topic:
    """Related texts; `members` are their indexes in ascending order."""

    name: str
    members: tuple[int, ...]


def group_by_topic(
    texts: Sequence[str],
    vectors: Sequence[Floats | None] | None = None,
    max_topics: int = MOST_TOPICS,
) -> list[Topic]:
    """Group `texts` by topic, the largest group first; outliers are in no topic.

    The first line of a text is its title. `vectors` contains a vector of length 1, or None, per
    text. If at least 80% of the texts have one, the others are in no topic; else all are grouped by
    their words. The result does not depend on the order of `texts`.
    """
    plain = [unicodedata.normalize("NFKC", sanitized_lines(text)) for text in texts]
    order = sorted(range(len(plain)), key=plain.__getitem__)
    count = topic_count(len(plain), max_topics)
    places = [place for place in order if vectors and vectors[place] is not None]
    if vectors and len(places) >= max(1, _MIN_WITH_VECTORS * len(plain)):
        matrix = np.array([vectors[place] for place in places], np.float32)
    else:
        rows, matrix = text_vectors(
            [plain[place] for place in order], _DIMENSIONS_PER_TOPIC * count
        )
        places = [order[row] for row in rows]
    clusters = cluster(matrix, count)
    topics = [
        Topic(name, tuple(sorted(places[row] for row in rows)))
        for name, rows in zip(_names(plain, order, places, matrix, clusters), clusters, strict=True)
    ]
    return sorted(topics, key=lambda topic: (-len(topic.members), topic.members))


def topic_count(count: int, max_topics: int) -> int:
    """The number of topics for `count` texts: its square root, for few texts a quarter of it."""
    return max(1, min(max_topics, round(sqrt(count)), ceil(count / 4)))


def _names(
    texts: list[str],
    order: list[int],
    places: list[int],
    matrix: Floats,
    clusters: list[list[int]],
) -> list[str]:
    """A name for each of `clusters`, lists of rows of `matrix`. Row n is text `places[n]`."""
    names = [""] * len(clusters)
    for count in _TYPICAL:
        if all(names):
            break
        typical = [_typical_rows(matrix, rows, count) for rows in clusters]
        ends = np.cumsum([0, *map(len, typical)]).tolist()
        grouped = {places[row] for rows in clusters for row in rows}
        rest = [place for place in order if place not in grouped][:count]
        sample = [texts[places[row]] for rows in typical for row in rows]
        sample += [texts[place] for place in rest]
        found = name_groups(sample, [range(*span) for span in pairwise(ends)])
        names = [
            old or (new if new not in names else "") for old, new in zip(names, found, strict=True)
        ]
    for number, rows in enumerate(clusters):
        if not names[number]:
            title = texts[places[_typical_rows(matrix, rows, 1)[0]]].partition("\n")[0]
            short = textwrap.shorten(title, _LONGEST_TITLE, placeholder=" …")
            names[number] = f"Similar to “{short}”"
    return names


def _typical_rows(matrix: Floats, rows: list[int], count: int) -> list[int]:
    """The `count` rows that are nearest to the mean of `rows`, nearest first."""
    members = np.array(rows)
    cosines = matrix[members] @ matrix[members].sum(axis=0)
    return [int(row) for row in members[np.argsort(-cosines, kind="stable")[:count]]]
