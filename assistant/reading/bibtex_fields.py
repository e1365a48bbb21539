"""What the types and fields of BibTeX and BibLaTeX are in the terms of `assistant.reference`.

Reading and exporting share these tables. What a field is depends on the type: `number` is the issue
of an article, the number of a report, and the place of a book in its series.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from assistant.reading.work_types import CSL_TYPES
from assistant.reference import DATES, NAMES, TEXTS

FORMAT = "bibtex"
"""The name of BibTeX's own fields in `custom`."""
OTHERS = "and-others"
"""In `custom`: lists of names that end with `and others`, such as `author 3`, with their length."""
CSL_TYPE = "csltype"
"""The field for a type that BibTeX has no entry for."""

_TYPES = {
    "article": "article-journal", "suppperiodical": "article-journal",
    "book": "book", "mvbook": "book", "collection": "book", "mvcollection": "book",
    "proceedings": "book", "mvproceedings": "book", "reference": "book", "mvreference": "book",
    "manual": "book", "booklet": "pamphlet",
    "inbook": "chapter", "bookinbook": "chapter", "suppbook": "chapter",
    "incollection": "chapter", "suppcollection": "chapter", "inreference": "entry-encyclopedia",
    "inproceedings": "paper-conference", "conference": "paper-conference",
    "techreport": "report", "report": "report",
    "phdthesis": "thesis", "mastersthesis": "thesis", "thesis": "thesis",
    "misc": "document", "unpublished": "manuscript", "letter": "personal_communication",
    "online": "webpage", "electronic": "webpage", "www": "webpage",
    "dataset": "dataset", "software": "software", "patent": "patent", "standard": "standard",
    "periodical": "periodical", "review": "review", "artwork": "graphic", "image": "graphic",
    "audio": "song", "music": "song", "video": "motion_picture", "movie": "motion_picture",
    "performance": "performance", "jurisdiction": "legal_case", "legislation": "legislation",
    "legal": "treaty",
}  # fmt: skip
# What is written for a type of CSL, of entry types that programs know; all others are `misc`.
_ENTRY_TYPES = {
    "article-journal": "article", "article-magazine": "article", "article-newspaper": "article",
    "review": "article", "review-book": "article", "book": "book", "classic": "book",
    "collection": "book", "pamphlet": "booklet", "chapter": "incollection",
    "entry": "inreference", "entry-dictionary": "inreference", "entry-encyclopedia": "inreference",
    "paper-conference": "inproceedings", "report": "techreport", "regulation": "techreport",
    "thesis": "thesis", "manuscript": "unpublished", "webpage": "online", "post": "online",
    "post-weblog": "online", "dataset": "dataset", "software": "software", "patent": "patent",
    "standard": "standard", "periodical": "periodical", "song": "audio", "motion_picture": "video",
    "performance": "performance", "legal_case": "jurisdiction", "legislation": "legislation",
    "bill": "legislation", "graphic": "image", "figure": "image", "treaty": "legal",
    "personal_communication": "letter",
}  # fmt: skip
GENRES = {"phdthesis": "PhD thesis", "mastersthesis": "Master’s thesis"}
_DOCTORAL = re.compile(r"\bph\.?\s?d|\bd\.?\s?phil|doctor|dissertation|habilitation", re.IGNORECASE)
_MASTERS = re.compile(r"\bmaster|\bm\.?\s?sc\b|\bm\.?\s?phil\b|diplom", re.IGNORECASE)
_PRESS = {"magazine": "article-magazine", "newspaper": "article-newspaper"}
_REPORT_NUMBERS = ("eid", "articleno", "article-number", "art_number")

# Kinds of types, in which fields mean the same.
_SERIALS = frozenset(
    "article-journal article-magazine article-newspaper review review-book periodical".split()  # noqa: SIM905
)
_PARTS = frozenset(
    "chapter paper-conference entry entry-dictionary entry-encyclopedia".split()  # noqa: SIM905
)
_IN_SERIES = _PARTS | {"book", "classic", "collection", "pamphlet"}

Groups = tuple[tuple[str, ...], ...]

