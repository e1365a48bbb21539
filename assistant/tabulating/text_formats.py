"""Tables as text: CSV, JSON lines, Markdown, and lines for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from assistant.tabulating.columns import FIXED, Column
from assistant.tabulating.rows import Cell, Row
from assistant.text.formatting import csv_row, markdown_text
from assistant.text.sanitizing import sanitized, sanitized_json

# Excel reads CSV as UTF-8 only if it starts with this mark.
_BYTE_ORDER_MARK = "\ufeff"


def header(columns: Sequence[Column]) -> list[str]:
    """The names of the columns of a spreadsheet; each question has four."""
    names = list(FIXED)
    for column in columns:
        name = column.name
        names += [name, f"{name}: sentence", f"{name}: method", f"{name}: confidence"]
    return names


def values(row: Row) -> list[str]:
    """The values of `row`, as many as the `header` has."""
    found = list(row.fixed.values())
    for cell in row.cells:
        found += [cell.answer, cell.sentence, cell.method, f"{cell.confidence:.2f}"]
    return found


def csv_lines(rows: Iterable[Row], columns: Sequence[Column]) -> Iterator[str]:
    """A header and one line for each row."""
    yield _BYTE_ORDER_MARK + csv_row(sanitized(name) for name in header(columns))
    for row in rows:
        yield csv_row(sanitized(value) for value in values(row))


def json_lines(rows: Iterable[Row], columns: Sequence[Column]) -> Iterator[str]:
    """One JSON object for each row."""
    for row in rows:
        yield json.dumps(sanitized_json(row.as_json(columns)), ensure_ascii=False) + "\n"


def markdown(rows: Iterable[Row], columns: Sequence[Column]) -> Iterator[str]:
    """A table whose answers have footnotes with the sentences, then these footnotes."""
    notes: list[str] = []

    def marked(cell: Cell) -> str:
        text = markdown_text(cell.answer)
        if not cell.sentence or cell.sentence == cell.answer:
            return text
        notes.append(f"[^{len(notes) + 1}]: {markdown_text(cell.sentence)}\n")
        return f"{text}[^{len(notes)}]"

    names = ["paper", *(column.name for column in columns)]
    yield f"| {' | '.join(markdown_text(name) for name in names)} |\n"
    yield f"|{'---|' * len(names)}\n"
    for row in rows:
        cells = [_paper(row), *(marked(cell) for cell in row.cells)]
        yield f"| {' | '.join(cells)} |\n"
    if notes:
        yield "\n"
        yield from notes


def plain_text(rows: Iterable[Row], columns: Sequence[Column]) -> Iterator[str]:
    """A paragraph for each paper, with a line for each question."""
    width = max(len(column.name) for column in columns)
    for row in rows:
        fixed = row.fixed
        year = f" ({fixed['year']})" if fixed["year"] else ""
        yield f"{fixed['title']}{year}  [{fixed['id']}]\n"
        for column, cell in zip(columns, row.cells, strict=True):
            yield f"  {column.name:{width}}  {cell.answer or '—'}\n"
        yield "\n"


def _paper(row: Row) -> str:
    fixed = row.fixed
    title = markdown_text(fixed["title"])
    title = f"[{title}](<{fixed['link']}>)" if fixed["link"] else title
    return f"{title} ({fixed['year']})" if fixed["year"] else title
