"""Values as exports write them -> fields of a Paper; invalid values become None.

Identifiers and names have modules of their own, `identifiers` and `names`; they are here too.

Only a title makes a paper, so a wrong date or DOI is left out and not an error.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from assistant.reading.cleaning import clean_text as clean_text
from assistant.reading.cleaning import one_line as one_line
from assistant.reading.identifiers import arxiv as arxiv
from assistant.reading.identifiers import arxiv_of_journal as arxiv_of_journal
from assistant.reading.identifiers import doi as doi
from assistant.reading.identifiers import pmcid as pmcid
from assistant.reading.identifiers import pmid as pmid
from assistant.reading.names import people as people

# Months beyond 12 are seasons in CSL (13 to 16) and EDTF (21 to 41); "00" is an unknown part.
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?=$|[T ]))?)?(?=$|[T ])", re.ASCII)
_DAYS_IN_A_ROW = re.compile(r"(1[5-9]\d\d|20\d\d)(0[1-9]|1[0-2])([0-3]\d)", re.ASCII)
_SEASONS = frozenset(map(str, (*range(13, 17), *range(21, 42))))
# What programs write where an abstract would be.
_NO_ABSTRACT = re.compile(
    r"[\[(]?\s*(?:no abstract(?: is)?(?: available| provided| supplied| found)?"
    r"|(?:the )?abstract(?: is)? (?:not|un) ?available|abstract missing|not available"
    r"|no description(?: available)?|n\.?\s?/?\s?a|nan|none|null|nil|-+|[–—])\s*[.!]?\s*[\])]?",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://\S+")
_PUBMED = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)


def abstract(value: str) -> str:
    """`value` stripped; nothing for a phrase such as "[No abstract available]"."""
    value = value.strip()
    return "" if _NO_ABSTRACT.fullmatch(value) else value


def texts(value: object) -> tuple[str, ...]:
    """Each text of a list on one line, without empty ones; `{"name": ...}` counts as its name."""
    if not isinstance(value, list):
        return ()
    named = (item.get("name") if isinstance(item, dict) else item for item in value)
    return tuple(line for item in named if isinstance(item, str) and (line := one_line(item)))


def tags(value: object, separator: str = ",") -> tuple[str, ...]:
    """Tags of a list, or of one string with commas, or, where there are none, `separator`."""
    if not isinstance(value, str):
        return texts(value)
    between = next((mark for mark in ";," if mark in value), separator)
    return texts(value.split() if between.isspace() else value.split(between))


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Each value once, in the order of its first time."""
    return tuple(dict.fromkeys(values))


def date(value: object) -> str | None:
    """ISO 8601 date of any precision, from a date, a date with a time, or a year as a number.

    Of a season, or a month or day that is unknown, it is the year or the month.
    """
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    text = str(value).strip()
    found = _DATE.match(text) or _DAYS_IN_A_ROW.fullmatch(text)
    if found is None:
        return None
    year, month, day = found.groups()
    if month is not None and (month == "00" or month in _SEASONS):
        month = day = None
    elif day == "00":
        day = None
    try:
        datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join(part for part in (year, month, day) if part)


def is_pubmed(names: Iterable[str]) -> bool:
    """Tell whether the name or address of a database is PubMed's, so that its numbers are too."""
    return any(map(_PUBMED.search, names))


def url(value: object) -> str | None:
    """A web address; anything else, such as `javascript:`, is dropped."""
    line = one_line(value) if isinstance(value, str) else ""
    return line if _URL.fullmatch(line) else None
