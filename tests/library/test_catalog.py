from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import PaperNotFound
from assistant.library.catalog import Catalog
from assistant.library.database import Database
from assistant.library.decisions import content_of
from assistant.library.filters import Filters
from assistant.library.records import ImportReport, SourceRecord
from assistant.library.removal import remove_papers
from assistant.paper import Paper

MakePapers = Callable[..., list[Paper]]
ABSTRACT = "We measure how glaciers melt. The rate doubled within ten years."


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def catalog(database: Database) -> Catalog:
    return Catalog(database)


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
    assert catalog.add_batch(papers) == ImportReport(read=2, added=2)
    stored = list(catalog.all())
    assert [s.paper for s in stored] == papers
    assert [s.number for s in stored] == [1, 2]
    assert [s.id for s in stored] == [paper.id for paper in papers]
    assert catalog.count() == 2


def test_the_same_papers_again_change_nothing(catalog: Catalog, make_papers: MakePapers) -> None:
    papers = make_papers(30)
    catalog.add_batch(papers)
    before = list(catalog.all())
    assert catalog.add_batch(papers + papers) == ImportReport(read=60, unchanged=60)
    assert list(catalog.all()) == before


def test_any_shared_key_merges(catalog: Catalog) -> None:
    catalog.add_batch([Paper(title="Melting", abstract=ABSTRACT)])
    richer = Paper(title="MELTING!", abstract=ABSTRACT, doi="10.1/x", arxiv="2101.00001v1")
    assert catalog.add_batch([richer]) == ImportReport(read=1, merged=1)
    assert catalog.add_batch(
        [Paper(title="Other words", abstract="Short.", arxiv="2101.00001")]
    ) == (ImportReport(read=1, merged=1))
    (stored,) = catalog.all()
    assert stored.id == "doi:10.1/x"
    assert stored.title == "Melting"
    # Every name it was ever seen under still names it, the other wording's too.
    for key in (*richer.keys, Paper(title="Other words", abstract="Short.").id):
        assert catalog.get(key) == stored


def test_a_paper_that_belongs_to_two_joins_them(catalog: Catalog) -> None:
    catalog.add_batch(
        [
            Paper(title="First", abstract="Abc.", doi="10.1/x", tags=("a",)),
            Paper(title="Between", abstract="Something."),
            Paper(title="Second", abstract="Xyz.", arxiv="2101.00001", tags=("b",)),
        ]
    )
    bridge = Paper(title="Third", abstract="Bridge.", doi="10.1/x", arxiv="2101.00001", tags=("c",))
    assert catalog.add_batch([bridge]) == ImportReport(read=1, merged=1)
    first, between = catalog.all()
    assert (first.number, between.number) == (1, 2)
    assert first.paper.arxiv == "2101.00001"
    assert set(first.paper.tags) == {"a", "b", "c"}
    assert catalog.get("2101.00001") == catalog.get("10.1/x") == first
    assert catalog.get(Paper(title="Second", abstract="Xyz.").id) == first
    assert catalog.ranked("second xyz", 5) == []  # gone from the full text, too


def test_a_changed_abstract_is_found_by_its_new_words_alone(catalog: Catalog) -> None:
    catalog.add_batch([Paper(title="T", abstract="Walrus…", doi="10.1/x")])
    catalog.add_batch([Paper(title="T", abstract="Seal and more.", doi="10.1/x")])
    assert catalog.ranked("walrus", 5) == []
    assert [number for number, _ in catalog.ranked("seal", 5)] == [1]


def test_a_failed_batch_leaves_nothing(catalog: Catalog, make_papers: MakePapers) -> None:
    catalog.add_batch(make_papers(3))
    broken = Paper.model_construct(title="x", abstract="y", authors=(b"not JSON",), tags=())
    with pytest.raises(TypeError):
        catalog.add_batch([*make_papers(3, first=10), broken])
    assert catalog.count() == 3
    assert catalog.add_batch(make_papers(3, first=10)).added == 3


