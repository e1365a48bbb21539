"""CSL items: what citation processors, pandoc and Zotero read of a paper.

https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables
"""

from __future__ import annotations

from typing import Any

from assistant.exporting.escaping import escaped
from assistant.exporting.record import ExportRecord
from assistant.reading import fields, reference_fields
from assistant.reading.csl_items import NAME, one_value, published
from assistant.reading.markup import plain
from assistant.reference import CUSTOM, DATES, ENTRY_TYPE, NAMES, TEXTS
from assistant.text.json_text import json_value

# Keys of an item that are generated here, or as they are.
_VERBATIM = frozenset({"type", "citation-key"})


def csl_item(record: ExportRecord, key: str, identifier: str = "") -> dict[str, Any]:
    """The CSL item of `record`, with all that is known of it.

    Args:
        record: the paper.
        key: its citation key.
        identifier: its `id`; by default that of the item it was read from, or the paper's.
    """
    item: dict[str, Any] = {"id": identifier or own_id(record) or record.id, "citation-key": key}
    item |= {name: value for name, value in _fields(record).items() if value}
    custom = record.reference.get(CUSTOM, {})
    for name, text in custom.get(NAME, {}).items():
        value = json_value(text) if isinstance(text, str) else text
        if name not in (ENTRY_TYPE, "id", CUSTOM) and _says_the_same(name, value, record, item):
            item[name] = value
    if kept := _custom(record, item, custom):
        item[CUSTOM] = kept
    return item


def own_id(record: ExportRecord) -> str:
    """The `id` of the CSL item that the paper was read from; "" if there was no such item."""
    text = record.reference.get(CUSTOM, {}).get(NAME, {}).get("id", "")
    value = json_value(text) if isinstance(text, str) else ""
    return str(value) if isinstance(value, str | int) else ""


def _fields(record: ExportRecord) -> dict[str, Any]:
    reference = record.reference
    guessed = "article-journal" if record.doi or record.pmid else "article"
    item: dict[str, Any] = {
        "type": reference.get("type") or guessed,
        "title": escaped(record.title),
        "author": [_escaped_name(name) for name in record.names],
        "issued": _date(record.published),
        "abstract": escaped(record.abstract),
        "DOI": record.doi,
        "PMID": record.pmid,
        "URL": record.url,
        **_tags(record.tags),
    }
    for name in TEXTS:
        if name not in ("type", "citation-key", "keyword") and name in reference:
            item[name] = escaped(reference[name])
    for name in NAMES:
        if name != "author" and name in reference:
            item[name] = [_escaped_name(person) for person in reference[name]]
    item |= {name: reference[name] for name in DATES if name in reference}
    if record.arxiv and "number" not in item and item.get("archive", "arXiv") == "arXiv":
        # Zotero's fields for a preprint.
        item |= {"archive": "arXiv", "number": f"arXiv:{record.arxiv}"}
    tldr = f"TL;DR: {record.tldr}" if record.tldr else ""
    if tldr and tldr not in reference.get("note", ""):
        item["note"] = "\n".join(filter(None, (item.get("note", ""), tldr)))
    return item


def _escaped_name(name: dict[str, str]) -> dict[str, str]:
    return {part: escaped(text) for part, text in name.items()}


def _date(date: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in date.split("-")]]} if date else {}


def _tags(tags: tuple[str, ...]) -> dict[str, Any]:
    """`keyword`, a string that other programs read; a list if a tag contains a separator."""
    values = [escaped(tag) for tag in tags]
    if any("," in tag or ";" in tag for tag in values):
        return {"categories": values}
    return {"keyword": ", ".join(values)}


def _says_the_same(name: str, value: Any, record: ExportRecord, item: dict[str, Any]) -> bool:
    """Whether a field of the item that was read says what is known of the paper now.

    It is written then, because it says more: the markup of a title, the end of a range of dates.
    """
    if name in ("keyword", "categories"):
        tags = {fields.one_line(plain(tag)) for tag in fields.tags(value)}
        return tags == set(record.tags) if name == "keyword" else tags <= set(record.tags)
    if name not in item:
        return True
    if name == "title":
        return isinstance(value, str) and fields.one_line(plain(value)) == record.title
    if name == "issued":
        return published(value) == record.published
    if name == "author" or (name in record.reference and name not in _VERBATIM):
        known = record.names if name == "author" else record.reference[name]
        read = reference_fields.cleaned({name: one_value(name, value)})
        return read == {name: known}
    return False


def _custom(record: ExportRecord, item: dict[str, Any], custom: dict[str, Any]) -> dict[str, Any]:
    """What formats other than CSL have besides, and identifiers that CSL has no field for."""
    kept: dict[str, Any] = {}
    csl = custom.get(NAME, {})
    rest = json_value(csl.get(CUSTOM, ""))
    if isinstance(rest, dict):
        kept |= rest
    kept |= {name: entries for name, entries in custom.items() if name != NAME}
    if ENTRY_TYPE in csl:
        kept[NAME] = {ENTRY_TYPE: csl[ENTRY_TYPE]}
    said = " ".join(str(item.get(name)) for name in ("number", "archive_location", "note", "URL"))
    if record.arxiv and record.arxiv not in said:
        kept["arXiv"] = record.arxiv
    return kept
