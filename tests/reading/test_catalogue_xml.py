"""The XML of Crossref, DBLP, library catalogues (MODS) and Zotero (RDF)."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_support import read_with, source_of

from assistant.reading import crossref_xml, dblp_xml, mods, zotero_rdf
from assistant.reading.detect import FORMATS, detect

INPUTS = Path(__file__).parent / "tracker_inputs"
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dc="d" xmlns:bib="b" '
    'xmlns:dcterms="t" xmlns:prism="p" xmlns:foaf="f">{}</rdf:RDF>'
)
PERSON = (
    "<rdf:li><foaf:Person><foaf:surname>{}</foaf:surname><foaf:givenName>{}</foaf:givenName>"
    "</foaf:Person></rdf:li>"
)


@pytest.mark.parametrize(
    ("file", "known"),
    [
        ("f06.rdf", zotero_rdf.FORMAT),
        ("f07.xml", mods.FORMAT),
        ("f08.xml", crossref_xml.FORMAT),
        ("f09.xml", dblp_xml.FORMAT),
    ],
)
def test_each_is_known_by_its_first_element(file: str, known: object) -> None:
    head = source_of((INPUTS / file).read_bytes()).head
    assert detect(head) is known
    assert next(one for one in FORMATS if one.matches(head)) is known


def test_a_chapter_in_zotero_knows_its_book_and_series() -> None:
    text = RDF.format(
        '<bib:BookSection rdf:about="#item_1"><z:itemType>bookSection</z:itemType>'
        "<dcterms:isPartOf><bib:Book><dcterms:isPartOf><bib:Series><dc:title>Inner</dc:title>"
        "</bib:Series></dcterms:isPartOf><prism:volume>2</prism:volume><dc:title>The book"
        "</dc:title><dc:identifier>ISBN 978-0-306-40615-7</dc:identifier></bib:Book>"
        '</dcterms:isPartOf><dcterms:isPartOf rdf:resource="#series"/>'
        f"<bib:authors><rdf:Seq>{PERSON.format('Koren', 'Osa')}</rdf:Seq></bib:authors>"
        f"<bib:editors><rdf:Seq>{PERSON.format('Torr', 'Eda')}</rdf:Seq></bib:editors>"
        "<dc:title>The chapter</dc:title><bib:pages>12-9</bib:pages><dc:date>2019</dc:date>"
        "<dc:publisher><foaf:Organization><foaf:name>Press</foaf:name></foaf:Organization>"
        "</dc:publisher><dc:description>Citation Key: koren1\nPMCID: PMC7\nPMID: 39990001"
        "</dc:description><dc:subject>nests</dc:subject><dc:subject><z:AutomaticTag><rdf:value>"
        "fire</rdf:value></z:AutomaticTag></dc:subject></bib:BookSection>"
        '<bib:Series rdf:about="#series"><dc:title>Studies</dc:title></bib:Series>'
        '<z:Attachment rdf:about="#a"><z:itemType>attachment</z:itemType><dc:title>PDF</dc:title>'
        "</z:Attachment><bib:Memo><rdf:value>A note.</rdf:value></bib:Memo>"
    )
    papers, failures = read_with(zotero_rdf.FORMAT, text)
    assert failures == []
    assert [(paper.title, paper.pmid, paper.tags) for paper in papers] == [
        ("The chapter", "39990001", ("nests", "fire"))
    ]
    assert papers[0].reference == {
        "type": "chapter",
        "citation-key": "koren1",
        "container-title": "The book",
        "collection-title": "Studies",
        "volume": "2",
        "page": "12-19",
        "publisher": "Press",
        "ISBN": "978-0-306-40615-7",
        "PMCID": "PMC7",
        "note": "Citation Key: koren1\nPMCID: PMC7\nPMID: 39990001",
        "author": [{"family": "Koren", "given": "Osa"}],
        "editor": [{"family": "Torr", "given": "Eda"}],
        "custom": {"zotero": {"itemType": "bookSection"}},
    }


def test_a_record_without_a_title_is_a_failure_of_its_own() -> None:
    text = RDF.format(
        '<bib:Article rdf:about="#1"><z:itemType>journalArticle</z:itemType></bib:Article>\n'
        '<bib:Article rdf:about="#2"><dc:title>Kept</dc:title></bib:Article>'
    )
    papers, failures = read_with(zotero_rdf.FORMAT, text)
    assert [paper.title for paper in papers] == ["Kept"]
    assert [(one.where, one.why) for one in failures] == [("x:1", "it has no title")]


def test_damage_is_reported_once() -> None:
    text = RDF.format('<bib:Article rdf:about="#2"><dc:title>Kept</dc:title></bib:Article>')[:-10]
    papers, failures = read_with(zotero_rdf.FORMAT, text + "<bib:Article>")
    assert [paper.title for paper in papers] == ["Kept"]
    assert len(failures) == 1


BOOK = """<doi_batch><head><title>no work</title></head><body><book book_type="monograph">
<book_metadata language="en"><contributors><person_name contributor_role="editor"><given_name>Eda
</given_name><surname>Torr</surname></person_name></contributors><titles><title>The book</title>
<subtitle>and more</subtitle></titles><volume>3</volume><edition_number>2</edition_number>
<publication_date><month>00</month><year>2018</year></publication_date><isbn>9780306406157</isbn>
<publisher><publisher_name>Press</publisher_name><publisher_place>Bonn</publisher_place></publisher>
<doi_data><doi>10.1000/book</doi></doi_data></book_metadata>{}</book></body></doi_batch>"""
ITEM = """<content_item component_type="chapter"><contributors>
<person_name contributor_role="author"><given_name>Osa</given_name><surname>Koren</surname>
<suffix>Jr</suffix></person_name>
</contributors><titles><title>{}</title></titles>
<pages><first_page>{}</first_page><last_page>20</last_page></pages>
<doi_data><doi>10.1000/c{}</doi></doi_data></content_item>"""


def test_the_chapters_of_a_deposit_are_the_works() -> None:
    text = BOOK.format(ITEM.format("One", 1, 1) + ITEM.format("Two", 11, 2))
    papers, failures = read_with(crossref_xml.FORMAT, text)
    assert failures == []
    assert [(paper.title, paper.doi, paper.published) for paper in papers] == [
        ("One", "10.1000/c1", "2018"),
        ("Two", "10.1000/c2", "2018"),
    ]
    assert papers[1].reference == {
        "type": "chapter",
        "container-title": "The book: and more",
        "volume": "3",
        "page": "11-20",
        "publisher": "Press",
        "publisher-place": "Bonn",
        "edition": "2",
        "ISBN": "9780306406157",
        "language": "en",
        "author": [{"family": "Koren", "given": "Osa", "suffix": "Jr"}],
        "editor": [{"family": "Torr", "given": "Eda"}],
    }


def test_a_book_without_chapters_is_the_work() -> None:
    papers, _ = read_with(crossref_xml.FORMAT, BOOK.format(""))
    assert [(paper.title, paper.doi, paper.authors) for paper in papers] == [
        ("The book: and more", "10.1000/book", ())
    ]
    assert papers[0].reference["type"] == "book"
    assert "container-title" not in papers[0].reference


@pytest.mark.parametrize("update", ["retraction", "erratum", "new_edition"])
def test_a_notice_is_not_the_work_that_was_retracted(update: str) -> None:
    text = (
        "<crossref><posted_content><titles><title>T</title></titles><crossmark><updates>"
        f'<update type="{update}">10.1000/x</update></updates></crossmark></posted_content>'
        "</crossref>"
    )
    papers, _ = read_with(crossref_xml.FORMAT, text)
    assert papers[0].reference == {"type": "article"}


def test_a_thesis_and_a_withdrawn_preprint_of_dblp() -> None:
    text = (
        "<dblp><phdthesis key='phd/k'><author>Osa Koren</author><title>Nests.</title><year>2019"
        "</year><school>Bonn</school></phdthesis><article key='j/corr' publtype='withdrawn'>"
        "<author>A B 0002</author><title>Why?</title><journal>CoRR</journal>"
        "<volume>abs/2005.12345</volume>"
        "<year>2020</year></article></dblp>"
    )
    papers, _ = read_with(dblp_xml.FORMAT, text)
    assert [(paper.title, paper.arxiv, paper.authors) for paper in papers] == [
        ("Nests", None, ("Osa Koren",)),
        ("Why?", "2005.12345", ("A B",)),
    ]
    assert papers[0].reference == {
        "type": "thesis",
        "genre": "PhD thesis",
        "citation-key": "DBLP:phd/k",
        "publisher": "Bonn",
    }
    assert (papers[1].reference["type"], papers[1].reference["status"]) == ("article", "retracted")


def test_mods_with_roles_parts_and_pages() -> None:
    text = (
        "<mods><titleInfo><title>Old</title><partNumber>Part 2</partNumber></titleInfo>"
        "<name type='personal'><namePart type='family'>Koren</namePart><namePart type='given'>Osa"
        "</namePart><namePart type='termsOfAddress'>Jr</namePart><role><roleTerm type='code'>aut"
        "</roleTerm></role></name><name><namePart>Torr, Eda</namePart><role><roleTerm>editor"
        "</roleTerm></role></name><language><languageTerm>eng</languageTerm></language>"
        "<originInfo><dateIssued>c1999</dateIssued></originInfo><part><extent unit='pages'><start>"
        "12</start><end>9</end></extent></part><subject><topic>nests</topic></subject></mods>"
    )
    papers, failures = read_with(mods.FORMAT, text)
    assert failures == []
    assert (papers[0].title, papers[0].published, papers[0].tags) == (
        "Old. Part 2",
        "1999",
        ("nests",),
    )
    assert papers[0].reference == {
        "page": "12-19",
        "language": "eng",
        "author": [{"family": "Koren", "given": "Osa", "suffix": "Jr"}],
        "editor": [{"family": "Torr", "given": "Eda"}],
    }
