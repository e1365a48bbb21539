"""The API beside the page, over real sockets of this computer."""

from __future__ import annotations

import http.client
import json
import threading
from pathlib import Path
from typing import Any

import openai
import pytest
from api_support import QUESTION
from patience import PATIENCE_S
from users_support import serving, write_ann_and_ben
from web_support import MakeSession

from assistant.models.fake import ScriptedModel, ScriptedStream
from assistant.web.api.chat_completions import MODEL
from assistant.web.api.tokens import add_token

pytestmark = pytest.mark.slow


def status(port: int, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    connection.request("GET", path, headers=headers)
    found = connection.getresponse().status
    connection.close()
    return found


def test_programs_of_users_need_their_token(make_session: MakeSession, tmp_path: Path) -> None:
    users = write_ann_and_ben(tmp_path / "users.txt")
    with serving(make_session(), users, api=True) as server:
        token = add_token(users, "ann")
        assert status(server.port, "/api/status") == 401
        assert status(server.port, "/api/status", Authorization=f"Bearer {token}") == 200
        # The page itself is for people who log in.
        assert status(server.port, "/", Authorization=f"Bearer {token}") == 401
        with openai.OpenAI(base_url=f"{server.address}/v1", api_key=token, max_retries=0) as client:
            completion = client.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": QUESTION}]
            )
            assert "Sources:" in str(completion.choices[0].message.content)
        with (
            openai.OpenAI(base_url=f"{server.address}/v1", api_key="x", max_retries=0) as client,
            pytest.raises(openai.AuthenticationError),
        ):
            client.models.list()


def test_tables_references_and_changes_need_the_token_too(
    make_session: MakeSession, tmp_path: Path
) -> None:
    users = write_ann_and_ben(tmp_path / "users.txt")
    with serving(make_session(), users, api=True) as server:
        token = {"Authorization": f"Bearer {add_token(users, 'ann')}"}
        kind = {"Content-Type": "application/json"}

        def send(path: str, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, str]:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            found = answer.status, answer.read().decode()
            connection.close()
            return found

        table: dict[str, Any] = {"columns": {"who": "Who wrote it?"}, "stream": True}
        changes: list[tuple[str, dict[str, Any]]] = [
            ("/api/table", table),
            ("/api/tldr/%231", {"text": "Cats sleep."}),
            ("/api/tags", {"ids": ["#1"], "tags": ["star"]}),
        ]
        for path, body in changes:
            assert send(path, body, kind)[0] == 401
            assert send(path, body, kind | token)[0] == 200
        events = send("/api/table", table, kind | token)[1].split("\n\n")
        assert len(events) == 4
        assert '"done"' in events[2]
        assert status(server.port, "/api/cite?id=%231") == 401
        assert status(server.port, "/api/cite?id=%231", **token) == 200


def test_without_the_option_there_is_no_api(make_session: MakeSession, tmp_path: Path) -> None:
    users = write_ann_and_ben(tmp_path / "users.txt")
    with serving(make_session(), users) as server:
        token = add_token(users, "ann")
        assert status(server.port, "/api/status", Authorization=f"Bearer {token}") == 401
        assert status(server.port, "/v1/models", Authorization=f"Bearer {token}") == 401


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_stops_when_its_client_goes_away(
    make_session: MakeSession, tmp_path: Path, stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, cancelled = threading.Event(), threading.Event()
    cancel = ScriptedStream.cancel

    def noting(self: ScriptedStream) -> None:
        cancelled.set()
        cancel(self)

    def reply(request: Any) -> str:
        writing.set()
        return "They sleep fourteen hours a day."

    monkeypatch.setattr(ScriptedStream, "cancel", noting)
    users = write_ann_and_ben(tmp_path / "users.txt")
    model = ScriptedModel(reply, seconds_per_piece=600)
    with serving(make_session(model), users, api=True) as server:
        token = add_token(users, "ann")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
        wish = "true" if stream else "false"
        connection.request(
            "POST",
            "/api/ask",
            f'{{"question": "{QUESTION}", "stream": {wish}}}',
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        assert writing.wait(PATIENCE_S)
        connection.close()
        assert cancelled.wait(PATIENCE_S)
