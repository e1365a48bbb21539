"""One RIS record -> a Paper; programs write titles, abstracts, authors and dates in several ways.

What RIS has no tag for is in the line `XJ`, which our export writes: a JSON object with keys of a
reference, or null for what the other tags say by mistake.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.identifiers import serial_numbers
from assistant.reading.markup import plain
from assistant.reading.names import csl_people
from assistant.reading.record import paper_of
from assistant.reading.ris_tags import (
    CONFERENCES,
    NUMBERED,
    TITLES,
    TYPES,
    WHOLE,
    WORD_LIKE,
    known_type,
    pairs,
)
from assistant.reading.tagged import Record
from assistant.reading.tagged_fields import Values, split
from assistant.reference import CUSTOM, DATES, NAMES, TEXTS, CslName, Reference

EXTRA = "XJ"
"""The tag of our export for what RIS has no tag for."""
TAGS = "tags"
"""The key in it for tags that a line `KW` cannot hold."""
TLDR = "TL;DR: "
"""How our export begins a note that is a TL;DR, which is not imported."""
FORMAT_NAME = "ris"

# Read as a whole, or told by other fields of the paper.
_TOLD = frozenset({"TY", "ER", "AU", "A1", "AB", "KW"})
_KEYS = frozenset({*TEXTS, *NAMES, *DATES, CUSTOM, TAGS})
_PMID_NOTE = re.compile(r"\bPMID:?\s*([1-9]\d{0,8})\b", re.ASCII)
_ONLY_PMID = re.compile(r"PMID:?\s*[1-9]\d{0,8}", re.ASCII)
_COCHRANE_PMID = re.compile(r"PUBMED\s+([1-9]\d{0,8})\b", re.ASCII)
_PUBMED_ADDRESS = re.compile(
    r"https?://(?:pubmed\.ncbi\.nlm\.nih\.gov|www\.ncbi\.nlm\.nih\.gov/pubmed"
    r"|europepmc\.org/(?:abstract|article)/MED)/([1-9]\d{0,8})\b",
    re.ASCII,
)
_PMCID = re.compile(r"PMC\d{1,9}", re.ASCII | re.IGNORECASE)
_BETWEEN_ADDRESSES = re.compile(r";(?=https?://)|\s+")
# Where other databases have the number of PubMed.
_PUBMED_TAGS = (("Embase", "C5"), ("Scopus", "C2"))
_SHORT_NUMBER = re.compile(r"(?=\D{0,29}\d)[\w./() -]{1,30}")
# A key that a person or a program made of a name and a year, not the number of a database.
_CITATION_KEY = re.compile(
    r"(?=[^\s,{}]*[a-z])(?!(?:doi|https?)\b|10\.)[A-Za-z][^\s,{}\"#%~\\]{1,99}"
)
_CUSTOM_FIELDS = ("C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8")


def paper(record: Record, source: str) -> Paper:
    """The paper of a record."""
    return paper_of(source, **values_of(record))


def values_of(record: Record) -> dict[str, Any]:
    """The arguments of `paper_of` for a record."""
    kind = record.first("TY")
    ris_type = known_type(kind)
    values = Values(record, _TOLD)
    addresses = [
        address.rstrip(";")
        for value in values.all("UR", "LK")
        for address in _BETWEEN_ADDRESSES.split(value)
    ]
    doi = next(filter(None, map(fields.doi, values.all("DO", "M3") + addresses)), None)
    journals = map(fields.arxiv_of_journal, values.all("JO", "JF", "T2", "N1"))
    arxiv = next(filter(None, map(fields.arxiv, [*addresses, *filter(None, journals)])), None)
    pmid = _pmid(values, addresses)
    url = next(filter(None, map(fields.url, addresses)), None)
    title = values.first(*TITLES)
    stated = {
        "doi": values.all("DO"),
        "pmid": values.all("AN") if fields.is_pubmed(values.all("DB", "DP")) else (),
        "serial": () if ris_type in NUMBERED else values.all("SN"),
    }
    abstract = record.text("AB", "N2")
    for tag in TITLES:
        values.drop(tag, [title])
    values.drop("N2", [abstract])
    values.drop("ST", [title])
    for tag in ("DO", "M3"):
        values.keep(
            tag, [text for text in values.left.get(tag, ()) if fields.doi(text) != doi or not doi]
        )
    _keep_addresses(values, {url, f"arXiv:{arxiv}"})
    published = values.published("PY", "Y1", "DA")
    _put_notes(values, pmid)
    _put_numbers(values, ris_type)
    _put_place(values, ris_type)
    found = values.found
    found["author"] = _authors(record)
    short = found.get("container-title-short")
    if short and short == found.get("container-title"):
        del found["container-title-short"]
    keywords = record.lines("KW")
    if main := [word for word in keywords if word.startswith("*")]:
        values.left["KW"] = main
    extra = _extra(values)
    reference = values.reference(FORMAT_NAME, kind, TYPES.get(kind.upper()))
    # EndNote writes the second keyword and those after it on lines of their own.
    tags = [tag.strip().removeprefix("*") for tag in split(map(plain, keywords))]
    if extra:
        tags = extra.pop(TAGS, tags)
        reference = _with_extra(reference, extra)
    return {
        "title": title, "abstract": abstract, "published": published, "arxiv": arxiv, "doi": doi,
        "pmid": pmid, "url": url, "tags": tags, "reference": reference, "stated": stated,
    }  # fmt: skip


def _authors(record: Record) -> list[CslName]:
    """The names in both tags for authors, the first tag first; some programs repeat them."""
    tags = [tag for tag in record.values if tag in ("AU", "A1")]
    names = csl_people(split(record.lines(*tags[:1]))) if tags else []
    if len(tags) > 1:
        names += [name for name in csl_people(split(record.lines(tags[1]))) if name not in names]
    return names


def _pmid(values: Values, addresses: list[str]) -> str | None:
    """A number is PubMed's if its record says so, in one of the ways that programs have for it."""
    databases = values.all("DB", "DP")
    if fields.is_pubmed(databases) and (pmid := fields.pmid(values.first("AN"))):
        return pmid
    for database, tag in _PUBMED_TAGS:
        if database in databases and (pmid := fields.pmid(values.first(tag))):
            return pmid
    notes = map(_PMID_NOTE.search, values.all("AN", "N1", "M1", "ID", "U2"))
    pages = map(_PUBMED_ADDRESS.match, addresses)
    cochrane = map(_COCHRANE_PMID.match, values.all("C3"))
    return next((found[1] for found in (*notes, *pages, *cochrane) if found), None)


