"""A library with the shipped fakes in place of the models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from api_support import REFERENCES, use_fake_models

from assistant import PaperLibrary, open_library


@pytest.fixture(autouse=True)
def fake_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that says the same sentence whatever it is asked."""
    use_fake_models(monkeypatch)


@pytest.fixture
def references(tmp_path: Path) -> Path:
    """A file of two papers."""
    file = tmp_path / "refs.bib"
    file.write_text(REFERENCES, encoding="utf-8")
    return file


@pytest.fixture
def library(references: Path) -> Iterator[PaperLibrary]:
    """An open library of the two papers, in the folder that commands use too."""
    with open_library() as opened:
        assert opened.import_files(references).added == 2
        yield opened
