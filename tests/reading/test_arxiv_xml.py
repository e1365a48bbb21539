"""arXiv's XML: feeds of the API and OAI-PMH records give papers; errors in them are failures."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from source_support import read_source

from assistant.errors import FileUnreadable
from assistant.paper import Paper
from assistant.reading import Failure, feeds
from assistant.reading.format import Format
from assistant.reading.source import HEAD_BYTES, Source

# Entries in each real answer; every one of them is a paper but for the API's error.
ENTRIES = {
    "id_0000.0000_s0_m100_8b51d9633a68.http200.xml": 0,
    "id_0808.05394_1707.08567_s0_m100_42e5aa0ec3af.http200.xml": 1,
    "id_0808.05394_s0_m100_7b0c7d0a7cdd.http200.xml": 0,
    "id_1605.08386_s0_m100_199195aa31ad.http200.xml": 1,
    "id_1707.08567_s0_m100_6a1afebfc6a3.http200.xml": 1,
    "id_2104.12255v1_s0_m100_6ae69987ffe1.http200.xml": 1,
    "id_abc_s0_m100_b79c8dcf6bc3.http400.xml": 0,
    "id_astro-ph_0601001_s0_m100_3150dca9dc76.http200.xml": 1,
    "id_quant-ph_0201082v1_s0_m100_86989fe779ef.http200.xml": 1,
    "old_id_list=1111.2011v2.xml": 1,
    "old_search_query=au_del_maestro.xml": 10,
    "old_search_query=au_del_maestro_ANDNOT_28ti_checkerboard_OR_ti_Pyrochlore_29.xml": 10,
    "old_search_query=au_del_maestro_AND_ti_checkerboard.xml": 1,
    "old_search_query=au_del_maestro_AND_ti_quantum_criticality_.xml": 2,
    "q_testing_s0_m100_cfe7536492ca.http200.xml": 100,
    "q_testing_s0_m10_bc5a6c384fe9.http200.xml": 10,
    "q_testing_s0_m15_80c242b59d59.http200.xml": 15,
    "q_testing_s10_m10_34e56e15aaac.http200.xml": 10,
    "q_testing_s20_m10_348a237fecab.http200.xml": 10,
    "q_testing_s30_m10_f2e39f0143dc.http200.xml": 10,
    "q_testing_s40_m10_96dd32eb854c.http200.xml": 10,
    "q_testing_s50_m10_7f488ab8598c.http200.xml": 10,
    "q_testing_s5_m10_c0e94a259d4a.http200.xml": 10,
    "q_testing_s5_m15_bbcf6b23085b.http200.xml": 15,
    "q_testing_s9_m15_0b78d4b4d476.http200.xml": 15,
}

ENTRY = """\
  <entry>
    <id>http://arxiv.org/abs/2101.00001v2</id>
    <updated>2021-03-01T00:00:00Z</updated>
    <published>2021-01-01T12:30:00Z</published>
    <title>Graphs &amp; trees
  of order $n &lt; 7$</title>
    <summary>  We count trees.
It is hard.
</summary>
    <author><name>Emmy Noether</name><arxiv:affiliation>Erlangen</arxiv:affiliation></author>
    <author><name>Kurt Gödel</name></author>
    <arxiv:doi>10.1000/Trees.1</arxiv:doi>
    <link title="doi" href="http://dx.doi.org/10.1000/Trees.1" rel="related"/>
    <link href="http://arxiv.org/abs/2101.00001v2" rel="alternate" type="text/html"/>
    <arxiv:primary_category term="math.CO" scheme="http://arxiv.org/schemas/atom"/>
    <category term="math.CO" scheme="http://arxiv.org/schemas/atom"/>
    <category term="05C05, 05C85" scheme="http://arxiv.org/schemas/atom"/>
  </entry>
"""
FEED = """\
<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
  <title>arXiv Query: all:trees</title>
  <id>http://arxiv.org/api/x</id>
{}</feed>
"""
OAI = """\
<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<responseDate>2021-02-01T00:00:00Z</responseDate>
<request verb="ListRecords" metadataPrefix="arXiv">http://oai.arxiv.org/oai</request>
{}
</OAI-PMH>
"""
HEADER = """\
<header>
 <identifier>oai:arXiv.org:0704.0001</identifier>
 <datestamp>2008-11-26</datestamp>
 <setSpec>physics:hep-ph</setSpec>
