"""Web of Science's tab-delimited tables -> Papers: one record a row, under its tags of two letters.

The file is no CSV: nothing is quoted, so quotes in it are those of titles. Rows may end with a tab.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.paper import Paper
from assistant.reading import web_of_science
from assistant.reading.format import Format, NoPaper, Skip
from assistant.reading.record import papers_of
from assistant.reading.source import NOT_TEXT, UNREADABLE, Source, split_lines
from assistant.reading.tagged import Record

_TAG = re.compile(r"[A-Z][A-Z0-9]")
_NEEDED = frozenset({"PT", "TI"})
_TELLING = frozenset({"AU", "AF", "SO", "UT"})
# Several names are in one field.
_OF_PEOPLE = frozenset({"AU", "AF", "BA", "BF", "BE", "CA", "GP"})
_LONGEST = 2 * 1024 * 1024
_MARK = "\ufeff"
# Other programs that write the table again quote what has a quote in it, and double that.
_QUOTED = re.compile(r'"(?=.*"")((?:[^"]|"")*)"', re.DOTALL)

Line = tuple[int, str | None]  # as `split_lines` yields it
Row = tuple[int, list[str], list[str]]


def _matches(head: str) -> bool:
    first = next((line or "" for _, line in split_lines([head], _LONGEST) if _filled(line)), "")
    return _tags(first) is not None


def _read(source: Source, skip: Skip) -> Iterator[Paper]:
    return papers_of(_rows(source.all_lines(_LONGEST)), _paper, source.name, skip)


def _filled(line: str | None) -> bool:
    return line is None or bool(line.strip(f"{_MARK} \t\r\n"))


def _tags(line: str) -> list[str] | None:
    """The tags of a header; None of any other line."""
    tags = line.strip(f"{_MARK} \t\r\n").split("\t")
    if not set(tags) >= _NEEDED or _TELLING.isdisjoint(tags) or not all(map(_TAG.fullmatch, tags)):
        return None
    return tags


def _rows(lines: Iterable[Line]) -> Iterator[tuple[int, Row]]:
    """The rows with the tags of the header above, which is repeated where files were joined."""
    tags: list[str] = []
    for number, line in lines:
        if not _filled(line):
            continue
        if found := _tags(line or ""):
            tags = found
        else:
            cells = line.strip(f"{_MARK}\r\n").split("\t") if line is not None else []
            yield number, (number, tags, cells)


def _paper(row: Row, source: str) -> Paper:
    number, tags, cells = row
    while len(cells) > len(tags) and not cells[-1].strip():
        cells.pop()
    if not cells:
        raise NoPaper(f"the line is longer than {_LONGEST:,} characters")
    if len(cells) > len(tags):
        raise NoPaper(f"the row has {len(cells)} fields, and its header {len(tags)}")
    if len(cells) < min(len(tags), tags.index("TI") + 1):
        raise NoPaper(f"the row is cut: it has {len(cells)} of {len(tags)} columns")
    record = Record(number)
    for tag, cell in zip(tags, cells, strict=False):
        text = cell.strip()
        if UNREADABLE in text:
            raise NoPaper(NOT_TEXT)
        if quoted := _QUOTED.fullmatch(text):
            text = quoted[1].replace('""', '"')
        if text:
            first, *others = re.split(r";\s+", text) if tag in _OF_PEOPLE else [text]
            record.add(number, tag, first)
            for other in others:
                record.go_on(other, after_blank=False)
    return web_of_science.paper(record, source)


FORMAT = Format(
    "Web of Science table",
    "Web of Science's tab-delimited table: a header of tags such as PT, AU, TI and SO",
    _matches,
    _read,
)
