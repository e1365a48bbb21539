"""A library with the shipped fakes in place of the models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import assistant.models
from assistant import PaperLibrary, open_library
from assistant.models.fake import HashingEmbedder, ScriptedModel

REFERENCES = """@article{lee, title = {On the sleep of cats}, author = {Lee, Ann}, year = {2020},
  doi = {10.1000/182}, keywords = {animals},
  abstract = {Sleep is a riddle. We show that cats sleep fourteen hours a day.}}
@article{kim, title = {On the sleep of dogs}, author = {Kim, Bo}, year = {2022},
  doi = {10.1000/183}, keywords = {animals},
  abstract = {Sleep is a riddle. We show that dogs sleep twelve hours a day.}}
"""


@pytest.fixture(autouse=True)
def fake_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that says the same sentence whatever it is asked."""

    def model(*_: object) -> ScriptedModel:
        return ScriptedModel(lambda request: "They sleep fourteen hours a day.")

    monkeypatch.setattr(assistant.models, "open_language_model", model)
    monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: HashingEmbedder())


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
