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
from assistant.web.browsing.table import PaperTable

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
    plain = html.replace("<mark>", "").replace("</mark>", "")
    return [part.split("</bdi>")[0] for part in plain.split('<bdi class="title">')[1:]]


def test_a_row_shows_title_authors_year_venue_and_tags(make_table: MakeTable) -> None:
    paper = Paper(
        title="On bats",
        abstract="Bats sleep.",
        authors=("Bo Ek", "Cy Fu", "Di Go", "Ed Ha"),
        published="2024-03-14",
        doi="10.1000/bats",
        tags=("star", "a", "b", "c", "d"),
        reference={"container-title": "Night Journal"},
    )
    table, library = make_table(papers=[paper])
    html = table.listing().html
    for shown in ("On bats", "Ek, Fu, Go, Ha", "2024", "Night Journal"):
        assert f">{shown}<" in html
    day = library.papers.added_at([1])[1][:10]
    assert f'class="col-added">{day}<' in html
    assert 'title="Bo Ek, Cy Fu, Di Go, Ed Ha"' in html
    assert 'id="star-1" aria-pressed="true"' in html
    assert ">No TL;DR yet<" in html
    assert [f">{tag}</bdi>" in html for tag in ("star", "a", "b", "c", "d")] == [
        False, True, True, False, False,
    ]  # fmt: skip
    assert ">+2<" in html
    library.tldrs.save(StoredTldr(1, "They sleep.", "m", "p", "generated", 1.0, ""))
    assert ">They sleep.<" in table.listing().html


def test_a_paper_without_abstract_says_so(make_table: MakeTable) -> None:
    table, _ = make_table(papers=[Paper(title="Editorial", doi="10.1000/x")])
    assert ">No abstract<" in table.listing().html


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
    ("sort", "expected", "header"),
    [
        ("", "ACB", 'col-added" aria-sort="descending"'),
        ("-added", "ACB", 'col-added" aria-sort="descending"'),
        ("added", "BCA", 'col-added" aria-sort="ascending"'),
        ("-published", "BAC", 'col-year" aria-sort="descending"'),
        ("published", "CAB", 'col-year" aria-sort="ascending"'),
        ("title", "ABC", 'col-title" aria-sort="ascending"'),
        ("-title", "CBA", 'col-title" aria-sort="descending"'),
        ("author", "CBA", 'col-authors" aria-sort="ascending"'),
        ("-author", "BCA", 'col-authors" aria-sort="descending"'),
        ("venue", "BAC", 'col-venue" aria-sort="ascending"'),
        ("nonsense", "ACB", 'aria-sort="none"'),
    ],
)
def test_columns_sort(make_table: MakeTable, sort: str, expected: str, header: str) -> None:
    table, _ = make_table(
        papers=[
            Paper(title="B", abstract="b.", published="2024", authors=("Ann Zoe",),
                  reference={"container-title": "Cell"}),
            Paper(title="C", abstract="c.", published="1999", authors=("Zed Abel",)),
            Paper(title="A", abstract="a.", published="2003",
                  reference={"container-title": "nature"}),
        ]
    )  # fmt: skip
    html = table.listing("", sort).html
    assert "".join(titles(html)) == expected
    assert header in html


def test_a_header_asks_for_the_other_direction_and_then_for_relevance(
    make_table: MakeTable,
) -> None:
    table, _ = make_table(papers=DATED)
    assert 'id="sort-year" data-next="-published"' in table.listing().html
    assert 'id="sort-year" data-next="published"' in table.listing("", "-published").html
    assert 'id="sort-year" data-next="-published"' in table.listing("", "published").html
    assert 'id="sort-year" data-next=""' in table.listing("bats", "published").html


def test_a_search_narrows_the_list_and_shows_the_count(
    make_table: MakeTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "PAGE", 10)
    table, _ = make_table(papers=[*DATED, Paper(title="Owls", abstract="Owls sleep by day.")])
    assert ">16 papers<" in table.listing().found
    found = table.listing("bats sleep")
    assert ">15 of 16 papers contain “bats sleep”<" in found.found
    assert ">1-10 of 15<" in found.pager
    assert ">1 of 16 papers contains “owls”<" in table.listing("owls").found
    # Words of titles, abstracts, authors and tags, and the beginning of the last one.
    assert titles(table.listing("owls day").html) == ["Owls"]
    assert ">15 of 16 papers contain “ek”<" in table.listing("ek").found
    assert titles(table.listing("ek 2012").html) == ["On bats, part 12"]
    assert ">15 of 16 papers contain “slee ba”<" not in table.listing("slee ba").found
    assert ">15 of 16 papers contain “sleep bat”<" in table.listing("sleep bat").found
    by_title = table.listing("bats since:2020", "-title")
    assert titles(by_title.html)[0] == "On bats, part 24"
    assert ">1-5 of 5<" in by_title.pager


