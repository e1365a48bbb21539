"""Values as exports write them -> fields of a Paper; invalid values become None.

Only a title makes a paper, so a wrong date or DOI is left out and not an error.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from assistant.text.sanitizing import sanitized, sanitized_lines

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?=$|[T ]))?)?(?=$|[T ])", re.ASCII)
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
# https://info.arxiv.org/help/arxiv_identifier.html: since April 2007 YYMM.NNNNN, before that
# archive/YYMMNNN.
_ARXIV = re.compile(
    r"(?:https?://(?:(?:www\.)?arxiv\.org/(?:abs|pdf)|huggingface\.co/papers)/|arxiv:\s*)?"
    r"(\d\d(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z][a-z-]+(?:\.[A-Z]{2})?/\d\d(?:0[1-9]|1[0-2])\d{3})"
    r"(v\d+)?(?:\.pdf)?",
    re.IGNORECASE | re.ASCII,
)
# "arXiv preprint arXiv:2005.12345" as Google Scholar has it, "arXiv:2302.13971 [cs]" as Zotero,
# "eprint: arXiv:2005.12345" as ADS.
_ARXIV_JOURNAL = re.compile(
    r"(?:(?:arxiv(?: preprint| e-prints)?|eprint:?),?\s+)?(arxiv:\s*\S+?)[,;.]?(?:\s|$)",
    re.IGNORECASE,
)
_PMID = re.compile(r"(?:pmid:\s*)?([1-9]\d{0,8})", re.IGNORECASE | re.ASCII)
# What programs write where an abstract would be.
_NO_ABSTRACT = re.compile(
    r"[\[(]?\s*(?:no abstract(?: is)?(?: available| provided| supplied| found)?"
    r"|(?:the )?abstract(?: is)? (?:not|un) ?available|abstract missing|not available"
    r"|no description(?: available)?|n\.?\s?/?\s?a|nan|none|null|nil|-+|[–—])\s*[.!]?\s*[\])]?",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|i{2,3}|iv|[2-4](?:nd|rd|th))\.?", re.IGNORECASE)
_NOBODY = re.compile(r"(?:and )?(?:et al\.?|others)|\[?anonymous(?: authors?)?\]?,?", re.IGNORECASE)
_PUBMED = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)
_AND = re.compile(r"\s*,?\s+and\s+|\s*,\s*")


def clean_text(value: str) -> str:
    """Remove control and invisible characters, and white space around the text.

    NUL would end the text in the full-text index; invisible characters would hide words from the
    reader, but not from the model.
    """
    return sanitized_lines(_whole(value)).strip()


def one_line(value: str) -> str:
    """Clean, with every run of white space made one space: titles are wrapped in many exports."""
    return sanitized(_whole(value))


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


def authors(value: object) -> tuple[str, ...]:
    """Names of a list, or of one string as arXiv writes it.

    Such a string has commas and a last `and` between names, affiliations in brackets after them;
    where there are semicolons they alone separate, because commas then belong to the names.
    """
    if not isinstance(value, str):
        return texts(value)
    line = one_line(_without_brackets(value))
    parts = line.split(";") if ";" in line else _AND.split(line)
    return texts(list(parts))


def is_nobody(name: str) -> bool:
    """Whether a name is nobody's, such as "et al." and "Anonymous"."""
    return _NOBODY.fullmatch(name) is not None


def given_first(name: str) -> str:
    """`Last, First` and `Last, First, Jr.` with the given name first; any other as it is.

    A comma at the end marks an organisation, whose name has commas of its own.
    """
    name = name.strip()
    if name.endswith(","):
        return name.rstrip(", ")
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[1]):
        parts[1], parts[2] = parts[2], parts[1]
    if len(parts) == 2 or (len(parts) == 3 and _SUFFIX.fullmatch(parts[2])):
        return " ".join(part for part in (parts[1], parts[0], *parts[2:]) if part)
    return name


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
    """ISO 8601 date of any precision, from a date, a date with a time, or a year as a number."""
    found = _DATE.match(str(value).strip()) if isinstance(value, str | int) else None
    if found is None:
        return None
    year, month, day = found.groups()
    try:
        datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join(part for part in (year, month, day) if part)


def doi(value: object) -> str | None:
    """The DOI in `10.1000/182`, `doi:10.1000/182` or its web address; of several the first."""
    found = _DOI.match(one_line(value)) if isinstance(value, str) else None
    return found[1].rstrip(",;") if found else None


def arxiv(value: object) -> str | None:
    """The arXiv identifier, with its version if it has one; web addresses are taken too."""
    found = _ARXIV.fullmatch(value.strip()) if isinstance(value, str) else None
    return found[1] + (found[2] or "") if found else None


def arxiv_of_journal(value: str) -> str | None:
    """The arXiv identifier given as a journal, or alone in a note."""
    found = _ARXIV_JOURNAL.match(value.strip())
    return arxiv(found[1]) if found else None


def pmid(value: object) -> str | None:
    """The PubMed identifier as text, from text or a number."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    found = _PMID.fullmatch(str(value).strip()) if is_number or isinstance(value, str) else None
    return found[1] if found else None


def is_pubmed(names: Iterable[str]) -> bool:
    """Tell whether the name or address of a database is PubMed's, so that its numbers are too."""
    return any(map(_PUBMED.search, names))


def url(value: object) -> str | None:
    """A web address; anything else, such as `javascript:`, is dropped."""
    line = one_line(value) if isinstance(value, str) else ""
    return line if re.fullmatch(r"https?://\S+", line) else None


def _whole(value: str) -> str:
    """`value` with halves of characters ("\\ud83d") joined or marked: no encoding can write them.

    JSON can spell them, and file names have them for bytes that are not text.
    """
    if value.isascii():
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _without_brackets(value: str) -> str:
    """Text outside of round brackets, which may be nested; an unclosed one hides the rest."""
    depth = 0
    kept = []
    for character in value:
        depth += character == "("
        if depth == 0:
            kept.append(character)
        depth -= character == ")" and depth > 0
    return "".join(kept)
