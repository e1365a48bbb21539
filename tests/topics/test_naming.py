"""Names of groups of texts."""

from __future__ import annotations

import pytest

from assistant.topics.naming import name_groups

QUANTUM = [
    "Noise in quantum circuits\nWe study quantum circuits with noise.",
    "Learning with quantum circuits\nQuantum circuits learn to classify.",
    "Cutting quantum circuits\nLarge quantum circuits are cut into small ones.",
]
SPACE = [
    "A state space model for sound\nState space models read long sequences.",
    "State space models are fast\nWe show that state space models need little memory.",
    "Forecasts by state space models\nThe state space model forecasts the weather.",
]
ALONE = ["Bread\nSourdough needs time."]
TEXTS = QUANTUM + SPACE + ALONE
GROUPS = [[0, 1, 2], [3, 4, 5]]


def test_names_are_whole_phrases_where_texts_have_them() -> None:
    first, second = name_groups(TEXTS, GROUPS)
    assert first.split(" · ")[0] == "Quantum circuits"
    assert second.split(" · ")[0] == "State space models"


def test_no_two_names_share_a_term() -> None:
    both = [text.replace("sound", "noise") for text in TEXTS]
    terms = [term for name in name_groups(both, GROUPS) for term in name.lower().split(" · ")]
    assert len(terms) == len(set(terms))


def test_a_word_of_all_texts_names_no_group() -> None:
    texts = [f"{subject} of cats\nThe {subject} of cats." for subject in ("dreams", "paws")] * 2
    names = name_groups(texts, [[0, 2], [1, 3]])
    assert [name.lower() for name in names] == ["dreams", "paws"]


def test_a_word_of_one_text_does_not_name_the_group() -> None:
    texts = [*QUANTUM, "Bread and wine\nBread, wine, bread, wine, bread."]
    name = name_groups([*texts, *SPACE], [[0, 1, 2, 3]])[0].lower()
    assert "bread" not in name
    assert "quantum" in name


def test_a_plural_is_not_a_second_term() -> None:
    texts = ["RNAs and RNA\nThe RNA of RNAs.", "RNA, or RNAs\nRNAs are RNA.", *ALONE]
    assert len(name_groups(texts, [[0, 1]])[0].split(" · ")) == 1


def test_generic_words_are_no_name() -> None:
    assert name_groups(["A model\nWe do it.", "The method\nIt is so."], [[0, 1]]) == [""]
    assert name_groups([], []) == []


@pytest.mark.parametrize("written", ["mRNA", "BERT", "DNA"])
def test_words_keep_their_own_capitals(written: str) -> None:
    texts = [f"{written} here\nAbout {written}.", f"On {written}\nThe {written} again.", *ALONE]
    (name,) = name_groups(texts, [[0, 1]])
    assert name == written


def test_a_group_of_all_texts_has_a_name() -> None:
    (name,) = name_groups(QUANTUM, [[0, 1, 2]])
    assert "uantum circuits" in name
