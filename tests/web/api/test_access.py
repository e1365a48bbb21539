"""Who may use the API."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from api_support import QUESTION
from asgi_support import Page, send_request
from starlette.testclient import TestClient
from users_support import PASSWORDS

from assistant.errors import UsageError
from assistant.web.api.access import ApiAccess
from assistant.web.api.tokens import Tokens, add_token, revoke_tokens, tokens_file
from assistant.web.serving.request_guard import refusal
from assistant.web.serving.users import Users, editing_users, hash_password


def status(client: TestClient, **headers: str) -> int:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get("/api/status", headers=given).status_code


def test_other_names_and_other_sites_are_refused(client: TestClient) -> None:
    assert status(client) == 200
    assert status(client, host="evil.test") == 403
    assert status(client, origin="http://evil.test") == 403
    assert status(client, origin="null") == 403
    assert status(client, sec_fetch_site="cross-site") == 403
    headers = {"origin": "http://evil.test"}
    refused = client.post("/v1/chat/completions", json={"messages": []}, headers=headers)
    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers


def test_responses_are_not_stored_or_embedded(client: TestClient) -> None:
    headers = client.get("/api/status").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_bodies_that_a_form_can_send_are_refused(client: TestClient, kind: str) -> None:
    body = f'{{"question": "{QUESTION}"}}'
    response = client.post("/api/ask", content=body, headers={"content-type": kind})
    assert response.status_code == 415


def test_large_bodies_are_refused_before_they_are_read() -> None:
    page = Page()
    access = ApiAccess(page, refusal)
    got = asyncio.run(
        send_request(
            access,
            "POST",
            "/api/import",
            content_type="application/json",
            content_length="99999999999",
        )
    )
    assert (got.status, page.scopes) == (413, [])


def test_users_need_a_token(guarded: TestClient, users_file: Path) -> None:
    refused = guarded.get("/api/status")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "assistant user token" in refused.json()["error"]["message"]
    for wrong in ("", "Bearer", "Bearer pa-wrong", "Basic YW5uOng=", f"Bearer {PASSWORDS['ann']}"):
        assert status(guarded, authorization=wrong) == 401
    token = add_token(users_file, "ann")
    assert status(guarded, authorization=f"Bearer {token}") == 200
    assert status(guarded, authorization=f"bearer  {token} ") == 200
    assert status(guarded, authorization=f"Bearer {token}x") == 401
    assert status(guarded, authorization=f"Bearer {token}", host="evil.test") == 403
    assert guarded.get("/v1/models").status_code == 401


def test_a_token_ends_with_the_password_the_user_or_itself(
    guarded: TestClient, users_file: Path
) -> None:
    ann, ben, other = (add_token(users_file, name) for name in ("ann", "ben", "ann"))
    assert revoke_tokens(users_file, "ben") == 1
    assert status(guarded, authorization=f"Bearer {ben}") == 401
    assert status(guarded, authorization=f"Bearer {ann}") == 200
    assert status(guarded, authorization=f"Bearer {other}") == 200
    with editing_users(users_file) as users:
        users["ann"] = hash_password("another password")
    assert status(guarded, authorization=f"Bearer {ann}") == 401
    new = add_token(users_file, "ann")
    with editing_users(users_file) as users:
        del users["ann"]
    assert status(guarded, authorization=f"Bearer {new}") == 401


def test_only_digests_are_stored_for_the_owner_alone(users_file: Path) -> None:
    token = add_token(users_file, "ann")
    file = tokens_file(users_file)
    assert token not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0
    assert Tokens(Users(users_file)).user(token) == "ann"


def test_tokens_of_nobody_and_too_many(users_file: Path) -> None:
    with pytest.raises(UsageError, match="no user eve"):
        add_token(users_file, "eve")
    for _ in range(20):
        add_token(users_file, "ann")
    with pytest.raises(UsageError, match="--revoke"):
        add_token(users_file, "ann")
    assert revoke_tokens(users_file, "ann") == 20
    assert revoke_tokens(users_file, "ann") == 0


def test_a_damaged_tokens_file_lets_nobody_in(guarded: TestClient, users_file: Path) -> None:
    token = add_token(users_file, "ann")
    file = tokens_file(users_file)
    file.write_bytes(b"\xff\xfe" + file.read_bytes())
    assert status(guarded, authorization=f"Bearer {token}") == 401
    file.write_text("nonsense\n:\nann:\nann:\u00e9\n", encoding="utf-8")
    assert status(guarded, authorization=f"Bearer {token}") == 401
