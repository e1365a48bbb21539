"""One record of RefWorks' tagged text, or of the text of the Cochrane Library -> a Paper."""

from __future__ import annotations

import re

from assistant.paper import Paper
from assistant.reading import dates, fields
from assistant.reading.names import csl_people
from assistant.reading.pages import full_pages
from assistant.reading.record import paper_of
from assistant.reading.tagged import Record
from assistant.reading.tagged_fields import Pairs, Values, split, titles

REFWORKS_NAME = "refworks"
COCHRANE_NAME = "cochrane"

_REFWORKS_TOLD = frozenset({"RT", "A1", "AB", "K1"})
_REFWORKS_TYPES = {
    "abstract": "article-journal", "artwork": "graphic", "bills/resolutions": "bill",
    "book, edited": "book", "book, section": "chapter", "book, whole": "book",
    "case/court decisions": "legal_case", "computer program": "software",
    "conference proceedings": "paper-conference", "dissertation": "thesis",
    "dissertation/thesis": "thesis", "dissertation/thesis, unpublished": "thesis",
    "generic": "document", "grant": "document", "hearing": "hearing",
    "journal article": "article-journal", "journal, electronic": "article-journal",
    "laws/statutes": "legislation", "magazine article": "article-magazine", "map": "map",
    "monograph": "book", "motion picture": "motion_picture", "music score": "musical_score",
    "newspaper article": "article-newspaper", "online discussion forum/blogs": "post",
    "patent": "patent", "personal communication": "personal_communication", "report": "report",
    "sound recording": "song", "unpublished material": "article",
    "video/ dvd": "motion_picture", "video/dvd": "motion_picture", "web page": "webpage",
}  # fmt: skip
_REFWORKS_PAIRS: Pairs = (
    ("JF", "container-title"), ("T2", "container-title"), ("WT", "container-title"),
    ("JO", "container-title"), ("JO", "container-title-short"), ("T3", "collection-title"),
    ("VO", "volume"), ("IS", "issue"), ("ED", "edition"), ("PB", "publisher"),
    ("PP", "publisher-place"), ("LA", "language"), ("CN", "call-number"), ("ST", "title-short"),
    ("OT", "original-title"), ("WV", "version"), ("PMCID", "PMCID"), ("DB", "source"),
    ("DS", "source"), ("A2", "editor"), ("A6", "editor"), ("A3", "collection-editor"),
    ("A4", "translator"), ("NO", "note"),
)  # fmt: skip

_COCHRANE_TOLD = frozenset({"AU", "AB", "KY"})
_COCHRANE_PAIRS: Pairs = (("SO", "container-title"), ("VL", "volume"), ("NO", "issue"))
_COCHRANE_PMID = re.compile(r"PUBMED\s+(\d+)", re.ASCII)


def refworks(record: Record, source: str) -> Paper:
    """The paper of a record of RefWorks."""
    values = Values(record, _REFWORKS_TOLD)
    kind = record.first("RT")
    addresses = record.words("UL", "LK")
    doi = next(filter(None, map(fields.doi, record.all("DO") + addresses)), None)
    url = next(filter(None, map(fields.url, addresses)), None)
    pmid = fields.pmid(record.first("PMID"))
    title, original = titles(values.first("T1"), values.first("OT"))
    for tag, told in (
        ("T1", values.first("T1")), ("DO", doi), ("PMID", pmid), ("UL", url), ("LK", url),
        ("OT", "" if original else title), ("ST", title),
    ):  # fmt: skip
        values.drop(tag, [told or ""])
    keywords = record.lines("K1")
    if any("*" in word for word in keywords):
        values.left["K1"] = keywords
    published = values.published("YR", "FD")
    values.put_serials("SN")
    values.put_pages("SP", "OP")
    values.put_date("accessed", "RD")
    values.put(_REFWORKS_PAIRS)
    values.found["author"] = csl_people(split(record.lines("A1")))
    return paper_of(
        source,
        title=title,
        abstract=record.text("AB"),
        published=published,
        arxiv=addresses,
        doi=doi,
        pmid=pmid,
        url=url,
        tags=split(keywords),
        reference=values.reference(REFWORKS_NAME, kind, _REFWORKS_TYPES.get(kind.casefold())),
        stated={
            "doi": record.all("DO"),
            "pmid": record.all("PMID"),
            "serial": record.all("SN"),
        },
    )


def cochrane(record: Record, source: str) -> Paper:
    """The paper of a record of the Cochrane Library."""
    values = Values(record, _COCHRANE_TOLD)
    title, _ = titles(values.first("TI"), "")
    doi = fields.doi(record.first("DOI"))
    pmids = _COCHRANE_PMID.findall(record.first("PM"))
    url = next(filter(None, map(fields.url, record.all("US"))), None)
    for tag, told in (("TI", values.first("TI")), ("DOI", doi), ("US", url)):
        values.drop(tag, [told or ""])
    if pmids:
        values.drop("PM", [f"PUBMED {pmids[0]}"])
    keywords = record.lines("KY")
    if any("*" in word for word in keywords):
        values.left["KY"] = keywords
    published = values.published("YR")
    if len(values.left.get("PG", ())) == 1:
        values.found["page"] = full_pages(values.take("PG")[0])
    values.put(_COCHRANE_PAIRS)
    values.found["author"] = csl_people(record.lines("AU"))
    kind = " ".join(values.take("PT"))
    return paper_of(
        source,
        title=title,
        abstract=record.text("AB"),
        published=published or dates.iso(record.first("YR")),
        doi=doi,
        pmid=pmids,
        url=url,
        tags=[tag.strip(" *") for tag in split(keywords)],
        reference=values.reference(COCHRANE_NAME, kind, _cochrane_type(kind.casefold())),
        stated={"doi": record.all("DOI"), "serial": record.all("SN")},
    )


def _cochrane_type(kind: str) -> str | None:
    if "conference" in kind:
        return "paper-conference"
    if "registry" in kind:
        return "document"
    return "article-journal" if "article" in kind else None
