"""One record of a database at Ovid -> a Paper, from tags of two letters or from labels.

Each database has its own tags: https://ospguides.ovid.com/OSPguides/medline.htm and its siblings.
The volume and the pages are often only in the source, such as `Lancet. 12(3):45-50, 2015 Sep.`
"""

from __future__ import annotations

import re

from assistant.paper import Paper
from assistant.reading import dates, fields
from assistant.reading.names import csl_people
from assistant.reading.pages import full_pages, page_range
from assistant.reading.record import paper_of
from assistant.reading.tagged import Record
from assistant.reading.tagged_fields import Pairs, Values, split, titles
from assistant.reference import CslName

FORMAT_NAME = "ovid"

# Read as a whole, or told by other fields of the paper.
_TOLD = frozenset({"<", "AU", "FA", "AB", "VN", "SCORE"})
_PAIRS: Pairs = (
    ("JN", "container-title"), ("JT", "container-title"), ("JA", "container-title-short"),
    ("TA", "container-title-short"), ("AS", "container-title-short"), ("VO", "volume"),
    ("VI", "volume"), ("IP", "issue"), ("PU", "publisher"), ("PB", "publisher"),
    ("PL", "publisher-place"), ("LG", "language"), ("LA", "language"), ("ET", "edition"),
    ("ED", "editor"), ("DB", "source"), ("RO", "rights"), ("CR", "rights"),
)  # fmt: skip
_KEYWORDS = ("KW", "ID", "MH", "SH", "HW")
LABELS = {
    "UNIQUE IDENTIFIER": "UI", "ACCESSION NUMBER": "AN", "AUTHOR": "AU", "AUTHORS": "AU",
    "AUTHORS FULL NAME": "FA", "AUTHOR FULL NAME": "FA", "INSTITUTION": "IN", "TITLE": "TI",
    "CHAPTER TITLE": "CT", "SOURCE": "SO", "ABBREVIATED SOURCE": "AS", "STATUS": "ST",
    "ABSTRACT": "AB", "AUTHOR KEYWORDS": "KW", "KEYWORDS": "KW", "KEYWORD HEADING": "KW",
    "KEY CONCEPTS": "ID", "MESH SUBJECT HEADINGS": "MH", "MESH HEADINGS": "MH",
    "SUBJECT HEADINGS": "MH", "LANGUAGE": "LG", "PUBLICATION TYPE": "PT", "DOCUMENT TYPE": "DT",
    "JOURNAL SUBSET": "SB", "ISSN": "IS", "ISSN PRINT": "IS", "ISSN ELECTRONIC": "ES",
    "ISSN LINKING": "IL", "ISBN": "IB", "NLM JOURNAL CODE": "JC", "JOURNAL NAME": "JN",
    "ISO JOURNAL ABBREVIATION": "JA", "DOI NUMBER": "DO", "DOI": "DO",
    "DIGITAL OBJECT IDENTIFIER": "DO", "YEAR OF PUBLICATION": "YR", "YEAR": "YR",
    "DATE OF PUBLICATION": "DP", "PUBLICATION DATE": "DP", "PUBLISHER": "PB",
    "PLACE OF PUBLICATION": "PL", "COUNTRY OF PUBLICATION": "CP", "DATABASE": "DB",
    "PMID": "PM", "VOLUME": "VO", "ISSUE/PART": "IP", "ISSUE": "IP", "PAGE": "PG", "PAGES": "PG",
    "EDITOR": "ED", "EDITORS": "ED", "EDITION": "ET", "COPYRIGHT": "CR",
    "COPYRIGHT INFORMATION": "CR", "LINK TO THE OVID FULL TEXT OR CITATION": "XL",
    "LINK TO THE EXTERNAL LINK RESOLVER": "XL",
}  # fmt: skip
"""Tags for the labels of the form that has the name of a field on a line and its value below."""

