"""Parquet tables, through the optional package pyarrow; columns are found as in a CSV table."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

from assistant.errors import FileUnreadable, NoPapersFound
from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.archives import Member
from assistant.reading.columns import Columns, FoundColumns
from assistant.reading.field_names import is_known
from assistant.reading.format import Skip
from assistant.reading.record import papers_of
from assistant.reading.source import LARGEST_DOCUMENT

if TYPE_CHECKING:
    from pyarrow.parquet import FileMetaData, ParquetFile

MAGIC = b"PAR1"
_ROWS_AT_ONCE = 64
# Larger ones become Python's objects row by row.
_LARGEST_BATCH = 16 * 1024 * 1024
# A column of a group of rows may unpack to so much, or to so many times its packed size. Abstracts
# pack to a third; a bomb to a thousandth.
_HARMLESS_BYTES = 64 * 1024 * 1024
_LARGEST_RATIO = 50
# The values that many rows share; programs stop collecting them at 1 MB.
_LARGEST_DICTIONARY = 2 * 1024 * 1024
# Values of a column in a group of rows, which are more than rows if they are lists.
_MOST_VALUES = 50_000_000
_VALUES_A_ROW = 1_000
# Characters of one value, as a text of a table may have.
_LONGEST_VALUE = 2 * 1024 * 1024


def papers(member: Member, skip: Skip, columns: Mapping[str, str] | None = None) -> Iterator[Paper]:
    """Yield a paper for every row with a title, a few hundred rows in memory.

    `columns` are those of a `Table`. Failures are named by the number of their row, from 1.

    Raises:
        FileUnreadable: pyarrow is not installed, or the file is damaged or too large.
        NoPapersFound: it has no column of titles.
        UsageError: a key of `columns` is unknown.
    """
    label = fields.one_line(member.label)
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise FileUnreadable(
            f"{label} is a Parquet table, which needs one more package: pip install "
            '"offline-paper-assistant[parquet]", or save it as CSV'
        ) from error
    known = Columns(columns)
    try:
        # Its end is read first, which an archive cannot do.
        stream: IO[bytes] = member.stream
        if not stream.seekable():
            stream = io.BytesIO(member.data(LARGEST_DOCUMENT, "a Parquet table", "unpack it first"))
        with ParquetFile(stream) as table:
            header = known.found(table.schema_arrow.names)
            if header is None:
                raise NoPapersFound(
                    f"No papers found in {label}; expected a Parquet table with a column of "
                    f"titles{known.named}, but it has {', '.join(table.schema_arrow.names)[:300]}"
                )
            wanted = _wanted(table, header)
            _refuse_large(stream, table.metadata, wanted, label)
            rows = _rows(table, wanted)
            yield from papers_of(rows, header.paper, member.name, skip)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        reason = fields.one_line(str(error))[:200]
        raise FileUnreadable(f"{label} is a damaged Parquet table: {reason}") from error


def _wanted(table: ParquetFile, header: FoundColumns) -> list[str]:
    """The columns of papers, and those of texts: others may be vectors of a thousand numbers."""
    from pyarrow import types

    known = {place for places in header.columns.values() for _, place in places}
    return [
        column.name
        for place, column in enumerate(table.schema_arrow)
        if place in known
        or is_known(column.name)
        or types.is_string(column.type)
        or types.is_large_string(column.type)
    ]


def _refuse_large(
    stream: IO[bytes], metadata: FileMetaData, wanted: Sequence[str], label: str
) -> None:
    """Raise FileUnreadable where a column would take too much memory."""
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        for column in map(group.column, range(group.num_columns)):
            if column.path_in_schema.split(".")[0] not in wanted:
                continue
            harmless = max(_HARMLESS_BYTES, _LARGEST_RATIO * column.total_compressed_size)
            most = min(_MOST_VALUES, _VALUES_A_ROW * max(1_000, group.num_rows))
            if (
                column.total_uncompressed_size > harmless
                or column.num_values > most
                or _dictionary_size(stream, column.dictionary_page_offset) > _LARGEST_DICTIONARY
            ):
                raise FileUnreadable(
                    f"{label} unpacks to more than any table of papers, in its column "
                    f"{fields.one_line(column.path_in_schema)[:80]}: save the table as CSV if you "
                    "trust it"
                )


def _dictionary_size(stream: IO[bytes], offset: int | None) -> int:
    """Bytes of the values that rows of a column share, from the header of their page.

    A header (parquet.thrift, compact protocol) begins with the kind of page and its two sizes, each
    a byte that says which field follows and a number in groups of 7 bits.
    """
    if offset is None:
        return 0
    stream.seek(offset)
    header = stream.read(16)
    numbers, at = [], 0
    for _ in range(2):
        number, shift, at = 0, 0, at + 1
        while at < len(header):
            number |= (header[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if header[at - 1] < 0x80:
                break
        numbers.append(number >> 1)
    return numbers[1]


def _rows(table: ParquetFile, wanted: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Rows as texts under all columns of the table, with their numbers."""
    number = 0
    for batch in table.iter_batches(batch_size=_ROWS_AT_ONCE, columns=wanted, use_threads=False):
        step = _ROWS_AT_ONCE if batch.nbytes <= _LARGEST_BATCH else 1
        for at in range(0, batch.num_rows, step):
            for row in batch.slice(at, step).to_pylist():
                number += 1
                yield number, [_text(row.get(name)) for name in table.schema_arrow.names]


def _text(value: Any, room: int = _LONGEST_VALUE) -> str:
    """A value as a table of text would have it, lists between semicolons; "" if it is too long."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        parts = []
        for item in value:
            if text := _text(item, room):
                parts.append(text)
                room -= len(text) + 2
            if room < 0:
                return ""
        return "; ".join(parts)
    if isinstance(value, dict):
        return _text(value.get("name"), room)
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()[:10]
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= room else ""
