"""CSV for spreadsheets: UTF-8 with a byte order mark, without which Excel guesses wrongly."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from assistant.exporting.fields import Exported, Fields, fields_of
from assistant.text.formatting import table_cell

_COLUMNS = (
    "id", "title", "authors", "published", "arxiv", "doi", "pmid", "url", "tags", "tldr",
    "abstract",
)  # fmt: skip
_BYTE_ORDER_MARK = "\ufeff"


def table(papers: Iterable[Exported]) -> Iterator[str]:
    """A row a paper, below the names of the columns."""
    yield _BYTE_ORDER_MARK + _row(_COLUMNS)
    for exported in papers:
        yield _row([table_cell(value) for value in _values(fields_of(exported))])


def _values(paper: Fields) -> Iterator[str]:
    for column in _COLUMNS:
        value = getattr(paper, column)
        yield value if isinstance(value, str) else "; ".join(value)


def _row(values: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()
