"""What tables, data sets and services call the fields of a reference: names -> a reference.

A name is compared without capitals, spaces and signs: "Source title", "journal_name", "startPage".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from assistant.reading import fields, names
from assistant.reading.cleaning import folded
from assistant.reading.pages import joined_pages
from assistant.reading.retraction import status_of_words
from assistant.reading.verbatim import verbatim
from assistant.reading.work_types import CSL_TYPES, csl_type
from assistant.reference import CUSTOM, ENTRY_TYPE, RETRACTED

# The first name that has a value counts.
_NAMES = {
    "container-title": """container containertitle publicationtitle sourcetitle
        sourcetitleanthologytitle journal journaltitle journalname journalfullname journalbook
        publicationname booktitle proceedingstitle encyclopediatitle dictionarytitle bookname
        periodical periodicaltitle secondarytitle parenttitle hosttitle magazine newspaper
        primarylocationsourcedisplayname hostvenuedisplayname venue journalconference
        conferencejournal publicationvenue publication pub so""",
    "container-title-short": """abbreviatedsourcetitle journalabbreviation journalisoabbreviation
        isoabbreviation isosourceabbreviation journalabbrev abbreviatedjournal medlineta
        medlineabbreviation medlinejournal journalshort sourcetitleabbreviation alternatejournal
        j9 ji""",
    "collection-title": "series bookseriestitle seriestitle bookseries se",
    "collection-number": "seriesnumber seriesvolume bookseriesnumber",
    "volume": "volume journalvolume bibliovolume volumenumber vol vl",
    "issue": "issue journalissue biblioissue issuenumber issueno is",
    "page": """pages page pagerange pagination pageinfo pagenumbers pageno pp articlepages
        journalpages medlinepgn""",
    "number-of-pages": "numpages numberofpages pagecount pagetotal totalpages pg",
    "number-of-volumes": "numberofvolumes",
    "chapter-number": "chapter chapternumber",
    "section": "section",
    "publisher": """publisher publishername dcpublisher primarylocationsourcehostorganizationname
        university school pu""",
    "publisher-place": """place publisherplace publishercity placeofpublication publicationplace
        publisherlocation placepublished pi""",
    "ISBN": """isbn isbns isbn13 isbn10 printisbn pisbn isbnprint eisbn electronicisbn onlineisbn
        isbnelectronic bn""",
    "ISSN": """issn issns journalissn printissn pissn issnprint issnl eissn essn onlineissn
        electronicissn issnelectronic issnonline primarylocationsourceissn journalissns
        sourceissn sn ei""",
    "language": "language languageoforiginaldocument languages documentlanguage lang dclanguage la",
    "PMCID": "pmcid pmc pubmedcentralid pmcidentifier idspmcid",
    "citation-key": "citationkey citekey bibtexkey bibkey citationid texkey",
    "genre": "thesistype reporttype degreetype",
    "edition": "edition",
    "event-title": """conferencename conferencetitle meetingname meetingtitle conference
        eventtitle ct""",
    "event-place": "conferencelocation conferenceplace meetinglocation eventplace eventlocation cl",
    "number": "reportnumber reportno patentnumber technicalreportnumber documentnumber",
    "title-short": "shorttitle",
    "call-number": "callnumber",
    "archive": "archive",
    "archive_location": "archivelocation locinarchive",
    "source": "librarycatalog databaseprovider databasename",
    "license": "rights license licence copyright",
    "medium": "medium",
    "scale": "scale",
    "version": "version",
    "note": "extra comments comment note",
    "annote": "notes annote annotation researchnotes",
    "authority": "court issuingauthority assignee",
}
_ROLES = {
    "editor": "editors editor bookeditors volumeeditors be",
    "translator": "translators translator",
    "collection-editor": "serieseditors serieseditor",
    "container-author": "bookauthors bookauthor",
    "composer": "composer composers",
    "contributor": "contributors contributor",
    "director": "director directors",
    "illustrator": "illustrator illustrators",
    "interviewer": "interviewer interviewers",
    "performer": "castmember performer",
    "producer": "producer producers",
    "recipient": "recipient recipients",
    "reviewed-author": "reviewedauthor",
    "script-writer": "scriptwriter",
}
_DATES = {
    "accessed": "accessdate accessed dateaccessed urldate lastaccessed",
    "event-date": "conferencedate conferencedates meetingdate eventdate",
    "submitted": "datesubmitted submitted filingdate",
    "original-date": "originaldate",
}
_FIRST_PAGE = """pagestart startpage firstpage beginningpage startingpage bibliofirstpage pagefirst
    startpagenumber spage bp"""
_LAST_PAGE = """pageend endpage lastpage endingpage bibliolastpage pagelast endpagenumber epage
    ep"""
_ARTICLE_NUMBER = "artno articlenumber articleno articlenum elocationid elocation articleid ar"
_TYPE = """itemtype documenttype publicationtype contenttype articletype doctype resourcetype
    worktype referencetype publicationtypes entrytype documenttypes type genre dt pt
    documentidentifier"""
# The first five may say "yes".
_STATUS = """isretracted retracted retraction articleretracted paperretracted retractionnature
    retractionstatus updatetype publicationstatus articlestatus paperstatus pubstatus
    crossmarkstatus editorialstatus recordstatus documentstatus publicationstage status"""
_SAYING_YES = frozenset(_STATUS.split()[:5])
_ALL = {
    name: (key, place)
    for key, spelled in {
        **_NAMES,
        **_ROLES,
        **_DATES,
        "first page": _FIRST_PAGE,
        "last page": _LAST_PAGE,
        "article number": _ARTICLE_NUMBER,
        "entry type": _TYPE,
        "status": _STATUS,
        "number or issue": "number no",
    }.items()
    for place, name in enumerate(spelled.split())
}
# Of these all values count: a journal has an ISSN in print and another online.
_SEVERAL = frozenset({"ISBN", "ISSN"})
_NUMBERS_BETWEEN = re.compile(r"[;,\s|]+")
_RETRACTED = re.compile(r"\bretracted\b", re.IGNORECASE)
# Characters of a value with a place; longer ones are kept as they are.
_LONGEST = 20_000
_PARTS_OF_STATUS = re.compile(r"[;,|/:.()\[\]]|\s[-–—]\s")
_IS_RETRACTED = re.compile(
    r"(?:.{1,40}\b(?:has been|have been|was|were|is) )?(?:retracted|withdrawn)\b", re.IGNORECASE
)
# What was removed from a list of somebody is no work that its journal removed.
_OF_LISTS = re.compile(r"remov(?:ed|al)", re.IGNORECASE)
_YES = frozenset({"true", "yes", "1", "y"})
# What services and programs write for nothing.
_BLANK = frozenset({"null", "none", "nan", "n/a", "na", "-", "--"})


def is_known(name: str) -> bool:
    """Whether a field of this name has a place in a reference."""
    return folded(name) in _ALL


def reference_of_fields(
    values: Mapping[str, Any], format_name: str, *, family_first: bool = False, ours: bool = False
) -> dict[str, Any]:
    """The reference in named values, for `paper_of`; what has no place is kept as it is.

    Args:
        values: the fields of a record that are not a Paper's own, by their names.
        format_name: the name under which `custom` has the rest.
        family_first: in names of people the family name comes first.
        ours: types are those of CSL, as our exports write them.
    """
    found: dict[str, list[tuple[int, str, str]]] = {}
    rest: dict[str, Any] = {}
    for name, value in values.items():
        key, place = _ALL.get(folded(name), ("", 0))
        text = _text(value) if key else ""
        if text.casefold() in _BLANK:
            continue
        if not text or len(text) > _LONGEST:
            rest[name] = value
        else:
            found.setdefault(key, []).append((place, name, text))
    reference: dict[str, Any] = {}
    first: dict[str, tuple[str, str]] = {}
    for key, several in found.items():
        _, name, text = min(several)
        if key in _SEVERAL:
            reference[key] = ", ".join(_numbers(text for _, _, text in sorted(several)))
            continue
        rest |= {other: values[other] for _, other, same in several if same != text}
        if key == "status":
            reference |= _status(several)
            rest[name] = text
            continue
        if key in _ROLES:
            reference[key] = _people(text, family_first=family_first)
        elif key in _DATES and fields.date(text) != text:
            rest[name] = values[name]
        elif key in _NAMES or key in _DATES:
            reference[key] = text
        else:
            first[key] = name, text
    _add_pages(reference, first, rest)
    _add_type(reference, first, rest, ours=ours)
    kept = verbatim(rest)
    return reference | ({CUSTOM: {format_name: kept}} if kept else {})


def _text(value: Any) -> str:
    """The text of a value that is one, or a list of some; "" for any other."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, str | int | float):
        return str(value).strip()
    if isinstance(value, list) and all(isinstance(item, str | int) for item in value):
        return "; ".join(map(str, value))
    if isinstance(value, list) and len(value) == 1:
        return _text(value[0])
    if isinstance(value, dict):
        inner = next((value[key] for key in ("name", "title", "raw", "value") if key in value), "")
        return _text(inner) if len(value) == 1 else ""
    return ""


