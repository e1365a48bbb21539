"""The export formats and the function that writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from assistant.errors import UsageError
from assistant.exporting.bibtex import bibtex
from assistant.exporting.json_formats import csl_json, json_lines
from assistant.exporting.markdown import markdown
from assistant.exporting.record import COLUMNS, ExportRecord
from assistant.exporting.ris import ris
from assistant.reference import CslName, display_names
from assistant.text.formatting import csv_row

# Excel reads CSV as UTF-8 only if it starts with this mark.
_BYTE_ORDER_MARK = "\ufeff"
# Columns of the reference, before those of TL;DR and abstract, which are long.
_REFERENCE = {
    "type": "type",
    "container": "container-title",
    "volume": "volume",
    "issue": "issue",
    "pages": "page",
    "publisher": "publisher",
    "isbn": "ISBN",
    "issn": "ISSN",
    "language": "language",
    "editors": "editor",
    "citation key": "citation-key",
    "pmcid": "PMCID",
}


class Writable(Protocol):
    """An open text file, or any other object with `write`."""

    def write(self, text: str, /) -> object:
        """Write `text`."""
        ...


@dataclass(frozen=True)
class Format:
    """An export format.

    `text` yields the content of the file in pieces; it is None for a folder of files. `ending` is
    the file extension, including the dot. `has_star` says that the tag of starred papers is
    written: other programs would take it for a keyword.
    """

    description: str
    ending: str
    text: Callable[[Iterable[ExportRecord]], Iterator[str]] | None
    has_star: bool = False


def csv_table(records: Iterable[ExportRecord]) -> Iterator[str]:
    """A header row and one row per record."""
    yield _BYTE_ORDER_MARK + csv_row((*COLUMNS[:-2], *_REFERENCE, *COLUMNS[-2:]))
    for record in records:
        values = [getattr(record, column) for column in COLUMNS]
        reference = [_column(record.reference.get(key, "")) for key in _REFERENCE.values()]
        row = (*values[:-2], *reference, *values[-2:])
        yield csv_row(value if isinstance(value, str) else "; ".join(value) for value in row)


def _column(value: str | list[CslName]) -> str:
    return value if isinstance(value, str) else "; ".join(display_names(value))


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "bibtex": Format("BibTeX", ".bib", bibtex),
        "ris": Format("RIS", ".ris", ris),
        "csljson": Format("CSL JSON for Zotero and pandoc", ".json", csl_json),
        "csv": Format("a table for spreadsheets", ".csv", csv_table, has_star=True),
        "jsonl": Format("JSON lines", ".jsonl", json_lines, has_star=True),
        "markdown": Format("one Markdown file", ".md", markdown),
        "obsidian": Format("a folder of Obsidian notes, one per paper", "", None),
    }
)


def format_of(path: Path) -> str | None:
    """The name of the format with the file extension of `path`; None if there is none."""
    endings = {known.ending: name for name, known in FORMATS.items() if known.ending}
    return endings.get(path.suffix.lower())


def write(records: Iterable[ExportRecord], format_name: str, out: Writable) -> int:
    """Write `records` to `out` as a stream, and return their number.

    Raises:
        UsageError: `format_name` is unknown, or is a folder of files (see `write_notes`).
    """
    file_format = FORMATS.get(format_name)
    if file_format is None or file_format.text is None:
        names = ", ".join(name for name, known in FORMATS.items() if known.text)
        raise UsageError(f"{format_name!r} is not a file format. Use one of {names}.")
    count = 0

    def counted() -> Iterator[ExportRecord]:
        nonlocal count
        for record in records:
            count += 1
            yield record if file_format.has_star else record.without_star()

    for piece in file_format.text(counted()):
        out.write(piece)
    return count
