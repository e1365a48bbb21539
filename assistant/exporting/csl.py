"""CSL JSON, which Zotero, pandoc and citeproc read: one array, an item a paper."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from assistant.exporting.citation_keys import CitationKeys
from assistant.exporting.escaping import shielded
from assistant.exporting.fields import Exported, Fields, fields_of
from assistant.exporting.names import family_and_given


def csl_json(papers: Iterable[Exported]) -> Iterator[str]:
    """The items of one array, one a line."""
    keys = CitationKeys()
    before = "[\n"
    for exported in papers:
        paper = fields_of(exported)
        yield before + json.dumps(_item(paper, keys.key(paper)), ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _item(paper: Fields, key: str) -> dict[str, Any]:
    item = {
        "id": paper.id,
        "citation-key": key,
        "type": "article-journal" if paper.doi or paper.pmid else "article",
        "title": shielded(paper.title),
        "author": [_name(name) for name in paper.authors],
        "issued": _date(paper.published),
        "abstract": shielded(paper.abstract),
        "DOI": paper.doi,
        "PMID": paper.pmid,
        # As Zotero writes a preprint.
        "archive": "arXiv" if paper.arxiv else "",
        "number": f"arXiv:{paper.arxiv}" if paper.arxiv else "",
        "URL": paper.url,
        **_tags(paper.tags),
        "note": f"TL;DR: {paper.tldr}" if paper.tldr else "",
    }
    return {name: value for name, value in item.items() if value}


def _name(name: str) -> dict[str, str]:
    parts = family_and_given(name)
    return {"family": parts[0], "given": parts[1]} if parts else {"literal": shielded(name)}


def _date(published: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in published.split("-")]]} if published else {}


def _tags(tags: tuple[str, ...]) -> dict[str, Any]:
    """As one text, which is what programs know; as a list where a tag has a separator in it."""
    written = [shielded(tag) for tag in tags]
    if any("," in tag or ";" in tag for tag in written):
        return {"categories": written}
    return {"keyword": ", ".join(written)}