</header>"""
ARXIV = f"""\
<record>{HEADER}
<metadata>
 <arXiv xmlns="http://arxiv.org/OAI/arXiv/">
 <id>0704.0001</id><created>2007-04-02</created><updated>2007-07-24</updated>
 <authors>
  <author><keyname>Balázs</keyname><forenames>C.</forenames></author>
  <author><keyname>King</keyname><forenames>B. B.</forenames><suffix>Jr</suffix>
   <affiliation>Memphis</affiliation></author>
  <author><keyname>CTEQ Collaboration</keyname></author>
 </authors>
 <title>Prompt diphoton production at Tevatron and
  LHC energies</title>
 <categories>hep-ph hep-ex</categories>
 <comments>37 pages</comments>
 <doi>10.1103/PhysRevD.76.013009</doi>
 <abstract>  A fully differential calculation.
</abstract></arXiv>
</metadata></record>"""
RAW = f"""\
<record>{HEADER}
<metadata>
 <arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">
  <id>0704.0001</id><submitter>Pavel Nadolsky</submitter>
  <version version="v1"><date>Mon, 2 Apr 2007 19:18:42 GMT</date><size>400kb</size></version>
  <version version="v2"><date>Tue, 24 Jul 2007 20:10:27 GMT</date></version>
  <title>Prompt diphoton production</title>
  <authors>C. Bal&#225;zs, B. B. King (Memphis) and E. L. Berger</authors>
  <categories>hep-ph hep-ex</categories>
  <journal-ref>Phys.Rev.D76:013009,2007</journal-ref>
  <doi>10.1103/PhysRevD.76.013009</doi>
  <abstract>  A fully differential calculation.</abstract>
 </arXivRaw>
</metadata></record>"""
DUBLIN_CORE = f"""\
<record>{HEADER}
<metadata>
 <oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
     xmlns:dc="http://purl.org/dc/elements/1.1/">
  <dc:title>Prompt diphoton production</dc:title>
  <dc:creator>Balázs, C.</dc:creator>
  <dc:creator>CTEQ Collaboration</dc:creator>
  <dc:subject>High Energy Physics - Phenomenology</dc:subject>
  <dc:description>  A fully differential calculation.</dc:description>
  <dc:description>Comment: 37 pages, 15 figures; a comment longer than the rest</dc:description>
  <dc:date>2007-04-02</dc:date>
  <dc:date>2007-07-24</dc:date>
  <dc:type>text</dc:type>
  <dc:identifier>http://arxiv.org/abs/0704.0001</dc:identifier>
  <dc:identifier>Phys.Rev.D76:013009,2007</dc:identifier>
  <dc:identifier>doi:10.1103/PhysRevD.76.013009</dc:identifier>
 </oai_dc:dc>
