"""PubMed's XML: articles and chapters of books, with all that their records say of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_support import counts, read_with, without_references

from assistant.errors import FileUnreadable
from assistant.paper import Paper
from assistant.reading import pubmed_xml
from assistant.reading.format import Failure

ARTICLE = """
<PubmedArticle><MedlineCitation><PMID Version="1">123</PMID>
 <Article>
  <Journal><JournalIssue><PubDate><Year>2019</Year><Month>Mar</Month><Day>2</Day></PubDate>
   </JournalIssue><Title>Journal</Title></Journal>
  <ArticleTitle>Of <i>cats</i>
     and dogs.</ArticleTitle>
  <ELocationID EIdType="doi">10.1000/other</ELocationID>
  <Abstract>
   <AbstractText Label="BACKGROUND">Cats &lt; dogs.</AbstractText>
   <AbstractText Label="UNLABELLED">CO<sub>2</sub>
      too.</AbstractText>
   <AbstractText>The end.</AbstractText>
   <CopyrightInformation>Nobody.</CopyrightInformation>
  </Abstract>
  <AuthorList>
   <Author><LastName>Lovelace</LastName><ForeName>Ada</ForeName><Suffix>Jr</Suffix></Author>
   <Author><LastName>Turing</LastName><Initials>AM</Initials></Author>
   <Author><CollectiveName>The Group, Inc.</CollectiveName></Author>
  </AuthorList>
 </Article>
 <MeshHeadingList><MeshHeading><DescriptorName>Cats</DescriptorName>
  <QualifierName>anatomy</QualifierName></MeshHeading></MeshHeadingList>
 <KeywordList><Keyword>dog, large</Keyword></KeywordList>
</MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">123</ArticleId>
 <ArticleId IdType="doi">10.1000/it</ArticleId><ArticleId IdType="pmc">PMC77</ArticleId>
</ArticleIdList><ReferenceList><Reference><ArticleIdList>
 <ArticleId IdType="doi">10.1000/cited</ArticleId></ArticleIdList></Reference></ReferenceList>
</PubmedData></PubmedArticle>
"""
CHAPTER = """
<PubmedBookArticle><BookDocument><PMID>456</PMID>
 <ArticleIdList><ArticleId IdType="bookaccession">NBK1</ArticleId></ArticleIdList>
 <Book><BookTitle>The book</BookTitle><PubDate><Year>2009</Year></PubDate></Book>
 <ArticleTitle>The chapter</ArticleTitle>
 <AuthorList><Author><LastName>Hopper</LastName><ForeName>Grace</ForeName></Author></AuthorList>
 <Abstract><AbstractText>About it.</AbstractText></Abstract>
</BookDocument></PubmedBookArticle>
"""
BARE = (
    "<PubmedArticle><MedlineCitation><Article>{}<ArticleTitle>T</ArticleTitle>"
    "<Abstract><AbstractText>A</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>"
)
FILES = {
    "pubmed1.xml": (2, 0),
    "pubmed2.xml": (2, 0),
    "pubmed4.xml": (1, 0),
    "pubmed5.xml": (1, 0),
    "pubmed6.xml": (1, 0),
    "pubmed7.xml": (1, 0),
}


def in_set(*records: str) -> str:
    return f"<PubmedArticleSet>{''.join(records)}</PubmedArticleSet>"


def test_an_article_with_everything() -> None:
    papers, failures = read_with(pubmed_xml.FORMAT, in_set(ARTICLE))
    assert failures == []
    assert without_references(papers) == [
        Paper(
            title="Of cats and dogs.",
            abstract="BACKGROUND: Cats < dogs.\nCO2 too.\nThe end.",
            authors=("Ada Lovelace Jr", "AM Turing", "The Group, Inc."),
            published="2019-03-02",
            doi="10.1000/it",
            pmid="123",
            url="https://pmc.ncbi.nlm.nih.gov/articles/PMC77/",
            tags=("dog, large", "Cats"),
            source="x",
        )
    ]


def test_a_chapter_of_a_book() -> None:
    papers, failures = read_with(pubmed_xml.FORMAT, in_set(CHAPTER))
    assert failures == []
    assert without_references(papers) == [
        Paper(
            title="The chapter",
            abstract="About it.",
            authors=("Grace Hopper",),
            published="2009",
            pmid="456",
            source="x",
        )
    ]


WHOLE = """
<PubmedArticle><MedlineCitation><PMID>9</PMID>
 <Article>
  <Journal><ISSN IssnType="Print">1234-5678</ISSN><JournalIssue><Volume>12</Volume>
   <Issue>3</Issue><PubDate><Year>2019</Year></PubDate></JournalIssue>
   <Title>Journal of soil</Title><ISOAbbreviation>J Soil</ISOAbbreviation></Journal>
  <ArticleTitle>[On the soil].</ArticleTitle>
  <Pagination><MedlinePgn>123-8</MedlinePgn></Pagination>
  <ELocationID EIdType="pii">e12</ELocationID>
  <AuthorList><Author><LastName>Lovelace</LastName><ForeName>Ada</ForeName><Suffix>Jr</Suffix>
   <AffiliationInfo><Affiliation>Institute of Soil.</Affiliation></AffiliationInfo></Author>
   <Author><CollectiveName>The Group, Inc.</CollectiveName></Author></AuthorList>
  <Language>ger</Language>
  <GrantList><Grant><GrantID>G1</GrantID><Agency>Fund</Agency></Grant></GrantList>
  <PublicationTypeList><PublicationType>Journal Article</PublicationType>
   <PublicationType>Retracted Publication</PublicationType></PublicationTypeList>
  <VernacularTitle>Vom Boden.</VernacularTitle>
 </Article>
 <CommentsCorrectionsList><CommentsCorrections RefType="ErratumIn"/></CommentsCorrectionsList>
</MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pmc">PMC77</ArticleId></ArticleIdList></PubmedData>
</PubmedArticle>
"""


def test_the_whole_record_is_kept() -> None:
    papers, _ = read_with(pubmed_xml.FORMAT, in_set(WHOLE))
    assert papers[0].title == "On the soil."
    assert papers[0].reference == {
        "type": "article-journal",
        "container-title": "Journal of soil",
        "container-title-short": "J Soil",
        "original-title": "Vom Boden.",
        "volume": "12",
        "issue": "3",
        "page": "123-128",
        "number": "e12",
        "ISSN": "1234-5678",
        "PMCID": "PMC77",
        "language": "ger",
        "status": "retracted",
        "author": [
            {"family": "Lovelace", "given": "Ada", "suffix": "Jr"},
            {"literal": "The Group, Inc."},
        ],
        "custom": {
            "pubmed": {
                "entry-type": ["Journal Article", "Retracted Publication"],
                "affiliation": ["Institute of Soil."],
                "grant": ["G1 Fund"],
            }
        },
    }


def test_a_chapter_knows_its_book() -> None:
    book = (
        "<Book><Publisher><PublisherName>Press</PublisherName><PublisherLocation>Bonn"
        "</PublisherLocation></Publisher><BookTitle>The book</BookTitle><AuthorList Type="
        '"editors"><Author><LastName>Edit</LastName><ForeName>Or</ForeName></Author></AuthorList>'
        "<Isbn>9780306406157</Isbn></Book>"
    )
    chapter = CHAPTER.replace("<Book><BookTitle>The book</BookTitle>", book.removesuffix("</Book>"))
    papers, _ = read_with(pubmed_xml.FORMAT, in_set(chapter))
    assert papers[0].authors == ("Grace Hopper",)
    assert papers[0].reference == {
        "type": "chapter",
        "container-title": "The book",
        "publisher": "Press",
        "publisher-place": "Bonn",
        "ISBN": "9780306406157",
        "author": [{"family": "Hopper", "given": "Grace"}],
        "editor": [{"family": "Edit", "given": "Or"}],
    }


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("<Year>2019</Year><Month>03</Month><Day>2</Day>", "2019-03-02"),
        ("<Year>2019</Year><Month>Dec</Month>", "2019-12"),
        ("<Year>2019</Year><Season>Spring</Season>", "2019"),
        ("<MedlineDate>2004 Nov-Dec</MedlineDate>", "2004-11"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998-12"),
        ("<MedlineDate>2000 Spring</MedlineDate>", "2000"),
        ("<MedlineDate>unknown</MedlineDate>", None),
        ("<Year>2019</Year><Month>13</Month>", "2019"),
    ],
)
def test_dates(date: str, expected: str | None) -> None:
    journal = f"<Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue></Journal>"
    (paper,), _ = read_with(pubmed_xml.FORMAT, in_set(BARE.format(journal)))
    assert paper.published == expected


def test_articles_without_title_or_abstract_are_failures() -> None:
    papers, failures = read_with(
        pubmed_xml.FORMAT,
        in_set("<PubmedArticle/>", "\n<PubmedArticle>x</PubmedArticle>\n", ARTICLE),
    )
    assert [paper.pmid for paper in papers] == ["123"]
    assert failures == [Failure("x:1", "it has no title"), Failure("x:2", "it has no title")]


def test_citations_without_the_data_around_them() -> None:
    citation = ARTICLE[ARTICLE.index("<MedlineCitation") : ARTICLE.index("<PubmedData")]
    data = f"<MedlineCitationSet>{citation}</MedlineCitationSet>"
    assert pubmed_xml.FORMAT.matches(data)
    (paper,), _ = read_with(pubmed_xml.FORMAT, data)
    assert (paper.pmid, paper.doi) == ("123", "10.1000/other")


def test_a_cut_file_keeps_the_articles_before_the_cut() -> None:
    whole = in_set(ARTICLE, CHAPTER, ARTICLE)
    for cut in range(len(in_set(ARTICLE)) + 1, len(whole), 37):
        papers, failures = read_with(pubmed_xml.FORMAT, whole[:cut])
        ended = whole[:cut].count("</PubmedArticle>") + whole[:cut].count("</PubmedBookArticle>")
        assert (len(papers), len(failures)) == (ended, 1)


def test_entities_are_refused() -> None:
    with pytest.raises(FileUnreadable, match="defines the XML entity"):
        read_with(pubmed_xml.FORMAT, '<!DOCTYPE a [<!ENTITY a "b">]>' + in_set(ARTICLE))


def test_other_text_is_not_taken() -> None:
    for text in ("<feed/>", "<html><p>PubmedArticleSet</p></html>", "PubmedArticle", '{"a": 1}'):
        assert not pubmed_xml.FORMAT.matches(text)


def test_shared_files(shared_data: Path) -> None:
    folder = shared_data / "exports" / "medline_biopython"
    assert counts(pubmed_xml.FORMAT, folder, list(FILES)) == FILES
    assert not pubmed_xml.FORMAT.matches((folder / "pubmed3.html").read_text(encoding="utf-8"))
    (paper,), _ = read_with(pubmed_xml.FORMAT, (folder / "pubmed4.xml").read_bytes())
    assert paper.title.startswith("Leucocyte telomere length, genetic variants at the TERT gene")
    assert paper.abstract.startswith("OBJECTIVE: Telomere shortening occurs")
    assert paper.abstract.count("\n") == 3
    assert (paper.doi, paper.pmid) == ("10.1136/gutjnl-2016-312510", "27797938")
    assert (len(paper.authors), paper.published) == (22, "2017-06")