# Fields by key. Those of one group are spellings of the same; of several groups the first counts.
_COMMON: dict[str, Groups] = {
    "title-short": (("shorttitle",),),
    "container-title-short": (("shortjournal",),),
    "collection-title": (("series",),),
    "volume": (("volume",),),
    "part-number": (("part",),),
    "number-of-volumes": (("volumes",),),
    "number-of-pages": (("pagetotal", "numpages"),),
    "page": (("pages",),),
    "chapter-number": (("chapter",),),
    "publisher-place": (("address", "location"),),
    "edition": (("edition",),),
    "ISBN": (("isbn",),),
    "ISSN": (("issn",),),
    "PMCID": (("pmcid",),),
    "language": (("language",), ("langid",), ("hyphenation",)),
    "medium": (("howpublished",),),
    "genre": (("type",),),
    "version": (("version",),),
    "note": (("note",), ("addendum",)),
    "annote": (("annote", "annotation"),),
    "status": (("pubstate",),),
    "event-title": (("eventtitle",),),
    "event-place": (("venue",),),
    "original-title": (("origtitle",),),
    "original-publisher": (("origpublisher",),),
    "original-publisher-place": (("origlocation",),),
    "container-author": (("bookauthor",),),
    "accessed": (("urldate", "lastaccessed", "lastchecked"),),
    "event-date": (("eventdate",),),
    "original-date": (("origdate",),),
}
# Neither read nor written as fields of their own: they have rules of their own.
_OTHERWISE = frozenset({"type", "citation-key", "author", "keyword"})
SUBTITLES = {
    "title": "subtitle",
    "booktitle": "booksubtitle",
    "journal": "journalsubtitle",
    "journaltitle": "journalsubtitle",
}
"""Fields whose text goes on in another one."""


@dataclass(frozen=True)
class Layout:
    """What fields mean in entries of one type of CSL.

    `keys` has the key of each field; `groups` the fields of each key, the one to write first.
    """

    keys: Mapping[str, str]
    groups: Mapping[str, Groups]

    def name(self, key: str) -> str:
        """The field that `key` is written to."""
        return self.groups[key][0][0]


def layout(csl_type: str, entry_type: str = "") -> Layout:
    """The layout of entries of `csl_type`; it differs for some entry types of one type."""
    known = csl_type if csl_type in CSL_TYPES else "document"
    return _layout(known, entry_type if csl_type == "thesis" or entry_type == "manual" else "")


@lru_cache(maxsize=200)
def _layout(csl_type: str, entry_type: str) -> Layout:
    groups = _COMMON | _container(csl_type) | _numbers(csl_type)
    groups["publisher"] = _publishers(csl_type, entry_type)
    taken = {name for parts in groups.values() for part in parts for name in part}
    for key in (*TEXTS, *NAMES, *DATES):
        # What BibTeX has no name for is called as in CSL.
        if key not in groups and key not in _OTHERWISE and key.lower() not in taken:
            groups[key] = ((key.lower(),),)
    keys = {name: key for key, parts in groups.items() for part in parts for name in part}
    return Layout(keys, groups)


def _container(csl_type: str) -> dict[str, Groups]:
    journal, book = ("journal", "journaltitle"), ("booktitle",)
    return {"container-title": (book, journal) if csl_type in _PARTS else (journal, book)}


def _numbers(csl_type: str) -> dict[str, Groups]:
    if csl_type in _SERIALS:
        return {"issue": (("number",), ("issue",)), "number": (_REPORT_NUMBERS,)}
    if csl_type in _IN_SERIES:
        return {
            "collection-number": (("number",),),
            "issue": (("issue",),),
            "number": (_REPORT_NUMBERS,),
        }
    return {"number": (("number",), _REPORT_NUMBERS), "issue": (("issue",),)}


def _publishers(csl_type: str, entry_type: str) -> Groups:
    publisher, organization = ("publisher",), ("organization",)
    institution = ("institution", "school")
    if csl_type == "thesis":
        own = institution if entry_type in ("thesis", "") else ("school", "institution")
        return own, publisher, organization
    if csl_type == "report":
        return institution, publisher, organization
    if entry_type == "manual" or csl_type == "webpage":
        return organization, publisher, institution
    return publisher, institution, organization


def csl_type(entry_type: str, values: Mapping[str, str], is_preprint: bool) -> str:
    """The type of CSL of an entry with these fields; `is_preprint` if arXiv has it."""
    if (named := values.get(CSL_TYPE)) in CSL_TYPES and named:
        return named
    if entry_type == "article":
        return _PRESS.get(values.get("entrysubtype", ""), "article-journal")
    if entry_type == "misc" and is_preprint:
        return "article"
    return _TYPES.get(entry_type, "document")


def entry_type(csl_type: str, genre: str) -> str:
    """The entry type of a type of CSL; `genre` says of a thesis which one it is."""
    if csl_type == "thesis":
        if _DOCTORAL.search(genre):
            return "phdthesis"
        return "mastersthesis" if _MASTERS.search(genre) else "thesis"
    return _ENTRY_TYPES.get(csl_type, "misc")
