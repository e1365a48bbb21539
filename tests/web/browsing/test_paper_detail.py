"""One paper in full, without a server."""

from __future__ import annotations

import json

import pytest
from web_support import EVIL, MakeSession, Tags

from assistant.errors import LibraryReadOnly
from assistant.library import LONGEST_TLDR, Library, StoredTldr
from assistant.paper import Paper
from assistant.web.browsing.paper_detail import DetailView, PaperDetail, tags_of
from assistant.web.ingestion.tldr_work import TldrWork
from assistant.web.jobs import Jobs

FULL = Paper(
    title="On the sleep of bats",
    abstract="Bats hang upside down while they sleep.",
    authors=("Bo Ek", "Cy Fu"),
    published="2024-03-14",
    arxiv="2403.00001v2",
    doi="10.1000/Bats(1)",
    pmid="123",
    url="https://example.org/bats",
    tags=("bats", "star"),
    source="a.bib",
)


def make_detail(make_session: MakeSession, *papers: Paper) -> tuple[PaperDetail, Library]:
    session = make_session(papers=list(papers))
    return PaperDetail(session, TldrWork(session, Jobs())), session.library


def links(html: str) -> list[str | None]:
    return [value for name, value in Tags(html).attributes if name == "href"]


def test_everything_of_a_paper_is_shown(make_session: MakeSession) -> None:
    detail, library = make_detail(make_session, FULL)
    library.add([FULL.model_copy(update={"source": "b.ris", "title": "Bats, asleep"})])
    library.tldrs.save(
        StoredTldr(1, "They hang.", "TinyModel", "p", "extracted", 1.0, "2026-01-02T10:00:00")
    )
    view = detail.view("1")
    first, more = Tags(view.first).text, Tags(view.more).text
    for shown in (
        "Bo Ek, Cy Fu",
        "14 March 2024 · added ",
        FULL.abstract,
        "They hang.",
        "Taken from the abstract, 2 January 2026",
        "Ask only this paper",
        "bats",
    ):
        assert shown in first
    assert 'class="ask-paper" data-paper="1" data-title="On the sleep of bats"' in view.first
    assert 'id="detail-star" data-paper="1" aria-pressed="true"' in view.first
    assert 'data-tag="star"' not in view.first
    assert "@article{" in first
    for shown in ("Merged from 2 records", "a.bib", "b.ris", "Bats, asleep"):
        assert shown in more
    assert "https://example.org/bats" in more


def test_only_good_identifiers_are_links(make_session: MakeSession) -> None:
    detail, _ = make_detail(make_session, FULL)
    html = detail.view("1").more
    assert links(html) == [
        "https://doi.org/10.1000/Bats(1)",
        "https://arxiv.org/abs/2403.00001v2",
        "https://pubmed.ncbi.nlm.nih.gov/123",
    ]
    assert html.count('target="_blank" rel="noreferrer noopener"') == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"doi": "10.1000/x y"},
        {"doi": '10.1000/"><img src=x>'},
        {"doi": "javascript:alert(1)"},
        {"doi": "10.1000/x?redirect=evil"},
        {"doi": "10.1000/x#evil"},
        {"doi": "10.1000/x\n"},
        {"arxiv": "../../evil"},
        {"arxiv": "2403.00001@evil.test"},
        {"pmid": "12/../../evil"},
        {"pmid": "١٢٣"},
        {"url": "http://evil.test/"},
        {"url": "javascript:alert(1)"},
    ],
)
def test_anything_else_is_text_to_copy(make_session: MakeSession, wrong: dict[str, str]) -> None:
    detail, _ = make_detail(make_session, Paper(title="T", abstract="A.", **wrong))  # type: ignore[arg-type]
    html = detail.view("1").more
    assert links(html) == []
    (value,) = wrong.values()
    assert value.strip() in Tags(html).text
    assert 'data-copies="name-1"' in html


def test_bibtex_is_there_to_copy(make_session: MakeSession) -> None:
    detail, _ = make_detail(make_session, FULL)
    text = Tags(detail.view("1").first).text
    assert "author = {Ek, Bo and Fu, Cy}" in text
    assert "doi = {10.1000/Bats(1)}" in text


def test_references_are_there_to_copy(make_session: MakeSession) -> None:
    detail, _ = make_detail(make_session, FULL)
    html = detail.view("1").first
    text = Tags(html).text
    assert "Ek, B., & Fu, C." in text
    assert "B. Ek and C. Fu, “" in text
    assert "TY  - " in text
    for style in ("apa", "chicago", "ieee", "vancouver"):
        assert f'data-copies="reference-{style}"' in html


def test_tags_are_given_and_taken(make_session: MakeSession) -> None:
    detail, library = make_detail(make_session, FULL)

    def tags() -> list[str]:
        return sorted(library.papers.get("#1").paper.tags)

    assert detail.tag("1", " to  read, nlp,, ") == ""
    assert tags() == ["bats", "nlp", "star", "to read"]
    assert detail.change(json.dumps({"do": "untag", "paper": "1", "tag": "bats"})) == ""
    assert detail.change(json.dumps({"do": "untag", "paper": "1", "tag": "star"})) == ""
    assert tags() == ["nlp", "to read"]
    assert detail.change(json.dumps({"do": "tag", "paper": "1", "tag": "star"})) == ""
    assert "star" in tags()
    assert "Enter a tag" in detail.tag("1", " , ")
    assert "No paper in the library has the id" in detail.tag("99", "x")


