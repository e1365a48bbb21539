"""Names of groups."""

from __future__ import annotations

import pytest

from assistant.digesting.naming import names_of

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


def test_names_are_phrases_where_papers_have_them_and_whole_ones() -> None:
    first, second = names_of(TEXTS, GROUPS)
    assert first.split(" · ")[0] == "Quantum circuits"
    assert second.split(" · ")[0] == "State space models"


def test_no_two_names_share_a_term() -> None:
    both = [text.replace("sound", "noise") for text in TEXTS]
    terms = [term for name in names_of(both, GROUPS) for term in name.lower().split(" · ")]
    assert len(terms) == len(set(terms))


def test_a_word_that_all_papers_have_names_nothing() -> None:
    texts = [f"{subject} of cats\nThe {subject} of cats." for subject in ("dreams", "paws")] * 2
    names = names_of(texts, [[0, 2], [1, 3]])
    assert [name.lower() for name in names] == ["dreams", "paws"]


def test_what_only_one_paper_says_does_not_name_the_group() -> None:
    texts = [*QUANTUM, "Bread and wine\nBread, wine, bread, wine, bread."]
    name = names_of([*texts, *SPACE], [[0, 1, 2, 3]])[0].lower()
    assert "bread" not in name
    assert "quantum" in name


def test_a_plural_is_no_second_name() -> None:
    texts = ["RNAs and RNA\nThe RNA of RNAs.", "RNA, or RNAs\nRNAs are RNA.", *ALONE]
    assert len(names_of(texts, [[0, 1]])[0].split(" · ")) == 1


def test_nothing_that_tells_is_no_name() -> None:
    assert names_of(["A model\nWe do it.", "The method\nIt is so."], [[0, 1]]) == [""]
    assert names_of([], []) == []


@pytest.mark.parametrize("written", ["mRNA", "BERT", "DNA"])
def test_words_keep_their_own_capitals(written: str) -> None:
    texts = [f"{written} here\nAbout {written}.", f"On {written}\nThe {written} again.", *ALONE]
    (name,) = names_of(texts, [[0, 1]])
    assert name == written


def test_every_paper_in_one_group_has_a_name_too() -> None:
    (name,) = names_of(QUANTUM, [[0, 1, 2]])
    assert "uantum circuits" in name


def test_names_have_no_invisible_characters() -> None:
    texts = [f"Bo\u034fnes {n}\nThe bo\u034fnes" for n in range(2)]
    assert names_of([*texts, *ALONE], [[0, 1]]) == ["Bones"]
