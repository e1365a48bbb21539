"""Ovid's exports, with tags and with labels, and ERIC's form of PubMed's text."""

from __future__ import annotations

import pytest
from source_support import read_with, source_of, unexpected

from assistant.errors import NoPapersFound
from assistant.reading import detect, read_bytes, tagged_formats

TAGGED = """<1. >
VN  - Ovid Technologies
DB  - PsycINFO
AN  - Peer Reviewed Journal: 2015-00001-001.
TI  - A comparison of two groups. [References].
DP  - Sep 2015
YR  - 2015
LG  - English
AU  - Koren, Osa MD, PhD *
AU  - Sala, Yola [Author; E-mail: y@x.example]
AU  - Roe, Rita [Ed]
SO  - Some Psychotherapy. Vol.43(5), Sep 2015, pp. 623-634.
IS  - 1476-4687
PT  - Journal
DT  - Journal Article
AB  - We asked two hundred of them.
ER of them answered.
DO  - http://dx.doi.org/10.1000/it
PM  - 24000001
MH  - *Anxiety
RF  - Bell, A. (1996). Manual.

      Coyle, J. (1976). Theory.

<2. >
VN  - Ovid Technologies
DB  - Ovid MEDLINE(R)
UI  - 24000002
TI  - [Nests of a woodpecker.]
TT  - Nester.
SO  - Journal of Woods. 12(3):45-50, 2015 Sep.
AU  - Still AN
FA  - Still, Ann N
"""
LABELLED = """Database: Ovid MEDLINE(R) <1946 to September Week 3 2015>
Search Strategy:
----------------
1     exp Woodpeckers/ (100)

<1>
Unique Identifier
  24000002
Title
  Nests after fire.[Review]
Source
  Journal of Woods. 12(3):45-50, 2015 Sep.
Authors
  Still AN. Siegel RB.
Some New Label
  A value
Abstract
  Nests were found.
  There were more.

<2>
Accession Number
  00042637
Author
  Holst, Jakob 1;  Mathes, Tim 2
Title
  Second
DOI Number
  10.1000/it
"""
ERIC = """OWN - ERIC
TI  - New starts
AU  - Burnam, Nancy
OID - EJ1
JT  - Journal of Starts
AID - http://dx.doi.org/10.1000/it
LID - http://eric.ed.gov/?id=EJ1
PG  - p45-50
ISSN - EISSN-2375-5636
DP  - Spr 1984
PT  - Reports - Research

OWN - ERIC
TI  - A manual
OID - ED2
JT  - A Publisher
DP  - 1980
PT  - Guides - General
"""


def test_tags() -> None:
    (first, second), failures = read_with(tagged_formats.OVID, TAGGED)
    assert failures == []
    assert first.title == "A comparison of two groups."
    assert first.abstract == "We asked two hundred of them.\nER of them answered."
    assert first.authors == ("Osa Koren", "Yola Sala")
    assert (first.published, first.doi, first.pmid) == ("2015-09", "10.1000/it", "24000001")
    assert first.tags == ("Anxiety",)
    custom = first.reference.pop("custom")["ovid"]
    assert first.reference == {
        "type": "article-journal",
        "author": [{"family": "Koren", "given": "Osa"}, {"family": "Sala", "given": "Yola"}],
        "editor": [{"family": "Roe", "given": "Rita"}],
        "container-title": "Some Psychotherapy",
        "volume": "43",
        "issue": "5",
        "page": "623-634",
        "ISSN": "1476-4687",
        "language": "English",
        "source": "PsycINFO",
    }
    assert custom["TI"] == ["A comparison of two groups. [References]."]
    assert custom["RF"] == ["Bell, A. (1996). Manual.\n\nCoyle, J. (1976). Theory."]
    assert (second.title, second.pmid, second.authors) == (
        "Nests of a woodpecker.",
        "24000002",
        ("Ann N Still",),
    )
    assert second.reference["original-title"] == "Nester."


