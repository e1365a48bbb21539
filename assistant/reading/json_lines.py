"""JSON lines: one object a line with `title` and `abstract`, as data sets and scripts write them.

The arXiv metadata snapshot is of this kind too: its `id` is an arXiv identifier, its `authors` one
string, its `categories` are separated by spaces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.dates import mail_date
from assistant.reading.format import Failure, OnFailure
from assistant.reading.record import NoPaper, paper_of, papers_of
from assistant.reading.source import Source

_OBJECT = re.compile(r'\{\s*"')


class JsonLines:
    """One JSON object a line."""

    name = "JSON lines"
    expected = 'JSON lines: one object a line, such as {"title": "...", "abstract": "..."}'

    def matches(self, head: str) -> bool:
        """Most of the first lines begin an object that has a key; so one may be damaged."""
        lines = [line.strip() for line in head.split("\n") if line.strip()]
        objects = sum(_OBJECT.match(line) is not None for line in lines)
        return objects > 0 and 2 * objects >= len(lines)

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield a paper for every line that has a title and an abstract, one line in memory."""

        def fail(number: int, why: str) -> None:
            on_failure(Failure(where=f"{source.name}:{number}", why=why))

        yield from papers_of(source.lines(fail), _paper, source.name, on_failure)


def _record(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except RecursionError as error:
        raise NoPaper("not readable as JSON: nested too deep") from error
    except ValueError as error:
        raise NoPaper(f"not readable as JSON: {error}") from error
    if not isinstance(record, dict):
        raise NoPaper(f"not a JSON object but {_kind(record)}")
    return record


def _paper(line: str, source: str) -> Paper:
    record = _record(line)
    get = record.get
    return paper_of(
        source,
        title=_text(record, "title"),
        abstract=_text(record, "abstract"),
        authors=get("authors"),
        published=get("published") or get("date") or _first_version(get("versions")),
        # Many exports call it just `id`; only what looks like an arXiv identifier is one.
        arxiv=fields.arxiv(get("arxiv")) or fields.arxiv(get("arxiv_id")) or get("id"),
        doi=get("doi"),
        pmid=get("pmid"),
        url=get("url"),
        tags=fields.tags(get("tags"))
        + fields.tags(get("keywords"))
        + fields.tags(get("categories"), separator=" "),
    )


def _first_version(versions: object) -> str | None:
    """The date of the first version in the arXiv metadata snapshot."""
    first = versions[0] if isinstance(versions, list) and versions else None
    return mail_date(first.get("created")) if isinstance(first, dict) else None


def _text(record: dict[str, Any], key: str) -> str:
    if key not in record:
        raise NoPaper(f'"{key}" is missing')
    value = record[key]
    if not isinstance(value, str):
        raise NoPaper(f'"{key}" is not a text but {_kind(value)}')
    return value


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"
