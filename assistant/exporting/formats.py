"""Which formats there are, and the one way to write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from assistant.errors import UsageError
from assistant.exporting.bibtex import bibtex
from assistant.exporting.csl import csl_json
from assistant.exporting.csv_table import table
from assistant.exporting.fields import Exported
from assistant.exporting.jsonl import json_lines
from assistant.exporting.markdown import markdown
from assistant.exporting.ris import ris

OBSIDIAN = "obsidian"


class Writable(Protocol):
    """What takes text: an open file, or anything like it."""

    def write(self, text: str, /) -> object:
        """Take `text`."""
        ...


@dataclass(frozen=True)
class Format:
    """One way to write papers.

    `text` gives the file in pieces, and is None where there is a folder with a file for each
    paper; `ending` is what the file's name ends with, with its dot.
    """

    description: str
    ending: str
    text: Callable[[Iterable[Exported]], Iterator[str]] | None


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "bibtex": Format("BibTeX", ".bib", bibtex),
        "ris": Format("RIS", ".ris", ris),
        "csljson": Format("CSL JSON, as Zotero and pandoc read it", ".json", csl_json),
        "csv": Format("a table for spreadsheets", ".csv", table),
        "jsonl": Format("JSON lines", ".jsonl", json_lines),
        "markdown": Format("Markdown, one file", ".md", markdown),
        OBSIDIAN: Format("a folder of notes for Obsidian, one a paper", "", None),
    }
)


def write(papers: Iterable[Exported], format_name: str, out: Writable) -> int:
    """Write `papers` to `out`, one in memory at a time; returns how many they were.

    Raises:
        UsageError: there is no such format, or it is written as a folder (`write_notes`).
    """
    known = FORMATS.get(format_name)
    if known is None or known.text is None:
        files = ", ".join(name for name, known in FORMATS.items() if known.text)
        raise UsageError(f"{format_name!r} is no format of a file; there are {files}.")
    count = 0

    def counted() -> Iterator[Exported]:
        nonlocal count
        for paper in papers:
            count += 1
            yield paper

    for piece in known.text(counted()):
        out.write(piece)
    return count
