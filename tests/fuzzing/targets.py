"""What is fuzzed: the readers and the parsers under them, each with seeds that it reads.

A target takes any bytes. What it may raise is a ReadingError; all else is a find.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from source_support import skipping

from assistant.errors import ReadingError
from assistant.paper import Paper
from assistant.reading import FORMATS, Failure, dates, detect, read_bytes
from assistant.reading.detect import FALLBACKS
from assistant.reading.encoding import detect as detect_encoding
from assistant.reading.json_documents import outline, records
from assistant.reading.latex import without_latex
from assistant.reading.markup import plain
from assistant.reading.paper_text import parts_of
from assistant.reading.record import LONGEST_ABSTRACT, LONGEST_TITLE
from assistant.reading.source import HEAD_BYTES, Source
from assistant.reading.unsupported import unsupported_kind
from assistant.text.sanitizing import sanitized_lines

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_LARGEST_SEED = 20_000
_FORMATS = {known.name: known for known in FORMATS}


@dataclass(frozen=True)
class Target:
    """Something that takes any bytes, examples of what it reads, and folders with more of them."""

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    folders: tuple[str, ...] = ()

    def all_seeds(self) -> Iterator[bytes]:
        """The seeds, and the beginnings of the real files, where they are."""
        yield from self.seeds
        for folder in self.folders:
            for path in sorted((SHARED_DATA / "exports" / folder).glob("*.*")):
                yield path.read_bytes()[:_LARGEST_SEED]


def checked(papers: Iterator[Paper]) -> list[Paper]:
    """The papers, each of which has to be sound."""
    found = []
    for paper in papers:
        assert paper.title, "a paper without a title"
        assert len(paper.title.splitlines()) == 1, "a title on several lines"
        assert len(paper.title) <= LONGEST_TITLE
        assert len(paper.abstract) <= LONGEST_ABSTRACT
        assert paper.abstract == sanitized_lines(paper.abstract), "what cannot be seen"
        # What cannot be written would end the import of all.
        paper.model_dump_json().encode()
        assert paper.id
        found.append(paper)
    return found


def sound(failure: Failure) -> None:
    """A failure says where and why, each on one line."""
    assert failure.where and failure.why
    assert len(failure.why.splitlines()) == len(failure.where.splitlines()) == 1


def _reader(name: str) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        with contextlib.suppress(ReadingError):
            stream = io.BufferedReader(io.BytesIO(data), HEAD_BYTES)
            checked(_FORMATS[name].read(Source(stream, "x"), skipping("x", sound)))

    return run


def read_anything(data: bytes) -> None:
    """As a user's file: archive, PDF, Parquet or text of whatever format."""
    with contextlib.suppress(ReadingError):
        checked(read_bytes(data, "x", sound))


