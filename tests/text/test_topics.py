"""Which texts belong together, and what their groups are called."""

from __future__ import annotations

import pytest

from assistant.text.topics import MOST_GROUPS, OTHER, Topic, group_by_topic

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


def test_texts_about_one_thing_come_together_in_their_order() -> None:
    groups = group_by_topic(mixed())
    assert [topic.members for topic in groups] == [(0, 2, 4, 6), (1, 3, 5, 7)]


def test_a_group_is_named_by_words_of_its_texts_that_set_it_apart() -> None:
    quantum, sleep = (topic.name.split(" · ") for topic in group_by_topic(mixed()))
    assert quantum[0] == "quantum"
    assert "qubits" in quantum
    assert sleep[0] == "sleep"
    assert len(quantum) == len(sleep) == 3
    assert not {*quantum} & {*sleep}


def test_names_keep_capitals_that_are_always_there_and_no_others() -> None:
    texts = ["DNA Repair\nCells repair DNA.", "Repair\nThe repair of DNA."]
    (topic,) = group_by_topic(texts)
    assert topic.name.split(" · ") == ["repair", "DNA"]


def test_the_largest_group_comes_first_and_the_others_last() -> None:
    groups = group_by_topic([ALONE, *SLEEP[:3], *QUANTUM])
    assert [topic.members for topic in groups] == [(4, 5, 6, 7), (1, 2, 3), (0,)]
    assert groups[-1].name == OTHER


def test_what_shares_words_but_no_topic_is_with_the_others() -> None:
    stranger = "Medieval bookbinding\nParchment and leather, glued at night by monks and nuns."
    assert group_by_topic([*QUANTUM, *SLEEP, stranger])[-1] == Topic(OTHER, (8,))


@pytest.mark.parametrize("texts", [[ALONE], [ALONE, QUANTUM[0]], ["", "\n"], ["the of", "12 34"]])
def test_texts_with_nothing_in_common_are_all_others(texts: list[str]) -> None:
    assert group_by_topic(texts) == [Topic(OTHER, tuple(range(len(texts))))]


def test_nothing_has_no_groups() -> None:
    assert group_by_topic([]) == []


def test_copies_of_one_text_are_one_group() -> None:
    (topic,) = group_by_topic([SLEEP[0]] * 9)
    assert topic.members == tuple(range(9))


def test_many_texts_fall_into_bounded_groups_with_names_of_their_own_each_time_the_same() -> None:
    texts = [
        f"Study of matter{n % 45}\nHere matter{n % 45} meets force{n % 45} and field{n % 7}."
        for n in range(900)
    ]
    groups = group_by_topic(texts)
    named = [topic for topic in groups if topic.name != OTHER]
    assert 10 < len(named) <= MOST_GROUPS
    assert len({topic.name.casefold() for topic in groups}) == len(groups)
    assert sorted(place for topic in groups for place in topic.members) == list(range(900))
    assert [len(topic.members) for topic in named] == sorted(
        (len(topic.members) for topic in named), reverse=True
    )
    assert group_by_topic(texts) == groups


def test_names_have_no_invisible_characters() -> None:
    texts = [f"Bo\u034fnes\nbo\u034fnes and jo\u034fints {n}" for n in range(2)]
    (topic,) = group_by_topic(texts)
    assert topic.name == "bones · joints"