# Behind a title: what kind of article it is, and how many references it has.
_ASIDE = re.compile(r"(?:(?<=[.?!\"'])\s*|\s{2,})(?:\[[^\[\]]{2,40}\]\.?\s*)+$")
# Behind a name: roles, marks of institutes, degrees.
_NAME_ASIDE = re.compile(r"\s*\[[^\[\]]*\]?")
_NAME_MARKS = re.compile(r"(?:\s+[\d,*+#]{1,9})+$")
_DEGREES = re.compile(
    r"(?:,? (?:Ph\.? ?D\.?|M\.?D\.?|[A-Z]{3,6}|M[ABPS]|[BM]Sc|RN|DO|DPhil)(?=[, ]|$))+$"
)
_SHORT_NAME = re.compile(r"[^\W\d_][\w'’ -]* [A-Z]{2,4}\.")
_SHORT_NAMES = re.compile(r"(?:[^\W\d_][\w'’-]*(?: [\w'’-]+){0,3} [A-Z]{1,4}\.\s*){2,}")
_EDITOR = re.compile(r"\[[^\[\]]*\b[Ee]d(?:itor)?\b")
_LONGEST_SOURCE = 1_000
_NUMBER = r"(?P<volume>\w[\w-]{0,20})(?: ?\((?P<issue>(?!pp|no pag)[^()]{1,40})\))?"
_SOURCES = (
    # Psychotherapy. Vol.43(5), Sep 2015, pp. 623-634.
    re.compile(
        rf"(?P<title>.{{3,300}}?)\. Vol\. ?{_NUMBER},.{{0,60}}?pp?\. ?(?P<page>\w+(?:-\w+)?)"
    ),
    # Lancet. 12(3):45-50, 2015 Sep.
    re.compile(rf"(?P<title>.{{3,300}}?)\. {{1,3}}{_NUMBER}:(?P<page>[\w-]+(?:, [\w-]+-[\w-]+)?),"),
    # Acta Biochimica August 2011;43(8):647-653
    re.compile(
        rf"(?P<title>.{{3,300}}?),? (?:[A-Z][a-z]{{2,8}}(?:/[A-Z][a-z]{{2,8}})? )?(?:\d\d?, ?)?"
        rf"\d{{4}};{_NUMBER}:(?P<page>\w+(?:-\w+)?)"
    ),
    # Nature. 15 (3) (pp 34-40), 2019.
    re.compile(
        rf"(?P<title>.{{3,200}}?)\. (?:Conference: .{{1,400}}?\. )?{_NUMBER}"
        r" \((?:pp? ?(?P<page>[\w-]{1,30})|no pagination)\), \d{4}"
    ),
)
_NO_PAGES = re.compile(r"no pagination.*", re.IGNORECASE)


def paper(record: Record, source: str) -> Paper:
    """The paper of a record with tags."""
    values = Values(record, _TOLD)
    written = values.first("TI")
    bare = _ASIDE.sub("", written).strip() or written
    title, original = titles(bare, values.first("TT") if bare.startswith("[") else "")
    if bare == written or not _ASIDE.sub("", bare):
        values.drop("TI", [written])
    if original:
        values.found["original-title"] = original
        values.drop("TT", [original])
    doi = next(filter(None, map(fields.doi, record.all("DO", "DI"))), None)
    for tag in ("DO", "DI") if doi else ():
        values.keep(tag, [text for text in values.left.get(tag, ()) if fields.doi(text) != doi])
    pmid = _pmid(values)
    published = (
        values.published("YR", "DP", "DG")
        or dates.iso(_year_of(values.first("SO")))
        or dates.iso(values.first("ST").rpartition(", ")[2])
    )
    kind = values.take("DT") + values.take("PT")
    csl_type = _type(kind)
    _put_numbers(values, csl_type)
    values.put(_PAIRS)
    if "language" in values.found:
        values.found["language"] = values.found["language"].rstrip(".")
    _put_source(values)
    people, editors = _people(record)
    values.found["author"] = people
    values.found["editor"] = [*editors, *values.found.get("editor", [])]
    words = [(name, text) for name in _KEYWORDS for text in record.all(name, join="\n")]
    for name in _KEYWORDS:
        values.keep(
            name, [text for text in values.left.get(name, ()) if "*" in text or "/" in text]
        )
    return paper_of(
        source,
        title=title,
        abstract=record.text("AB"),
        published=published,
        doi=doi,
        pmid=pmid,
        tags=[tag for name, text in words for tag in _tags(name, text)],
        reference=values.reference(FORMAT_NAME, kind, csl_type),
        stated={"doi": record.all("DO", "DI"), "pmid": record.all("PM")},
    )


