"""The command line with the shipped fakes in place of the models."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Run, write_papers
from typer.testing import CliRunner, Result

import assistant.models
from assistant.cli.app import app
from assistant.models import GenerationRequest
from assistant.models.fake import HashingEmbedder, ScriptedModel


@pytest.fixture
def requests() -> list[GenerationRequest]:
    """What the model was asked, by all commands together."""
    return []


@pytest.fixture
def run(requests: list[GenerationRequest], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with fake models, which say the same sentence whatever they are asked."""

    def reply(request: GenerationRequest) -> str:
        requests.append(request)
        return "They sleep fourteen hours a day."

    monkeypatch.setattr(assistant.models, "open_language_model", lambda *_: ScriptedModel(reply))
    monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: HashingEmbedder())

    def invoke(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)

    return invoke


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A file of five papers."""
    return write_papers(tmp_path / "papers.jsonl", ["cats", "dogs", "owls", "bees", "ants"])


@pytest.fixture
def filled(run: Run, papers: Path) -> Path:
    """The library holds the five papers; hands out their file."""
    assert run("import", papers).exit_code == 0
    return papers
