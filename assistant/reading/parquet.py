"""Parquet tables, through the optional package pyarrow; columns are found as those of a CSV are."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any

from assistant.errors import FileUnreadable, NoPapersFound
from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.columns import Columns, FoundColumns
from assistant.reading.format import OnFailure
from assistant.reading.record import papers_of

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

MAGIC = b"PAR1"
# Out of an archive it has to be held, since its contents are described at its end.
_LARGEST_HELD = 512 * 1024 * 1024
_ROWS_AT_ONCE = 512


def papers(
    stream: IO[bytes],
    name: str,
    label: str,
    on_failure: OnFailure,
    columns: Mapping[str, str] | None = None,
) -> Iterator[Paper]:
    """Yield a paper for every row with a title, a few hundred rows in memory.

    `name` and `label` are as those of a `Source`, `columns` as those of a `Table`. Failures are
    named by the number of their row, from 1.

    Raises:
        FileUnreadable: pyarrow is not installed, or the file is damaged.
        NoPapersFound: it has no column of titles.
        UsageError: a key of `columns` is none.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise FileUnreadable(
            f"{label} is a Parquet table, which takes one more package: pip install "
            '"offline-paper-assistant[parquet]", or save it as CSV'
        ) from error
    known = Columns(columns)
    try:
        with ParquetFile(_seekable(stream, label)) as table:
            header = known.found(table.schema_arrow.names)
            if header is None:
                raise NoPapersFound(
                    f"No papers found in {label}; expected is a Parquet table with a column of "
                    f"titles{known.named}, but it has {', '.join(table.schema_arrow.names)[:300]}"
                )
            yield from papers_of(_rows(table, header), header.paper, name, on_failure)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        reason = fields.one_line(str(error))[:200]
        raise FileUnreadable(f"{label} is a damaged Parquet table: {reason}") from error


def _seekable(stream: IO[bytes], label: str) -> IO[bytes]:
    if stream.seekable():
        return stream
    data = stream.read(_LARGEST_HELD + 1)
    if len(data) > _LARGEST_HELD:
        raise FileUnreadable(
            f"{label} is a Parquet table of more than {_LARGEST_HELD >> 20} MB in an archive: "
            "unpack it first"
        )
    return io.BytesIO(data)


def _rows(table: ParquetFile, header: FoundColumns) -> Iterator[tuple[int, list[str]]]:
    """Rows as texts under all columns of the header, with their numbers."""
    from pyarrow import types

    schema = table.schema_arrow
    # Beside the known columns only those of texts: others may be vectors of a thousand figures.
    known = {place for places in header.columns.values() for _, place in places}
    wanted = [
        column.name
        for place, column in enumerate(schema)
        if place in known or types.is_string(column.type) or types.is_large_string(column.type)
    ]
    number = 0
    for batch in table.iter_batches(batch_size=_ROWS_AT_ONCE, columns=wanted, use_threads=False):
        for row in batch.to_pylist():
            number += 1
            yield number, [_text(row.get(name)) for name in schema.names]


def _text(value: Any) -> str:
    """A value as a table of text would have it; lists between semicolons."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "; ".join(text for item in value if (text := _text(item)))
    if isinstance(value, dict):
        return _text(value.get("name"))
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()[:10]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
