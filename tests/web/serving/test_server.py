"""The server as other programs see it: over real sockets of this computer."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE_S
from users_support import serving, write_ann_and_ben
from web_support import MakeSession, Serve

from assistant.errors import PageError
from assistant.web.serving.server import PageServer
from assistant.web.serving.users import Users


class Response:
    """Status, headers and body of a response."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()


def request(port: int, method: str, path: str, body: str | None = None, **headers: str) -> Response:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, named)
    response = Response(connection.getresponse())
    connection.close()
    return response


def test_who_is_answered_and_with_what(make_session: MakeSession, serve: Serve) -> None:
    with serve(make_session()) as server:
        assert server.address == f"http://127.0.0.1:{server.port}"
        page = request(server.port, "GET", "/")
        assert page.status == 200
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "http" not in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers.get("server") is None
        # DNS rebinding: another name that was made to point here.
        assert request(server.port, "GET", "/", host="evil.test").status == 403
        # Cross-site: a page of another site posts to this computer.
        join = "/gradio_api/queue/join"
        body = '{"data": [""], "fn_index": 0, "session_hash": "x"}'
        kind = "application/json"
        for origin in ("http://evil.test", "null"):
            refused = request(server.port, "POST", join, body, origin=origin, content_type=kind)
            assert refused.status == 403
        own = request(server.port, "POST", join, body, origin=server.address, content_type=kind)
        assert own.status != 403
        for path in ("/gradio_api/info", "/docs", "/openapi.json", "/monitoring"):
            assert request(server.port, "GET", path).status == 404
        assert request(server.port, "GET", "/favicon.ico").headers["content-type"] == "image/png"
        theme = request(server.port, "GET", "/theme.css").body
        assert b"@import" not in theme
        assert b"@font-face" not in theme


def test_what_is_sent_does_not_wait_for_more(
    make_session: MakeSession, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = []
    setsockopt = socket.socket.setsockopt

    def noting(self: socket.socket, level: int, name: int, *value: Any) -> None:
        if (level, name) == (socket.IPPROTO_TCP, socket.TCP_NODELAY):
            at_once.append(self.getsockname()[1])
        setsockopt(self, level, name, *value)

    monkeypatch.setattr(socket.socket, "setsockopt", noting)
    with serve(make_session(papers=[])) as server:
        request(server.port, "GET", "/")
    # The server's ends of the connections, not those of who asks.
    assert server.port in at_once


def test_a_taken_port_says_what_to_do(make_session: MakeSession) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PageError, match=f"Port {port} is in use.*PORT=.*--port"):
            PageServer(make_session(papers=[]), port=port)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org", "::"])
def test_only_this_computer_is_served(make_session: MakeSession, host: str) -> None:
    with pytest.raises(PageError, match=r"for this computer only.*--auth FILE"):
        PageServer(make_session(papers=[]), host=host, port=0)


def test_with_users_others_are_served_too(make_session: MakeSession, tmp_path: Path) -> None:
    file = write_ann_and_ben(tmp_path / "users.txt")
    with serving(make_session(), file, "0.0.0.0") as server:
        name = socket.gethostname()
        assert server.address == f"http://{name}:{server.port}"
        statuses = [
            request(server.port, "GET", "/", host=f"{host}:{server.port}").status
            for host in ("127.0.0.1", name, f"{name.split('.')[0]}.local", "evil.test", "10.9.8.7")
        ]
        assert statuses == [401, 401, 401, 403, 403]


@pytest.mark.parametrize(
    ("host", "problem"),
    [
        ("192.0.2.77", "192.0.2.77 is not an address of this computer"),
        ("example.org", r"example\.org is not an IP address.*--name"),
    ],
)
def test_with_users_it_still_has_to_be_an_address_of_ours(
    make_session: MakeSession, tmp_path: Path, host: str, problem: str
) -> None:
    users = Users(write_ann_and_ben(tmp_path / "users.txt"))
    with pytest.raises(PageError, match=problem):
        PageServer(make_session(papers=[]), host=host, port=0, users=users)


def test_a_number_that_is_no_port_is_refused(make_session: MakeSession) -> None:
    with pytest.raises(PageError, match="70000 is not a valid port"):
        PageServer(make_session(papers=[]), port=70000)


SERVE_SLOWLY = """
import assistant.models
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.paper import Paper
from assistant.session import Session
from assistant.settings import load_settings
from assistant.web.serving.server import PageServer

model = ScriptedModel(lambda request: "Cats sleep fourteen hours. " * 500, seconds_per_piece=0.5)
assistant.models.open_language_model = lambda *_: model
assistant.models.open_embedder = lambda *_: HashingEmbedder()
with Session(load_settings()) as session:
    session.library.add([Paper(title="On cats", abstract="Cats sleep fourteen hours a day.")])
    session.library.vectors.embed_missing()
    PageServer(session, port=0).run(lambda address: print(address, flush=True))
print("ended", model.requests != [], flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="a test cannot send Ctrl-C to one process on Windows")
def test_ctrl_c_ends_it_cleanly_while_an_answer_is_written() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE_SLOWLY],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        config = json.loads(request(port, "GET", "/config").body)
        (button,) = (
            component["id"]
            for component in config["components"]
            if component["props"].get("elem_id") == "ask"
        )
        (ask,) = (
            event for event in config["dependencies"] if [button, "click"] in event["targets"]
        )
        # The question comes first; whatever else the tab sends along is empty.
        data = ["How long do cats sleep?", *(None for _ in ask["inputs"][1:])]
        asked = {"data": data, "fn_index": ask["id"], "session_hash": "visitor"}
        joined = request(
            port,
            "POST",
            "/gradio_api/queue/join",
            json.dumps(asked),
            content_type="application/json",
        )
        assert joined.status == 200
        stream = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        with contextlib.closing(stream):
            stream.request("GET", "/gradio_api/queue/data?session_hash=visitor")
            events = stream.getresponse()
            while b"evidence-1-1" not in (line := events.readline()):
                assert line, "no evidence came"
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
        process.communicate()
    assert output == "ended True\n"
    assert process.returncode == 0
    assert "Traceback" not in errors