def _texts(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _latex(data: bytes) -> None:
    for sure in (False, True):
        without_latex(_texts(data), sure)


def _markup(data: bytes) -> None:
    plain(_texts(data))


def _json(data: bytes) -> None:
    text = _texts(data)
    outline(text)
    damaged: list[int] = []
    whole = list(records([text], lambda value: isinstance(value, dict), _noting(damaged)))
    cut: list[int] = []
    pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
    again = list(records(pieces, lambda value: isinstance(value, dict), _noting(cut)))
    assert repr(whole) == repr(again), "the pieces in which it came made a difference"
    assert damaged == cut


def _noting(numbers: list[int]) -> Callable[[int, str], None]:
    return lambda number, why: numbers.append(number)


def _dates(data: bytes) -> None:
    text = _texts(data)
    for found in (dates.iso(text), dates.mail_date(text), dates.most_exact(text.split("\n"))):
        Paper(title="x", published=found)


def _encoding(data: bytes) -> None:
    detect_encoding(data)
    detect(_texts(data))


def _confidence(data: bytes) -> None:
    text = _texts(data)
    for known in FALLBACKS:
        if known.matches(text):
            known.confidence(text)
    unsupported_kind(text)


def _paper_text(data: bytes) -> None:
    parts_of(_texts(data), whole=True)
    _reader("text of one paper")(data)


_ENTRY = b"""@string{a = "Some " # jan}
@article{k, title = {The {C}at \\"o}, author = {G{\\"o}del, Kurt and others}, year = 2020,
 abstract = "It " # a # {sleeps}, month = may, crossref = {b}, eprint = {2401.00001}}
@xdata{b, doi = {10.1000/1}}
"""
_RIS = b"TY  - JOUR\nTI  - A title\nAU  - Lovelace, Ada\nPY  - 2019/03/12\nAB  - Text.\nER  - \n"
_NBIB = (
    b"PMID- 12\nTI  - A title\n      goes on\nAB  - Text.\nFAU - Lovelace, Ada\nDP  - 2004 Nov\n\n"
)
_WOS_TABLE = (
    b"\xef\xbb\xbfPT\tAU\tTI\tSO\tAB\tPY\tDI\t\r\n"
    b'J\tLovelace, A; Roe, J\tA "title"\tJ X\tText.\t2019\t10.1000/w\t\r\n'
)
_WOS = b"FN Clarivate\nVR 1.0\nPT J\nAU Lovelace, A\nTI A title\nAB Text.\nPY 2019\nER\n\nEF\n"
_REFER = b"%0 Journal Article\n%A Lovelace, Ada\n%T A title\n%D 2020\n%R 10.1000/it\n%X Text.\n"
_REFWORKS = b"RT Journal Article\nID 1\nA1 Lee,Anna B.\nT1 A title\nYR 2020\nK1 cats\nAB Text.\n"
_OVID = b"""<1. >
VN  - Ovid Technologies
DB  - Embase
TI  - [Nests of a woodpecker]. [Review] [45 refs]
AU  - Still, Ann N MD, PhD 1,2,* [Author; E-mail: a@x.example]
SO  - BMC Proceedings. Conference: A meeting. 12 (Supplement 3) (pp 34-40), 2018.
IS  - 1476-4687 (Electronic)
MH  - *Fire/ae [Adverse Effects]
AB  - Nests were found.

<2. >
VN  - Ovid Technologies
TI  - Second
SO  - Lancet. 12(3):45-50, 2015 Sep.
"""
_OVID_LABELS = b"""<1>
Unique Identifier
  24000002
Title
  Nests after fire.[Review]
Authors
  Still AN. Siegel RB.
Source
  Journal of Woods. 12(3):45-50, 2015 Sep.
"""
_COCHRANE = b"""Record #1 of 1
ID: CN-01234
AU: Smith J
TI: A title
YR: 2020
PM: PUBMED 123
KY: *Cats; Mice
AB: First line.
"""
_ABSTRACTS = b"""
1. J Cats. 2020 May 14;5(1):1-3. doi: 10.1000/it.

A title which goes on in the second
line.

Smith J(1)(2), van der Berg C(#)(1).

Author information:
(1)University of City.

BACKGROUND: We study cats in a sentence.

DOI: 10.1000/it
PMID: 123 [Indexed for MEDLINE]
"""
_SERVICE = (
    b'{"resultList": {"result": [{"pmid": "123", "title": "Cats", "authorString": "Lovelace A.",'
    b' "abstractText": "<p>Text.</p>", "firstPublicationDate": "2020-05-14"}]}}'
)
_PAGE = (
    b"new\n\nA title of cats\n\n" + b"Cats sleep for longer than owls do. " * 9 + b"\n\nMar 14\n"
)
_LISTING = b"""\\\\
arXiv:2101.00001 (*cross-listing*)
Date: Tue, 29 Dec 2020 11:24:39 GMT   (1234kb,D)

Title: A title that goes on
  in an indented line
Authors: Ada Lovelace and Alan Turing
Categories: cs.LG cs.AI
\\\\
  The abstract.
\\\\ ( https://arxiv.org/abs/2101.00001 ,  1234kb)
"""
_JSON = (
    b'{"title": "A", "abstract": "B", "authors": ["C"], '
    b'"versions": [{"created": "Mon, 2 Apr 2007"}]}\n',
    b'{"data": [{"paperId": "1", "title": "A", "abstract": "B", '
    b'"externalIds": {"DOI": "10.1000/1"}}]}',
    b'{"results": [{"id": "https://openalex.org/W1", "title": "A", '
    b'"abstract_inverted_index": {"B": [0]}}]}',
    b'[{"type": "book", "title": "A", "abstract": "<jats:p>B</jats:p>", '
    b'"issued": {"date-parts": [[2020]]}}]',
    b'[{"paper": {"id": "2401.00001", "title": "A", "summary": "B", "authors": [{"name": "C"}]}}]',
)
_PUBMED = b"""<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article>
<ArticleTitle>A <i>b</i></ArticleTitle><Abstract><AbstractText Label="X">C</AbstractText></Abstract>
</Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"""
_CROSSREF = b"""<doi_records><doi_record><crossref><journal><journal_metadata><full_title>J
</full_title></journal_metadata><journal_issue><publication_date><year>2019</year>
</publication_date></journal_issue><journal_article><titles><title>A</title><subtitle>B</subtitle>
</titles><contributors><person_name contributor_role="author"><given_name>Ada</given_name><surname>
L</surname></person_name></contributors><pages><first_page>1</first_page><last_page>9</last_page>
</pages><doi_data><doi>10.1000/a</doi></doi_data></journal_article></journal></crossref>
</doi_record></doi_records>"""
_DBLP = b"""<dblp><article key="j/a"><author>Ada L 0001</author><title>A.</title><pages>1-9</pages>
<year>2019</year><journal>CoRR</journal><volume>abs/2005.12345</volume></article></dblp>"""
_MODS = b"""<modsCollection><mods><titleInfo><title>A</title><subTitle>B</subTitle></titleInfo>
<name type="personal"><namePart type="family">L</namePart><role><roleTerm>aut</roleTerm></role>
</name><relatedItem type="host"><titleInfo><title>J</title></titleInfo><part><detail type="volume">
<number>7</number></detail></part></relatedItem></mods></modsCollection>"""
_ZOTERO = b"""<rdf:RDF xmlns:rdf="r" xmlns:z="http://www.zotero.org/namespaces/export#"
xmlns:bib="b" xmlns:dc="d" xmlns:dcterms="t"><bib:Article rdf:about="#1"><dc:title>A</dc:title>
<dcterms:isPartOf rdf:resource="#2"/></bib:Article><bib:Journal rdf:about="#2"><dc:title>J
</dc:title></bib:Journal></rdf:RDF>"""
_ENDNOTE = b"""<xml><records><record><ref-type name="x">17</ref-type><titles><title><style>A</style>
</title></titles><abstract>B</abstract></record></records></xml>"""
_ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2401.00001</id>
<title>A</title><summary>B</summary><author><name>C</name></author></entry></feed>"""
_OAI = b"""<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><metadata><arXiv>
<id>2401.00001</id><title>A</title><abstract>B</abstract></arXiv></metadata></record>
</ListRecords></OAI-PMH>"""
_RSS = b"""<rss version="2.0"><channel><item><title>A</title><link>https://x.org</link><description>
arXiv:2401.00001v1 Announce Type: new\nAbstract: &lt;p&gt;B&lt;/p&gt;</description>
<guid>oai:arXiv.org:2401.00001v1</guid></item></channel></rss>"""
_YAML = b"""references:
- title: A
  type: book
  issued: {year: 2020, month: 5}
  author: [{family: Lovelace, given: Ada}]
- id: &b b
  title: *b
"""
_CFF = b"""cff-version: 1.2.0
title: A
authors: [{family-names: Lovelace, given-names: Ada}]
preferred-citation:
  title: B
  year: 2020
"""
_TEXT = b"""A Title: of
Cats
Ada Lovelace1, Alan Turing2
Abstract
Cats sleep for longer than owls do, which no-
body has explained so far, and we do not explain it here.
1 Introduction
"""
_LATEX = rb"""The {\em r\^ole} of $x^{2}$ --- ``quoted''~\cite{a}
\href{http://x.org/~a}{b} \textbf{\emph{c}}"""
_MARKUP = b"<jats:title>Abstract</jats:title><jats:p>a &lt; b "
_MARKUP += b"&amp;amp; <mml:math><mml:mi>x</mml:mi></mml:math></jats:p>"
_TABLE = b'sep=,\nTitle,Authors,Abstract,Year\n"A ""b""","Doe, J.; Roe, R.","C\nd",2020\nE,F,G,1\n'
_PROPS = (
    b'<html><div data-props="{&quot;dailyPapers&quot;:[{&quot;paper&quot;:{&quot;id&quot;:'
    b'&quot;2401.00001&quot;,&quot;title&quot;:&quot;A&quot;,&quot;summary&quot;:&quot;B&quot;}}]}">'
)

_PDF_OBJECTS = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 "
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>> >> >> >>",
    b"""<</Length 442>> stream
BT 50 700 Td 14 TL /F1 16 Tf (The sleep of cats) Tj T* /F1 9 Tf (Abstract) Tj T*
(Cats sleep for longer than owls do, which nobody has explained so far, and so do we.) Tj T*
(There are many cats and many owls, and each of them sleeps for as long as it likes to.) Tj T*
(1 Introduction) Tj T* (Cats are animals that are known to all of us for their sleep.) Tj T* ET
endstream""",
)


def _pdf(objects: tuple[bytes, ...]) -> bytes:
    """A PDF of these objects, with the table of their places."""
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj %b endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        written
        + b"xref\n0 %d\n0000000000 65535 f \n%btrailer <</Size %d/Root 1 0 R>>\n"
        % (
            size,
            table,
            size,
        )
        + b"startxref\n%d\n%%%%EOF\n" % len(written)
    )


