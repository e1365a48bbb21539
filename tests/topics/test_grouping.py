"""Topics of texts, by their vectors or by their words."""

from __future__ import annotations

import random

import numpy as np
import pytest

from assistant.topics import MOST_TOPICS, Topic, group_by_topic
from assistant.topics.clustering import Floats, normalized

QUANTUM = [
    "Quantum circuits for chemistry\nQubits simulate molecules in a quantum circuit.",
    "Noise in quantum hardware\nA quantum circuit loses qubits to noise.",
    "Compiling quantum circuits\nWe map each quantum circuit to fewer qubits.",
    "Quantum error correction\nMany noisy qubits make a reliable quantum circuit.",
]
SLEEP = [
    "Sleep of children\nChildren dream when they sleep at night.",
    "Dreams and memory\nSleep and dreams help children remember.",
    "A night without sleep\nPatients who sleep little dream little at night.",
    "Sleep in patients\nPatients dream at night, and sleep longer.",
]
ALONE = "Medieval bookbinding\nParchment, leather, glue."


def mixed() -> list[str]:
    return [text for pair in zip(QUANTUM, SLEEP, strict=True) for text in pair]


def vectors_around(labels: list[int], dimension: int = 16) -> list[Floats]:
    noise = np.random.default_rng(3).standard_normal((len(labels), dimension)) * 0.05
    return list(normalized((np.eye(dimension)[labels] + noise).astype(np.float32)))


def members(topics: list[Topic]) -> list[tuple[int, ...]]:
    return [topic.members for topic in topics]


def test_texts_about_one_topic_come_together_in_their_order() -> None:
    assert members(group_by_topic(mixed())) == [(0, 2, 4, 6), (1, 3, 5, 7)]


def test_a_topic_is_named_by_terms_that_distinguish_it() -> None:
    quantum, sleep = (topic.name.split(" · ") for topic in group_by_topic(mixed()))
    assert quantum[0].startswith("Quantum")
    assert sleep[0] == "Sleep"
    assert not {*quantum} & {*sleep}


def test_vectors_decide_where_all_texts_have_one() -> None:
    # Against their words: every second text of both subjects is in one topic.
    labels = [0, 0, 1, 1, 0, 0, 1, 1]
    assert members(group_by_topic(mixed(), vectors_around(labels))) == [(0, 1, 4, 5), (2, 3, 6, 7)]


def test_a_text_without_a_vector_is_in_no_topic_if_most_have_one() -> None:
    texts = [*mixed(), QUANTUM[0]]
    vectors = [*vectors_around([0, 1] * 4), None]
    assert members(group_by_topic(texts, vectors)) == [(0, 2, 4, 6), (1, 3, 5, 7)]


def test_words_decide_if_few_texts_have_vectors() -> None:
    vectors = [*vectors_around([0, 0, 1, 1]), *[None] * 4]
    assert members(group_by_topic(mixed(), vectors)) == [(0, 2, 4, 6), (1, 3, 5, 7)]


def test_the_largest_topic_comes_first() -> None:
    texts = [ALONE, *SLEEP[:3], *QUANTUM]
    assert members(group_by_topic(texts)) == [(4, 5, 6, 7), (1, 2, 3)]


def test_a_text_that_shares_words_but_no_topic_is_in_none() -> None:
    stranger = "Medieval bookbinding\nParchment and leather, glued at night by monks and nuns."
    topics = group_by_topic([*QUANTUM, *SLEEP, *SLEEP, stranger])
    assert sorted(place for topic in topics for place in topic.members) == [*range(12)]


@pytest.mark.parametrize(
    "texts", [[], [ALONE], [ALONE, QUANTUM[0]], ["", "\n"], ["the of", "12 34"]]
)
def test_texts_with_nothing_in_common_have_no_topic(texts: list[str]) -> None:
    assert group_by_topic(texts) == []


def test_copies_of_one_text_are_one_topic() -> None:
    assert members(group_by_topic([SLEEP[0]] * 9)) == [tuple(range(9))]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("with_vectors", [True, False])
def test_the_order_of_the_texts_changes_nothing(seed: int, with_vectors: bool) -> None:
    texts = [f"{text} {n}" for n in range(6) for text in [*QUANTUM, *SLEEP, ALONE]]
    vectors = vectors_around([n % 9 // 4 for n in range(len(texts))])

    def topics(order: list[int]) -> list[tuple[str, list[int]]]:
        found = group_by_topic(
            [texts[place] for place in order],
            [vectors[place] for place in order] if with_vectors else None,
        )
        return sorted((topic.name, sorted(order[n] for n in topic.members)) for topic in found)

    order = list(range(len(texts)))
    expected = topics(order)
    assert len(expected) > 1
    random.Random(seed).shuffle(order)
    assert topics(order) == expected


def test_many_texts_have_a_bounded_number_of_topics_with_different_names() -> None:
    texts = [
        f"Study of matter{n % 45}\nHere matter{n % 45} meets force{n % 45} and field{n % 7}."
        for n in range(900)
    ]
    topics = group_by_topic(texts)
    assert 10 < len(topics) <= MOST_TOPICS
    assert len({topic.name.casefold() for topic in topics}) == len(topics)
    placed = [place for topic in topics for place in topic.members]
    assert len({*placed}) == len(placed) > 700
    sizes = [len(topic.members) for topic in topics]
    assert sizes == sorted(sizes, reverse=True)
    assert len(group_by_topic(texts, max_topics=5)) <= 5


def test_texts_without_a_common_term_are_named_after_the_most_typical() -> None:
    (topic,) = group_by_topic(["Zwielicht\n", "Abendrot\n"], vectors_around([0, 0]))
    assert topic.name in {"Similar to “Zwielicht”", "Similar to “Abendrot”"}


def test_names_keep_capitals_and_have_no_invisible_characters() -> None:
    (topic,) = group_by_topic(["DNA Repair\nCells repair DNA.", "Repair\nThe repair of DNA."])
    assert sorted(topic.name.split(" · ")) == ["DNA", "Repair"]
    (topic,) = group_by_topic([f"Bo\u034fnes {n}\nThe bo\u034fnes" for n in range(2)])
    assert topic.name == "Bones"