def test_a_tldr_is_edited_and_rewritten(make_session: MakeSession) -> None:
    detail, library = make_detail(make_session, FULL)
    assert "None yet" in Tags(detail.view("1").first).text
    assert detail.change(json.dumps({"do": "tldr", "paper": "1", "tag": " They\n hang. "})) == ""
    tldr = library.tldrs.get(1)
    assert tldr
    assert tldr.text == "They hang."
    first = Tags(detail.view("1").first).text
    assert "They hang." in first
    assert "Edited by you, " in first
    for wrong, told in (("", "cannot be empty"), ("x" * (LONGEST_TLDR + 1), "at most")):
        request = json.dumps({"do": "tldr", "paper": "1", "tag": wrong})
        assert told in detail.change(request)
    assert detail.change(json.dumps({"do": "rewrite", "paper": "1"})) == ""
    assert "No paper in the library" in detail.change(json.dumps({"do": "rewrite", "paper": "9"}))


def test_the_star_is_no_keyword(make_session: MakeSession) -> None:
    detail, _ = make_detail(make_session, FULL)
    assert "keywords = {bats}" in Tags(detail.view("1").first).text


@pytest.mark.parametrize(
    "request_", ["", "{", "[]", "{}", '{"do": "tag"}', "3", "null", "[" * 99_999]
)
def test_what_is_no_request_does_nothing(make_session: MakeSession, request_: str) -> None:
    detail, library = make_detail(make_session, FULL)
    assert detail.change(request_) == ""
    assert library.papers.get("#1").paper.tags == FULL.tags


def test_a_read_only_library_is_one_line(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    detail, library = make_detail(make_session, FULL)
    monkeypatch.setattr(library._database, "_refusal", LibraryReadOnly("It cannot be written."))
    assert "It cannot be written." in detail.tag("1", "x")
    request = json.dumps({"do": "untag", "paper": "1", "tag": "bats"})
    assert "It cannot be written." in detail.change(request)
    assert library.papers.get("#1").paper.tags == FULL.tags


def test_similar_papers_are_listed(make_session: MakeSession) -> None:
    others = [Paper(title=f"On bat {n}", abstract=f"Bats sleep {n} hours.") for n in range(8)]
    detail, _ = make_detail(make_session, FULL, *others)
    html = detail.near("1")
    assert html.count('class="open-near"') == 5
    assert 'id="near-1"' not in html
    assert 'class="similar quiet-link" data-paper="1"' in html
    assert detail.near("99") == detail.near("") == ""


def test_the_only_paper_is_like_no_other(make_session: MakeSession) -> None:
    detail, _ = make_detail(make_session, FULL)
    assert "No other papers." in detail.near("1")


def test_no_paper_and_one_that_is_gone(make_session: MakeSession) -> None:
    detail, library = make_detail(make_session, FULL)
    assert detail.view("") == DetailView()
    library.remove([1])
    view = detail.view("1")
    assert "No paper in the library has the id" in view.first
    assert "close-detail" in view.first
    assert view.more == ""


def test_nothing_of_a_paper_is_markup(make_session: MakeSession) -> None:
    paper = Paper(
        title=EVIL, abstract=EVIL, authors=(EVIL,), tags=(EVIL,), source=EVIL, url=EVIL, doi=EVIL
    )
    detail, library = make_detail(make_session, paper)
    library.tldrs.save(StoredTldr(1, EVIL, EVIL, "p", "generated", 1.0, EVIL))
    view = detail.view("1")
    seen = Tags(view.first + view.more)
    assert not {"img", "script", "a", "input"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name == "src"]


def test_tags_between_commas() -> None:
    assert tags_of("a,  b  c ,") == ["a", "b c"]


def test_half_a_character_is_no_fault(make_session: MakeSession) -> None:
    detail, library = make_detail(make_session, FULL)
    assert detail.tag("1", "cut \ud83d") == ""
    assert "cut ?" in library.papers.get("#1").paper.tags


def test_a_tag_with_a_comma_can_be_taken_away(make_session: MakeSession) -> None:
    detail, library = make_detail(
        make_session, FULL.model_copy(update={"tags": ("Computers, Handheld",)})
    )
    request = {"do": "untag", "paper": "1", "tag": "Computers, Handheld"}
    assert detail.change(json.dumps(request)) == ""
    assert library.papers.get("#1").paper.tags == ()


def test_a_paper_that_goes_while_it_is_opened_is_no_fault(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    detail, library = make_detail(make_session, FULL)
    monkeypatch.setattr(library.papers, "added_at", lambda numbers: {})
    assert "14 March 2024" in detail.view("1").first


def in_zotero(link: str) -> Paper:
    custom = {"zotero": {"select": link, "pdf": "yes"}}
    return FULL.model_copy(update={"reference": {"custom": custom}})


@pytest.mark.parametrize("place", ["library", "groups/4815"])
def test_a_synced_paper_links_to_its_item_in_zotero(make_session: MakeSession, place: str) -> None:
    link = f"zotero://select/{place}/items/ABCD2345"
    detail, _ = make_detail(make_session, in_zotero(link))
    first = detail.view("1").first
    assert links(first) == [link]
    assert "Open in Zotero (has PDF)" in Tags(first).text


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "zotero://select/library/items/ABCD2345?x=1",
        "zotero://open-pdf/library/items/ABCD2345",
        'zotero://select/library/items/abcd2345" onclick="alert(1)',
        "https://example.org/zotero://select/library/items/ABCD2345",
        "zotero://select/groups/0/items/ABCD2345",
        "",
    ],
)
def test_no_other_address_becomes_a_link(make_session: MakeSession, link: str) -> None:
    detail, _ = make_detail(make_session, in_zotero(link))
    first = detail.view("1").first
    assert links(first) == []
    assert "Zotero" not in Tags(first).text
