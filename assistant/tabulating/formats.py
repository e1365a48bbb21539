"""The formats of a table, for files and downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from assistant.errors import UsageError
from assistant.tabulating.columns import Column
from assistant.tabulating.html_page import table_page
from assistant.tabulating.rows import Row
from assistant.tabulating.text_formats import csv_lines, json_lines, markdown, plain_text
from assistant.tabulating.xlsx import require_writer, workbook

_Pieces = Callable[[Iterable[Row], Sequence[Column]], Iterator[str]]


@dataclass(frozen=True)
class TableForm:
    """A format: its label, file extension and media type; `pieces` is None if it is not text."""

    label: str
    ending: str
    media_type: str
    pieces: _Pieces | None = None


def _page(rows: Iterable[Row], columns: Sequence[Column]) -> Iterator[str]:
    yield table_page(list(rows), columns)


FORMATS: Mapping[str, TableForm] = MappingProxyType(
    {
        "csv": TableForm("CSV", ".csv", "text/csv", csv_lines),
        "xlsx": TableForm(
            "Excel",
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        "md": TableForm("Markdown", ".md", "text/markdown", markdown),
        "html": TableForm("HTML", ".html", "text/html", _page),
        "jsonl": TableForm("JSON lines", ".jsonl", "application/x-ndjson", json_lines),
        "text": TableForm("Text", ".txt", "text/plain", plain_text),
    }
)


def require_format(form: str) -> TableForm:
    """The format `form`, if it can be written here.

    Raises:
        UsageError: there is no such format.
        OutputError: the package that writes it is not installed.
    """
    if form not in FORMATS:
        raise UsageError(f"“{form[:40]}” is no format of tables. Use {', '.join(FORMATS)}.")
    if FORMATS[form].pieces is None:
        require_writer()
    return FORMATS[form]


def text_pieces(rows: Iterable[Row], columns: Sequence[Column], form: str) -> Iterator[str]:
    """The table as text, row by row where the format allows it.

    Raises:
        UsageError: `form` is no format of text.
    """
    pieces = require_format(form).pieces
    if pieces is None:
        raise UsageError(f"“{form}” is a file. It cannot be written as text.")
    return pieces(rows, columns)


def table_file(rows: Sequence[Row], columns: Sequence[Column], form: str) -> bytes:
    """The content of a file with all `rows`.

    Raises:
        UsageError: there is no such format.
        OutputError: the package that writes it is not installed.
    """
    if require_format(form).pieces is None:
        return workbook(rows, columns)
    return "".join(text_pieces(rows, columns, form)).encode("utf-8", "replace")
