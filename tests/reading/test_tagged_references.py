"""The bibliographic record that the tagged formats have besides title, authors and abstract."""

from __future__ import annotations

from typing import Any

import pytest
from source_support import read_with

from assistant.paper import Paper
from assistant.reading import tagged_formats
from assistant.reading.format import Format
from assistant.reading.identifiers import serial_numbers
from assistant.reading.pages import full_pages, page_range
from assistant.reading.tagged_fields import tells, titles


def only(known: Format, text: str) -> Paper:
    (paper,), failures = read_with(known, text)
    assert failures == []
    return paper


def ris(lines: str, kind: str = "JOUR") -> dict[str, Any]:
    text = f"TY  - {kind}\nTI  - A title\n{lines}\nER  - \n"
    return only(tagged_formats.RIS, text).reference


def test_an_article_in_ris() -> None:
    reference = ris(
        "AU  - Lovelace, Ada\nT2  - Journal of Ponds\nJA  - J. Ponds\nVL  - 12\nIS  - 3\n"
        "SP  - 101\nEP  - 19\nC7  - e12\n"
        "SN  - 2378-5616 (ISSN)\nPB  - Northmark\nCY  - Oslo\nLA  - eng\n"
        "ET  - 2nd\nST  - Title\nCN  - Q1\nDB  - Scopus\nN1  - One.\nN1  - Two.\n"
        "ID  - lovelace1843\nC2  - PMC123\nY2  - 2024/03/01/\nAD  - A street\nAD  - A town\n"
        "XX  - unknown\nUR  - https://a.example/1\nUR  - https://a.example/2\nPY  - 2019\n"
        "DA  - 2019/Spring"
    )
    assert reference == {
        "type": "article-journal",
        "author": [{"family": "Lovelace", "given": "Ada"}],
        "container-title": "Journal of Ponds",
        "container-title-short": "J. Ponds",
        "volume": "12",
        "issue": "3",
        "page": "101-119",
        "number": "e12",
        "ISSN": "2378-5616",
        "publisher": "Northmark",
        "publisher-place": "Oslo",
        "language": "eng",
        "title-short": "Title",
        "call-number": "Q1",
        "source": "Scopus",
        "note": "One.\nTwo.",
        "citation-key": "lovelace1843",
        "PMCID": "PMC123",
        "accessed": {"date-parts": [[2024, 3, 1]]},
        "custom": {
            "ris": {
                "entry-type": "JOUR",
                "ET": ["2nd"],
                "SN": ["2378-5616 (ISSN)"],
                "AD": ["A street", "A town"],
                "XX": ["unknown"],
                "UR": ["https://a.example/2"],
                "DA": ["2019/Spring"],
            }
        },
    }


@pytest.mark.parametrize(
    ("kind", "lines", "expected"),
    [
        ("CHAP", "T2  - A book\nT3  - A series\nA2  - Doe, J.", {
            "container-title": "A book", "collection-title": "A series",
            "editor": [{"family": "Doe", "given": "J."}],
        }),
        ("BOOK", "T2  - A series\nSP  - 300\nSN  - 978-0-00-000001-9\nET  - 2nd", {
            "collection-title": "A series", "number-of-pages": "300", "ISBN": "978-0-00-000001-9",
            "edition": "2nd",
        }),
        ("BOOK", "A2  - Doe, J.\nA3  - Roe, R.", {
            "editor": [{"family": "Doe", "given": "J."}, {"family": "Roe", "given": "R."}],
        }),
        ("CONF", "C3  - Proceedings\nT2  - A meeting\nCY  - Oslo\nC1  - Berlin", {
            "container-title": "Proceedings", "event-title": "A meeting", "event-place": "Oslo",
            "publisher-place": "Berlin",
        }),
        ("CONF", "T2  - Proceedings\nCY  - New York", {
            "container-title": "Proceedings", "publisher-place": "New York",
        }),
        ("THES", "PB  - A university\nM3  - PhD thesis\nA3  - Roe, R.", {
            "publisher": "A university", "genre": "PhD thesis",
            "contributor": [{"family": "Roe", "given": "R."}],
        }),
        ("RPRT", "SN  - TR-12\nPB  - Northmark", {"number": "TR-12", "publisher": "Northmark"}),
        ("PAT", "SN  - US 123\nY2  - 1986/6/23", {
            "number": "US 123", "submitted": {"date-parts": [[1986, 6, 23]]},
        }),
        ("JOUR", "JO  - J. Ponds\nJF  - Journal of Ponds", {
            "container-title": "Journal of Ponds", "container-title-short": "J. Ponds",
        }),
    ],
)  # fmt: skip
def test_types_of_ris(kind: str, lines: str, expected: dict[str, Any]) -> None:
    reference = ris(lines, kind)
    custom = reference.pop("custom")
    reference.pop("type")
    assert reference == expected
    assert custom == {"ris": {"entry-type": kind}}


