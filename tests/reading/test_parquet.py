"""Parquet tables: columns as those of a CSV, values of every kind, read by parts."""

from __future__ import annotations

import datetime
import io
import sys
import zipfile
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from assistant.errors import FileUnreadable, NoPapersFound
from assistant.paper import Paper
from assistant.reading import Failure, read_bytes


def table(columns: dict[str, list[Any]], **options: Any) -> bytes:
    written = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), written, **options)
    return written.getvalue()


def read(raw: bytes, columns: dict[str, str] | None = None) -> tuple[list[Paper], list[Failure]]:
    failures: list[Failure] = []
    return list(read_bytes(raw, "a.parquet", failures.append, columns)), failures


def test_values_of_every_kind() -> None:
    papers, failures = read(
        table(
            {
                "Title": ["A title", "B", None],
                "abstract": ["One\ntwo.", None, "x"],
                "authors": [["Ada Lovelace", "Turing, Alan"], None, []],
                "published": [datetime.date(2024, 3, 14), None, None],
                "year": [2024, 2023, 2022],
                "pmid": [12, None, None],
                "doi": ["10.1000/1", "", None],
                "vector": [[0.5] * 8, [0.5] * 8, None],
            }
        )
    )
    assert papers == [
        Paper(
            title="A title",
            abstract="One\ntwo.",
            authors=("Ada Lovelace", "Alan Turing"),
            published="2024-03-14",
            pmid="12",
            doi="10.1000/1",
            source="a.parquet",
        ),
        Paper(title="B", published="2023", source="a.parquet"),
    ]
    assert failures == [Failure("a.parquet:3", "it has no title")]


def test_columns_that_only_the_user_knows() -> None:
    raw = table({"Titel": ["A"], "Kurzfassung": ["One."]})
    with pytest.raises(NoPapersFound, match=r"column of titles, but it has Titel, Kurzfassung"):
        read(raw)
    papers, _ = read(raw, {"title": "Titel", "abstract": "Kurzfassung"})
    assert [(paper.title, paper.abstract) for paper in papers] == [("A", "One.")]


def test_many_groups_of_rows_in_an_archive() -> None:
    columns = {"title": [f"Title {n}" for n in range(3_000)], "abstract": ["Text."] * 3_000}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.parquet", table(columns, row_group_size=700))
    papers, failures = read(packed.getvalue())
    assert [paper.title for paper in papers] == columns["title"]
    assert failures == []


def test_damaged() -> None:
    whole = table({"title": ["A"] * 99, "abstract": ["One."] * 99})
    with pytest.raises(FileUnreadable, match=r"a\.parquet is a damaged Parquet table"):
        read(whole[:-20])


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(FileUnreadable, match=r'install "offline-paper-assistant\[parquet\]"'):
        read(table({"title": ["A"], "abstract": ["One."]}))