</metadata></record>"""
DELETED = """\
<record><header status="deleted"><identifier>oai:arXiv.org:0704.0002</identifier></header>
</record>"""


def read(form: Format, text: str | bytes, name: str = "x.xml") -> tuple[list[Paper], list[Failure]]:
    data = text if isinstance(text, bytes) else text.encode()
    source = Source(io.BufferedReader(io.BytesIO(data), HEAD_BYTES), name)
    return read_source(form, source)


def listed(*records: str) -> str:
    return OAI.format("<ListRecords>\n" + "\n".join(records) + "\n</ListRecords>")


@pytest.mark.parametrize(("name", "count"), ENTRIES.items())
def test_real_answers_of_the_api(shared_data: Path, name: str, count: int) -> None:
    data = (shared_data / "exports" / "arxiv_atom" / name).read_bytes()
    assert feeds.ATOM.matches(data.decode()[:2000])
    papers, failures = read(feeds.ATOM, data, name)
    assert len(papers) == count
    assert all(p.arxiv and p.authors and p.published and p.url and p.tags for p in papers)
    errors = ["arXiv answered with an error: incorrect id format for abc"] if "abc" in name else []
    assert [failure.why for failure in failures] == errors


def test_every_real_answer_is_in_the_table(shared_data: Path) -> None:
    assert {path.name for path in (shared_data / "exports" / "arxiv_atom").glob("*.xml")} == set(
        ENTRIES
    )


def test_old_identifiers(shared_data: Path) -> None:
    path = shared_data / "exports/arxiv_atom/id_quant-ph_0201082v1_s0_m100_86989fe779ef.http200.xml"
    (paper,), _ = read(feeds.ATOM, path.read_bytes())
    assert paper.arxiv == "quant-ph/0201082v1"
    assert paper.title.startswith("Quantum Computers and Quantum Computer Languages: Quantum")
    assert paper.authors == ("Stephen Blaha",)


def test_entry() -> None:
    papers, failures = read(feeds.ATOM, FEED.format(ENTRY))
    assert failures == []
    assert papers == [
        Paper(
            title="Graphs & trees of order $n < 7$",
            abstract="We count trees.\nIt is hard.",
            authors=("Emmy Noether", "Kurt Gödel"),
            published="2021-01-01",
            arxiv="2101.00001v2",
            doi="10.1000/Trees.1",
            url="http://arxiv.org/abs/2101.00001v2",
            tags=("math.CO", "05C05", "05C85"),
            source="x.xml",
            reference={"type": "article"},
        )
    ]


def test_comments_and_the_journal_of_an_entry() -> None:
    entry = ENTRY.replace(
        "</entry>",
        '<arxiv:comment xmlns:arxiv="a">12 pages</arxiv:comment>'
        '<arxiv:journal_ref xmlns:arxiv="a">J. Stat. Phys. 123, 45-67 (2006)</arxiv:journal_ref>'
        "</entry>",
    )
    (paper,), _ = read(feeds.ATOM, FEED.format(entry))
    assert paper.reference == {
        "type": "article-journal",
        "note": "12 pages",
        "container-title": "J. Stat. Phys.",
        "volume": "123",
        "page": "45-67",
        "custom": {"arxiv": {"journal-ref": "J. Stat. Phys. 123, 45-67 (2006)"}},
    }


def test_entry_of_a_daily_feed() -> None:
    entry = """<entry><id>oai:arXiv.org:2401.00001v1</id><title>A title</title>
        <link href="https://arxiv.org/abs/2401.00001" rel="alternate"/>
        <summary>arXiv:2401.00001v1 Announce Type: new