def _numbers(texts: Iterable[str]) -> list[str]:
    """Each ISBN or ISSN once; they are between signs or spaces."""
    parts = (part for text in texts for part in _NUMBERS_BETWEEN.split(text) if part)
    distinct: dict[str, str] = {}
    for part in parts:
        distinct.setdefault(part.replace("-", "").upper(), part)
    return list(distinct.values())


def _people(text: str, *, family_first: bool) -> list[dict[str, str]]:
    return names.csl_people([text] if family_first else names.split(text))


def _status(several: Iterable[tuple[int, str, str]]) -> dict[str, str]:
    """The status that fields for it say, if they say that a work was retracted or corrected."""
    said: list[str] = []
    for _, name, text in several:
        if folded(name) in _SAYING_YES and text.casefold() in _YES:
            return {"status": RETRACTED}
        parts = [text, *_PARTS_OF_STATUS.split(text)]
        said += [part for part in parts if not _OF_LISTS.fullmatch(part.strip())]
        if _IS_RETRACTED.match(text):
            said.append(RETRACTED)
    found = status_of_words(said)
    return {"status": found} if found else {}


def _add_pages(
    reference: dict[str, Any], first: Mapping[str, tuple[str, str]], rest: dict[str, Any]
) -> None:
    (first_name, begin), (last_name, end) = (
        first.get(key, ("", "")) for key in ("first page", "last page")
    )
    if begin and "page" not in reference:
        reference["page"] = joined_pages(begin, end)
    for name, page in ((first_name, begin), (last_name, end)):
        if page and page not in reference.get("page", ""):
            rest[name] = page
    name, article = first.get("article number", ("", ""))
    if article:
        # CSL has the number of an article that has no pages as its page.
        key = "number" if "page" in reference else "page"
        if reference.setdefault(key, article) != article:
            rest[name] = article
    name, number = first.get("number or issue", ("", ""))
    if number:
        # BibTeX calls the issue of a journal its number.
        key = "issue" if "volume" in reference and "issue" not in reference else "number"
        if reference.setdefault(key, number) != number:
            rest[name] = number


def _add_type(
    reference: dict[str, Any],
    first: Mapping[str, tuple[str, str]],
    rest: dict[str, Any],
    *,
    ours: bool,
) -> None:
    _, written = first.get("entry type", ("", ""))
    if ours and written in CSL_TYPES:
        reference["type"] = written
    elif written:
        rest[ENTRY_TYPE] = written
        if found := csl_type(written):
            reference["type"] = found
        # A type "Retraction" is a work about another.
        if _RETRACTED.search(written):
            reference["status"] = RETRACTED
