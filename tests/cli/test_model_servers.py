"""Model servers on the command line: what is sent is said, and confirmed once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_support import Run
from model_server_support import EMBEDDINGS, Exchange, ScriptedServer, says, scripted_server
from typer.testing import CliRunner, Result

import assistant.models
from assistant.cli import confirmation
from assistant.cli.app import app
from assistant.cli.confirmation import confirm_servers
from assistant.cli.streams import Streams
from assistant.destinations import destinations
from assistant.errors import ServerNotConfirmed
from assistant.models.fake import HashingEmbedder
from assistant.server_address import ServerAddress
from assistant.settings import load_settings

# An address for documentation (RFC 5737), which no computer has.
FAR = "http://192.0.2.1:8000/v1"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


def run_real(*arguments: str) -> Result:
    """Run a command with the real language model."""
    return CliRunner().invoke(app, list(arguments))


def test_a_server_on_another_computer_is_confirmed_once(run: Run, filled: Path) -> None:
    refused = run("ask", "How long do cats sleep?", "--model", FAR)
    assert refused.exit_code == 1
    assert f"{FAR} is not on this computer" in refused.stderr
    assert "the evidence found for them" in refused.stderr
    assert "Nothing was sent. Add --confirm-server" in refused.stderr
    status = run("status", "--model", FAR)
    assert status.exit_code == 0 and "not confirmed yet" in status.stdout

    agreed = run("ask", "How long do cats sleep?", "--model", f"{FAR}#big", "--confirm-server")
    assert agreed.exit_code == 0 and "Confirmed: " in agreed.stderr
    assert run("ask", "How long do cats sleep?", "--model", FAR).exit_code == 0
    shape = json.loads(run("status", "--json", "--model", f"{FAR}#big").stdout)
    assert shape["language_model"] == {"name": "big", "server": f"{FAR}#big"}
    (sent,) = shape["sent"]
    assert (sent["address"], sent["local"], sent["confirmed"]) == (FAR, False, True)
    assert load_settings().confirmed_servers == (FAR,)
    # Another port is another server.
    assert run("ask", "x?", "--model", "http://192.0.2.1:8001/v1").exit_code == 1
    assert "nothing leaves this computer" in run("status").stdout


def test_commands_without_a_model_do_not_ask(run: Run, filled: Path) -> None:
    assert run("search", "cats", "--model", FAR).exit_code == 0
    assert run("list", "--model", FAR).exit_code == 0


def test_the_environment_can_list_what_is_allowed(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_CONFIRMED_SERVERS", FAR)
    assert run("ask", "cats?", "--model", FAR).exit_code == 0
    other = run("ask", "cats?", "--model", "http://192.0.2.2/v1", "--confirm-server")
    assert other.exit_code == 2 and "ASSISTANT_CONFIRMED_SERVERS" in other.stderr


@pytest.mark.parametrize("agrees", [True, False])
def test_on_a_terminal_the_user_is_asked(monkeypatch: pytest.MonkeyPatch, agrees: bool) -> None:
    asked: list[str] = []

    def confirm(text: str, **_: object) -> bool:
        asked.append(text)
        return agrees

    monkeypatch.setattr(confirmation, "_is_terminal", lambda: True)
    monkeypatch.setattr("typer.confirm", confirm)
    settings = load_settings(model=FAR)
    if agrees:
        assert confirm_servers(destinations(settings), settings, Streams(), agreed=False)
        again = load_settings(model=FAR)
        assert not confirm_servers(destinations(again), again, Streams(), agreed=False)
    else:
        with pytest.raises(ServerNotConfirmed, match="Nothing was sent"):
            confirm_servers(destinations(settings), settings, Streams(), agreed=False)
    (question,) = asked
    assert FAR in question and "abstracts" in question


@pytest.mark.parametrize(
    "address", ["http://user:pw@gpu/v1", "http://", "https://gpu/v1?x=1", "http://gpu:port/v1"]
)
def test_a_wrong_address_is_a_usage_error(run: Run, address: str) -> None:
    result = run("ask", "x?", "--model", address)
    assert result.exit_code == 2
    shown = address.replace("user:pw", "***")
    assert result.stderr.startswith(f"Error: --model {shown}: it ")


def test_a_server_is_chosen_for_the_library(server: ScriptedServer) -> None:
    result = run_real("models", "use", server.address)
    assert result.exit_code == 0 and "tiny-135M on http" in result.stdout
    assert load_settings().model == ServerAddress(server.address)
    info = json.loads(run_real("models", "info", "--json").stdout)
    assert (info["name"], info["parameters"]) == ("tiny-135M", 135_000_000)
    assert "At once" in run_real("models", "info").stdout
    listed = run_real("models", "list")
    assert server.address in listed.stderr and "*" not in listed.stdout
    assert run_real("models", "use", f"{server.address}#other").exit_code == 1
    assert load_settings().model == ServerAddress(server.address)
    assert run_real("models", "use", FAR).exit_code == 1
    assert run_real("models", "use", "bundled").exit_code == 0
    assert load_settings().model is None


def test_tldrs_are_written_by_a_server(
    server: ScriptedServer, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: HashingEmbedder())
    server.replies = [says("They sleep ", "fourteen hours a day.")]
    assert run_real("import", str(papers)).exit_code == 0
    result = run_real("tldr", "--format", "jsonl", "--model", server.address)
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) == 5 and {line["model"] for line in lines} == {"tiny-135M"}
    assert len(server.chats()) == 5


def test_the_embedder_is_a_choice_of_the_library(
    server: ScriptedServer, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assistant.models, "open_bundled_embedder", lambda *_: HashingEmbedder())

    def reply(exchange: Exchange) -> None:
        vectors = HashingEmbedder(24).embed(exchange.seen.body["input"])
        data = [{"index": n, "embedding": v.tolist()} for n, v in enumerate(vectors)]
        exchange.value({"data": data})

    server.functions[EMBEDDINGS] = reply
    assert run_real("import", str(papers)).exit_code == 0
    assert run_real("embed", "--embedder", FAR).exit_code == 1
    assert load_settings().embedder is None
    changed = run_real("embed", "--embedder", server.address)
    assert changed.exit_code == 0, changed.stderr
    assert "5 papers embedded; 0 still without vectors." in changed.stdout
    assert f"tiny-135M on {server.address}" in run_real("status").stdout
    assert "all papers" in run_real("status").stdout
    assert run_real("search", "cats").exit_code == 0
    del server.functions[EMBEDDINGS]
    without = run_real("search", "cats")
    assert without.exit_code == 0 and "Until then, search uses full text only" in without.stderr
    # Nothing was lost while the server was away.
    server.functions[EMBEDDINGS] = reply
    assert "0 papers embedded; 0 still without" in run_real("embed").stdout
    back = run_real("embed", "--embedder", "bundled")
    assert "5 papers embedded" in back.stdout
    assert "nothing leaves this computer" in run_real("status").stdout
