"""CSL JSON export for Zotero, pandoc and citeproc; JSON lines for scripts and other libraries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from assistant.exporting.citation_keys import CitationKeys
from assistant.exporting.csl import csl_item, own_id
from assistant.exporting.escaping import escaped
from assistant.exporting.record import ExportRecord
from assistant.reference import CUSTOM, DATES, Reference

# Keys of a reference that an import takes as they are.
_AS_IT_IS = frozenset({"type", "citation-key", *DATES})


def csl_json(records: Iterable[ExportRecord]) -> Iterator[str]:
    """One JSON array with one item per line."""
    keys = CitationKeys()
    ids: set[str] = set()
    written: set[str] = set()
    prefix = "[\n"
    for record in records:
        identifier = own_id(record)
        # Items of several files may have the same.
        if not identifier or identifier in ids:
            identifier = record.id
        ids.add(identifier)
        key = keys.key(record)
        # JSON can hold keys that BibTeX cannot.
        own = record.reference.get("citation-key", "")
        key = own if own and own not in written else key
        written.add(key)
        item = csl_item(record, key, identifier)
        yield prefix + json.dumps(item, ensure_ascii=False)
        prefix = ",\n"
    yield "[]\n" if prefix == "[\n" else "\n]\n"


def json_lines(records: Iterable[ExportRecord]) -> Iterator[str]:
    """One JSON object per line. Every key is present; unknown values are null."""
    for record in records:
        line = {
            "id": record.id,
            "title": escaped(record.title),
            "abstract": escaped(record.abstract),
            "authors": [escaped(name) for name in record.authors],
            "published": record.published or None,
            "arxiv": record.arxiv or None,
            "doi": record.doi or None,
            "pmid": record.pmid or None,
            "url": record.url or None,
            "tags": [escaped(tag) for tag in record.tags],
            "tldr": record.tldr or None,
            "reference": _reference(record.reference) or None,
        }
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _reference(reference: Reference) -> Reference:
    """The fields that have a name in CSL, with their texts escaped.

    What a source has besides is for its own format, and for CSL JSON: scripts would find the same
    title or description a second time, as that source spells it.
    """
    return {
        key: value if key in _AS_IT_IS else _escaped(value)
        for key, value in reference.items()
        if key != CUSTOM
    }


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return escaped(value)
    return [{part: escaped(text) for part, text in name.items()} for name in value]
