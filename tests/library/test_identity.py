from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.library.identity import MAX_SAME_TITLE, partition, title_key
from assistant.paper import Paper

TITLE = "How glaciers melt in warmer winters"


def paper(abstract: str = "", **fields: object) -> Paper:
    defaults = {"title": TITLE, "authors": ("Melt, Ingrid", "Snow, Jon"), "published": "2021"}
    return Paper.model_validate(defaults | {"abstract": abstract} | fields)


def same(*records: Paper) -> bool:
    groups = len(partition(records))
    assert groups == len(partition(records[::-1]))
    return groups == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (paper("a", doi="10.1/A"), paper("b", doi="10.1/a", title="Melting", authors=())),
        (paper("a", arxiv="2101.00001v1"), paper("b", arxiv="2101.00001v3", title="Melting")),
        (paper("a", arxiv="2101.00001"), paper(doi="10.48550/arXiv.2101.00001v2", title="Melting")),
        (paper("a", pmid="7", title="Melting", authors=()), paper("b", pmid="7")),
        # title and abstract
        (paper("The same.", doi="10.1/a"), paper("the same", doi="10.1/b", authors=())),
        # title, first author, year
        (paper("a"), paper("b", title=TITLE.upper() + ".", authors=("Ingrid Melt",))),
        (paper("a", doi="10.1/a"), paper("b", authors=("Melt IK",), published="2022-03-01")),
        (paper("a", doi="10.1/a"), paper("b", published=None)),
        # a preprint and its published version
        (paper("a", arxiv="2101.00001", published="2020"), paper("b", doi="10.1/a")),
        (paper("a", doi="10.1101/2021.1", published="2020"), paper("b", doi="10.1/a", pmid="7")),
        (paper(), paper("b")),
    ],
)
def test_records_of_one_paper(one: Paper, other: Paper) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (paper("a"), paper("b", authors=("Frost, Ada",))),
        (paper("a"), paper("b", authors=())),
        (paper("a"), paper("b", published="2024")),
        (paper("a", doi="10.1/a"), paper("b", doi="10.1/b")),
        (paper("a", arxiv="2101.00001"), paper("b", arxiv="2101.00002")),
        (paper(doi="10.1/a", authors=()), paper(doi="10.1/b", authors=())),
        (paper("a", title="Editorial"), paper("b", title="Editorial", published="2022")),
        (paper("a", title="Editorial", published=None), paper("b", title="Editorial")),
    ],
)
def test_records_of_two_papers(one: Paper, other: Paper) -> None:
    assert not same(one, other)


def test_identifiers_that_contradict_keep_all_of_a_title_apart() -> None:
    records = [paper("a", doi="10.1/a"), paper("b", doi="10.1/b"), paper("c"), paper("d")]
    assert partition(records) == [[0], [1], [2, 3]]


def test_a_title_of_very_many_papers_says_nothing() -> None:
    records = [paper(str(number)) for number in range(MAX_SAME_TITLE + 1)]
    assert len(partition(records)) == MAX_SAME_TITLE + 1
    assert len(partition(records[1:])) == 1


def test_what_tells_too_little_has_no_title_key() -> None:
    assert title_key(paper(authors=())) is None
    assert title_key(paper(authors=("***",))) is None
    assert title_key(paper(title="Reply", published=None)) is None
    assert title_key(paper(title="???")) is None


SOME_RECORDS = st.lists(
    st.builds(
        paper,
        abstract=st.sampled_from(["", "", "We saw it.", "We saw it all."]),
        title=st.sampled_from([TITLE, TITLE, "Editorial"]),
        authors=st.sampled_from([(), ("Ingrid Melt",), ("Melt I",), ("Ada Frost",)]),
        published=st.sampled_from([None, "2020", "2021-02", "2023", "2026"]),
        doi=st.sampled_from([None, None, "10.1/a", "10.1/b", "10.1101/x"]),
        arxiv=st.sampled_from([None, None, "2101.00001", "2101.00001v2"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(derandomize=True, deadline=None)
@given(SOME_RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(records: list[Paper], chance: random.Random) -> None:
    def contents(order: list[Paper]) -> set[frozenset[str]]:
        return {
            frozenset(order[index].model_dump_json() for index in group)
            for group in partition(order)
        }

    shuffled = records[:]
    chance.shuffle(shuffled)
    assert contents(records) == contents(shuffled)
