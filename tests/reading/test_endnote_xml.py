"""EndNote's XML, with and without the styles that cut its texts."""

from __future__ import annotations

import pytest
from source_support import read_with, without_references

from assistant.errors import FileUnreadable
from assistant.paper import Paper
from assistant.reading import endnote_xml

STYLED = """<record><database name="My.enl" path="My.enl">My.enl</database>
<source-app name="EndNote" version="20.1">EndNote</source-app><rec-number>1</rec-number>
<foreign-keys><key app="EN" db-id="x" timestamp="1">1</key></foreign-keys>
<ref-type name="Journal Article">17</ref-type>
<contributors><authors>
<author><style face="normal" font="default" size="100%">Lovelace, Ada</style></author>
<author><style face="normal">Turing, Alan M., Jr.</style></author>
<author>World Health Organization,</author></authors>
<secondary-authors><author>Editor, An</author></secondary-authors></contributors>
<titles><title><style face="normal">Growth of </style><style face="italic">E. coli</style>
<style face="normal"> at 5&lt;T</style></title><secondary-title>Journal</secondary-title></titles>
<keywords><keyword><style face="normal">*cats</style></keyword>
<keyword>dogs&#xD;owls; Mice, Nude</keyword></keywords>
<dates><year><style face="normal">2019</style></year>
<pub-dates><date>Mar 12</date></pub-dates></dates>
<accession-num><style face="normal">31452104</style></accession-num>
<remote-database-name>PubMed</remote-database-name>
<abstract><style face="normal">AIMS: One.&#xD;RESULTS: </style><style>Two.</style></abstract>
<urls><related-urls><url>&lt;Go to ISI&gt;://1</url>
<url><style>https://example.org/a</style></url></related-urls></urls>
<electronic-resource-num><style>https://doi.org/10.1000/it</style></electronic-resource-num>
</record>"""
PLAIN = (
    "<record><titles><title>T</title></titles><abstract>A</abstract>"
    "<contributors><authors><author>Grace Hopper</author></authors></contributors>{}</record>"
)


def in_file(*records: str) -> str:
    records_ = "".join(records)
    return f'<?xml version="1.0" encoding="UTF-8" ?><xml><records>{records_}</records></xml>'


def test_a_record_with_everything() -> None:
    data = in_file(STYLED)
    assert endnote_xml.FORMAT.matches(data)
    papers, failures = read_with(endnote_xml.FORMAT, data)
    assert failures == []
    assert without_references(papers) == [
        Paper(
            title="Growth of E. coli at 5<T",
            abstract="AIMS: One.\nRESULTS: Two.",
            authors=("Ada Lovelace", "Alan M. Turing Jr.", "World Health Organization"),
            published="2019-03-12",
            doi="10.1000/it",
            pmid="31452104",
            url="https://example.org/a",
            tags=("cats", "dogs", "owls", "Mice, Nude"),
            source="x",
        )
    ]


def test_the_whole_record_is_kept() -> None:
    record = PLAIN.format(
        '<ref-type name="Conference Paper">47</ref-type><titles><secondary-title>Proc. of S'
        "</secondary-title><tertiary-title>Notes</tertiary-title></titles><pages>12-9</pages>"
        "<volume>7</volume><number>3</number><isbn>1234-5678</isbn><publisher>Press</publisher>"
        "<pub-location>Bonn</pub-location><language>de</language><label>hopper1</label>"
        "<contributors><secondary-authors><author>Edit, Or</author></secondary-authors>"
        "</contributors><notes>one&#xD;two</notes><custom2>PMC12</custom2><custom3>mine</custom3>"
        "<accession-num>WOS:1</accession-num><caption>Fig. 1</caption>"
    )
    papers, _ = read_with(endnote_xml.FORMAT, in_file(record))
    assert papers[0].reference == {
        "type": "paper-conference",
        "container-title": "Proc. of S",
        "collection-title": "Notes",
        "volume": "7",
        "number": "3",
        "page": "12-19",
        "ISSN": "1234-5678",
        "PMCID": "PMC12",
        "publisher": "Press",
        "publisher-place": "Bonn",
        "language": "de",
        "citation-key": "hopper1",
        "note": "one\ntwo",
        "author": [{"family": "Hopper", "given": "Grace"}],
        "editor": [{"family": "Edit", "given": "Or"}],
        "custom": {
            "endnote": {
                "entry-type": "Conference Paper",
                "accession-num": ["WOS:1"],
                "custom3": ["mine"],
                "caption": ["Fig. 1"],
            }
        },
    }


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ("<year>2019</year>", "2019"),
        ("<year>2019</year><pub-dates><date>2019-03-12</date></pub-dates>", "2019-03-12"),
        ("<year>2019</year><pub-dates><date>12 March</date></pub-dates>", "2019-03-12"),
        ("<year>2019</year><pub-dates><date>Nov-Dec</date></pub-dates>", "2019-11"),
        ("<pub-dates><date>2018/07/</date></pub-dates>", "2018-07"),
        ("<year>in press</year>", None),
    ],
)
def test_dates(dates: str, expected: str | None) -> None:
    (paper,), _ = read_with(endnote_xml.FORMAT, in_file(PLAIN.format(f"<dates>{dates}</dates>")))
    assert paper.published == expected


def test_numbers_of_other_databases_are_not_pubmeds() -> None:
    (paper,), _ = read_with(
        endnote_xml.FORMAT, in_file(PLAIN.format("<accession-num>123</accession-num>"))
    )
    assert (paper.pmid, paper.authors) == (None, ("Grace Hopper",))


def test_records_without_abstract_are_kept_and_a_cut_costs_what_follows() -> None:
    data = in_file("<record><titles><title>T</title></titles></record>\n", STYLED, STYLED)
    papers, failures = read_with(endnote_xml.FORMAT, data[:-200])
    assert [bool(paper.abstract) for paper in papers] == [False, True]
    assert [failure.where for failure in failures] == ["x:41"]
    assert "it was cut" in failures[0].why


def test_entities_are_refused() -> None:
    data = in_file(STYLED).replace("<xml>", '<!DOCTYPE xml [<!ENTITY a "b">]><xml>')
    assert endnote_xml.FORMAT.matches(data)
    with pytest.raises(FileUnreadable, match="defines the XML entity"):
        read_with(endnote_xml.FORMAT, data)


def test_other_text_is_not_taken() -> None:
    for text in (
        "<feed><entry/></feed>",
        "<xml><p/></xml>",
        "<records><record><marc/></record></records>",
        "<html><records><titles></html>",
        "<xml> and <records> and <titles> in prose",
        '{"title": "<xml><records><titles>"}',
    ):
        assert endnote_xml.FORMAT.matches(text) == (text.startswith("<xml> and"))
