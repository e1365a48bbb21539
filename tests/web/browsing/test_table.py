"""The table of the library, without a server."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from web_support import EVIL, MakeSession, Tags

from assistant.errors import LibraryBusy
from assistant.library import Library, StoredTldr
from assistant.paper import Paper
from assistant.web.browsing import table as table_module
from assistant.web.browsing.library_tab import _page
from assistant.web.browsing.table import ORDERS, PaperTable

MakeTable = Callable[..., tuple[PaperTable, Library]]
DATED = [
    Paper(
        title=f"On bats, part {n}", abstract="Bats sleep.", published=f"20{n}", authors=("Bo Ek",)
    )
    for n in range(10, 25)
]


@pytest.fixture
def make_table(make_session: MakeSession) -> MakeTable:
    def make(**given: object) -> tuple[PaperTable, Library]:
        session = make_session(**given)
        return PaperTable(session), session.library

    return make


def titles(html: str) -> list[str]:
    """The titles of the rows, in their order."""
    return [part.split("</bdi>")[0] for part in html.split('<bdi class="title">')[1:]]


def test_a_row_shows_title_authors_date_tags_and_id(make_table: MakeTable) -> None:
    paper = Paper(
        title="On bats",
        abstract="Bats sleep.",
        authors=("Bo Ek", "Cy Fu", "Di Go", "Ed Ha"),
        published="2024-03-14",
        doi="10.1000/bats",
        tags=("star", "a", "b", "c", "d"),
    )
    table, library = make_table(papers=[paper])
    html = table.listing().html
    for shown in ("On bats", "Bo Ek, Cy Fu, Di Go and others", "2024-03-14", "doi:10.1000/bats"):
        assert f">{shown}<" in html
    assert 'id="star-1" aria-pressed="true"' in html
    assert ">no TL;DR yet<" in html
    assert [f">{tag}</bdi>" in html for tag in ("star", "a", "b", "c", "d")] == [
        False, True, True, True, False,
    ]  # fmt: skip
    assert ">+1<" in html
    library.tldrs.save(StoredTldr(1, "They sleep.", "m", "p", "generated", 1.0, ""))
    assert ">They sleep.<" in table.listing().html


def test_a_paper_without_abstract_says_so(make_table: MakeTable) -> None:
    table, _ = make_table(papers=[Paper(title="Editorial", doi="10.1000/x")])
    assert ">no abstract<" in table.listing().html


def test_the_table_has_pages(make_table: MakeTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_module, "PAGE", 10)
    papers = [Paper(title=f"Title {n:02}", abstract=f"Abstract {n:02}.") for n in range(25)]
    table, _ = make_table(papers=papers)
    last = table.listing("", "title", 2)
    assert titles(last.html) == [f"Title {n}" for n in range(20, 25)]
    assert (last.page, last.pages) == (2, 3)
    assert ">21-25 of 25<" in last.pager
    assert ">Page 3 of 3<" in last.pager
    assert 'data-page="1">Previous' in last.pager
    assert 'data-page="3" disabled>Next' in last.pager
    assert table.listing("", "title", 99) == last
    first = table.listing("", "title", -1)
    assert ">1-10 of 25<" in first.pager
    assert 'data-page="-1" disabled>Previous' in first.pager


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("best", ["B", "A", "C"]),
        ("published", ["B", "A", "C"]),
        ("added", ["A", "C", "B"]),
        ("title", ["A", "B", "C"]),
        ("nonsense", ["B", "A", "C"]),
    ],
)
def test_the_orders(make_table: MakeTable, order: str, expected: list[str]) -> None:
    dates = {"B": "2024", "C": "1999", "A": "2003"}
    papers = [Paper(title=name, abstract=f"{name}.", published=dates[name]) for name in dates]
    table, _ = make_table(papers=papers)
    assert titles(table.listing("", order).html) == expected


def test_every_order_that_is_offered_is_tested() -> None:
    assert [name for _, name in ORDERS] == ["best", "published", "added", "title"]


def test_added_last_first_shows_when(make_table: MakeTable) -> None:
    table, library = make_table(papers=DATED[:1])
    day = library.papers.added_at([1])[1][:10]
    assert f'class="dating">{day}<' in table.listing("", "added").html
    assert f'class="dating">{day}<' not in table.listing("", "title").html


def test_words_and_meaning_search(make_table: MakeTable, monkeypatch: pytest.MonkeyPatch) -> None:
    table, _ = make_table()
    found = table.listing("owls")
    assert titles(found.html)[0] == "On the sleep of owls"
    assert "found<" in found.pager

    monkeypatch.setattr(table_module, "PAGE", 10)
    monkeypatch.setattr(table_module, "MAX_HITS", 20)
    many, _ = make_table(papers=[*DATED, *(p.model_copy(update={"title": f"{p.title} again"})
                                           for p in DATED)])  # fmt: skip
    first, second = many.listing("bats"), many.listing("bats", "best", 1)
    assert ">1-10, best first<" in first.pager
    assert ">11-20, best first<" in second.pager
    assert not set(titles(first.html)) & set(titles(second.html))
    assert 'data-page="2" disabled>Next' in second.pager
    assert many.listing("bats", "best", 7) == second


def test_another_order_lists_all_that_have_every_word(
    make_table: MakeTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "PAGE", 10)
    table, _ = make_table(papers=[*DATED, Paper(title="Owls", abstract="Owls sleep.")])
    newest = table.listing("bats sleep", "published")
    assert titles(newest.html)[0] == "On bats, part 24"
    assert ">1-10 of 15<" in newest.pager
    assert ">1-5 of 5<" in table.listing("bats since:2020", "title").pager
    assert "No papers contain all of these words." in table.listing("bats owls", "title").html


def test_the_box_understands_filters(
    make_table: MakeTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "PAGE", 10)
    table, _ = make_table(papers=DATED)
    newest = table.listing("since:2012 author:ek")
    assert titles(newest.html) == [f"On bats, part {n}" for n in range(24, 14, -1)]
    assert ">1-10 of 13<" in newest.pager
    older = table.listing("since:2012 author:ek", "best", 1)
    assert titles(older.html) == [f"On bats, part {n}" for n in range(14, 11, -1)]
    assert ">11-13 of 13<" in older.pager
    assert ">2 papers found<" in table.listing("bats until:2011").pager
    nothing = table.listing("author:<b>nobody</b>")
    assert "No papers match author:&lt;b&gt;nobody&lt;/b&gt;." in nothing.html


def test_a_wrong_filter_says_what_is_possible(make_table: MakeTable) -> None:
    table, _ = make_table()
    listing = table.listing("cats since:yesterday")
    assert "since:2024, since:2024-03 or since:2024-03-14" in listing.html
    assert 'role="alert"' in listing.html
    assert listing.pager == ""


def test_similar_papers(make_table: MakeTable) -> None:
    table, _ = make_table(papers=DATED)
    listing = table.listing("similar:#3")
    assert "Similar to “On bats, part 12”" in listing.html
    assert 'id="paper-3"' not in listing.html
    assert ">14 most similar to no. 3<" in listing.pager
    assert ">2 most similar to no. 3<" in table.listing("similar:3 since:2023").pager
    assert "No other papers match since:2030." in table.listing("since:2030 similar:3").html
    assert "No paper in the library has the id" in table.listing("similar:nonsense").html


def test_an_empty_library_says_what_to_do(make_table: MakeTable) -> None:
    table, _ = make_table(papers=[])
    assert "The library is empty" in table.listing().html
    assert "The library is empty" not in table.listing("cats").html


def test_a_library_in_trouble_is_one_line(
    make_table: MakeTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, library = make_table()

    def busy(*_: object) -> None:
        raise LibraryBusy("Another program holds the library.")

    monkeypatch.setattr(library.papers, "sorted_by", busy)
    monkeypatch.setattr(library, "stamp", busy)
    assert "Another program holds the library." in table.listing().html
    assert table.stamp() == ()
    assert table.facets() == ""


def test_tags_and_sources_are_offered_as_filters(make_table: MakeTable) -> None:
    papers = [
        Paper(title=f"T{n}", abstract=f"A{n}.", tags=("Deep Learning", "nlp"), source=source)
        for n, source in enumerate(("a.bib", "a.bib", "b.ris"))
    ]
    table, library = make_table(papers=papers)
    html = table.facets()
    offered = [value for name, value in Tags(html).attributes if name == "data-filter" and value]
    assert offered[:2] == ['tag:"Deep Learning"', "tag:nlp"]
    assert len(offered) == 4
    for one in offered:
        assert 'class="paper-row"' in table.listing(one).html, one
    library.papers.tag([1], ["new"])
    assert table.facets() == html, "not counted again at once"
    table.expire_facets()
    assert 'data-filter="tag:new"' in table.facets()


def test_one_source_is_no_filter(make_table: MakeTable) -> None:
    table, _ = make_table(papers=[Paper(title="T", abstract="A.", source="a.bib")])
    assert "data-filter" not in table.facets()


def test_the_stamp_tells_a_change(make_table: MakeTable) -> None:
    table, library = make_table()
    before = table.stamp()
    assert table.stamp() == before
    library.papers.tag([1], ["x"])
    assert table.stamp() != before


def test_nothing_of_a_paper_is_markup(make_table: MakeTable) -> None:
    paper = Paper(title=EVIL, abstract=EVIL, authors=(EVIL,), tags=(EVIL,), source=EVIL)
    table, library = make_table(papers=[paper])
    library.tldrs.save(StoredTldr(1, EVIL, EVIL, "p", "generated", 1.0, ""))
    listing = table.listing()
    seen = Tags(listing.html + listing.pager + table.facets())
    assert not {"img", "script", "a", "input"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name == "src"]
    assert seen.text.count("<script>alert(1)</script>") >= 3


def test_pages_that_are_turned_to() -> None:
    assert [_page(turned) for turned in ("3:17", "", "x:1", "-1:2", "9" * 40)] == [3, 0, 0, 0, 0]


def test_tags_that_are_not_counted_again_at_once_are_told_to_be_old(make_table: MakeTable) -> None:
    table, library = make_table()
    table.facets()
    assert table.has_current_facets(table.stamp())
    library.papers.tag([1], ["x"])
    table.facets()
    assert not table.has_current_facets(table.stamp())
    table.expire_facets()
    assert "tag:x" in table.facets()
    assert table.has_current_facets(table.stamp())
