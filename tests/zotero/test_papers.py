"""Zotero items as papers: kinds, dates, names, citation keys, links."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.paper import Paper
from assistant.reading.format import NoPaper
from assistant.reference import has_zotero_pdf, zotero_link
from assistant.zotero import ORPHANED, OWN_LIBRARY, ZoteroItem, ZoteroLibrary, paper_of_item
from assistant.zotero.papers import orphaned

KEY = "ABCD2345"


def paper(
    kind: str = "journalArticle", library: ZoteroLibrary = OWN_LIBRARY, **about: Any
) -> Paper:
    names = ("creators", "tags", "collections", "citation_key", "has_pdf", "retracted")
    own = {name: about.pop(name) for name in names if name in about}
    fields = {"title": "On sleep", **about}
    return paper_of_item(ZoteroItem(KEY, kind, fields, **own), library)


def test_an_article() -> None:
    made = paper(
        DOI="https://doi.org/10.1000/182",
        publicationTitle="Journal of Sleep",
        volume="3",
        pages="1-9",
        abstractNote="Owls <i>sleep</i>.",
        creators=(
            {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"},
            {"creatorType": "editor", "firstName": "Jo", "lastName": "Smith"},
        ),
    )
    assert (made.doi, made.authors, made.source) == ("10.1000/182", ("Ada Lovelace",), "Zotero")
    assert made.abstract == "Owls sleep."
    assert made.reference["type"] == "article-journal"
    assert made.reference["container-title"] == "Journal of Sleep"
    assert made.reference["editor"] == [{"family": "Smith", "given": "Jo"}]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2019-03-14 14 March 2019", "2019-03-14"),
        ("2019-03-00 March 2019", "2019-03"),
        ("2019-00-00 2019", "2019"),
        ("0000-00-00 forthcoming", None),
        ("2019-03", "2019-03"),
        ("March 2019", "2019-03"),
        ("soon", None),
    ],
)
def test_dates(written: str, expected: str | None) -> None:
    assert paper(date=written).published == expected


@pytest.mark.parametrize(
    ("kind", "fields", "csl"),
    [
        ("case", {"caseName": "Owl v. Lark", "dateDecided": "1999-00-00 1999"}, "legal_case"),
        ("statute", {"nameOfAct": "Sleep Act", "dateEnacted": "1999-00-00 1999"}, "legislation"),
        ("patent", {"title": "Bed", "issueDate": "1999-00-00 1999"}, "patent"),
        ("thesis", {"title": "Beds", "date": "1999-00-00 1999"}, "thesis"),
    ],
)
def test_kinds_with_names_of_their_own(kind: str, fields: dict[str, str], csl: str) -> None:
    made = paper_of_item(ZoteroItem(KEY, kind, fields), OWN_LIBRARY)
    assert (made.published, made.reference["type"]) == ("1999", csl)
    assert made.title in fields.values()


def test_a_preprint_of_zotero_7() -> None:
    made = paper("preprint", repository="arXiv", archiveID="arXiv:1706.03762")
    assert (made.arxiv, made.reference["type"]) == ("1706.03762", "article")


def test_extra_has_identifiers() -> None:
    made = paper(extra="PMID: 1234567\nPMCID: PMC12345\narXiv: 1706.03762")
    assert (made.pmid, made.arxiv) == ("1234567", "1706.03762")
    assert made.reference["PMCID"] == "PMC12345"


def test_citation_keys_the_field_before_extra_before_better_bibtex() -> None:
    def key(**fields: Any) -> object:
        return paper(citation_key="better2019", **fields).reference["citation-key"]

    assert key() == "better2019"
    assert key(extra="Citation Key: pinned") == "pinned"
    assert key(extra="Citation Key: pinned", citationKey="field") == "field"
    assert "citation-key" not in paper().reference


def test_collections_and_tags_become_tags() -> None:
    made = paper(tags=("owls", "a, b"), collections=("Thesis/Chapter 2", "owls"))
    assert made.tags == ("owls", "a, b", "Thesis/Chapter 2")


def test_the_link_and_the_pdf() -> None:
    made = paper(has_pdf=True)
    assert zotero_link(made.reference) == f"zotero://select/library/items/{KEY}"
    assert has_zotero_pdf(made.reference)
    of_group = paper(library=ZoteroLibrary(12, "Lab"))
    assert zotero_link(of_group.reference) == f"zotero://select/groups/12/items/{KEY}"
    assert of_group.source == "Zotero: Lab"
    assert not has_zotero_pdf(of_group.reference)


def test_a_key_that_is_none_gives_no_link() -> None:
    item = ZoteroItem('"><script>', "book", {"title": "On sleep"})
    assert zotero_link(paper_of_item(item, OWN_LIBRARY).reference) == ""


def test_retractions() -> None:
    assert paper(retracted=True).status == "retracted"
    assert paper().status == ""


def test_without_a_title_it_is_no_paper() -> None:
    with pytest.raises(NoPaper, match="no title"):
        paper(title="")


def test_an_orphan_keeps_all_but_its_link() -> None:
    made = paper(has_pdf=True, volume="3")
    left = orphaned(made)
    assert (left.source, left.reference["volume"]) == (ORPHANED, "3")
    assert zotero_link(left.reference) == ""
    assert left.reference["custom"]["zotero"]["key"] == KEY
