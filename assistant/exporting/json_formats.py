"""CSL JSON export for Zotero, pandoc and citeproc; JSON lines for scripts and other libraries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from assistant.exporting.citation_keys import CitationKeys
from assistant.exporting.escaping import escaped
from assistant.exporting.record import ExportRecord, family_and_given


def csl_json(records: Iterable[ExportRecord]) -> Iterator[str]:
    """One JSON array with one item per line."""
    keys = CitationKeys()
    prefix = "[\n"
    for record in records:
        yield prefix + json.dumps(_csl_item(record, keys.key(record)), ensure_ascii=False)
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
        }
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _csl_item(record: ExportRecord, key: str) -> dict[str, Any]:
    item = {
        "id": record.id,
        "citation-key": key,
        "type": "article-journal" if record.doi or record.pmid else "article",
        "title": escaped(record.title),
        "author": [_csl_name(name) for name in record.authors],
        "issued": _csl_date(record.published),
        "abstract": escaped(record.abstract),
        "DOI": record.doi,
        "PMID": record.pmid,
        # Zotero's fields for a preprint.
        "archive": "arXiv" if record.arxiv else "",
        "number": f"arXiv:{record.arxiv}" if record.arxiv else "",
        "URL": record.url,
        **_csl_tags(record.tags),
        "note": f"TL;DR: {record.tldr}" if record.tldr else "",
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(name: str) -> dict[str, str]:
    parts = family_and_given(name)
    return {"family": parts[0], "given": parts[1]} if parts else {"literal": escaped(name)}


def _csl_date(published: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in published.split("-")]]} if published else {}


def _csl_tags(tags: tuple[str, ...]) -> dict[str, Any]:
    """`keyword`, a string that other programs read; a list if a tag contains a separator."""
    values = [escaped(tag) for tag in tags]
    if any("," in tag or ";" in tag for tag in values):
        return {"categories": values}
    return {"keyword": ", ".join(values)}
