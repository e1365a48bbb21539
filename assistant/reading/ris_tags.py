"""The types of RIS and what its tags mean for each.

https://en.wikipedia.org/wiki/RIS_(file_format) has the tags, but their meaning differs with the
type: `T2` is the journal of an article and the series of a book. The meanings here are those of
EndNote, which Zotero and others share: https://endnote.com/support/ (RIS export of its types).
"""

from __future__ import annotations

import functools

from assistant.reading.tagged_fields import Pairs

TYPES = {
    "ABST": "article-journal", "ADVS": "motion_picture", "AGGR": "dataset", "ANCIENT": "classic",
    "ART": "graphic", "BILL": "bill", "BLOG": "post-weblog", "BOOK": "book", "CASE": "legal_case",
    "CHAP": "chapter", "CHART": "figure", "CLSWK": "classic", "COMP": "software",
    "CONF": "paper-conference", "CPAPER": "paper-conference", "CTLG": "book", "DATA": "dataset",
    "DBASE": "dataset", "DICT": "entry-dictionary", "EBOOK": "book", "ECHAP": "chapter",
    "EDBOOK": "book", "EJOUR": "article-journal", "ELEC": "webpage", "ENCYC": "entry-encyclopedia",
    "EQUA": "figure", "FIGURE": "figure", "GEN": "document", "GOVDOC": "report",
    "GRANT": "document", "HEAR": "hearing", "ICOMM": "personal_communication",
    "INPR": "article-journal", "INTV": "interview", "JFULL": "periodical",
    "JOUR": "article-journal", "LEGAL": "regulation", "MANSCPT": "manuscript", "MAP": "map",
    "MGZN": "article-magazine", "MPCT": "motion_picture", "MULTI": "motion_picture",
    "MUSIC": "musical_score", "NEWS": "article-newspaper", "PAMP": "pamphlet", "PAT": "patent",
    "PCOMM": "personal_communication", "POD": "broadcast", "RPRT": "report", "SER": "book",
    "SLIDE": "speech", "SOUND": "song", "STAND": "standard", "STAT": "legislation",
    "STD": "standard", "THES": "thesis", "UNBILL": "bill", "UNPB": "article",
    "VIDEO": "motion_picture", "WEB": "webpage",
}  # fmt: skip
"""Types of CSL by those of RIS."""

# Of several RIS types for one CSL type the usual one, and the nearest for those without any.
_USUAL = {
    "article-journal": "JOUR", "motion_picture": "VIDEO", "dataset": "DATA", "classic": "CLSWK",
    "book": "BOOK", "chapter": "CHAP", "figure": "FIGURE", "paper-conference": "CONF",
    "document": "GEN", "report": "RPRT", "standard": "STAND", "bill": "BILL",
    "personal_communication": "PCOMM", "webpage": "ELEC", "entry": "DICT", "review": "JOUR",
    "review-book": "JOUR", "post": "BLOG", "collection": "BOOK", "event": "GEN",
    "performance": "GEN", "treaty": "LEGAL",
}  # fmt: skip


def ris_type(csl_type: str) -> str:
    """The usual RIS type for a type of CSL; GEN for one that RIS does not know."""
    return _USUAL.get(csl_type) or next(
        (ris for ris, csl in TYPES.items() if csl == csl_type), "GEN"
    )


def known_type(kind: str) -> str:
    """The RIS type of a record as its tags are read; GEN for one that RIS does not know."""
    return kind.upper() if kind.upper() in TYPES else "GEN"