def _keep_addresses(values: Values, told: Iterable[str | None]) -> None:
    for tag in ("UR", "LK"):
        if tag in values.left:
            known = set(told)
            values.keep(
                tag,
                [
                    address
                    for text in values.left[tag]
                    for address in map(_without_end, _BETWEEN_ADDRESSES.split(text))
                    if address and address not in known
                ],
            )


def _without_end(address: str) -> str:
    return address.rstrip(";")


def _put_notes(values: Values, pmid: str | None) -> None:
    """The PubMed id is told, and so is the name of its database."""
    if pmid and values.first("AN") == pmid:
        values.drop("AN", [pmid])
        values.drop("DB", ["PubMed"])
    notes = values.left.get("N1", [])
    told = [text for text in notes if text.startswith(TLDR) or _ONLY_PMID.fullmatch(text)]
    values.drop("N1", told)
    key = values.first("ID")
    if key and _CITATION_KEY.fullmatch(key):
        values.put((("ID", "citation-key"),))


def _put_numbers(values: Values, ris_type: str) -> None:
    """Numbers of the work: its own, ISBN, ISSN, PMCID; pages and dates."""
    left = values.left
    for tag in _CUSTOM_FIELDS:
        if tag in left and _PMCID.fullmatch(left[tag][0]):
            values.put(((tag, "PMCID"),))
    if "SN" in left:
        if ris_type in NUMBERED and not serial_numbers(left["SN"][0]):
            values.put((("SN", "number"),))
        values.put_serials("SN")
    if ris_type in WHOLE and "EP" not in left and values.first("SP").isdecimal():
        values.put((("SP", "number-of-pages"),))
    if "SP" in left:
        values.put_pages("SP", "EP")
    if "Y2" in left:
        values.put_date("submitted" if ris_type == "PAT" else "accessed", "Y2")


def _put_place(values: Values, ris_type: str) -> None:
    """Where it appeared, and all other tags with a key."""
    left = values.left
    if ris_type in CONFERENCES:
        if "C3" in left and "PUBMED" not in left["C3"][0]:
            values.put((("C3", "container-title"), ("T2", "event-title")))
        if "C1" in left and "CY" in left and len(left["C1"]) == 1:
            values.put((("CY", "event-place"), ("C1", "publisher-place")))
    aside = {
        tag: left.pop(tag)
        for tag in WORD_LIKE
        if tag in left and not (len(left[tag]) == 1 and _SHORT_NUMBER.fullmatch(left[tag][0]))
    }
    values.put(pairs(ris_type))
    left |= aside


def _extra(values: Values) -> dict[str, Any]:
    """The object in the line `XJ`, without keys that are not ours; it is taken if it is one."""
    if EXTRA not in values.left:
        return {}
    try:
        extra = json.loads("".join(values.left[EXTRA]))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(extra, dict) or not extra.keys() <= _KEYS:
        return {}
    del values.left[EXTRA]
    return extra


def _with_extra(reference: Reference, extra: dict[str, Any]) -> Reference:
    custom = {name: dict(entries) for name, entries in reference.get(CUSTOM, {}).items()}
    added = extra.pop(CUSTOM, None)
    for name, entries in added.items() if isinstance(added, dict) else ():
        if isinstance(entries, dict):
            custom[name] = custom.get(name, {}) | entries
    known = reference | extra | {CUSTOM: custom}
    return {key: value for key, value in known.items() if value is not None}
