"""References in the styles of journals."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UsageError
from assistant.exporting.citation_styles import (
    STYLES,
    formatted_reference,
    formatted_references,
)
from assistant.exporting.record import ExportRecord
from assistant.paper import Paper
from assistant.text.sanitizing import sanitized

ARTICLE = Paper(
    title="Soil water & roots in a dry valley: a study of CO2 < 400",
    authors=("Ludwig van Beethoven", "Ada B. Lovelace", "World Health Organization"),
    published="2021-03-04",
    doi="10.1000/xyz",
    pmid="123",
    reference={
        "type": "article-journal",
        "author": [
            {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"},
            {"family": "Lovelace", "given": "Ada B."},
            {"literal": "World Health Organization"},
        ],
        "container-title": "Journal of Soil",
        "volume": "12",
        "issue": "3",
        "page": "123-130",
    },
)
BOOK = Paper(
    title="Deep Learning",
    authors=("Ian Goodfellow", "王小明"),
    published="2016",
    reference={
        "type": "book",
        "author": [
            {"family": "Goodfellow", "given": "Ian"},
            {"family": "王", "given": "小明"},
        ],
        "publisher": "MIT Press",
        "publisher-place": "Cambridge, MA",
        "edition": "2",
    },
)
PREPRINT = Paper(
    title="A preprint of things",
    authors=("Jane Doe",),
    published="2023-05",
    arxiv="2305.12345",
    reference={"type": "article", "note": "12 pages"},
)
BARE = Paper(title="Only a title")


def record(paper: Paper) -> ExportRecord:
    return ExportRecord.from_paper(paper, paper.id)


@pytest.mark.parametrize(
    ("style", "reference"),
    [
        (
            "apa",
            "van Beethoven, L., Lovelace, A. B., & World Health Organization. (2021). Soil water & "
            "roots in a dry valley: a study of CO2 < 400. Journal of Soil, 12(3), 123–130. "
            "https://doi.org/10.1000/xyz",
        ),
        (
            "chicago",
            "Beethoven, Ludwig van, Ada B. Lovelace, and World Health Organization. 2021. “Soil "
            "Water & Roots in a Dry Valley: A Study of CO2 < 400.” Journal of Soil 12 (3): "
            "123–30. https://doi.org/10.1000/xyz.",
        ),
        (
            "ieee",
            "L. van Beethoven, A. B. Lovelace, and World Health Organization, “Soil water & roots "
            "in a dry valley: a study of CO2 < 400,” Journal of Soil, vol. 12, no. 3, pp. "
            "123–130, Mar. 2021, doi: 10.1000/xyz.",
        ),
        (
            "vancouver",
            "van Beethoven L, Lovelace AB, World Health Organization. Soil water & roots in a dry "
            "valley: a study of CO2 < 400. Journal of Soil. 2021 Mar 4;12(3):123–30. "
            "doi:10.1000/xyz PubMed PMID: 123.",
        ),
    ],
)
def test_an_article(style: str, reference: str) -> None:
    assert formatted_reference(record(ARTICLE), style) == reference
    assert formatted_reference(record(ARTICLE), style.upper()) == reference


@pytest.mark.parametrize("style", STYLES)
def test_an_article_that_is_on_arxiv_too_is_the_article(style: str) -> None:
    paper = ARTICLE.model_copy(update={"arxiv": "2101.00001"})
    assert formatted_reference(record(paper), style) == formatted_reference(record(ARTICLE), style)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_prints_what_there_is(style: str) -> None:
    book = formatted_reference(record(BOOK), style)
    assert "王小明" in book and "Deep Learning" in book and "2nd ed." in book
    preprint = formatted_reference(record(PREPRINT), style)
    assert "2305.12345" in preprint and "2023" in preprint
    assert "Only a title" in formatted_reference(record(BARE), style).replace("Title", "title")
    for line in (book, preprint):
        assert ".." not in line and "  " not in line and not line[0].isdigit()


@pytest.mark.parametrize("style", STYLES)
def test_a_paper_of_which_only_the_title_is_known_has_it_once(style: str) -> None:
    paper = Paper(title="The sleep of (young) owls: A study")
    line = formatted_reference(record(paper), style)
    assert line.lower().count("sleep of (young) owls") == 1
    assert not line.rstrip(".").endswith(("Retrieved", "[Online]", "[Internet]"))
    listed = formatted_references([record(ARTICLE), record(paper)], style)
    assert sum(one.lower().count("sleep of (young) owls") for one in listed) == 1


@pytest.mark.parametrize("style", STYLES)
def test_the_title_of_one_paper_is_left_in_the_references_of_others(style: str) -> None:
    short = record(Paper(title="Soil"))
    alone = formatted_references([record(ARTICLE)], style)[0]
    both = formatted_references([record(ARTICLE), short], style)
    bare = re.sub(r"^(?:\[\d+\]|\d+\.) ", "", alone)
    assert any(line.endswith(bare) for line in both)


def test_a_list_is_in_the_order_of_its_style() -> None:
    records = [record(PREPRINT), record(ARTICLE), record(BOOK)]
    alphabetical = formatted_references(records, "apa")
    assert [line.split(",")[0] for line in alphabetical] == ["Doe", "Goodfellow", "van Beethoven"]
    numbered = formatted_references(records, "ieee")
    assert [line[:6] for line in numbered] == ["[1] J.", "[2] L.", "[3] I."]
    assert formatted_references([], "apa") == []


STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text">
<info><title>T</title><id>t</id>{info}</info>
<citation><layout><text variable="title"/></layout></citation>{bibliography}</style>"""
PRINTS_TITLES = '<bibliography><layout suffix="!"><text variable="title"/></layout></bibliography>'
PARENT = '<link rel="independent-parent" href="http://www.zotero.org/styles/nature"/>'