_COMMON: Pairs = (
    ("JF", "container-title"), ("T2", "container-title"), ("JO", "container-title"),
    ("BT", "container-title"), ("JA", "container-title-short"), ("J2", "container-title-short"),
    ("JI", "container-title-short"), ("J1", "container-title-short"),
    ("JO", "container-title-short"), ("T3", "collection-title"), ("VL", "volume"),
    ("VO", "volume"), ("IS", "issue"), ("PB", "publisher"), ("PU", "publisher"),
    ("CY", "publisher-place"), ("PP", "publisher-place"), ("PI", "publisher-place"),
    ("ET", "edition"), ("ED", "editor"), ("A2", "editor"), ("A3", "collection-editor"),
    ("A4", "translator"), ("LA", "language"), ("ST", "title-short"), ("CN", "call-number"),
    ("LB", "citation-label"), ("DB", "source"), ("RI", "reviewed-title"), ("M3", "genre"),
    ("SE", "section"), ("N1", "note"),
)  # fmt: skip
_ARTICLE = {"C7": "number", "ET": "", "M3": "", "SE": "", "A3": ""}
_SERIES = {"T2": "collection-title"}
_LAW = {"A2": "", "A3": "", "A4": "", "ET": "", "M1": "number", "T3": ""}
_FILM = {"A2": "", "A3": "producer", "A4": "performer", "M3": "medium", "SE": "", **_SERIES}
# "" for what CSL has no field for; such a value stays as it is written.
_SPECIAL: dict[str, dict[str, str]] = {
    **dict.fromkeys(("JOUR", "EJOUR", "ABST", "INPR", "JFULL"), _ARTICLE),
    "MGZN": {"M3": "", "SE": ""},
    "NEWS": {"M3": ""},
    "BOOK": {**_SERIES, "A3": "editor", "M1": "collection-number", "SE": ""},
    "EDBOOK": {**_SERIES, "M1": "collection-number", "SE": ""},
    "CLSWK": {**_SERIES, "M1": "collection-number"},
    "CTLG": {**_SERIES, "A2": "", "M1": "collection-number", "SE": ""},
    "PAMP": {"A2": "", "M1": "collection-number", "VL": "number"},
    "EBOOK": {"SE": ""},
    "CHAP": {"C1": "section", "SE": "chapter-number"},
    "ECHAP": {"C1": "section", "M1": "collection-number", "SE": ""},
    "SER": {"C1": "section", "SE": "chapter-number", "A4": ""},
    "CONF": {"M3": "", "A4": "", "M1": "issue", "SE": ""},
    "CPAPER": {"M3": "", "A4": "", "M1": "issue", "SE": ""},
    "THES": {"T2": "division", "A2": "contributor", "A3": "contributor", "M1": "number"},
    "RPRT": {**_SERIES, "A3": "", "A4": "", "M1": "number", "NV": "collection-number"},
    "GOVDOC": {"A2": "", "M1": "number"},
    "PAT": {"A2": "", "A3": "", "T3": "", "ET": "", "SE": "", "C6": "status"},
    "CASE": {"A2": "", "A3": "", "A4": "", "ET": "", "M3": "", "SE": "", "T3": "",
             "PB": "authority"},
    "BILL": {**_LAW, "T3": "authority"},
    "UNBILL": {**_LAW, "T3": "authority"},
    "HEAR": {**_LAW, "T2": "section", "T3": "authority", "SE": ""},
    "STAT": _LAW,
    "LEGAL": {**_LAW, "M1": ""},
    "STAND": {"T3": "", "M1": ""},
    "DATA": {"A2": "producer", "A4": "", "ET": "version", "SE": ""},
    "COMP": {**_SERIES, "ET": "version"},
    "MAP": {**_SERIES, "C1": "scale"},
    "MPCT": {**_FILM, "C4": "genre"},
    "VIDEO": _FILM,
    "MULTI": {**_SERIES, "M3": "medium"},
    "ADVS": {"A2": "performer", "M3": "medium"},
    "SOUND": {"A2": "performer", "M3": "medium"},
    "MUSIC": {"A4": "producer", "M3": "medium"},
    "ART": {"M3": "medium", "C3": "dimensions"},
    "CHART": {"ET": "version"},
    "EQUA": {"ET": "version"},
    "FIGURE": {"ET": "version"},
    "PCOMM": {"A2": "recipient", "ET": ""},
    "ICOMM": {"A2": "recipient", "ET": ""},
    "INTV": {"A2": "interviewer"},
    "BLOG": {"A3": "illustrator", "T3": "", "SE": "", "VL": ""},
    "ELEC": {"VL": "", "M1": ""},
    "WEB": {"VL": "", "M1": ""},
    "ANCIENT": {"T3": "volume-title", "M1": "number"},
    "DICT": {"SE": "version", "M1": "number"},
    "AGGR": {"ET": "", "SE": ""},
    "DBASE": {"ET": ""},
    "GRANT": {"A4": "", "ET": "", "SE": "", "M3": "genre", "VL": ""},
    "MANSCPT": {"ET": "", "SE": "", "M1": "", "NV": "number"},
    "UNPB": {"M1": "number"},
}  # fmt: skip
_VOLUMES = frozenset("ANCIENT BOOK CLSWK CONF DICT EDBOOK ECHAP ENCYC GEN HEAR MUSIC SER".split())  # noqa: SIM905
WHOLE = frozenset("BOOK EDBOOK EBOOK CLSWK CTLG SER THES".split())  # noqa: SIM905
"""Types whose `SP` is the number of pages, if there is no last page."""
NUMBERED = frozenset("PAT STAND RPRT DBASE".split())  # noqa: SIM905
"""Types whose `SN` may be their own number."""
CONFERENCES = frozenset({"CONF", "CPAPER"})
TITLES = ("TI", "T1", "CT", "BT")
WORD_LIKE = ("M1", "NV")
"""Tags that count only with a short number: programs use them for whatever they have."""


@functools.cache
def pairs(kind: str) -> Pairs:
    """The tags of a RIS type, in the order in which they are asked, with the keys for them."""
    special = _SPECIAL.get(kind, {})
    known = [(tag, special.get(tag, key)) for tag, key in _COMMON]
    known += [(tag, key) for tag, key in special.items() if tag not in dict(_COMMON)]
    if kind in _VOLUMES:
        known.append(("NV", "number-of-volumes"))
    return tuple((tag, key) for tag, key in known if key)


@functools.cache
def tag_for(kind: str, key: str) -> str:
    """The tag with which a record of a RIS type has the value of `key`; "" if it has none."""
    tags = [tag for tag, known in pairs(kind) if known == key]
    return "T2" if "T2" in tags else next(iter(tags), "")
