"""CSV and TSV -> Papers: exports of Scopus, IEEE, Springer, Zotero, Web of Science, and others.

A table has a header, and its columns are found by their names there. Rows are read one by one, and
a quote that is not closed costs its row, not the rest of the file.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assistant.paper import Paper
from assistant.reading.columns import Columns, FoundColumns
from assistant.reading.format import Format, Skip
from assistant.reading.record import PART_COST, papers_of
from assistant.reading.source import NOT_TEXT, UNREADABLE, Source, split_lines

_DELIMITERS = ",\t;|"
# Dimensions and spreadsheets have a line or two before the header.
_LINES_BEFORE_HEADER = 3
_LONGEST_NAME = 200
# Characters of one row. Longest are rows with the references of a review, a few 100,000.
_LONGEST = 2 * 1024 * 1024

Line = tuple[int, str | None]  # as `split_lines` yields it

# What is in lines of JSON, XML and BibTeX, but in no name of a column.
_NO_HEADER = re.compile(r'[{}<>=]|":')

# The limit of Python is 128 Ki, which the references of a review exceed; it is one for all readers.
csv.field_size_limit(max(csv.field_size_limit(), _LONGEST))


@dataclass(frozen=True)
class _Header:
    delimiter: str
    columns: FoundColumns


def table_format(given: Mapping[str, str] | None = None) -> Format:
    """The format of tables whose columns have known names, or those `given`, as in `Columns`.

    Raises:
        UsageError: a key of `given` is unknown.
    """
    columns = Columns(given)

    def matches(head: str) -> bool:
        return _header(split_lines([head], _LONGEST), columns) is not None

    def read(source: Source, skip: Skip) -> Iterator[Paper]:
        lines = source.all_lines(_LONGEST)
        if header := _header(lines, columns):
            rows = _rows(lines, header, skip)
            yield from papers_of(rows, header.columns.paper, source.name, skip)

    expected = f"a table (CSV or TSV) whose first line names its columns{columns.named}"
    return Format("table", expected, matches, read)


def _header(lines: Iterator[Line], columns: Columns) -> _Header | None:
    """The header among the first lines; `lines` goes on after it."""
    filled = ((line or "") for _, line in lines if line is None or line.strip())
    for line in itertools.islice(filled, _LINES_BEFORE_HEADER):
        for delimiter in sorted(_DELIMITERS, key=line.count, reverse=True):
            names = [] if _NO_HEADER.search(line) else _parsed(line, delimiter) or []
            if len(names) < 2 or max(map(len, names)) > _LONGEST_NAME:
                continue
            if found := columns.found(names):
                return _Header(delimiter, found)
    return None


def _rows(lines: Iterator[Line], header: _Header, skip: Skip) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of their first line.

    Fields in quotes may have line breaks, so lines are joined until their quotes are even in
    number. Where that gives no row with all columns, a quote is wrong: then the first line is
    taken alone, as well as it can be, and the next row begins at the second.
    """
    waiting: deque[Line] = deque()
    # Rows may have more columns than the header: some exports of Scopus do.
    usual = header.columns.width
    while True:
        first = waiting.popleft() if waiting else next(lines, None)
        if first is None:
            return
        number, text = first
        if text is None:
            skip(number, f"the line is longer than {_LONGEST:,} characters")
            continue
        if text.isspace():
            continue
        text, following = _joined(text, waiting, lines)
        row = _parsed(text, header.delimiter) if text.count('"') % 2 == 0 else None
        if row is None or (following and len(row) < header.columns.width):
            waiting.extendleft(reversed(following))
            text = first[1] or ""
            row = _damaged_row(text, header.delimiter, {header.columns.width, usual})
        elif len(row) >= header.columns.width:
            usual = len(row)
        if row is None:
            skip(number, "a quote is not closed, or has a quote in it that is not doubled")
        elif UNREADABLE in text:
            skip(number, NOT_TEXT)
        else:
            yield number, row


def _joined(text: str, waiting: deque[Line], lines: Iterator[Line]) -> tuple[str, list[Line]]:
    """`text` with as many more lines as make its quotes even in number, and these lines."""
    taken: list[Line] = []
    parts = [text]
    is_even = text.count('"') % 2 == 0
    size = len(text)
    while not is_even and size <= _LONGEST:
        line = waiting.popleft() if waiting else next(lines, None)
        if line is None:
            break
        taken.append(line)
        if line[1] is None:
            break
        parts.append(line[1])
        size += len(line[1]) + PART_COST
        is_even = line[1].count('"') % 2 == 1
    return "".join(parts), taken


def _parsed(text: str, delimiter: str, *, strict: bool = True) -> list[str] | None:
    """The fields of one row; None if its quotes are wrong."""
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=strict))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _damaged_row(line: str, delimiter: str, widths: set[int]) -> list[str] | None:
    """A row of one line whose quotes do not follow the rules, if all columns are in it."""
    row = _parsed(line, delimiter, strict=False)
    if row is not None and len(row) in widths:
        return row
    if delimiter != "\t":
        return None
    # Web of Science quotes nothing, so a title that begins with a quote is just that.
    row = line.rstrip("\r\n").split(delimiter)
    # Nor does it count its columns: rows may end with a tab that the header has not.
    if len(row) - 1 in widths and not row[-1]:
        row.pop()
    return row if len(row) in widths else None
