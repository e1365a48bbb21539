"""The filters that the Library offers, without a server."""

from __future__ import annotations

import pytest
from web_support import EVIL, MakeSession, Tags

from assistant.errors import LibraryBusy
from assistant.paper import Paper
from assistant.web.browsing.facets import Facets
from assistant.web.browsing.table import PaperTable

PAPERS = [
    Paper(
        title=f"T{n}",
        abstract=f"A{n}." if n else "",
        tags=("Deep Learning", "star") if n else ("nlp",),
        source=source,
        published=f"{2020 + n}",
        reference={"container-title": "Night Journal"}
        | ({"status": "retracted"} if n == 2 else {}),
    )
    for n, source in enumerate(("a.bib", "a.bib", "b.ris"))
]


def offered(html: str) -> list[str]:
    return [value for name, value in Tags(html).attributes if name == "data-filter" and value]


def test_every_kind_is_offered_and_finds_its_papers(make_session: MakeSession) -> None:
    session = make_session(papers=PAPERS)
    filters = offered(Facets(session).view())
    assert filters == [
        "year:2022",
        "year:2021",
        "year:2020",
        'venue:"Night Journal"',
        'tag:"Deep Learning"',
        "tag:nlp",
        "source:a.bib",
        "source:b.ris",
        "tag:star",
        "abstract:no",
        "retracted:yes",
    ]
    expected = [1, 1, 1, 3, 2, 1, 2, 1, 2, 1, 1]
    table = PaperTable(session)
    for one, count in zip(filters, expected, strict=True):
        assert table.listing(one).html.count('class="paper-row"') == count, one


def test_one_source_is_no_filter(make_session: MakeSession) -> None:
    paper = Paper(title="T", abstract="A.", source="a.bib")
    assert offered(Facets(make_session(papers=[paper])).view()) == []


def test_labels_are_not_counted_again_at_once(make_session: MakeSession) -> None:
    session = make_session()
    facets, library = Facets(session), session.library
    html = facets.view()
    assert facets.is_current(library.stamp())
    library.papers.tag([1], ["x"])
    assert facets.view() == html
    assert not facets.is_current(library.stamp())
    facets.expire()
    assert "tag:x" in facets.view()
    assert facets.is_current(library.stamp())


def test_labels_are_text(make_session: MakeSession) -> None:
    paper = Paper(title="T", abstract="A.", tags=(EVIL,), reference={"container-title": EVIL})
    seen = Tags(Facets(make_session(papers=[paper])).view())
    assert not {"img", "script", "a", "input"} & set(seen.tags)
    assert seen.text.count("<script>alert(1)</script>") == 2


def test_a_library_in_trouble_offers_nothing(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session()

    def busy(*_: object) -> None:
        raise LibraryBusy("Another program holds the library.")

    monkeypatch.setattr(session.library, "stamp", busy)
    assert Facets(session).view() == ""