@pytest.mark.parametrize(
    "key",
    [
        "doi:10.1/AbC", "10.1/abc", "DOI:10.1/ABC", "arxiv:2403.00001v9", "2403.00001", "2403.0",
        "pmid:12", "#1", "1", " 10.1/a ",
    ],
)  # fmt: skip
def test_a_paper_has_many_names(catalog: Catalog, key: str) -> None:
    catalog.add_batch(
        [
            Paper(title="A", abstract="a", doi="10.1/AbC", arxiv="2403.00001v2", pmid="12"),
            Paper(title="B", abstract="b", doi="10.2/abc", arxiv="2404.00001"),
        ]
    )
    assert catalog.get(key).title == "A"


def test_an_ambiguous_beginning_names_the_candidates(catalog: Catalog) -> None:
    catalog.add_batch(
        [Paper(title=t, abstract="a", doi=f"10.1/{t}") for t in ("abc", "abd", "xyz")]
    )
    with pytest.raises(PaperNotFound, match=r"10\.1/ab.*several.*doi:10\.1/abc 'abc'.*abd"):
        catalog.get("10.1/ab")


@pytest.mark.parametrize("key", ["", "#", "#99", "99999999999999999999999", "text:", "\udcff", "%"])
def test_an_unknown_key_is_a_clear_error(catalog: Catalog, key: str) -> None:
    catalog.add_batch([Paper(title="A", abstract="a", doi="10.1/a")])
    with pytest.raises(PaperNotFound, match="No paper"):
        catalog.get(key + "zz" if key == "text:" else key)


def test_an_unknown_key_names_papers_with_its_words(catalog: Catalog) -> None:
    catalog.add_batch(
        [Paper(title="Glaciers", abstract="a"), Paper(title="Penguins", abstract="b")]
    )
    with pytest.raises(PaperNotFound, match=r"Similar papers: text:\w+ 'Penguins'"):
        catalog.get("penguin")


