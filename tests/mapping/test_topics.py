"""Topics of a map: groups of what is alike, named by words of their papers."""

from __future__ import annotations

import numpy as np

from assistant.mapping.topics import MOST_TOPICS, grouped, named
from assistant.text.clusters import Floats, unit

CATS = "On the sleep of cats\nCats sleep for many hours of the day and dream of mice."
RIVERS = "Water levels of rivers\nRivers carry water; the levels of rivers rise in spring."


def vectors_around(labels: list[int], dimension: int = 16) -> Floats:
    noise = np.random.default_rng(3).standard_normal((len(labels), dimension)) * 0.05
    return unit((np.eye(dimension)[labels] + noise).astype(np.float32))


def test_what_is_alike_is_one_topic_and_the_largest_comes_first() -> None:
    labels = [0] * 30 + [1] * 50 + [2] * 20
    vectors = vectors_around(labels)
    points = vectors[:, :2].astype(np.float64)
    groups = grouped(vectors, points)
    assert len(groups) <= MOST_TOPICS
    for group in groups:
        assert len({labels[row] for row in group}) == 1
    sizes = [len(group) for group in groups]
    assert sizes == sorted(sizes, reverse=True)


def test_a_paper_amid_another_topic_on_the_map_belongs_to_it() -> None:
    labels = [0] * 60 + [1] * 60
    vectors = vectors_around(labels)
    draw = np.random.default_rng(5)
    points = draw.random((120, 2)) * 0.2 + np.array([[0.0, 0.0], [0.8, 0.8]])[labels]
    points[7] = [0.9, 0.9]
    groups = grouped(vectors, points)
    home = next(group for group in groups if 7 in group)
    assert {labels[row] for row in home if row != 7} == {1}


def test_few_papers_have_few_topics() -> None:
    assert grouped(vectors_around([0]), np.zeros((1, 2))) == []
    assert grouped(vectors_around([0, 0]), np.zeros((2, 2))) == [[0, 1]]
    same = np.tile(vectors_around([0]), (50, 1))
    assert grouped(same, np.random.default_rng(1).random((50, 2))) == [[*range(50)]]


def test_names_are_words_of_the_papers_and_none_comes_twice() -> None:
    labels = [0] * 6 + [1] * 6
    texts = [CATS] * 6 + [RIVERS] * 6
    names = named(vectors_around(labels), [[*range(6)], [*range(6, 12)]], texts.__getitem__)
    assert "ats" in names[0]
    assert "iver" in names[1]
    assert len(set(names)) == 2


def test_papers_with_no_word_in_common_are_named_by_the_most_typical() -> None:
    texts = ["Zwielicht\n", "Abendrot\n"]
    (name,) = named(vectors_around([0, 0]), [[0, 1]], texts.__getitem__)
    assert name in {"Like “Zwielicht”", "Like “Abendrot”"}
