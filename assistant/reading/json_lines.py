"""JSON lines: one object a line with `title` and `abstract`, as data sets and scripts write them.

The arXiv metadata snapshot is of this kind too: its `id` is an arXiv identifier, its `authors` one
string, its `categories` are separated by spaces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.format import Failure, OnFailure
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

        for number, line in source.lines(fail):
            try:
                yield _paper(_record(line), source.name)
            except _NoPaper as error:
                fail(number, str(error))


class _NoPaper(Exception):
    """This line is no paper; the text says why."""


def _record(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except RecursionError as error:
        raise _NoPaper("not readable as JSON: nested too deep") from error
    except ValueError as error:
        raise _NoPaper(f"not readable as JSON: {error}") from error
    if not isinstance(record, dict):
        raise _NoPaper(f"not a JSON object but {_kind(record)}")
    return record


def _paper(record: dict[str, Any], source: str) -> Paper:
    title = fields.one_line(_text(record, "title"))
    abstract = fields.clean_text(_text(record, "abstract"))
    for key, value in (("title", title), ("abstract", abstract)):
        if not value:
            raise _NoPaper(f'"{key}" is empty')
    get = record.get
    try:
        return Paper(
            title=title,
            abstract=abstract,
            authors=fields.authors(get("authors")),
            published=fields.date(get("published")) or fields.date(get("date")),
            # Many exports call it just `id`; only what looks like an arXiv identifier is one.
            arxiv=fields.arxiv(get("arxiv"))
            or fields.arxiv(get("arxiv_id"))
            or fields.arxiv(get("id")),
            doi=fields.doi(get("doi")),
            pmid=fields.pmid(get("pmid")),
            url=fields.url(get("url")),
            tags=fields.distinct(
                fields.tags(get("tags"))
                + fields.tags(get("keywords"))
                + fields.tags(get("categories"), separator=" ")
            ),
            source=source,
        )
    except ValidationError as error:
        raise _NoPaper(f"not a paper: {error.errors()[0]['msg']}") from error


def _text(record: dict[str, Any], key: str) -> str:
    if key not in record:
        raise _NoPaper(f'"{key}" is missing')
    value = record[key]
    if not isinstance(value, str):
        raise _NoPaper(f'"{key}" is not a text but {_kind(value)}')
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
