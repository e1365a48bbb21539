"""`assistant ARGUMENTS` with the shipped fakes in place of the models; a process of its own.

The environment variable FAKE_PIECE_S makes the model slow. What it prints, as a library might, must
not reach the client.
"""

from __future__ import annotations

import os
from unittest.mock import patch

import assistant.models
from assistant.cli import main
from assistant.models.fake import HashingEmbedder, ScriptedModel

SENTENCE = "They sleep fourteen hours a day."


def _model(*_: object) -> ScriptedModel:
    def reply(request: object) -> str:
        print("A message on stdout.", flush=True)
        return SENTENCE

    return ScriptedModel(reply, seconds_per_piece=float(os.environ.get("FAKE_PIECE_S", "0")))


if __name__ == "__main__":
    with (
        patch.object(assistant.models, "open_language_model", _model),
        patch.object(assistant.models, "open_embedder", lambda *_: HashingEmbedder()),
    ):
        main()