Abstract: The abstract.</summary>
        <category term="cs.CL"/><published>2024-01-02T00:00:00-05:00</published>
        <dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Ada B, Alan T</dc:creator>
        </entry>"""
    (paper,), _ = read(feeds.ATOM, FEED.format(entry))
    assert paper.abstract == "The abstract."
    assert (paper.arxiv, paper.authors) == ("2401.00001v1", ("Ada B", "Alan T"))


def test_entries_that_are_no_papers_cost_nothing_else() -> None:
    bare = "  <entry><id>x</id><title>No summary</title></entry>\n"
    error = (
        "  <entry><id>http://arxiv.org/api/errors#x</id><title>Error</title>"
        "<summary>start must be\n an integer</summary></entry>\n"
    )
    papers, failures = read(feeds.ATOM, FEED.format(bare + ENTRY + error + ENTRY))
    assert len(papers) == 2
    assert failures == [
        Failure("x.xml:5", "it has no abstract, no authors and no identifier"),
        Failure("x.xml:24", "arXiv answered with an error: start must be an integer"),
    ]


def test_empty_feed() -> None:
    assert read(feeds.ATOM, FEED.format("")) == ([], [])


@pytest.mark.parametrize("prefix", ["", "\n<!-- saved -->\n"])
def test_feeds_are_recognised(prefix: str) -> None:
    assert feeds.ATOM.matches(prefix + ENTRY.join(FEED.split("{}")))
    assert not feeds.OAI.matches(prefix + FEED)
    assert feeds.OAI.matches(prefix + OAI)
    assert not feeds.ATOM.matches(prefix + OAI)


@pytest.mark.parametrize(
    "text",
    [
        "<html><body><feed></feed></body></html>",
        "<rss><channel/></rss>",
        "<PubmedArticleSet><PubmedArticle/></PubmedArticleSet>",
        "<records><record><titles/></record></records>",
        "A feed with an entry, http://www.w3.org/2005/Atom",
        '{"feed": "http://www.w3.org/2005/Atom"}',
        "",
    ],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert not feeds.ATOM.matches(text)
    assert not feeds.OAI.matches(text)


def test_records_of_each_kind() -> None:
    papers, failures = read(feeds.OAI, listed(ARXIV, RAW, DUBLIN_CORE))
    assert failures == []
    assert [paper.title for paper in papers] == [
        "Prompt diphoton production at Tevatron and LHC energies",
        "Prompt diphoton production",
        "Prompt diphoton production",
    ]
    assert [paper.authors for paper in papers] == [
        ("C. Balázs", "B. B. King Jr", "CTEQ Collaboration"),
        ("C. Balázs", "B. B. King", "E. L. Berger"),
        ("C. Balázs", "CTEQ Collaboration"),
    ]
    for paper in papers:
        assert paper.abstract == "A fully differential calculation."
        assert paper.published == "2007-04-02"
        assert paper.arxiv == "0704.0001"
        assert paper.doi == "10.1103/PhysRevD.76.013009"
    assert papers[0].tags == papers[1].tags == ("hep-ph", "hep-ex")
    assert papers[2].tags == ("High Energy Physics - Phenomenology",)
    assert papers[2].url == "http://arxiv.org/abs/0704.0001"


def test_records_that_are_no_papers_cost_nothing_else() -> None:
    marc = f"<record>{HEADER}<metadata><marc/></metadata></record>"
    bare = f"<record>{HEADER}</record>"
    papers, failures = read(feeds.OAI, listed(DELETED, ARXIV, marc, bare, RAW))
    assert len(papers) == 2
    assert [failure.why for failure in failures] == [
        "it was deleted: oai:arXiv.org:0704.0002",
        "its metadata is marc; expected arXiv, arXivRaw or oai_dc",
        "it has no metadata",
    ]
    assert failures[0].where == "x.xml:7"


def test_error_of_the_service() -> None:
    error = '<error code="noRecordsMatch">The combination\n gives an empty list.</error>'
    papers, failures = read(feeds.OAI, OAI.format(error))
    assert papers == []
    assert [failure.why for failure in failures] == [
        "arXiv answered with an error: noRecordsMatch The combination gives an empty list."
    ]


def test_one_record_alone() -> None:
    alone = ARXIV.replace("<record>", '<record xmlns="http://www.openarchives.org/OAI/2.0/">')
    assert feeds.OAI.matches(alone)
    assert len(read(feeds.OAI, alone)[0]) == 1


@pytest.mark.parametrize("form", [feeds.ATOM, feeds.OAI])
def test_entities_are_never_expanded(form: Format) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    for text in (FEED.format(ENTRY), listed(ARXIV)):
        first, rest = text.split("\n", 1)
        with pytest.raises(FileUnreadable, match="entity"):
            read(form, f"{first}\n{bomb}\n{rest}")


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (feeds.ATOM, FEED.format(ENTRY * 4)),
        (feeds.OAI, listed(ARXIV, DELETED, RAW, DUBLIN_CORE)),
    ],
)
def test_damaged_files_give_what_is_whole(form: Format, text: str) -> None:
    data = text.encode()
    whole, _ = read(form, data)
    for end in range(1, len(data), 61):
        papers, failures = read(form, data[:end])
        assert papers == whole[: len(papers)]
        assert failures
    draw = random.Random(7)
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(draw.randint(1, 6)):
            damaged[draw.randrange(len(damaged))] = draw.choice(b"<>&\"'/ \n\xffa0")
        form.matches(damaged.decode(errors="replace"))
        papers, failures = read(form, bytes(damaged))
        assert len(papers) <= len(whole)
