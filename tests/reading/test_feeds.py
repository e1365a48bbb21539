"""RSS and Atom feeds of arXiv and of publishers, as their pages give them."""

from __future__ import annotations

import pytest
from source_support import read_with

from assistant.paper import Paper
from assistant.reading import feeds

ARXIV = """<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:atom="http://www.w3.org/2005/Atom" version="2.0"><channel>
<title>cs.CL updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.CL</link>
<description>cs.CL updates</description><item><title>A paper of cats</title>
<link>https://arxiv.org/abs/2401.00001</link>
<description>arXiv:2401.00001v1 Announce Type: new\x20
Abstract: Cats are &lt; 3 kg and $x_1$ long.</description>
<guid isPermaLink="false">oai:arXiv.org:2401.00001v1</guid>
<category>cs.CL</category><category>cs.AI</category>
<pubDate>Tue, 02 Jan 2024 00:00:00 -0500</pubDate>
<arxiv:announce_type>new</arxiv:announce_type>
<dc:creator>Ada Lovelace, Alan Turing</dc:creator></item>
<item><title>Old style. (arXiv:2312.00001v2 [cs.CL] UPDATED)</title>
<link>http://arxiv.org/abs/2312.00001</link>
<description>&lt;p&gt;Owls sleep.&lt;/p&gt;</description>
<dc:creator>&lt;a href="http://arxiv.org/find/x"&gt;Ada Lovelace&lt;/a&gt;</dc:creator></item>
<item><title>News of the week</title><link>https://example.org/news</link></item>
</channel></rss>"""
NATURE = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<channel rdf:about="http://feeds.nature.com/nature/rss/current"><title>Nature</title></channel>
<item rdf:about="https://www.nature.com/articles/s1"><title><![CDATA[Cats sleep]]></title>
<link>https://www.nature.com/articles/s1</link>
<content:encoded><![CDATA[<p>Nature, Published online:
20 March 2024; <a href="https://www.nature.com/articles/s1">doi:10.1038/s1</a></p>Cats do.]]>
</content:encoded><dc:title><![CDATA[Cats sleep]]></dc:title><dc:creator>Lovelace, Ada</dc:creator>
<dc:creator>Alan Turing</dc:creator><dc:identifier>doi:10.1038/s1</dc:identifier>
<dc:date>2024-03-20</dc:date></item></rdf:RDF>"""


def test_arxiv() -> None:
    assert feeds.RSS.matches(ARXIV)
    papers, failures = read_with(feeds.RSS, ARXIV)
    assert papers[0] == Paper(
        title="A paper of cats",
        abstract="Cats are < 3 kg and $x_1$ long.",
        authors=("Ada Lovelace", "Alan Turing"),
        published="2024-01-02",
        arxiv="2401.00001v1",
        url="https://arxiv.org/abs/2401.00001",
        tags=("cs.CL", "cs.AI"),
        source="x",
    )
    assert (papers[1].title, papers[1].arxiv) == ("Old style.", "2312.00001v2")
    assert (papers[1].abstract, papers[1].authors) == ("Owls sleep.", ("Ada Lovelace",))
    assert [failure.why for failure in failures] == [
        "it has no abstract, no authors and no identifier"
    ]


def test_a_journal() -> None:
    assert feeds.RSS.matches(NATURE)
    papers, failures = read_with(feeds.RSS, NATURE)
    assert failures == []
    assert papers == [
        Paper(
            title="Cats sleep",
            abstract="Cats do.",
            authors=("Ada Lovelace", "Alan Turing"),
            published="2024-03-20",
            doi="10.1038/s1",
            url="https://www.nature.com/articles/s1",
            source="x",
        )
    ]


@pytest.mark.parametrize(
    ("description", "abstract"),
    [
        ("Cats sleep.", "Cats sleep."),
        ('<img src="x.png"/>Cats sleep.', "Cats sleep."),
        ("Journal of Cats, Volume 3, Issue 1, Page 4-9, March 2024.", ""),
        ("<p>Publication date: March 2024</p><p><b>Source:</b> Cats</p><p>Author(s): A. B</p>", ""),
        ("<h2>ABSTRACT</h2><p>Cats sleep.</p>", "<p>Cats sleep.</p>"),
        ('<div class="boxTitle">Abstract</div>Cats.', "Cats."),
        (
            "<p>Cats J. 2024</p><p><b>ABSTRACT</b></p><p>Cats.</p>"
            '<p style="x">PMID:<a href="x">1</a> | DOI:<a href="y">10.1000/1</a></p>',
            "</p><p>Cats.</p>",
        ),
    ],
)
def test_descriptions(description: str, abstract: str) -> None:
    assert feeds.abstract_of(description) == abstract


def test_an_atom_feed_of_a_journal() -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>https://x.org/1</id><title>A</title>'
        '<content type="html">&lt;p&gt;A study: cats &lt;i&gt;sleep&lt;/i&gt;.&lt;/p&gt;</content>'
        "<author><name>Ada Lovelace</name></author></entry></feed>"
    )
    papers, failures = read_with(feeds.ATOM, feed)
    assert [(paper.title, paper.abstract) for paper in papers] == [("A", "A study: cats sleep.")]
    assert failures == []


def test_other_xml_is_no_feed() -> None:
    assert not feeds.RSS.matches(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    )
    assert not feeds.RSS.matches("<records><record/></records>")