@pytest.mark.parametrize(
    ("source", "volume", "issue", "page"),
    [
        ("Some Psychotherapy. Vol.43(5), Sep 2015, pp. 623-634.", "43", "5", "623-634"),
        ("Journal of Woods. 12(3):45-50, 2015 Sep.", "12", "3", "45-50"),
        ("Forest & Ecology. 201(2-3):327-34, November 15, 2004.", "201", "2-3", "327-334"),
        ("Acta Biochimica Sinica August 2011;43(8):647-653", "43", "8", "647-653"),
        ("Nature. 15 (3) (pp 34-40), 2019. Date of Publication: 2019.", "15", "3", "34-40"),
        (
            "BMC Proceedings. Conference: A meeting. Spain. 12 (no pagination), 2018.",
            "12",
            None,
            None,
        ),
    ],
)
def test_sources(source: str, volume: str, issue: str | None, page: str | None) -> None:
    text = f"VN  - Ovid Technologies\nTI  - A title\nSO  - {source}\n"
    (paper,), _ = read_with(tagged_formats.OVID, text)
    reference = paper.reference
    assert (reference["volume"], reference.get("issue"), reference.get("page")) == (
        volume,
        issue,
        page,
    )
    assert reference["container-title"] in source
    assert paper.published is not None
    assert reference["custom"]["ovid"]["SO"] == [source]


def test_labels() -> None:
    (first, second), failures = read_with(tagged_formats.OVID_LABELS, LABELLED)
    assert failures == []
    assert (first.title, first.abstract) == (
        "Nests after fire.",
        "Nests were found.\nThere were more.",
    )
    assert first.authors == ("AN Still", "RB Siegel")
    assert (first.published, first.pmid) == ("2015-09", "24000002")
    assert first.reference["custom"]["ovid"]["SOME NEW LABEL"] == ["A value"]
    assert (second.title, second.authors, second.doi) == (
        "Second",
        ("Jakob Holst", "Tim Mathes"),
        "10.1000/it",
    )


def test_eric() -> None:
    (article, report), failures = read_with(tagged_formats.PUBMED_TEXT, ERIC)
    assert failures == []
    assert (article.doi, article.url, article.published) == (
        "10.1000/it",
        "http://eric.ed.gov/?id=EJ1",
        "1984",
    )
    assert article.reference["container-title"] == "Journal of Starts"
    assert (article.reference["type"], article.reference["page"]) == ("article-journal", "45-50")
    assert article.reference["ISSN"] == "2375-5636"
    assert (report.reference["type"], report.reference["publisher"]) == ("report", "A Publisher")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (TAGGED, "Ovid tagged"),
        (TAGGED.replace("  - ", " - "), "Ovid tagged"),
        (TAGGED.removeprefix("<1. >\n"), "Ovid tagged"),
        (LABELLED, "Ovid labelled"),
        (ERIC, "PubMed text"),
    ],
)
def test_formats_are_told(text: str, name: str) -> None:
    found = detect(source_of(text).head)
    assert found is not None
    assert found.name == name


def test_prose_is_none() -> None:
    for text in ("<1>\nTitle page\n\nIt begins.", "VN is a country code.", "<html>\nTitle\n  x"):
        assert not tagged_formats.OVID.matches(text)
        assert not tagged_formats.OVID_LABELS.matches(text)


CITATIONS = (
    """Database: Ovid MEDLINE(R) <1946 to March 2020>
Search Strategy:
--------------------------------------------------------------------------------
1     cats.mp. (1234)
***************************

<1>
Lovelace A. Turing AM.
Sleep of cats in shelters. [Review]
Journal of Cats. 12(3):45-50, 2020 Mar.
[Journal Article. Review]
UI: 12345678

<2>
Roe J.
Dogs at night.
Journal of Dogs. 1(2):3-9, 2019.
[Journal Article]
UI: 23456789
""",
    """1.
Sleep of cats in shelters.
Lovelace A. Turing AM.
Journal of Cats. 12(3):45-50, 2020 Mar 05.

2.
Dogs at night.
Roe J.
Journal of Dogs. 1(2):e3, 2019.
""",
    """1. Lovelace A, Turing AM. Sleep of cats in shelters. Journal of Cats. 12(3):45-50, 2020 Mar.
2. Roe J. Dogs at night. Journal of Dogs. 1:3-9, 2019.
""",
)


@pytest.mark.parametrize("text", CITATIONS)
def test_citations_without_labels_are_refused_by_name(text: str) -> None:
    with pytest.raises(NoPapersFound) as caught:
        list(read_bytes(text.encode(), "x.txt", unexpected))
    assert str(caught.value) == (
        "x.txt is a list of citations of Ovid, which has no labels or tags: export it again as "
        "RIS, or with field labels"
    )
