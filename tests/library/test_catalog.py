from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.errors import PaperNotFound
from assistant.library.catalog import Catalog
from assistant.library.database import Database
from assistant.library.records import ImportReport
from assistant.paper import Paper

MakePapers = Callable[..., list[Paper]]
ABSTRACT = "We measure how glaciers melt. The rate doubled within ten years."


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    database = Database(tmp_path / "catalog.sqlite")
    yield Catalog(database)
    database.close()


def test_papers_come_back_whole_and_in_order(catalog: Catalog) -> None:
    papers = [
        Paper(
            title="Ünïcode ✓ 漢字",
            abstract='Quotes " and \\ and\nlines',
            authors=("Ann O'Nym", "李"),
            published="2024-03",
            arxiv="2403.00001v2",
            doi="10.1/AbC",
            pmid="12",
            url="https://example.org/?a=1",
            tags=("cs.CL",),
            source="page.txt",
        ),
        Paper(title="B", abstract="b"),
    ]
    assert catalog.add(papers) == ImportReport(read=2, added=2)
    stored = list(catalog.papers())
    assert [s.paper for s in stored] == papers
    assert [s.number for s in stored] == [1, 2]
    assert [s.id for s in stored] == [paper.id for paper in papers]
    assert catalog.count() == 2


def test_the_same_papers_again_change_nothing(catalog: Catalog, make_papers: MakePapers) -> None:
    papers = make_papers(30)
    catalog.add(papers)
    before = list(catalog.papers())
    assert catalog.add(papers + papers) == ImportReport(read=60, unchanged=60)
    assert list(catalog.papers()) == before


def test_any_shared_key_merges(catalog: Catalog) -> None:
    catalog.add([Paper(title="Melting", abstract=ABSTRACT)])
    richer = Paper(title="MELTING!", abstract=ABSTRACT, doi="10.1/x", arxiv="2101.00001v1")
    assert catalog.add([richer]) == ImportReport(read=1, merged=1)
    assert catalog.add([Paper(title="Other words", abstract="Short.", arxiv="2101.00001v3")]) == (
        ImportReport(read=1, unchanged=1)
    )
    (stored,) = catalog.papers()
    assert stored.id == "doi:10.1/x"
    assert stored.title == "Melting"
    # Every name it was ever seen under still names it, the other wording's too.
    for key in (*richer.keys, Paper(title="Other words", abstract="Short.").id):
        assert catalog.get(key) == stored


def test_a_paper_that_belongs_to_two_joins_them(catalog: Catalog) -> None:
    catalog.add(
        [
            Paper(title="First", abstract="Abc.", doi="10.1/x", tags=("a",)),
            Paper(title="Between", abstract="Something."),
            Paper(title="Second", abstract="Xyz.", arxiv="2101.00001", tags=("b",)),
        ]
    )
    bridge = Paper(title="Third", abstract="Bridge.", doi="10.1/x", arxiv="2101.00001", tags=("c",))
    assert catalog.add([bridge]) == ImportReport(read=1, merged=1)
    first, between = catalog.papers()
    assert (first.number, between.number) == (1, 2)
    assert first.paper.arxiv == "2101.00001"
    assert set(first.paper.tags) == {"a", "b", "c"}
    assert catalog.get("2101.00001") == catalog.get("10.1/x") == first
    assert catalog.get(Paper(title="Second", abstract="Xyz.").id) == first
    assert catalog.ranked("second xyz", 5) == []  # gone from the full text, too


def test_a_changed_abstract_is_found_by_its_new_words_alone(catalog: Catalog) -> None:
    catalog.add([Paper(title="T", abstract="Walrus…", doi="10.1/x")])
    catalog.add([Paper(title="T", abstract="Seal and more.", doi="10.1/x")])
    assert catalog.ranked("walrus", 5) == []
    assert [number for number, _ in catalog.ranked("seal", 5)] == [1]


def test_a_failed_batch_leaves_nothing(catalog: Catalog, make_papers: MakePapers) -> None:
    catalog.add(make_papers(3))
    broken = Paper.model_construct(title="x", abstract="y", authors=(b"not JSON",), tags=())
    with pytest.raises(TypeError):
        catalog.add([*make_papers(3, first=10), broken])
    assert catalog.count() == 3
    assert catalog.add(make_papers(3, first=10)).added == 3


@pytest.mark.parametrize(
    "key",
    [
        "doi:10.1/AbC", "10.1/abc", "DOI:10.1/ABC", "arxiv:2403.00001v9", "2403.00001", "2403.0",
        "pmid:12", "#1", "1", " 10.1/a ",
    ],
)  # fmt: skip
def test_a_paper_has_many_names(catalog: Catalog, key: str) -> None:
    catalog.add(
        [
            Paper(title="A", abstract="a", doi="10.1/AbC", arxiv="2403.00001v2", pmid="12"),
            Paper(title="B", abstract="b", doi="10.2/abc", arxiv="2404.00001"),
        ]
    )
    assert catalog.get(key).title == "A"


def test_an_ambiguous_beginning_names_the_candidates(catalog: Catalog) -> None:
    catalog.add([Paper(title=t, abstract="a", doi=f"10.1/{t}") for t in ("abc", "abd", "xyz")])
    with pytest.raises(PaperNotFound, match=r"10\.1/ab.*several.*doi:10\.1/abc 'abc'.*abd"):
        catalog.get("10.1/ab")


@pytest.mark.parametrize("key", ["", "#", "#99", "99999999999999999999999", "text:", "\udcff", "%"])
def test_an_unknown_key_is_a_clear_error(catalog: Catalog, key: str) -> None:
    catalog.add([Paper(title="A", abstract="a", doi="10.1/a")])
    with pytest.raises(PaperNotFound, match="No paper"):
        catalog.get(key + "zz" if key == "text:" else key)


def test_an_unknown_key_names_papers_with_its_words(catalog: Catalog) -> None:
    catalog.add([Paper(title="Glaciers", abstract="a"), Paper(title="Penguins", abstract="b")])
    with pytest.raises(PaperNotFound, match=r"near it: text:\w+ 'Penguins'"):
        catalog.get("penguin")


def test_reading_page_by_page_goes_on_while_papers_are_added(
    catalog: Catalog, make_papers: MakePapers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.catalog._PAGE", 4)
    catalog.add(make_papers(10))
    seen = []
    for stored in catalog.papers():
        seen.append(stored.number)
        if stored.number == 6:
            catalog.add(make_papers(3, first=10))
    assert seen == list(range(1, 14))
