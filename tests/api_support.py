"""Two papers and fake models, for tests of the Python API and the HTTP API."""

from __future__ import annotations

import pytest

import assistant.models
from assistant.models.fake import HashingEmbedder, ScriptedModel

CATS, DOGS = "doi:10.1000/182", "doi:10.1000/183"
QUESTION = "How long do cats sleep?"
SENTENCE = "They sleep fourteen hours a day."
REFERENCES = """@article{lee, title = {On the sleep of cats}, author = {Lee, Ann}, year = {2020},
  doi = {10.1000/182}, keywords = {animals},
  abstract = {Sleep is a riddle. We show that cats sleep fourteen hours a day.}}
@article{kim, title = {On the sleep of dogs}, author = {Kim, Bo}, year = {2022},
  doi = {10.1000/183}, keywords = {animals},
  abstract = {Sleep is a riddle. We show that dogs sleep twelve hours a day.}}
"""


def use_fake_models(monkeypatch: pytest.MonkeyPatch, seconds_per_piece: float = 0.0) -> None:
    """Open a model that says `SENTENCE` whatever it is asked."""

    def model(*_: object) -> ScriptedModel:
        return ScriptedModel(lambda request: SENTENCE, seconds_per_piece=seconds_per_piece)

    monkeypatch.setattr(assistant.models, "open_language_model", model)
    monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: HashingEmbedder())