def test_a_style_of_the_user(tmp_path: Path) -> None:
    style = tmp_path / "own.csl"
    style.write_text(STYLE.format(info="", bibliography=PRINTS_TITLES), encoding="utf-8")
    assert formatted_references([record(BOOK), record(BARE)], style) == [
        "Deep Learning!",
        "Only a title!",
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "XML is not valid"),
        ("<style>", "XML is not valid"),
        ("<html/>", "first element"),
        (STYLE.format(info=PARENT, bibliography=""), r"only names another style.*nature\.csl"),
        (STYLE.format(info="", bibliography=""), "no list of references"),
        (STYLE.format(info="", bibliography="<bibliography/>"), "cannot be used|no list"),
        ("x" * 2_000_001, "too large"),
        (
            '<!DOCTYPE s [<!ENTITY a SYSTEM "/etc/hostname">]>'
            + STYLE.format(info="", bibliography=PRINTS_TITLES).replace("T<", "&a;<"),
            "cannot be used",
        ),
    ],
)
def test_files_that_are_no_styles(tmp_path: Path, content: str, why: str) -> None:
    style = tmp_path / "own.csl"
    style.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=why):
        formatted_references([record(BARE)], style)


@pytest.mark.parametrize("name", ["nature", "apa.txt", "../apa", ""])
def test_an_unknown_name_says_which_there_are(name: str) -> None:
    with pytest.raises(UsageError, match="apa, chicago, ieee, vancouver"):
        formatted_references([record(BARE)], name)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.csl cannot be read: No such file"):
        formatted_references([record(BARE)], tmp_path / "gone.csl")


@pytest.mark.parametrize("style", STYLES)
def test_no_invisible_characters(style: str) -> None:
    # What an import would read as markup has joiners in it; a record may be older than sanitizing.
    update = {"title": "Entities: &amp; \\alpha -- and \u202eso\u200d on", "authors": ()}
    paper = ARTICLE.model_copy(
        update=update
        | {"reference": {"container-title": "J\u2066ournal -- of S\u200boil", "type": "book"}}
    )
    line = formatted_reference(ExportRecord.from_paper(paper, "x"), style)
    assert sanitized(line) == line
    assert "&amp; \\alpha -- and so on" in line.lower()


def test_hostile_fields_only_become_text() -> None:
    hostile: dict[str, Any] = {"type": "no such type", "volume": "<b>{\\", "language": "xx"}
    paper = Paper(title="<script>alert(1)</script>", authors=(",",), reference=hostile)
    for style in STYLES:
        assert "alert(1)" in formatted_reference(record(paper), style).lower()
