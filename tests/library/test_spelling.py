"""Near words in place of those that no paper has, over a real full text index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.library.catalog import Catalog
from assistant.library.database import Database
from assistant.library.spelling import Spelling, edit_distance
from assistant.paper import Paper

TEXTS = [
    "Transformers attend to every word of a sentence.",
    "Penguins waddle. A penguin dives. Universities abuse acceleration.",
    "Convolutional networks classify images of pangolins.",
    "Deep learning of café reviews needs labels.",
    "Stark stare start stard starz.",
]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "catalog.sqlite")
    Catalog(opened).add_batch(
        [Paper(title=f"No. {n}", abstract=text) for n, text in enumerate(TEXTS)]
    )
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("transfomers", 1),
        ("trnasformers", 1),
        ("pengiuns", 2),
        ("penguinn", 2),
        ("univerities", 2),
        ("abise", 2),  # its stem is stemmed again by the index: `abus`, `abu`
        ("accelaration", 2),
        ("covolutional", 3),
        ("cnovoltional", 3),  # two letters of a long word
        ("deeplearning", 4),
        ("reviêvs", 4),
        ("cafés", 4),
    ],
)
def test_typing_errors_find_what_was_meant(database: Database, typed: str, number: int) -> None:
    assert [found for found, _ in Catalog(database).ranked(typed, 5)] == [number]


@pytest.mark.parametrize(
    "typed",
    [
        "penguins transformers",  # known
        "xenguins",  # another first letter
        "pagoolins",  # two wrong letters of nine: allowed, and `pangolins` is near
        "pqngqlqns",  # three are not
        "wrod",  # too short
        "1234567",  # a number is right or wrong
        "gpt4x",
        "state of the art",  # a phrase
        "東京タワー",
    ],
)
def test_what_is_known_or_not_near_stays(database: Database, typed: str) -> None:
    terms = typed.split() if typed != "state of the art" else [typed]
    corrected = Spelling(database).correct(terms)
    assert corrected == (["pangolins"] if typed == "pagoolins" else terms)


def test_the_nearest_then_the_most_frequent_and_three_at_most(database: Database) -> None:
    catalog = Catalog(database)
    catalog.add_batch([Paper(title=f"More {n}", abstract="stamp stork") for n in range(3)])
    catalog.add_batch([Paper(title="Again", abstract="start")])
    # All are one letter away. Two papers have `start`, one each of the others.
    assert Spelling(database).correct(["starx"]) == ["start", "stard", "stare"]


def test_nothing_is_looked_up_when_all_words_are_known(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("looked up")

    monkeypatch.setattr("assistant.library.spelling._similar", fail)
    monkeypatch.setattr("assistant.library.spelling._split", fail)
    Spelling(database).correct(["penguins", "transformers", "deep learning", "images"])
    with pytest.raises(AssertionError, match="looked up"):
        Spelling(database).correct(["pengiuns"])


def test_a_text_in_another_language_costs_little(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []

    def near(_: object, word: str) -> list[str]:
        looked_up.append(word)
        return [word]

    monkeypatch.setattr("assistant.library.spelling._similar", near)
    words = [f"unbekannt{chr(97 + n)}" for n in range(26)]
    assert Spelling(database).correct(words) == words
    assert len(looked_up) == 6


def test_an_empty_library(tmp_path: Path) -> None:
    empty = Database(tmp_path / "catalog.sqlite")
    assert Spelling(empty).correct(["pengiuns"]) == ["pengiuns"]
    empty.close()


def test_new_words_are_known_at_once(database: Database) -> None:
    assert Spelling(database).correct(["walrus"]) == ["walrus"]
    assert Catalog(database).ranked("walris", 5) == []
    Catalog(database).add_batch([Paper(title="Sea", abstract="The walrus.")])
    assert [number for number, _ in Catalog(database).ranked("walris", 5)] == [6]


@pytest.mark.parametrize(
    ("one", "other", "most", "distance"),
    [
        ("abc", "abc", 2, 0),
        ("abc", "abd", 2, 1),
        ("abc", "acb", 2, 1),
        ("abc", "ab", 2, 1),
        ("abc", "abcd", 2, 1),
        ("abcd", "badc", 2, 2),
        ("abcdef", "uvwxyz", 2, 3),
        ("a", "abcd", 2, 3),
        ("", "ab", 2, 2),
        ("kitten", "sitting", 2, 3),
    ],
)
def test_edit_distance(one: str, other: str, most: int, distance: int) -> None:
    assert edit_distance(one, other, most) == distance
    assert edit_distance(other, one, most) == distance
