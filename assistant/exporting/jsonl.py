"""JSON lines: one object a paper, for scripts and for another library."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from assistant.exporting.escaping import shielded
from assistant.exporting.fields import Exported, fields_of


def json_lines(papers: Iterable[Exported]) -> Iterator[str]:
    """One line a paper; every key is there, what is not known is null."""
    for exported in papers:
        paper = fields_of(exported)
        record = {
            "id": paper.id,
            "title": shielded(paper.title),
            "abstract": shielded(paper.abstract),
            "authors": [shielded(name) for name in paper.authors],
            "published": paper.published or None,
            "arxiv": paper.arxiv or None,
            "doi": paper.doi or None,
            "pmid": paper.pmid or None,
            "url": paper.url or None,
            "tags": [shielded(tag) for tag in paper.tags],
            "tldr": paper.tldr or None,
        }
        yield json.dumps(record, ensure_ascii=False) + "\n"