def test_best_matches_are_told_from_papers_that_contain_the_words(
    make_table: MakeTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "MOST_BEST", 5)
    table, _ = make_table(papers=[*DATED, Paper(title="Owls", abstract="Owls sleep by day.")])
    contained = table.listing("owls sleep")
    assert titles(contained.html) == ["Owls"]
    assert 'id="mode-contains" data-mode="" aria-pressed="true"' in contained.found
    best = table.listing("owls sleep", best=True)
    assert ">5 best matches for “owls sleep”, by words and meaning<" in best.found
    assert titles(best.html)[0] == "Owls"
    assert ">1-5 of 5<" in best.pager
    assert 'id="mode-best" data-mode="owls sleep" aria-pressed="true"' in best.found
    neither = table.listing("owls bats")
    assert "No paper contains “owls bats”. 5 best matches" in neither.found
    assert 'aria-pressed="false" disabled>Contains the words' in neither.found
    nothing = table.listing("zzzz")
    assert "No paper contains “zzzz”" in (nothing.html + nothing.found)


def test_matches_are_marked(make_table: MakeTable) -> None:
    paper = Paper(
        title="On the sleep of bats",
        abstract="They hang. " * 30 + "Sleeping colonies were observed for a year.",
        authors=("Bo Ek",),
    )
    table, library = make_table(papers=[paper])
    library.tldrs.save(StoredTldr(1, "They hang.", "m", "p", "generated", 1.0, ""))
    assert "On the <mark>sleep</mark> of <mark>bats</mark>" in table.listing("bats sleeping").html
    assert ">They hang.<" in table.listing("bats").html
    # Where only the abstract contains it, its part is shown instead of the TL;DR.
    found = table.listing("colonies").html
    assert "… " in found
    assert "<mark>colonies</mark> were observed" in found
    assert ">They hang.<" not in found


def test_the_box_understands_filters(
    make_table: MakeTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "PAGE", 10)
    table, _ = make_table(papers=DATED)
    newest = table.listing("since:2012 author:ek", "-published")
    assert titles(newest.html) == [f"On bats, part {n}" for n in range(24, 14, -1)]
    assert ">1-10 of 13<" in newest.pager
    assert ">13 of 15 papers<" in newest.found
    older = table.listing("since:2012 author:ek", "-published", 1)
    assert titles(older.html) == [f"On bats, part {n}" for n in range(14, 11, -1)]
    assert ">11-13 of 13<" in older.pager
    assert ">2 of 15 papers contain “bats”<" in table.listing("bats until:2011").found
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
    assert 'id="paper-3"' not in listing.html
    assert ">14 papers similar to “On bats, part 12”, nearest first<" in listing.found
    assert ">2 papers similar to" in table.listing("similar:3 since:2023").found
    assert "No other papers match since:2030." in table.listing("since:2030 similar:3").html
    assert "No paper in the library has the id" in table.listing("similar:nonsense").html


def test_an_empty_library_says_what_to_do(make_table: MakeTable) -> None:
    table, _ = make_table(papers=[])
    assert "The library is empty" in table.listing().html
    assert 'class="open-import"' in table.listing().html
    assert "The library is empty" not in table.listing("cats").html


def test_a_library_in_trouble_is_one_line(
    make_table: MakeTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, library = make_table()

    def busy(*_: object, **__: object) -> None:
        raise LibraryBusy("Another program holds the library.")

    monkeypatch.setattr(library.papers, "sorted_by", busy)
    monkeypatch.setattr(library, "stamp", busy)
    assert "Another program holds the library." in table.listing().html
    assert table.stamp() == ()


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
    searched = table.listing("script")
    assert "<mark>script</mark>" in searched.html
    seen = Tags(listing.html + listing.pager + listing.found + searched.found)
    assert not {"img", "script", "a", "input"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name == "src"]
    assert seen.text.count("<script>alert(1)</script>") >= 3


def test_pages_that_are_turned_to() -> None:
    assert [_page(turned) for turned in ("3:17", "", "x:1", "-1:2", "9" * 40)] == [3, 0, 0, 0, 0]
