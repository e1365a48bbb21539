"""Fixtures of the tests of tables: a library of four papers, and how to fill a table of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tabulating_support import PAPERS, SAMPLE_COLUMN, reading_model

from assistant.library import Library
from assistant.models import LanguageModel
from assistant.models.fake import HashingEmbedder
from assistant.settings import load_settings
from assistant.tabulating import Column, Row, Tabulator, parse_column

Fill = Callable[..., list[Row]]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library of four papers: two with a sample, one without, one without an abstract."""
    with Library.open(tmp_path / "library", HashingEmbedder()) as opened:
        opened.add(PAPERS)
        yield opened


@pytest.fixture
def columns() -> tuple[Column, ...]:
    """The column `sample`."""
    return (parse_column(SAMPLE_COLUMN),)


@pytest.fixture
def fill(library: Library, columns: tuple[Column, ...]) -> Fill:
    """Fill a table with the rows of all papers."""

    def rows(*asked: Column, model: LanguageModel | None = None, redo: bool = False) -> list[Row]:
        tabulator = Tabulator(library, model or reading_model(), load_settings())
        return list(tabulator.run(asked or columns, library.papers.all(), redo=redo))

    return rows
