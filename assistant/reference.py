"""The bibliographic record of a paper in the terms of CSL-JSON.

CSL-JSON is what reference managers and citation processors exchange:
https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables.
A reference is a JSON object with these keys, all optional:

- `type`: a type of CSL, such as `article-journal`, `paper-conference`, `chapter`, `report`
- texts such as `container-title`, `volume`, `issue`, `page`, `publisher`, `edition`, `ISBN`, `note`
- names in `author`, `editor` and other roles: `[{"family": ..., "given": ...}, {"literal": ...}]`
- dates such as `accessed`: `{"date-parts": [[2024, 3, 14]]}`
- `custom`: what CSL has no field for, verbatim, by the format it was read from and the name it has
  there: `{"bibtex": {"timestamp": "2024"}, "ris": {"C7": ["e12"]}}`; values are texts or lists of
  texts. Under the name `entry-type` it has the type as the format writes it.

Title, abstract, date, DOI, PMID and URL are fields of the `Paper`, and so is the list of authors as
people read them; `author` keeps how the source divides their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Reference = dict[str, Any]
CslName = dict[str, str]

NAMES = (
    "author", "editor", "translator", "collection-editor", "container-author", "director",
    "chair", "composer", "contributor", "editorial-director", "guest", "host", "illustrator",
    "interviewer", "narrator", "organizer", "original-author", "performer", "producer",
    "recipient", "reviewed-author", "script-writer", "series-creator", "compiler", "curator",
)  # fmt: skip
DATES = ("accessed", "available-date", "event-date", "original-date", "submitted")
TEXTS = (
    "type", "citation-key", "citation-label", "title-short", "container-title",
    "container-title-short", "collection-title", "collection-number", "volume", "volume-title",
    "issue", "page", "page-first", "number", "number-of-pages", "number-of-volumes",
    "chapter-number", "part-number", "part-title", "section", "supplement-number", "version",
    "edition", "printing-number", "publisher", "publisher-place", "original-publisher",
    "original-publisher-place", "original-title", "event-title", "event-place", "archive",
    "archive-place", "archive_location", "archive_collection", "authority", "call-number",
    "dimensions", "division", "genre", "jurisdiction", "keyword", "language", "license",
    "locator", "medium", "references", "reviewed-title", "reviewed-genre", "rights", "scale",
    "source", "status", "ISBN", "ISSN", "PMCID", "note", "annote", "year-suffix",
)  # fmt: skip
CUSTOM = "custom"
ENTRY_TYPE = "entry-type"

ZOTERO = "zotero"
ZOTERO_LINK = "select"
ZOTERO_PDF = "pdf"
"""Keys of `custom["zotero"]` of a synced item: its address in Zotero, and "yes" if it has a PDF."""

RETRACTED = "retracted"
EXPRESSION_OF_CONCERN = "expression of concern"
CORRECTED = "corrected"
STATUSES = (RETRACTED, EXPRESSION_OF_CONCERN, CORRECTED)
"""Values of `status` that readers set where a source says so, the gravest first."""

# Where a work appeared: of a merged paper all of these come from one record.
PLACE = (
    "type", "container-title", "container-title-short", "collection-title", "collection-number",
    "volume", "issue", "page", "page-first", "number", "publisher", "publisher-place", "edition",
    "event-title", "event-place", "ISBN", "ISSN",
)  # fmt: skip

EAST_ASIAN = (
    "\u2e80-\u2fff\u3005-\u33ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
"""The letters of scripts whose names have the family name first and no space, for a pattern."""
_EAST_ASIAN_LETTER = re.compile(f"[{EAST_ASIAN}]")
_IN_EAST_ASIAN = re.compile(f"[{EAST_ASIAN}·]+")

# The only addresses that are not of the web and become links: they select an item in Zotero.
_SELECTS_ITEM = re.compile(r"zotero://select/(?:library|groups/[1-9]\d{0,11})/items/[0-9A-Z]{8}")

# Order in which the parts of a name are read.
_PARTS = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")


def display_name(name: Mapping[str, str]) -> str:
    """A name as people read it: `Ada Lovelace`, `Ludwig van Beethoven`, `王小明`."""
    if literal := name.get("literal"):
        return literal
    family, given = name.get("family", ""), name.get("given", "")
    if len(name) == 2 and family and given and given.isascii():  # most names: an import feels it
        return f"{given} {family}"
    if is_east_asian(family) and is_east_asian(given):
        return f"{family}{given}{name.get('suffix', '')}"
    return " ".join(part for key in _PARTS if (part := name.get(key, "")))


def display_names(names: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """`display_name` of each."""
    return tuple(map(display_name, names))


def zotero_link(reference: Mapping[str, Any]) -> str:
    """The address that selects the paper's item in Zotero; "" if it is not synced with one.

    A file that was imported may have any text there, so anything else is dropped.
    """
    link = _of_zotero(reference).get(ZOTERO_LINK)
    return link if isinstance(link, str) and _SELECTS_ITEM.fullmatch(link) else ""


def has_zotero_pdf(reference: Mapping[str, Any]) -> bool:
    """Whether a PDF is attached to the paper's item in Zotero."""
    return bool(zotero_link(reference)) and _of_zotero(reference).get(ZOTERO_PDF) == "yes"


def _of_zotero(reference: Mapping[str, Any]) -> Mapping[str, Any]:
    found = reference.get(CUSTOM, {}).get(ZOTERO, {})
    return found if isinstance(found, Mapping) else {}


def is_east_asian(text: str) -> bool:
    """Whether it is written in Chinese characters, kana or Hangul, which need no space."""
    return not text.isascii() and _IN_EAST_ASIAN.fullmatch(text) is not None


def has_east_asian(text: str) -> bool:
    """Whether a Chinese character, a kana or a Hangul syllable is in it."""
    return not text.isascii() and _EAST_ASIAN_LETTER.search(text) is not None


def merge_references(references: Sequence[Mapping[str, Any]]) -> Reference:
    """One reference of several, the best first.

    Where the work appeared (`PLACE`) comes from the first that has a container or a publisher; of
    other fields the first known value counts. Fields that CSL has no name for are kept of each.
    """
    known = [reference for reference in references if reference]
    if len(known) < 2:
        return dict(known[0]) if known else {}
    placed = next(
        (one for one in known if one.get("container-title") or one.get("publisher")), known[0]
    )
    merged: Reference = {key: placed[key] for key in PLACE if key in placed}
    custom: dict[str, dict[str, Any]] = {}
    for reference in known:
        for key, value in reference.items():
            if key == CUSTOM:
                for format_name, fields in value.items():
                    custom[format_name] = fields | custom.get(format_name, {})
            elif key not in PLACE or _fills(key, merged, reference):
                merged.setdefault(key, value)
    # One source knows that a work was retracted, the others still say "published".
    said = {reference.get("status") for reference in known}
    if status := next((one for one in STATUSES if one in said), ""):
        merged["status"] = status
    return merged | ({CUSTOM: custom} if custom else {})


def _fills(key: str, merged: Mapping[str, Any], reference: Mapping[str, Any]) -> bool:
    """Whether `reference` is of the same place as `merged`, so that it can fill what is missing."""
    agreeing = [other for other in PLACE if other in merged and other in reference]
    own = ("container-title", "ISSN", "ISBN", "volume", "page")
    return any(merged[other] == reference[other] for other in agreeing if other in own)
