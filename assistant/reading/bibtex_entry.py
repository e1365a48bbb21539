"""An entry of BibTeX -> a Paper with its bibliographic record.

What the terms of CSL cannot tell is kept in `custom["bibtex"]` as it is written: fields without a
name in CSL, and known fields whose spelling says more than their value, such as capitals protected
by braces, or `journaltitle` instead of `journal`. The export writes those again where they still
say what the paper says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.paper import Paper
from assistant.reading import bibtex_fields as known
from assistant.reading import fields, identifiers
from assistant.reading.bibtex_names import names
from assistant.reading.bibtex_values import (
    ADDRESS,
    AUTHOR,
    DATE,
    EPRINT,
    KEYWORDS,
    TITLE,
    address,
    arxiv,
    arxiv_of,
    date,
    date_fields,
    doi_of,
    eprint_fields,
    full_title,
    keywords,
    pubmed,
    stated,
    text_of,
    value_of,
)
from assistant.reading.record import check_length, paper_of
from assistant.reading.reference_fields import LONGEST_TEXT
from assistant.reference import CUSTOM, DATES, ENTRY_TYPE, NAMES

# Accents and escapes, which the export writes as the characters they mean.
_LETTERS = re.compile(
    r"\{?\\(?:[`'^~=.\"]\s?|[uvHcdbkrtG](?=[ {]))\{?\\?\s?[A-Za-z]\}?\}?"
    r"|\{?\\(?:ss|oe|OE|ae|AE|aa|AA|[oOlLij])(?:\{\}|\}|\s|(?![A-Za-z]))|\\[&%_#$]"
)
_MEANS_MORE = re.compile(r"[{}\\~]")
_IN_BRACES = re.compile(r"(?:^|(?<=\sand\s))\{[^{}]*\}(?=\sand\s|$)", re.IGNORECASE)
TLDR = "TL;DR: "
_TLDR = re.compile(rf"\A{TLDR}[^\n]*(?:\n\s*\n|\Z)")

_OF_PAPER = frozenset(
    {*TITLE, *DATE, *EPRINT, *KEYWORDS, *AUTHOR, *ADDRESS, "abstract", "doi", "pmid"}
)


@dataclass(frozen=True)
class Entry:
    """An entry of a file; `values` has its fields by their names in small letters.

    Macros are filled in, LaTeX is as written.
    """

    kind: str
    key: str
    line: int
    values: dict[str, str] = field(default_factory=dict)


def entry_paper(entry: Entry, source: str) -> Paper:
    """The paper of an entry.

    Raises:
        NoPaper: as `paper_of` does.
    """
    values = _without_tldr(entry.values)
    check_length(values.get("title", ""), values.get("abstract", ""))
    url = address(values)
    doi = doi_of(values) or identifiers.doi(url)
    eprint = arxiv(values, doi, url)
    csl_type = known.csl_type(entry.kind, values, eprint is not None)
    custom: dict[str, Any] = {ENTRY_TYPE: entry.kind}
    reference: dict[str, Any] = {
        "citation-key": "".join(entry.key.split()),
        "type": csl_type,
        CUSTOM: {known.FORMAT: custom},
    }
    _read_fields(entry.kind, csl_type, values, reference, custom)
    notes = [values[name] for name in ("note", "addendum") if name in values]
    noted = identifiers.noted(notes) if notes else {}
    doi = doi or noted.get("doi")
    for key in ("PMCID", "ISBN", "ISSN"):
        if found := noted.get(key.lower()):
            reference.setdefault(key, found)
    abstract = text_of(values.get("abstract", ""))
    tags = keywords(values)
    published = date(values)
    title = full_title(values)
    _read_names("author", AUTHOR, values, reference, custom)
    if not is_plain(values.get("title", "")) or "subtitle" in values:
        _keep(TITLE, values, custom)
    if _group(DATE, values) != date_fields(published):
        _keep(DATE, values, custom)
    if _group(EPRINT, values) != eprint_fields(arxiv_of(values)):
        _keep(EPRINT, values, custom)
    if (
        ", ".join(fields.distinct(tags)) != " ".join(values.get("keywords", "").split())
        or "keyword" in values
    ):
        _keep(KEYWORDS, values, custom)
    for name, read in (
        ("url", url),
        ("doi", doi),
        ("pmid", identifiers.pmid(values.get("pmid", ""))),
    ):
        if name in values and values[name].strip() != read:
            custom[name] = values[name]
    if "link" in values:
        _keep(ADDRESS, values, custom)
    if not fields.abstract(abstract):
        _keep(("abstract",), values, custom)
    return paper_of(
        source,
        title=title,
        abstract=abstract,
        published=published,
        arxiv=eprint,
        doi=doi,
        pmid=pubmed(values) or noted.get("pmid"),
        url=url,
        tags=tags,
        reference=reference,
        stated=stated(values),
    )


def _without_tldr(values: dict[str, str]) -> dict[str, str]:
    """The fields without the TL;DR that the export writes."""
    annote = values.get("annote", "")
    rest = _TLDR.sub("", annote) if annote.startswith(TLDR) else annote
    if rest == annote:
        return values
    others = {name: value for name, value in values.items() if name != "annote"}
    return others | ({"annote": rest} if rest else {})


def _read_fields(
    kind: str,
    csl_type: str,
    values: Mapping[str, str],
    reference: dict[str, Any],
    custom: dict[str, Any],
) -> None:
    """Add the fields to `reference`, and what their values do not tell to `custom`."""
    layout = known.layout(csl_type, kind)
    sources: dict[str, list[str]] = {}
    for name, value in values.items():
        if name in _OF_PAPER or (name == known.CSL_TYPE and value == csl_type):
            continue
        key = layout.keys.get(name)
        if key is None or len(value) > LONGEST_TEXT:
            custom[name] = value
        else:
            sources.setdefault(key, []).append(name)
    for key, written in sources.items():
        if key in NAMES:
            _read_names(key, written, values, reference, custom)
            continue
        name = first_of(layout.groups[key], written)
        read = value_of(key, name, values)
        reference[key] = read
        if len(written) > 1 or name != layout.name(key) or not _says_all(key, name, values, read):
            _keep(written, values, custom)
    if csl_type == "thesis" and kind in known.GENRES:
        reference.setdefault("genre", known.GENRES[kind])


def first_of(groups: known.Groups, written: list[str]) -> str:
    """Of several fields of one key the one that counts."""
    if len(written) == 1:
        return written[0]
    return next(name for group in groups for name in group if name in written)


def _says_all(key: str, name: str, values: Mapping[str, str], read: Any) -> bool:
    """Whether the field can be written again from what was read."""
    written = values[name]
    if key in DATES:
        return bool(written.strip() == read)
    if key == "page":
        return is_plain(written) and bool(written.strip() == read.replace("-", "--"))
    if key == "PMCID":
        return bool(written.strip() == read)
    return is_plain(written) and known.SUBTITLES.get(name) not in values


def _read_names(
    key: str,
    written: tuple[str, ...] | list[str],
    values: Mapping[str, str],
    reference: dict[str, Any],
    custom: dict[str, Any],
) -> None:
    name = next((name for name in written if values.get(name)), None)
    if name is None:
        return
    value = values[name]
    people, others = names(value)
    reference[key] = people
    if others:
        custom.setdefault(known.OTHERS, []).append(f"{key} {len(people)}")
    if name != key or not _names_say_all(value):
        _keep(written, values, custom)


def _names_say_all(value: str) -> bool:
    if "{" in value or "\\" in value or "~" in value:
        value = _IN_BRACES.sub("", _LETTERS.sub("", " ".join(value.split())))
        if _MEANS_MORE.search(value):
            return False
    return "=" not in value and ";" not in value and "nonymous" not in value


def _keep(
    written: tuple[str, ...] | list[str], values: Mapping[str, str], custom: dict[str, Any]
) -> None:
    for name in written:
        if value := values.get(name):
            custom[name] = value


def _group(written: tuple[str, ...], values: Mapping[str, str]) -> dict[str, str]:
    return {name: value.strip() for name in written if (value := values.get(name))}


def is_plain(value: str) -> bool:
    """Whether the text of a field says all: no capitals are protected, and no words are marked."""
    if not _MEANS_MORE.search(value):
        return True
    return not _MEANS_MORE.search(_LETTERS.sub("", value))
