"""The option --chroma: a server that is down, one on another computer, and a real one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from chroma_server_support import HOST, free_port, running_chroma
from cli_support import Run

from assistant.library.chroma_index import FOLDER
from assistant.settings import load_settings

FAR = "http://192.0.2.1:8000"


def test_a_wrong_address_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = run("search", "cats", "--chroma", "localhost:8000")
    assert wrong.exit_code == 2 and "--chroma localhost:8000: it is not an address" in wrong.stderr
    monkeypatch.setenv("ASSISTANT_CHROMA", "http://a:b@host")
    wrong = run("search", "cats")
    assert wrong.exit_code == 2 and "set ASSISTANT_CHROMA_TOKEN" in wrong.stderr


def test_a_server_on_another_computer_is_confirmed_first(run: Run, filled: Path) -> None:
    refused = run("search", "cats", "--chroma", FAR)
    assert refused.exit_code == 1
    assert f"{FAR}/api/v2 is not on this computer" in refused.stderr
    assert "much of a text can be guessed from its vector" in refused.stderr
    assert "Add --confirm-server" in refused.stderr
    assert run("list", "--chroma", FAR).exit_code == 0  # sends nothing
    status = run("--chroma", FAR, "status")
    assert "not confirmed yet" in status.stdout
    assert f"on the Chroma server {FAR}/api/v2" in status.stdout
    assert f"Chroma server {FAR}/api/v2" in run("doctor", "--chroma", FAR).stdout
    assert load_settings().confirmed_servers == ()


def test_a_server_that_is_down_is_no_reason_to_lose_anything(run: Run, papers: Path) -> None:
    down = ("--chroma", f"http://{HOST}:{free_port()}")
    imported = run("import", str(papers), *down)
    assert imported.exit_code == 0 and "5 papers read: 5 new" in imported.stdout
    assert "The vectors are saved, but the vector index" in imported.stderr
    for command in (["search", "cats"], ["embed"]):
        failed = run(*command, *down)
        assert failed.exit_code == 1, failed.stdout
        assert "cannot connect (connection refused). Start the Chroma server" in failed.stderr
        assert "Traceback" not in failed.stderr
    assert not (load_settings().library / FOLDER).exists()
    assert run("search", "cats").exit_code == 0


@pytest.mark.slow
def test_a_real_server_answers(run: Run, papers: Path, tmp_path: Path) -> None:
    assert run("import", str(papers)).exit_code == 0
    plain = json.loads(run("search", "cats", "--json").stdout.splitlines()[0])
    with running_chroma(tmp_path / "chroma") as server:
        assert run("--chroma", server.address, "embed").exit_code == 0
        found = run("--chroma", server.address, "search", "cats", "--json")
        assert found.exit_code == 0 and found.stderr == ""
        assert json.loads(found.stdout.splitlines()[0]) == plain
        shape = json.loads(run("status", "--json", "--chroma", server.address).stdout)
        assert shape["chroma_server"] == f"{server.address}/api/v2"
        (sent,) = shape["sent"]
        assert sent["local"] and "vectors of all papers" in sent["what"]
