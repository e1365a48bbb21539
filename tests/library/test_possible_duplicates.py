"""Pairs that are probably the same, with the reason, and no others."""

from __future__ import annotations

import random

import numpy as np
import pytest

from assistant.library import Library, candidate_pairs, possible_duplicates
from assistant.paper import Paper

TITLE = "How glaciers melt in warmer winters of the Alps"


def paper(**fields: object) -> Paper:
    defaults = {"title": TITLE, "authors": ("Melt, Ingrid",), "published": "2021"}
    return Paper.model_validate(defaults | fields)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": "How glacier melt in warmer winters of the Alps"}, "titles differ in spelling"),
        ({"title": "How glaciers melt in warmerwinters of the Alps"}, "titles differ in spelling"),
        ({"title": "How gleciers melt in warmer winters in Alps"}, "titles differ in spelling"),
        ({"title": TITLE + "!", "published": "2025"}, "same title and first author; 4 years apart"),
        ({"title": TITLE + ": a survey", "published": "2022"}, "one title has a subtitle"),
        ({"doi": "10.1000/other"}, "the DOIs differ"),
        ({"authors": ()}, "same title; the authors of one are unknown"),
        ({"authors": ("Mellt, Ingrid",)}, "names of the first authors differ in spelling"),
        ({"authors": ("Snow, Jon", "Melt, Ingrid")}, "same title and authors, in another order"),
        (
            {"title": "Wie Gletscher schmelzen", "reference": {"volume": "3", "page": "7-9"}},
            "same first author, volume and page",
        ),
        ({"reference": {"volume": "3", "page": "8"}}, "the pages differ"),
    ],
)
def test_pairs_are_found(library: Library, fields: dict[str, object], reason: str) -> None:
    reference = {"volume": "3", "page": "7"}
    library.add([paper(title="On something else entirely, by others", authors=("Ek, Bo",))])
    library.add([paper(doi="10.1000/one", reference=reference), paper(**fields)])
    assert library.papers.count() == 3
    (pair,) = library.possible_duplicates()
    assert (pair.one.number, pair.other.number) == (2, 3)
    assert reason in pair.reason
    (near,) = library.duplicates_of(3, 5)
    assert (near.one.number, near.other.number, near.reason) == (3, 2, pair.reason)
    library.keep_apart([2, 3])
    assert list(library.possible_duplicates()) == []
    assert library.duplicates_of(2, 5) == []
    library.merge([2, 3])
    assert library.papers.count() == 2
    assert list(library.possible_duplicates()) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "How glaciers melt in warmer summers of the Alps"},
        {"title": TITLE + " 2", "published": "2022"},
        {"authors": ("Frost, Ada",)},
        {"authors": ("World Health Organization",)},
        {"published": "2031"},
        {"reference": {"volume": "4", "issue": "2", "page": "1-3"}},
        {"reference": {"volume": "4"}, "published": "2022"},
    ],
)
def test_other_papers_are_no_pair(library: Library, fields: dict[str, object]) -> None:
    first = paper(doi="10.1000/one", reference={"volume": "3", "issue": "1", "page": "7"})
    library.add([first, paper(**fields)])
    assert library.papers.count() == 2
    assert list(library.possible_duplicates()) == []


def test_chapters_are_no_pairs_but_what_could_be_any_of_them_is(library: Library) -> None:
    library.add(
        [
            paper(title="Granger causality for point processes", doi="10.1/b", authors=("Kim",)),
            paper(title="Spikes as sequences of events", doi="10.1/b", authors=("Moore",)),
        ]
    )
    assert library.papers.count() == 2
    assert list(library.possible_duplicates()) == []
    library.add([paper(title="A handbook of everything", doi="10.1/b", authors=())])
    found = [(pair.one.number, pair.other.number) for pair in library.possible_duplicates()]
    assert found == [(1, 3), (2, 3)]
    assert {pair.reason for pair in library.possible_duplicates()} == {"same DOI"}


def test_the_work_grows_with_the_papers_not_with_their_square(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = 0

    def count(*_: object) -> str:
        nonlocal compared
        compared += 1
        return ""

    monkeypatch.setattr(possible_duplicates, "_reason", count)
    library.add(
        paper(title=f"A randomized controlled trial of treatment number {n} in old patients")
        for n in range(300)
    )
    assert list(library.possible_duplicates()) == []
    assert compared < 300 * 40


def test_pairs_rejected_without_loading_them_are_no_duplicates(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(5)
    titles = [
        TITLE,
        "Ice of the Alps, and the rivers that it feeds: a survey of 2 decades",
        "The long and the short of it",
        "Über Gletscher und Flüsse der Alpen in der Zeit",
        " ".join(["glaciology of the northernmost mountains"] * 20),
    ]
    papers = []
    for number in range(400):
        title = chance.choice(titles)
        for _ in range(chance.randint(0, 4)):
            at = chance.randrange(len(title))
            title = (
                title[:at] + chance.choice(["", title[at] * 2, "e", " ", "of "]) + title[at + 1 :]
            )
        papers.append(
            paper(
                title=title,
                abstract=f"Abstract {number}.",
                authors=chance.choice([(), ("Melt, Ingrid",), ("Melt, I.",), ("Ek, Bo",)]),
                published=chance.choice([None, "2019", "2021", "2022", "2026"]),
                doi=chance.choice([None, None, f"10.1/{number}", "10.1/book"]),
                arxiv=chance.choice([None, None, None, f"2101.{number:05}"]),
                reference=chance.choice([{}, {}, {"volume": "3", "page": str(number % 9)}]),
            )
        )
    library.add(papers)
    compared = 0
    reason = possible_duplicates._reason

    def counted(one: possible_duplicates._Compared, other: possible_duplicates._Compared) -> str:
        nonlocal compared
        compared += 1
        return reason(one, other)

    monkeypatch.setattr(possible_duplicates, "_reason", counted)
    found = [(pair.one.number, pair.other.number) for pair in library.possible_duplicates()]
    screened, compared = compared, 0
    monkeypatch.setattr(
        candidate_pairs._Screen,
        "may_be_same",
        lambda self, one, other: np.ones(len(one), bool),
    )
    assert found == [(pair.one.number, pair.other.number) for pair in library.possible_duplicates()]
    assert len(found) > 50
    assert screened < compared
