from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.library.decisions import Decisions
from assistant.library.identity import MAX_SAME_TITLE, TitleKeys, partition, title_keys
from assistant.paper import Paper

TITLE = "How glaciers melt in warmer winters"


def paper(abstract: str = "", **fields: Any) -> Paper:
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
    for one in (
        paper(authors=()),
        paper(authors=("***",)),
        paper(title="Reply", published=None),
        paper(title="???"),
    ):
        assert title_keys(one) == TitleKeys()


def chapter(title: str, *authors: str, page: str | None = None, **fields: Any) -> Paper:
    reference = {"type": "chapter"} | ({"page": page} if page else {})
    return paper(title=title, authors=authors, doi="10.1/book", reference=reference, **fields)


INTRODUCTION = chapter("Introduction", "Dee, A.")
EVENTS = chapter("Spike trains as sequences of events", "Moore, B.", "Stone, C.", page="11-30")
CAUSALITY = chapter("Granger causality for point processes", "Kim, S.")


def test_chapters_with_the_doi_of_their_book_are_papers() -> None:
    assert partition([INTRODUCTION, EVENTS, CAUSALITY]) == [[0], [1], [2]]
    again = EVENTS.model_copy(update={"authors": ("Moore, B.",)})
    assert partition([EVENTS, INTRODUCTION, again]) == [[0, 2], [1]]
    # It could belong to any of them.
    unknown = chapter("A handbook of spikes")
    assert partition([unknown, EVENTS, CAUSALITY, INTRODUCTION]) == [[0], [1], [2], [3]]
    # One author may write several chapters.
    other = chapter("Decoding in the retina", "Moore, B.", "Stone, C.", page="31-50")
    assert partition([EVENTS, other]) == [[0], [1]]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Spike trains as sequences"},
        {"title": "SPIKE TRAINS AS SEQUENCES OF EVENTS"},
        {"title": "Spike trains as sequences of events: fundamental implications", "authors": ()},
        {"title": "Spike trains as sequ…", "authors": ("Editor, An",)},
        {"title": "Spike trians as seqences of events", "authors": ("Moor, B.",)},
        {"title": "Erratum to: Spike trains as sequences of events", "authors": ("Nobody, N.",)},
        {"title": "Spiketrains als Folgen von Ereignissen", "authors": ("Moore B", "Stone C")},
        {"title": "Последовательности событий", "authors": ("Мур Б.",)},
        {"title": "Something else", "authors": ("Else, S.",), "reference": {"page": "11"}},
    ],
)
def test_one_chapter_in_other_words(changes: dict[str, Any]) -> None:
    assert same(EVENTS, EVENTS.model_copy(update=changes))


def test_a_key_of_very_many_papers_says_nothing() -> None:
    words = [a + b for a in ("red", "blue", "green", "old", "new") for b in ("ly", "ox", "im", "u")]
    words += ["yes", "no"]
    chapters = [chapter(f"{word} {word[::-1]}", f"{word}, A.") for word in words]
    assert len(partition(chapters)) == len(chapters) > MAX_SAME_TITLE
    twins = [one.model_copy(update={"pmid": "1"}) for one in chapters[:1]]
    assert len(partition(chapters + twins)) == len(chapters)
    lone = chapter("Something without authors")
    assert len(partition([*chapters, lone])) == len(chapters) + 1


WHO = ("World Health Organization",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"authors": WHO, "published": "2019"}, {"authors": WHO, "published": "2020"}),
        ({"reference": {"type": "book"}}, {"reference": {"type": "book"}, "published": "2022"}),
        ({"reference": {"edition": "1"}}, {"reference": {"edition": "Second"}}),
        ({"reference": {"ISBN": "0-00-000001-9"}}, {"reference": {"ISBN": "9780000000026"}}),
        ({"reference": {"volume": "3"}}, {"reference": {"volume": "IV"}}),
        ({"reference": {"issue": "1"}}, {"reference": {"issue": "02"}}),
        (
            {"title": "Editorial", "reference": {"page": "1-2", "volume": "3"}},
            {"title": "Editorial", "reference": {"page": "101-2", "volume": "3"}},
        ),
    ],
)
def test_editions_and_issues_are_papers(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert not same(paper(**one), paper(**other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"authors": WHO, "arxiv": "2101.00001"}, {"authors": WHO, "published": "2022"}),
        (
            {"reference": {"container-title": "arXiv", "volume": "abs/2101.00001"}},
            {"reference": {"volume": "3", "issue": "2", "page": "5"}, "published": "2022"},
        ),
        ({"reference": {"volume": "3"}}, {"reference": {"volume": "Vol. 03", "issue": "2"}}),
        ({"reference": {"page": "113-9"}}, {"reference": {"page": "pp. 113-119"}}),
        ({"reference": {"page": "e113"}}, {"reference": {"page": "1-12", "volume": "3"}}),
        ({"reference": {"ISBN": "0-00-000001-9"}}, {"reference": {"ISBN": "9780000000019"}}),
        ({"reference": {"edition": "2. Aufl."}}, {"reference": {"edition": "second"}}),
    ],
)
def test_one_paper_in_other_references(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert same(paper(**one), paper(**other))


def test_records_between_two_editions_belong_to_neither() -> None:
    first, second = (paper(reference={"edition": edition}) for edition in ("1", "2"))
    assert partition([first, paper(), second, paper("a")]) == [[0], [1, 3], [2]]
    named = paper(reference={"edition": "1"}, pmid="7")
    assert partition([first, paper(), second, named]) == [[0, 3], [1], [2]]


def test_a_title_without_its_subtitle() -> None:
    whole = paper(title=f"{TITLE}: a survey of the Alps", published="2021-05")
    assert same(paper(), whole)
    assert same(paper(title=f"{TITLE} – A survey of the Alps."), whole)
    assert same(paper(title="Warm winters"), paper(title="Warm winters: the Alps"))
    assert not same(paper(published="2022"), whole)
    assert not same(paper(authors=("Frost, Ada",)), whole)
    assert not same(paper(title="Editorial"), paper(title="Editorial: on glaciers"))
    assert not same(paper(doi="10.1/a"), whole.model_copy(update={"doi": "10.1/b"}))
    # It could be of either part.
    part = paper(title=f"{TITLE}: part 2")
    assert partition([paper(), whole, part]) == [[0], [1], [2]]


def test_what_the_user_decided_precedes_everything() -> None:
    one, other = paper("a", doi="10.1/a"), paper("b", doi="10.1/b")
    assert partition([one, other], (), Decisions([("doi:10.1/a", "doi:10.1/b", 1)])) == [[0, 1]]
    third = paper("c", doi="10.1/b")
    apart = Decisions([(other.keys[1], third.keys[1], 0)])
    assert partition([other, third], (), apart) == [[0], [1]]
    # Later decisions of one kind leave no contradiction, but a catalogue may be edited by hand.
    both = Decisions([("doi:10.1/a", "doi:10.1/b", 1), (one.keys[1], other.keys[1], 0)])
    assert partition([one, other], (), both) == [[0], [1]]


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