def test_reading_page_by_page_goes_on_while_papers_are_added(
    catalog: Catalog, make_papers: MakePapers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.catalog._PAGE", 4)
    catalog.add_batch(make_papers(10))
    seen = []
    for stored in catalog.all():
        seen.append(stored.number)
        if stored.number == 6:
            catalog.add_batch(make_papers(3, first=10))
    assert seen == list(range(1, 14))


def described(catalog: Catalog) -> set[tuple[str, str, tuple[str, ...]]]:
    """All that must not depend on the order in which records came."""
    return {
        (
            stored.id,
            stored.paper.model_dump_json(),
            tuple(
                sorted(
                    f"{content_of(record.paper)} {record.sources}"
                    for record in catalog.records(stored.number)
                )
            ),
        )
        for stored in catalog.all()
    }


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.lists(
        st.builds(
            Paper,
            title=st.sampled_from(
                [
                    "How glaciers melt in warm winters",
                    "How glaciers melt in warm winters: a study",
                    "How glaciers melt in warm winters: another",
                    "Editorial",
                    "Snow",
                ]
            ),
            abstract=st.sampled_from(["", "We saw it.", "We saw it all ..."]),
            authors=st.sampled_from(
                [(), ("Ingrid Melt",), ("Melt I", "Ada Frost"), ("Bo Ek",), ("Ice Institute",)]
            ),
            published=st.sampled_from([None, "2020", "2021-02", "2026"]),
            doi=st.sampled_from([None, None, "10.1/a", "10.1/b"]),
            arxiv=st.sampled_from([None, None, "2101.00001", "2101.00001v2"]),
            tags=st.sampled_from([(), ("ice",), ("Ice", "cold")]),
            source=st.sampled_from(["a.bib", "b.ris"]),
            reference=st.sampled_from(
                [
                    {},
                    {},
                    {"type": "chapter", "page": "1-9"},
                    {"type": "chapter", "page": "11"},
                    {"type": "article-journal", "volume": "3", "issue": "1", "page": "5"},
                    {"type": "article-journal", "volume": "3", "issue": "2"},
                    {"type": "book", "ISBN": "9780000000019", "edition": "2"},
                    {"type": "book", "ISBN": "9780000000026", "edition": "1st"},
                ]
            ),
        ),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_any_order_parts_and_repetition_give_the_same_library(
    records: list[Paper], chance: random.Random
) -> None:
    other_order = [*records, *chance.sample(records, len(records) // 2)]
    chance.shuffle(other_order)
    with tempfile.TemporaryDirectory() as name:
        once, again = Catalog(Database(Path(name, "1"))), Catalog(Database(Path(name, "2")))
        once.add_batch(records)
        for start in range(0, len(other_order), 2):
            again.add_batch(other_order[start : start + 2])
        assert described(once) == described(again)
        repeated = once.add_batch(records)
        assert (repeated.unchanged, described(once)) == (len(records), described(again))


def test_every_record_of_a_paper_is_kept(catalog: Catalog) -> None:
    one = Paper(title="Melting", abstract=ABSTRACT, doi="10.1/x", source="a.bib")
    catalog.add_batch([one])
    assert catalog.records(1) == [SourceRecord(one.model_copy(update={"source": ""}), ("a.bib",))]
    other = Paper(title="Melting", doi="10.1/x", tags=("ice",), source="b.ris")
    catalog.add_batch([other, other.model_copy(update={"source": "c.ris"})])
    assert [(record.paper.tags, record.sources) for record in catalog.records(1)] == [
        ((), ("a.bib",)),
        (("ice",), ("b.ris", "c.ris")),
    ]
    (stored,) = catalog.all(Filters(sources=("c.ris",)))
    assert stored.paper.source == "a.bib"


def test_papers_come_apart_again_when_identifiers_contradict(catalog: Catalog) -> None:
    def same(abstract: str, doi: str | None) -> Paper:
        title = "How glaciers melt in warm winters"
        return Paper(title=title, authors=("Ingrid Melt",), abstract=abstract, doi=doi)

    catalog.add_batch([same("A.", "10.1/a"), same("B b.", None)])
    assert catalog.count() == 1
    report = catalog.add_batch([same("C.", "10.1/c")])
    assert (report.added, catalog.count()) == (1, 3)
    assert [stored.abstract for stored in catalog.all()] == ["A.", "B b.", "C."]
    assert [number for number, _ in catalog.ranked("b", 5)] == [2]


def test_a_record_without_abstract_is_found_by_its_title(catalog: Catalog) -> None:
    report = catalog.add_batch([Paper(title="Melting of glaciers", doi="10.1/x")])
    assert (report.added, report.without_abstract) == (1, 1)
    assert catalog.ranked("glaciers", 5)[0][0] == 1


def test_own_tags_stay_whatever_is_imported(catalog: Catalog) -> None:
    paper = Paper(title="Melting", abstract=ABSTRACT, doi="10.1/x", tags=("Ice", "snow"))
    catalog.add_batch([paper])
    assert catalog.tag([1], ["star", "ICE"]) == 1
    assert catalog.untag([1], ["Snow", "unknown"]) == 1
    assert catalog.tag([1], ["star"]) == 0
    catalog.add_batch([paper, paper.model_copy(update={"published": "2021"})])
    (stored,) = catalog.all(Filters(tags=("star",)))
    assert (stored.paper.tags, stored.paper.published) == (("ICE", "star"), "2021")
    assert not list(catalog.all(Filters(tags=("snow",))))
    assert catalog.tag([1], ["snow"]) == 1
    assert catalog.get("#1").paper.tags == ("ICE", "snow", "star")
    catalog.add_batch([Paper(title="Bridge", abstract="B.", arxiv="2101.00001")])
    catalog.tag([2], ["later"])
    catalog.add_batch([Paper(title="Bridge", doi="10.1/x", arxiv="2101.00001")])
    assert catalog.get("#1").paper.tags == ("ICE", "later", "snow", "star")


def test_removed_papers_leave_nothing(catalog: Catalog, database: Database) -> None:
    paper = Paper(title="Walrus", abstract=ABSTRACT, doi="10.1/x", authors=("Ingrid Melt",))
    catalog.add_batch([paper, paper.model_copy(update={"tags": ("ice",)}), Paper(title="Seal")])
    catalog.tag([1], ["star"])
    assert [one.number for one in remove_papers(database, [1, 99])] == [1]
    assert catalog.ranked("walrus", 5) == []
    with database.read() as connection:
        for table in ("keys", "titles", "labels", "records", "own_tags"):
            rows = connection.execute(f"SELECT count(*) FROM {table} WHERE paper = 1").fetchone()
            assert rows == (0,), table
    assert catalog.add_batch([paper]).added == 1
