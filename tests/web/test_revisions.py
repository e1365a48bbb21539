"""What windows ask for: it changes when they may have news, and only then."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from assistant.web import revisions as revisions_module
from assistant.web.revisions import Revisions


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions_module, "_FRESH_S", 0.0)


def ask(revisions: Revisions, chat: str = "", user: str | None = None) -> str:
    query = urlencode({"chat": chat}).encode()
    request = Request({"type": "http", "method": "GET", "query_string": query, "headers": []})
    if user is not None:
        request.state.user = user
    answer = asyncio.run(revisions.answer(request))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return bytes(answer.body).decode()


def test_it_changes_with_what_is_watched() -> None:
    shared, chats = ["a"], {12: 1}
    revisions = Revisions()
    revisions.watch([lambda user: shared[0]], lambda user, chat: chats.get(chat))
    first = ask(revisions, "12")
    assert ask(revisions, "12") == first
    other = ask(revisions, "7")
    chats[12] = 2
    assert ask(revisions, "12") != first
    assert ask(revisions, "7") == other
    shared[0] = "b"
    assert ask(revisions, "7") != other


def test_every_user_and_every_server_has_its_own() -> None:
    seen = set()
    for revisions in (Revisions(), Revisions()):
        asked: list[str] = []

        def value(user: str, asked: list[str] = asked) -> str:
            asked.append(user)
            return "the same"

        revisions.watch([value], lambda user, chat: None)
        seen |= {ask(revisions), ask(revisions, user="ann"), ask(revisions, user="ben")}
        assert asked == ["", "ann", "ben"]
    assert len(seen) == 6


@pytest.mark.parametrize("chat", ["x", "-1", "²", "1" * 13, "1; drop"])
def test_what_is_no_number_is_no_chat(chat: str) -> None:
    asked: list[int] = []
    revisions = Revisions()
    revisions.watch([], lambda user, chat: asked.append(chat))
    ask(revisions, chat)
    assert asked == [0]


def test_windows_that_ask_at_once_are_answered_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions_module, "_FRESH_S", 60.0)
    asked: list[str] = []
    revisions = Revisions()
    revisions.watch([lambda user: asked.append(user)], lambda user, chat: None)
    assert len({ask(revisions) for _ in range(20)}) == 1
    assert asked == [""]