def test_authors_of_both_tags_in_ris() -> None:
    mixed = only(
        tagged_formats.RIS,
        "TY  - JOUR\nTI  - T\nA1  - Adler, Ann\nAU  - Baker, Bob\nAU  - Clark, Cy\nER  - \n",
    )
    assert mixed.authors == ("Ann Adler", "Bob Baker", "Cy Clark")
    twice = "TY  - JOUR\nTI  - T\nAU  - Baker, Bob\nA1  - Baker, Bob\nER  - \n"
    assert only(tagged_formats.RIS, twice).authors == ("Bob Baker",)


@pytest.mark.parametrize(
    "extra", ["{", "[1]", '{"colour": "red"}', "[" * 100_000, '{"custom": 3}', '{"author": 3}']
)
def test_a_line_of_json_that_is_not_ours(extra: str) -> None:
    reference = ris(f"XJ  - {extra}\nVL  - 3")
    assert reference["volume"] == "3"
    assert reference["custom"]["ris"]["entry-type"] == "JOUR"


NBIB = """PMID- 123
OWN - NLM
IS  - 1467-5463 (Print)
IS  - 1477-4054 (Electronic)
VI  - 3
IP  - 3
DP  - 1974 Winter
TI  - [A find from Dresden].
PG  - 123-8
FAU - Zeder, Anton
AU  - Zeder A
AU  - Baker B
FED - Doe, Jane
ED  - Doe J
LA  - ger
PT  - Journal Article
PT  - Review
DEP - 20060110
PL  - England
TA  - Brief Bioinform
JT  - Briefings in bioinformatics
MH  - Mice/*genetics
PMC - PMC4999512
TT  - Ein Fund aus Dresden.
LID - e12 [pii]
LID - 10.1000/it [doi]
"""


def test_pubmed_text() -> None:
    paper = only(tagged_formats.PUBMED_TEXT, NBIB)
    assert paper.title == "A find from Dresden."
    assert paper.authors == ("Anton Zeder", "B Baker")
    assert paper.reference == {
        "type": "article-journal",
        "author": [{"family": "Zeder", "given": "Anton"}, {"family": "Baker", "given": "B"}],
        "editor": [{"family": "Doe", "given": "Jane"}],
        "original-title": "Ein Fund aus Dresden.",
        "container-title": "Briefings in bioinformatics",
        "container-title-short": "Brief Bioinform",
        "volume": "3",
        "issue": "3",
        "page": "123-128",
        "publisher-place": "England",
        "language": "ger",
        "ISSN": "1467-5463",
        "PMCID": "PMC4999512",
        "available-date": {"date-parts": [[2006, 1, 10]]},
        "custom": {
            "medline": {
                "entry-type": ["Journal Article", "Review"],
                "OWN": ["NLM"],
                "IS": ["1467-5463 (Print)", "1477-4054 (Electronic)"],
                "DP": ["1974 Winter"],
                "MH": ["Mice/*genetics"],
                "LID": ["e12 [pii]"],
            }
        },
    }


def test_a_chapter_in_pubmed_text() -> None:
    paper = only(tagged_formats.PUBMED_TEXT, "PMID- 1\nTI  - A part\nBTI - A book\nPT  - Review\n")
    assert (paper.title, paper.reference["type"]) == ("A part", "chapter")
    assert paper.reference["container-title"] == "A book"


def test_web_of_science() -> None:
    paper = only(
        tagged_formats.WEB_OF_SCIENCE,
        "PT J\nAU Doe, J\nTI A title\nSO JOURNAL OF PONDS\nJI J. Ponds\nBE Roe, R\nLA English\n"
        "PU NORTHMARK\nPI OSLO\nSN 1476-4687\nEI 1476-4679\nPD SPR\nPY 2011\nVL 247\nBP 82\nEP 89\n"
        "AR 12\nUT WOS:1\nDT Article\nER\n",
    )
    custom = paper.reference.pop("custom")
    assert paper.published == "2011"
    assert paper.reference == {
        "type": "article-journal",
        "author": [{"family": "Doe", "given": "J"}],
        "editor": [{"family": "Roe", "given": "R"}],
        "container-title": "JOURNAL OF PONDS",
        "container-title-short": "J. Ponds",
        "language": "English",
        "publisher": "NORTHMARK",
        "publisher-place": "OSLO",
        "ISSN": "1476-4687",
        "volume": "247",
        "page": "82-89",
        "number": "12",
    }
    assert custom["wos"]["UT"] == ["WOS:1"]
    assert custom["wos"]["PD"] == ["SPR"]


