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
        from assistant.tabulating.formats import table_file

        with binary_destination(out) as write_bytes:

            def write_workbook(rows: Iterable[Row]) -> int:
                chosen = list(rows)
                write_bytes(table_file(chosen, columns, form))
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
    from assistant.tabulating.formats import text_pieces

    count = 0

    def counted() -> Iterator[Row]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    for piece in text_pieces(counted(), columns, form):
        write(piece)
    return count
