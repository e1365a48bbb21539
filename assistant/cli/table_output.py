"""Writes a table in one of its formats."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.output_file import binary_destination, destination

if TYPE_CHECKING:
    from assistant.cli.streams import Streams
    from assistant.tabulating import Column, Row


class TableFormat(enum.StrEnum):
    """Formats of a table."""

    text = "text"
    csv = "csv"
    md = "md"
    html = "html"
    jsonl = "jsonl"
    xlsx = "xlsx"


@contextmanager
def table_output(
    form: TableFormat, columns: tuple[Column, ...], out: Path | None, streams: Streams
) -> Iterator[Callable[[Iterable[Row]], int]]:
    """Yield a function that writes rows and returns their number.

    It writes each row as it arrives, or all at the end if the format needs them. The file `out`
    appears when the block ends, see `destination`; a workbook needs one.

    Raises:
        OutputError: the file cannot be written.
    """
    if form is TableFormat.xlsx and out is not None:
        from assistant.tabulating.xlsx import workbook

        with binary_destination(out) as write_bytes:

            def write_workbook(rows: Iterable[Row]) -> int:
                chosen = list(rows)
                write_bytes(workbook(chosen, columns))
                return len(chosen)

            yield write_workbook
        return
    with destination(out, streams) as write:
        yield lambda rows: _write(rows, columns, form, write)


def _write(
    rows: Iterable[Row],
    columns: tuple[Column, ...],
    form: TableFormat,
    write: Callable[[str], None],
) -> int:
    from assistant.tabulating import html_page, text_formats

    count = 0

    def counted() -> Iterator[Row]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    if form is TableFormat.html:
        write(html_page.table_page(list(counted()), columns))
        return count
    lines = {
        TableFormat.csv: text_formats.csv_lines,
        TableFormat.jsonl: text_formats.json_lines,
        TableFormat.md: text_formats.markdown,
        TableFormat.text: text_formats.plain_text,
    }[form]
    for piece in lines(counted(), columns):
        write(piece)
    return count
