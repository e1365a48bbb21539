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
from assistant.reading.cleaning import folded
from assistant.reading.columns import Columns, FoundColumns
from assistant.reading.format import Format, Skip
from assistant.reading.record import PART_COST, papers_of
from assistant.reading.source import NOT_TEXT, UNREADABLE, Source, split_lines

_DELIMITERS = ",\t;|"
# Programs write a title, the search, the date and more above the header.
_LINES_BEFORE_HEADER = 30
# Further down than this only a line with several known columns is one.
_SURE_LINES = 3
_FEWEST_COLUMNS = 3
_LONGEST_NAME = 200
# Characters of one row. Longest are rows with the references of a review, a few 100,000.
_LONGEST = 2 * 1024 * 1024

Line = tuple[int, str | None]  # as `split_lines` yields it

# What is in lines of JSON, XML and BibTeX, but in no name of a column.
_NO_HEADER = re.compile(r'[{}<>=]|":')

# The limit of Python is 128 Ki, which the references of a review exceed; it is one for all readers.
csv.field_size_limit(max(csv.field_size_limit(), _LONGEST))


_END_OF_DOS = "\x1a"
# In front of each of several files that were joined, once as Windows-1252 shows it.
_MARK = "\ufeff"
_MARKS = re.compile("(?:\ufeff|ï»¿)+")
# Lines between the header and the rows of a table in Markdown.
_RULE = re.compile(r"[\s:|+=-]*")
# A space in front of the first quote of a field.
_SPACED = {mark: re.compile(rf'(?:^|["\\w]){re.escape(mark)} +"') for mark in ",;|"}

Row = tuple[FoundColumns, list[str]]


@dataclass(frozen=True)
class _Header:
    delimiter: str
    columns: FoundColumns
    names: frozenset[str]
    """The names of its columns in small letters, without spaces and signs."""


def table_format(given: Mapping[str, str] | None = None) -> Format:
    """The format of tables whose columns have known names, or those `given`, as in `Columns`.

    Raises:
        UsageError: a key of `given` is unknown.
    """
    columns = Columns(given)

    def matches(head: str) -> bool:
        return _header(_without_marks(split_lines([head], _LONGEST)), columns) is not None

    def read(source: Source, skip: Skip) -> Iterator[Paper]:
        lines = _without_marks(source.all_lines(_LONGEST))
        if header := _header(lines, columns):
            rows = _Rows(lines, header, columns, skip).all()
            yield from papers_of(rows, _paper, source.name, skip)

    expected = f"a table (CSV or TSV) whose first line names its columns{columns.named}"
    return Format("table", expected, matches, read)


def _paper(row: Row, source: str) -> Paper:
    columns, values = row
    return columns.paper(values, source)


def _without_marks(lines: Iterator[Line]) -> Iterator[Line]:
    """`lines`, each without marks around it, and with a line end where one is within it."""
    for number, text in lines:
        if text is None or text.isascii():
            yield number, text and text.replace(_END_OF_DOS, "")
            continue
        found = _MARKS.match(text)
        *above, rest = text[found.end() if found else 0 :].replace(_END_OF_DOS, "").split(_MARK)
        # The last row of a file need not have a line end.
        yield from ((number, f"{part}\n") for part in above if part)
        yield number, rest


def _header(lines: Iterator[Line], columns: Columns) -> _Header | None:
    """The header among the first lines; `lines` goes on after it."""
    filled = ((line or "") for _, line in lines if line is None or line.strip())
    for number, line in enumerate(itertools.islice(filled, _LINES_BEFORE_HEADER)):
        header = _header_of(line, columns)
        if header is None:
            continue
        known = sum(map(bool, header.columns.columns.values()))
        if number < _SURE_LINES or known >= _FEWEST_COLUMNS:
            return header
    return None


def _header_of(line: str, columns: Columns) -> _Header | None:
    """The header that a line is, if it is one."""
    if _NO_HEADER.search(line):
        return None
    for delimiter in sorted(_DELIMITERS, key=line.count, reverse=True):
        names = _parsed(line, delimiter) or []
        if len(names) == 1 and delimiter in names[0]:
            names = _parsed(names[0], delimiter) or []
        if len(names) < 2 or max(map(len, names)) > _LONGEST_NAME:
            continue
        if found := columns.found(names):
            return _Header(delimiter, found, frozenset(map(folded, names)))
    return None


