"""Papers that contain all words of a search, and the orders of lists."""

from __future__ import annotations

import pytest

from assistant.library import Filters, Library
from assistant.library.containing import search_parts
from assistant.library.records import Sort
from assistant.paper import Paper

PAPERS = [
    Paper(
        title="On the sleep of cats",
        abstract="Cats sleep a lot.",
        authors=("Bo Ek", "Zoë O'Brien"),
        published="2020-03",
        tags=("machine learning",),
        reference={"container-title": "Nature"},
    ),
    Paper(
        title="Owls",
        authors=("Lovelace, Ada",),
        published="2021",
        doi="10.1/x",
        reference={"container-title": "cell"},
    ),
    Paper(title="Generalization of GPT-4", abstract="Neural sleeping.", published="2019"),
]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("slee", {1, 3}),
        ("sle ", set()),
        ("cats sleeping", {1}),
        ('"sleep of cats"', {1}),
        ('"cats of sleep"', set()),
        ("ek", {1}),
        ("zoe o'brien", {1}),
        ("Lovel", {2}),
        ("lovel owls", set()),
        ("mach", {1}),
        ("2020", {1}),
        ("general", {3}),
        ("gpt-4", {3}),
        ("gpt-5", set()),
        ("c", set()),
        ("cats owls", set()),
        ("", set()),
        ('" * OR (', set()),
    ],
)
def test_all_words_have_to_be_there(library: Library, query: str, numbers: set[int]) -> None:
    library.add(PAPERS)
    assert set(library.papers.containing(query)) == numbers


def test_filters_hold_too(library: Library) -> None:
    library.add(PAPERS)
    assert library.papers.containing("sleep", Filters(since="2020")) == [1]
    assert library.papers.containing("sleep", Filters(without_abstract=True)) == []


def test_authors_come_before_texts(library: Library) -> None:
    library.add(
        [
            Paper(title="A tale of Hinton", abstract="Hinton, Hinton."),
            Paper(title="Nets", abstract="They learn.", authors=("Geoffrey Hinton",)),
        ]
    )
    assert library.papers.containing("hinton") == [2, 1]


def test_only_the_last_word_may_be_unfinished() -> None:
    assert search_parts("one two") == [("one", False), ("two", True)]
    assert search_parts("one tw") == [("one", False), ("tw", False)]
    assert search_parts("one two ") == [("one", False), ("two", False)]
    assert search_parts('"one two"') == [("one two", False)]
    assert len(search_parts("word " * 100)) == 24


@pytest.mark.parametrize(
    ("sort", "forward", "backward"),
    [
        ("published", [2, 1, 3], [3, 1, 2]),
        ("added", [3, 2, 1], [1, 2, 3]),
        ("title", [3, 1, 2], [2, 1, 3]),
        # Those without a value come last in both.
        ("author", [1, 2, 3], [2, 1, 3]),
        ("venue", [2, 1, 3], [1, 2, 3]),
    ],
)
def test_orders(library: Library, sort: Sort, forward: list[int], backward: list[int]) -> None:
    library.add(PAPERS)
    assert [one.number for one in library.papers.sorted_by(sort)] == forward
    assert [one.number for one in library.papers.sorted_by(sort, reverse=True)] == backward