def labelled_paper(record: Record, source: str) -> Paper:
    """The paper of a record with labels."""
    tagged = Record(record.line)
    for label, texts in record.values.items():
        tagged.values.setdefault(LABELS.get(label, label), []).extend(texts)
    return paper(tagged, source)


def _pmid(values: Values) -> str | None:
    """Its own field, or the number of a record of MEDLINE."""
    pmid = fields.pmid(values.first("PM"))
    if pmid:
        values.drop("PM", [pmid])
        return pmid
    is_medline = fields.is_pubmed(values.all("DB")) or not values.all("DB", "AN")
    number = values.first("UI")
    if is_medline and number.isdecimal() and len(number) <= 8 and (pmid := fields.pmid(number)):
        values.drop("UI", [number])
    return pmid


def _year_of(text: str) -> str:
    """The last date of a source, which is behind or in front of its numbers."""
    found = re.findall(r"(?:[A-Z][a-z]{2,8} )?\b(?:19|20)\d\d\b(?: [A-Z][a-z]{2,8})?", text[:1_000])
    return found[-1] if found else ""


def _type(kinds: list[str]) -> str:
    """The type of CSL; nearly all records are of articles in journals."""
    text = " ".join(kinds).casefold()
    for word, csl_type in (
        ("dissertation", "thesis"), ("chapter", "chapter"), ("patent", "patent"),
        ("conference", "paper-conference"), ("meeting", "paper-conference"),
        ("preprint", "article"), ("book review", "article-journal"), ("book", "book"),
        ("text/reference", "book"), ("drug reference", "book"), ("report", "article-journal"),
    ):  # fmt: skip
        if word in text:
            return csl_type
    return "article-journal"


def _put_numbers(values: Values, csl_type: str) -> None:
    values.put_serials("IS", "IT", "ES", "IL", "IB")
    if csl_type == "patent":
        values.put((("PN", "number"),))
    pages = values.first("PG")
    if pages and not _NO_PAGES.fullmatch(pages):
        values.found["page"] = page_range(pages)
        values.keep("PG", values.left["PG"][1:])


def _put_source(values: Values) -> None:
    """What only the source tells; it stays as it is written, too."""
    source = " ".join(values.first("SO").split())[:_LONGEST_SOURCE]
    found = next((it for pattern in _SOURCES if (it := pattern.match(source))), None)
    if found is None:
        title = source.rstrip(". ")
        if title and len(title) < 100 and not any(map(str.isdecimal, title)):
            values.found.setdefault("container-title", title)
        return
    named = found.groupdict()
    for key, name in (("container-title", "title"), ("volume", "volume"), ("issue", "issue")):
        if named[name]:
            values.found.setdefault(key, named[name])
    if named["page"]:
        values.found.setdefault("page", full_pages(named["page"]))


def _people(record: Record) -> tuple[list[CslName], list[CslName]]:
    """Authors, by their full names if there are as many, and those who are editors."""
    short, full = _names(record.all("AU", join="\n")), _names(record.all("FA", join="\n"))
    names = full if len(full) >= len(short) else short
    editors = [_bare(name) for name in names if _EDITOR.search(name)]
    authors = [_bare(name) for name in names if not _EDITOR.search(name)]
    return csl_people(authors), csl_people(editors)


def _names(texts: list[str]) -> list[str]:
    """One name per text, or several between semicolons or full stops: `Still AN. Siegel RB.`"""
    names = []
    for text in split(texts):
        several = _SHORT_NAMES.fullmatch(f"{text.strip()} ")
        is_short = several or _SHORT_NAME.fullmatch(text.strip())
        names += [part for part in text.split(".") if part.strip()] if is_short else [text]
    return names


def _bare(name: str) -> str:
    """A name without roles and marks, and without a full stop that is not of an initial."""
    name = _NAME_MARKS.sub("", _NAME_ASIDE.sub("", name)).strip()
    family, comma, given = name.partition(", ")
    name = f"{family}{comma}{_DEGREES.sub('', given)}"
    return name[:-1] if re.search(r"[^\W\d_]{3}\.$", name) else name


def _tags(name: str, text: str) -> list[str]:
    if name == "ID":
        parts = re.split(r"[,;]\s", text)
    else:
        parts = text.split(";") if name == "KW" else text.split("\n")
    return [part.split("/")[0].strip(" *.\n") for part in parts]