class _Rows:
    """Rows with the number of their first line.

    Fields in quotes may have line breaks, so lines are joined until their quotes are even in
    number. Where that gives no row with all columns, a quote is wrong: then the first line is
    taken alone, as well as it can be, and the next row begins at the second.
    """

    def __init__(
        self, lines: Iterator[Line], header: _Header, columns: Columns, skip: Skip
    ) -> None:
        """`columns` finds the next header, if files were joined."""
        self._lines = lines
        self._header = header
        self._columns = columns
        self._skip = skip
        self._waiting: deque[Line] = deque()
        # Rows may have more columns than the header: some exports of Scopus do.
        self._usual = header.columns.width
        # Lines that may be a title above the next header.
        self._alone: list[int] = []

    def all(self) -> Iterator[tuple[int, Row]]:
        is_apart = False
        for number, text in iter(self._next_line, None):
            if text is None:
                self._skip(number, f"the line is longer than {_LONGEST:,} characters")
            elif _RULE.fullmatch(text):
                is_apart = is_apart or text.isspace()
                continue
            else:
                yield from self._row(number, text, is_apart)
            is_apart = False
        self._report_alone()

    def _next_line(self) -> Line | None:
        return self._waiting.popleft() if self._waiting else next(self._lines, None)

    def _row(self, number: int, first: str, is_apart: bool) -> Iterator[tuple[int, Row]]:
        """The row that begins with the line `first`."""
        columns, delimiter = self._header.columns, self._header.delimiter
        text, following = _joined(first, self._waiting, self._lines)
        row = _parsed(text, delimiter) if text.count('"') % 2 == 0 else None
        if row is None or (following and len(row) < columns.width):
            self._waiting.extendleft(reversed(following))
            text = first
            row = _odd_row(text, delimiter, columns.width)
            row = row or _damaged_row(text, delimiter, {columns.width, self._usual})
        elif len(row) >= columns.width:
            self._usual = len(row)
        elif len(row) == 1:
            row = _odd_row(text, delimiter, columns.width) or row
        if self._is_header(text, row):
            self._alone.clear()
            return
        if row and not any(map(str.strip, row)):
            return
        is_alone = row is not None and len(row) == 1 < columns.width
        if is_alone and is_apart:
            # A title above another table, or a note below this one.
            return
        if is_alone and UNREADABLE not in text:
            self._alone.append(number)
            return
        self._report_alone()
        if row is None:
            self._skip(number, "a quote is not closed, or has a quote in it that is not doubled")
        elif UNREADABLE in text:
            self._skip(number, NOT_TEXT)
        else:
            yield number, (columns, row)

    def _report_alone(self) -> None:
        for number in self._alone:
            width = self._header.columns.width
            self._skip(number, f"the row is cut: it has 1 of {width} columns")
        self._alone.clear()

    def _is_header(self, text: str, row: list[str] | None) -> bool:
        """Whether a row is the header of a file that was joined; it counts from here on."""
        if row and len(row) > 1 and folded(row[0]) not in self._header.names:
            return False
        if len(text) > _LONGEST_NAME * self._header.columns.width:
            return False
        header = _header_of(text, self._columns)
        if header is None or 2 * len(header.names & self._header.names) < len(header.names):
            return False
        self._header, self._usual = header, header.columns.width
        return True


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


def _parsed(
    text: str, delimiter: str, *, strict: bool = True, escape: str | None = None
) -> list[str] | None:
    """The fields of one row; None if its quotes are wrong."""
    spaced = ' "' in text and delimiter != "\t" and bool(_SPACED[delimiter].search(text))
    try:
        rows = list(
            csv.reader(
                [text],
                delimiter=delimiter,
                strict=strict,
                skipinitialspace=spaced,
                escapechar=escape,
                doublequote=escape is None,
            )
        )
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _odd_row(line: str, delimiter: str, width: int) -> list[str] | None:
    """A row of one line as some programs write it, if it has all columns.

    With a backslash in front of a quote, with spaces in front of the first quote of a field, or in
    quotes as a whole.
    """
    if '\\"' in line and (row := _parsed(line, delimiter, escape="\\")) and len(row) == width:
        return row
    row = _parsed(line, delimiter, strict=False)
    if row and len(row) == 1 and delimiter in row[0]:
        row = _parsed(row[0], delimiter)
        return row if row and len(row) == width else None
    return None


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
