"""RIS export: the tagged format of reference managers, with records from `TY` to `ER`.

The importer's reading of the tags decides which of them are written: each record is read again, and
what would come back differently is added in one line `XJ`, as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from assistant.exporting.escaping import JOINER, escaped, without_mojibake
from assistant.exporting.record import ExportRecord
from assistant.reading import reference_fields, ris_tags, tagged_layouts
from assistant.reading import ris as reader
from assistant.reading.pages import page_range
from assistant.reading.tagged import Record
from assistant.reference import CUSTOM, ENTRY_TYPE, NAMES, TEXTS, CslName, Reference, display_names

# What the importer takes for a tag, or at the end of a line for the beginning of a record.
_LAYOUT = tagged_layouts.ris("TY  - JOUR")
_TAG = re.compile(r"[A-Z][A-Z0-9]")
_PAGES = re.compile(r"([^\s,;-]+)-([^\s,;-]+)")
_ROLES = frozenset(NAMES)
_TEXT_KEYS = frozenset(TEXTS)
# Read as they are, not for their markup.
_VERBATIM = frozenset({CUSTOM, "citation-key", "type"})
# Written by fields of the paper; a value left under one of them is written behind it.
_WRITTEN = frozenset({"TY", "ER", "AU", "A1", "AB", "KW", "TI", reader.EXTRA})
_ARTICLES = frozenset({"JOUR", "EJOUR", "MGZN", "NEWS", "INPR", "ABST"})

Line = tuple[str, str]


def ris(records: Iterable[ExportRecord]) -> Iterator[str]:
    """One RIS record per record."""
    for record in records:
        lines = [line for line in _fields(record) if line[1]]
        if extra := _extra(record, lines):
            lines.append((reader.EXTRA, extra))
        if record.tldr:
            # The importer searches notes for a PubMed id.
            note = f"{reader.TLDR}{record.tldr}".replace("PMID", f"PMID{JOINER}")
            lines.append(("N1", note))
        lines.append(("ER", ""))
        yield "".join(f"{tag}  - {_unglued(value)}\n" for tag, value in lines) + "\n"


def _fields(record: ExportRecord) -> Iterator[Line]:
    custom = record.reference.get(CUSTOM, {}).get(reader.FORMAT_NAME, {})
    kind = _kind(record, custom)
    yield "TY", kind
    yield "TI", escaped(record.title)
    for name in record.names:
        yield "AU", _author(name)
    yield from _reference(record.reference, custom, ris_tags.known_type(kind))
    yield "PY", record.published[:4]
    if len(record.published) > 4:
        # Year/month/day/season; unknown parts are empty.
        yield "DA", "/".join([*record.published.split("-"), "", ""][:4])
    yield "AB", _multiline(record.abstract)
    yield "DO", record.doi
    if record.pmid:
        yield from _pmid(record.pmid, custom, record.reference.get("source", ""))
    yield "UR", record.url
    if record.arxiv:
        yield "LK", f"arXiv:{record.arxiv}"
    main = {word.strip(" *"): word for word in _texts(custom.get("KW"))}
    for tag in record.tags:
        yield "KW", main.get(tag, tag)
    yield from _left(custom)


def _kind(record: ExportRecord, custom: dict[str, Any]) -> str:
    """The type as the source wrote it, if it still is that type."""
    written, csl_type = custom.get(ENTRY_TYPE), record.reference.get("type")
    if (
        isinstance(written, str)
        and ris_tags.TYPES.get(written.upper()) == csl_type
        and _is_safe(written)
    ):
        return written
    if csl_type:
        return ris_tags.ris_type(csl_type)
    return "JOUR" if record.doi or record.pmid else "UNPB"


def _author(name: CslName) -> str:
    """`Family, Given, Suffix`. A trailing comma marks a name with a comma in it."""
    if literal := name.get("literal"):
        return f"{literal}," if "," in literal else literal
    particles = (
        name.get("dropping-particle"),
        name.get("non-dropping-particle"),
        name.get("family"),
    )
    family = " ".join(part for part in particles if part)
    return ", ".join(part for part in (family, name.get("given"), name.get("suffix")) if part)


def _reference(reference: Reference, custom: dict[str, Any], kind: str) -> Iterator[Line]:
    tags = _conference_tags(reference) if kind in ris_tags.CONFERENCES else {}
    for key, value in reference.items():
        if key in ("author", "type", CUSTOM):
            continue
        if key in _ROLES:
            tag = ris_tags.tag_for(kind, key)
            for name in value if tag else ():
                yield tag, _author(name)
        elif key in tags:
            yield tags[key], escaped(value)
        elif key in _TEXT_KEYS:
            yield from _text(key, value, custom, kind)
        elif key == ("submitted" if kind == "PAT" else "accessed"):
            parts = [f"{part:02}" for part in value["date-parts"][0]]
            yield "Y2", "/".join([*parts, "", ""][:3]) + "/"


def _conference_tags(reference: Reference) -> dict[str, str]:
    """The tags of a paper at a conference that mean something else if they are alone."""
    tags: dict[str, str] = {}
    if {"event-title", "container-title"} <= reference.keys():
        tags |= {"event-title": "T2", "container-title": "C3"}
    if {"event-place", "publisher-place"} <= reference.keys():
        tags |= {"event-place": "CY", "publisher-place": "C1"}
    return tags


def _text(key: str, value: str, custom: dict[str, Any], kind: str) -> Iterator[Line]:
    if key == "note":
        yield "N1", _multiline(value)
    elif key == "page":
        yield from _pages(value)
    elif key in ("ISSN", "ISBN"):
        if not any(
            value.replace("-", "") in text.replace("-", "") for text in _texts(custom.get("SN"))
        ):
            yield "SN", value
    elif key == "number" and kind in ris_tags.NUMBERED:
        yield "SN", escaped(value)
    elif key == "citation-key":
        yield "ID", value
    elif key == "PMCID":
        yield "C2", value
    elif key == "number-of-pages" and kind in ris_tags.WHOLE:
        yield "SP", escaped(value)
    elif tag := ris_tags.tag_for(kind, key):
        yield tag, escaped(value)
        if key == "container-title" and kind in _ARTICLES:
            # Some programs read one of them, some the other.
            yield "JO", escaped(value)


def _pages(pages: str) -> Iterator[Line]:
    found = _PAGES.fullmatch(pages)
    if found and page_range(*found.groups()) == pages:
        yield "SP", escaped(found[1])
        yield "EP", escaped(found[2])
    else:
        yield "SP", escaped(pages)


def _pmid(pmid: str, custom: dict[str, Any], database: str) -> Iterator[Line]:
    """As the number of a record of PubMed, unless it is a record of another database."""
    if "AN" in custom or database:
        yield "N1", f"PMID: {pmid}"
    else:
        yield "AN", pmid
        yield "DB", "PubMed"


def _left(custom: dict[str, Any]) -> Iterator[Line]:
    """Lines with the tags of RIS that have no field, as they were read."""
    for tag, value in custom.items():
        if tag not in _WRITTEN and _TAG.fullmatch(tag):
            for text in _texts(value):
                if _is_safe(text):
                    yield tag, text


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value) if isinstance(value, list) else []


def _is_safe(text: str) -> bool:
    """Whether the lines of a text are read as they are written."""
    return (
        not any(
            not line or line != line.strip() or _LAYOUT.tag.match(line) or _is_glued(line)
            for line in text.split("\n")
        )
        and without_mojibake(text) == text
    )


def _extra(record: ExportRecord, lines: list[Line]) -> str:
    """What the lines do not say about the reference, and null for what they say by mistake."""
    values: dict[str, list[list[str]]] = {}
    for tag, value in lines:
        values.setdefault(tag, []).append([line.strip() for line in value.split("\n")])
    told = reader.values_of(Record(1, values=values))
    back = reference_fields.cleaned(told["reference"])
    wanted = {key: value for key, value in record.reference.items() if key != "author"}
    extra = {
        key: value for key, value in wanted.items() if key != CUSTOM and back.get(key) != value
    }
    if "type" in wanted:
        extra |= dict.fromkeys(key for key in back if key not in {CUSTOM, "author", *wanted})
    if not _are_authors(back.get("author", []), record):
        extra["author"] = record.names
    custom = _missing(wanted.get(CUSTOM, {}), back.get(CUSTOM, {}))
    text = {key: _escaped_json(value, key) for key, value in extra.items()}
    if custom:
        text[CUSTOM] = custom
    if not _are_told(record.tags, told["tags"]):
        text[reader.TAGS] = [escaped(tag) for tag in record.tags]
    return json.dumps(text, ensure_ascii=False) if text else ""


def _are_authors(names: list[CslName], record: ExportRecord) -> bool:
    """Whether `names` are the authors, divided as their source divides them, if that is known."""
    known = record.reference.get("author", [])
    return display_names(names) == record.authors and (
        names == known or display_names(known) != record.authors
    )


def _are_told(tags: tuple[str, ...], told: list[str]) -> bool:
    return list(tags) == [" ".join(tag.split()) for tag in told]


def _missing(wanted: dict[str, Any], back: dict[str, Any]) -> dict[str, Any]:
    """The entries of `wanted` that `back` does not have, by format and name; null for others."""
    missing: dict[str, Any] = {}
    for name in {**wanted, **back}:
        entries, read = wanted.get(name, {}), back.get(name, {})
        differing = {key: value for key, value in entries.items() if read.get(key) != value}
        differing |= dict.fromkeys(key for key in read if key not in entries and key != ENTRY_TYPE)
        if differing:
            missing[name] = differing
    return missing


def _escaped_json(value: Any, key: str) -> Any:
    """A JSON value whose texts come back from the importer as they are."""
    if key in _VERBATIM or value is None:
        return value
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, dict):
        return {name: _escaped_json(item, name) for name, item in value.items()}
    return [_escaped_json(item, "") for item in value] if isinstance(value, list) else value


def _is_glued(line: str) -> bool:
    return _LAYOUT.glued is not None and _LAYOUT.glued.pattern.search(line) is not None


def _unglued(text: str) -> str:
    """`text` without what the importer would read as the beginning of a record."""
    if "TY  " not in text:
        return text
    return "\n".join(line + JOINER if _is_glued(line) else line for line in text.split("\n"))


def _multiline(text: str) -> str:
    """`text` with its line breaks. No line looks like a tag, and indentation is preserved."""
    lines = escaped(text).split("\n")
    for place, line in enumerate(lines[1:], start=1):
        if not line:
            # The importer keeps only one blank line.
            lines[place] = "" if lines[place - 1] else JOINER
        elif line[0].isspace() or _LAYOUT.tag.match(line):
            lines[place] = JOINER + line
    lines = [line + JOINER if line[-1:].isspace() else line for line in lines]
    return without_mojibake("\n".join(lines))