def test_endnote_tagged() -> None:
    paper = only(
        tagged_formats.ENDNOTE,
        "%0 Book Section\n%A Doe, Jane\n%T A part\n%B A book\n%E Roe, R.\n%S A series\n%P 12-9\n"
        "%I Northmark\n%C Oslo\n%D 2016\n%@ 978-0-00-000001-9\n%7 2nd\n%F doe2016\n%Z Note\n"
        "%1 One\n",
    )
    assert paper.reference == {
        "type": "chapter",
        "author": [{"family": "Doe", "given": "Jane"}],
        "editor": [{"family": "Roe", "given": "R."}],
        "container-title": "A book",
        "collection-title": "A series",
        "page": "12-19",
        "publisher": "Northmark",
        "publisher-place": "Oslo",
        "ISBN": "978-0-00-000001-9",
        "edition": "2nd",
        "citation-key": "doe2016",
        "note": "Note",
        "custom": {"endnote": {"entry-type": "Book Section", "1": ["One"]}},
    }


def test_refworks() -> None:
    paper = only(
        tagged_formats.REFWORKS,
        "RT Book, Section\nSR Electronic(1)\nA1 Doe,Jane\nT1 A part\nYR 2002\nVO 1\nIS 3\nSP 101\n"
        "OP 123\n"
        "A2 Roe,R.\nT2 A book\nPB Northmark\nPP Oslo\nLA English\nNO A note\nPMCID PMC12\n",
    )
    assert paper.reference == {
        "type": "chapter",
        "author": [{"family": "Doe", "given": "Jane"}],
        "editor": [{"family": "Roe", "given": "R."}],
        "container-title": "A book",
        "volume": "1",
        "issue": "3",
        "page": "101-123",
        "publisher": "Northmark",
        "publisher-place": "Oslo",
        "language": "English",
        "note": "A note",
        "PMCID": "PMC12",
        "custom": {"refworks": {"entry-type": "Book, Section", "SR": ["Electronic(1)"]}},
    }


def test_cochrane() -> None:
    paper = only(
        tagged_formats.COCHRANE,
        "ID: CN-01234\nAU: Doe, Jane\nTI: A trial\nSO: Lancet\nYR: 2020\nVL: 12\nNO: 3\nPG: 45-9\n"
        "PT: Journal article\nXR: EMBASE 600\n",
    )
    assert paper.reference == {
        "type": "article-journal",
        "author": [{"family": "Doe", "given": "Jane"}],
        "container-title": "Lancet",
        "volume": "12",
        "issue": "3",
        "page": "45-49",
        "custom": {
            "cochrane": {
                "entry-type": "Journal article", "ID": ["CN-01234"], "XR": ["EMBASE 600"],
            }
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("12", "19", "12-19"),
        ("123", "8", "123-128"),
        ("S12", "9", "S12-S19"),
        ("101-119", "119", "101-119"),
        ("82", "82", "82"),
        ("e12", "", "e12"),
        ("", "9", ""),
        ("99", "1", "99-1"),
    ],
)
def test_page_range(first: str, last: str, expected: str) -> None:
    assert page_range(first, last) == expected


def test_full_pages() -> None:
    assert full_pages("616-7; discussion 617-8") == "616-617; discussion 617-618"
    assert full_pages("e1-e4, 10.1-2, 2020-21-3") == "e1-e4, 10.1-2, 2020-21-3"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1476-4687 (Electronic)", {"ISSN": "1476-4687"}),
        ("EISSN-2375-5636", {"ISSN": "2375-5636"}),
        ("00948373", {"ISSN": "0094-8373"}),
        ("978-0-00-000001-9 (pbk)", {"ISBN": "978-0-00-000001-9"}),
        ("ISBN-978-1-5985-7192-9", {"ISBN": "978-1-5985-7192-9"}),
        ("TR-12", {}),
    ],
)
def test_serial_numbers(text: str, expected: dict[str, str]) -> None:
    assert serial_numbers(text) == expected


@pytest.mark.parametrize(
    ("date", "text", "expected"),
    [
        ("2019-03-12", "2019", True),
        ("2019-03-12", "2019/03/12/", True),
        ("2002-09", "2002 Sep", True),
        ("2004-11", "2004 Nov-Dec", False),
        ("2019", "2019 Spring", False),
        ("2019", "2020", False),
        ("2019", "soon", False),
    ],
)
def test_dates_that_say_all(date: str, text: str, expected: bool) -> None:
    assert tells(date, text) is expected


@pytest.mark.parametrize(
    ("title", "vernacular", "expected"),
    [
        ("[Not Available].", "Ein Fund.", ("Ein Fund.", "")),
        ("[Not Available].", "", ("[Not Available].", "")),
        ("[A find].", "Ein Fund.", ("A find.", "Ein Fund.")),
        ("[A [nested] find]", "", ("A [nested] find", "")),
        ("[One] and [two]", "", ("[One] and [two]", "")),
        ("A find", "", ("A find", "")),
    ],
)
def test_titles(title: str, vernacular: str, expected: tuple[str, str]) -> None:
    assert titles(title, vernacular) == expected