READERS: Mapping[str, Target] = {
    "BibTeX": Target(_reader("BibTeX"), (_ENTRY,), ("bibtex_bibtexparser",)),
    "RIS": Target(_reader("RIS"), (_RIS,), ("ris_rispy",)),
    "PubMed text": Target(_reader("PubMed text"), (_NBIB,), ("medline_biopython",)),
    "Web of Science text": Target(_reader("Web of Science text"), (_WOS,), ("ris_rispy",)),
    "saved page": Target(_reader("saved page"), (_PAGE,)),
    "arXiv listing": Target(_reader("arXiv listing"), (_LISTING,)),
    "Web of Science table": Target(_reader("Web of Science table"), (_WOS_TABLE,)),
    "table": Target(_reader("table"), (_TABLE,), ("csv_ris_litstudy",)),
    "text of one paper": Target(_paper_text, (_TEXT,)),
    "JSON lines": Target(_reader("JSON lines"), _JSON[:1], ("arxiv_kaggle_jsonl",)),
    "scholarly JSON": Target(_reader("scholarly JSON"), _JSON[1:4]),
    "trending papers (JSON)": Target(_reader("trending papers (JSON)"), _JSON[4:]),
    "trending papers (web page)": Target(_reader("trending papers (web page)"), (_PROPS,)),
    "PubMed XML": Target(_reader("PubMed XML"), (_PUBMED,), ("medline_biopython",)),
    "Crossref XML": Target(_reader("Crossref XML"), (_CROSSREF,)),
    "DBLP XML": Target(_reader("DBLP XML"), (_DBLP,)),
    "MODS": Target(_reader("MODS"), (_MODS,)),
    "Zotero RDF": Target(_reader("Zotero RDF"), (_ZOTERO,)),
    "EndNote XML": Target(_reader("EndNote XML"), (_ENDNOTE,)),
    "arXiv API (Atom)": Target(_reader("arXiv API (Atom)"), (_ATOM,), ("arxiv_atom",)),
    "arXiv records (OAI-PMH)": Target(_reader("arXiv records (OAI-PMH)"), (_OAI,)),
    "RSS": Target(_reader("RSS"), (_RSS,)),
    "EndNote tagged": Target(_reader("EndNote tagged"), (_REFER,)),
    "RefWorks tagged": Target(_reader("RefWorks tagged"), (_REFWORKS,)),
    "Ovid tagged": Target(_reader("Ovid tagged"), (_OVID,)),
    "Ovid labelled": Target(_reader("Ovid labelled"), (_OVID_LABELS,)),
    "Cochrane text": Target(_reader("Cochrane text"), (_COCHRANE,)),
    "CSL YAML": Target(_reader("CSL YAML"), (_YAML,)),
    "CITATION.cff": Target(_reader("CITATION.cff"), (_CFF,)),
    "PubMed abstracts (text)": Target(_reader("PubMed abstracts (text)"), (_ABSTRACTS,)),
    "web services' JSON": Target(_reader("web services' JSON"), (_SERVICE,)),
}
PARSERS: Mapping[str, Target] = {
    "latex": Target(_latex, (_LATEX,)),
    "markup": Target(_markup, (_MARKUP, _LATEX)),
    "json": Target(_json, _JSON),
    "PDF": Target(read_anything, (_pdf(_PDF_OBJECTS),)),
    "confidence": Target(_confidence, (_PAGE, _TEXT)),
    "dates": Target(_dates, (b"2004 Nov-Dec", b"Mon, 2 Apr 2007 19:18:42 GMT", b"2019/03/12")),
    "encoding": Target(_encoding, ("Andr\u00e9 \u201cna\u00efve\u201d".encode("cp1252"),)),
}
TARGETS: Mapping[str, Target] = {
    **READERS,
    **PARSERS,
    "anything": Target(read_anything, tuple(seed for it in READERS.values() for seed in it.seeds)),
}


def environment_seed() -> int:
    """The seed of a run, for whoever wants another one than last time."""
    return int(os.environ.get("FUZZ_SEED", "1"))
