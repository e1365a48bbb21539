"""A real model server on loopback, `llama_cpp.server` with the bundled model."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.models import GenerationRequest, Message, Priority, open_language_model
from assistant.models.bundled_model import packaged_file
from assistant.models.server_model import ServerModel
from assistant.sample import sample_papers
from assistant.settings import load_settings

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("model")]

_LAUNCHER = Path(__file__).resolve().parent.parent / "llama_server.py"
_START_S = 120


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of the server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, str(_LAUNCHER), "--model", str(packaged_file()), "--port", str(port),
        "--host", "127.0.0.1", "--n_ctx", "2048", "--interrupt_requests", "false",
        "--model_alias", "SmolLM2-135M",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + _START_S
        while time.monotonic() < ends:
            assert process.poll() is None, "the server has ended"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def model(address: str) -> Iterator[ServerModel]:
    model = open_language_model(load_settings(model=address), lambda note: None)
    assert isinstance(model, ServerModel)
    yield model
    model.close()


def test_replies_are_reproducible_counted_and_limited(model: ServerModel) -> None:
    assert (model.name, model.parameters, model.slots) == ("SmolLM2-135M", 135_000_000, 1)
    messages = (Message("user", "Name the colour of the sky in one word."),)
    request = GenerationRequest(messages, max_tokens=8)
    first, second = ("".join(model.generate(request)) for _ in range(2))
    assert first == second and first.strip()
    stream = model.generate(request)
    assert "".join(stream) == first
    assert 0 < stream.stats.generated_tokens <= 8 and stream.stats.finish in ("stop", "length")
    assert model.count_tokens(messages) >= 9
    longer = (Message("user", messages[0].content * 3),)
    assert model.count_tokens(longer) > model.count_tokens(messages) + 15


def test_a_batch_waits_for_the_only_slot(model: ServerModel) -> None:
    requests = [
        GenerationRequest((Message("user", f"Say {n}."),), max_tokens=5, priority=Priority.BATCH)
        for n in range(4)
    ]
    streams = [model.generate(request) for request in requests]
    assert all("".join(stream).strip() for stream in streams)


def test_a_cancelled_reply_leaves_the_server_usable(model: ServerModel) -> None:
    stream = model.generate(GenerationRequest((Message("user", "Tell a story."),), max_tokens=400))
    assert next(iter(stream))
    stream.cancel()
    assert "".join(stream) == "" and stream.stats.finish == "cancelled"
    again = model.generate(GenerationRequest((Message("user", "Say hi."),), max_tokens=5))
    assert "".join(again).strip()


def test_probabilities_that_the_server_does_not_compute_are_done_without(
    model: ServerModel,
) -> None:
    stream = model.generate(
        GenerationRequest(
            (Message("user", "Is the sky blue? Answer yes or no."),),
            max_tokens=2,
            choices=("yes", "no"),
        )
    )
    assert "".join(stream).strip()
    assert not stream.stats.choices or sum(stream.stats.choices.values()) == pytest.approx(1)


def test_a_question_and_tldrs_over_the_command_line(address: str, tmp_path: Path) -> None:
    def assistant(*arguments: str) -> Any:
        command = [sys.executable, "-m", "assistant", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ))
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    page = tmp_path / "papers.jsonl"
    papers = sample_papers()[:4]
    page.write_text("\n".join(paper.model_dump_json() for paper in papers), encoding="utf-8")
    assistant("import", str(page), "--json")
    question = f"What is shown in {papers[0].title}?"
    (answer,) = assistant("ask", question, "--json", "--model", address)
    assert answer["model"] == "SmolLM2-135M" and not answer["refused"]
    assert answer["sources"][0]["paper"]["title"] == papers[0].title
    lines = assistant("tldr", "--format", "jsonl", "--model", address)
    assert [line["title"] for line in lines] == [paper.title for paper in papers]
    assert all(line["tldr"] and line["model"] == "SmolLM2-135M" for line in lines)
