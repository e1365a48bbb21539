"""Open files: their papers, what messages call them, and which format each of them is."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from assistant.errors import FileUnreadable
from assistant.reading import Failure, read_stream
from assistant.reading.source import HEAD_BYTES

BIBTEX = "@article{a, title={Bats}, abstract={Bats hang upside down while they sleep.}}\n"
JSON = '{"title": "Ants", "abstract": "Ants nap."}\n'


def read(data: bytes, name: str) -> tuple[list[str], list[tuple[str, str]], list[Failure]]:
    """Titles, formats and failures."""
    formats: list[tuple[str, str]] = []
    failures: list[Failure] = []
    with io.BufferedReader(io.BytesIO(data), HEAD_BYTES) as stream:
        papers = read_stream(
            stream,
            name,
            failures.append,
            on_format=lambda file, format_name: formats.append((file, format_name)),
        )
        return [paper.title for paper in papers], formats, failures


def test_the_format_of_a_file_is_told() -> None:
    assert read(BIBTEX.encode(), "refs.bib") == (["Bats"], [("refs.bib", "BibTeX")], [])


def test_of_an_archive_the_format_of_each_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.bib", BIBTEX)
        archive.writestr("b.jsonl", JSON)
        archive.writestr("c.png", b"\x89PNG\r\n\x1a\n\0\0")
    titles, formats, (failure,) = read(path.read_bytes(), "all.zip")
    assert titles == ["Bats", "Ants"]
    assert formats == [("all.zip/a.bib", "BibTeX"), ("all.zip/b.jsonl", "JSON lines")]
    assert failure.where == "all.zip/c.png"


def test_what_cannot_be_read_is_called_by_its_name() -> None:
    with pytest.raises(FileUnreadable, match=r"^cat\.png is a picture"):
        read(b"\x89PNG\r\n\x1a\n\0\0", "cat.png")
