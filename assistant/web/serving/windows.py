"""Whose window is whose: Gradio tells open windows apart by a random word alone.

It sends what a window shows to anybody who names its word. So the first user who names one keeps
it, and a request by another user that names it is refused.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from urllib.parse import parse_qs

from assistant.web.serving.asgi import Message, Receive, Scope, body_of

# Requests with a body that names a window.
_IN_BODY = ("/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/reset", "/gradio_api/run/")
_HEARTBEAT = "/gradio_api/heartbeat/"
# The longest is a question, or papers that were pasted.
_MOST_BYTES = 64 * 1024 * 1024
# Windows that were opened longest ago are forgotten; that their words are guessed is unlikely.
_MOST = 50_000


class Windows:
    """Which user has which window. For the thread of the event loop alone."""

    def __init__(self) -> None:
        """No window is open."""
        self._users: OrderedDict[str, str] = OrderedDict()

    async def admitted(self, scope: Scope, receive: Receive, user: str) -> Receive | None:
        """What the request of `user` is to be received by; None if it is for another's window."""
        path = scope["path"]
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        named: list[object] = [*query.get("session_hash", [])]
        if path.startswith(_HEARTBEAT):
            named.append(path.removeprefix(_HEARTBEAT).rstrip("/"))
        if scope["method"] == "POST" and path.startswith(_IN_BODY):
            body = await body_of(receive, _MOST_BYTES)
            if body is None:
                return None
            named += _named_in(body)
            receive = _again(body, receive)
        return receive if all(self._is_of(word, user) for word in named) else None

    def _is_of(self, word: object, user: str) -> bool:
        if not isinstance(word, str):
            # Gradio takes no other for the word of a window.
            return word is None
        if self._users.setdefault(word, user) != user:
            return False
        self._users.move_to_end(word)
        while len(self._users) > _MOST:
            self._users.popitem(last=False)
        return True


def _named_in(body: bytes) -> list[object]:
    """The window that a body of JSON names. What is no JSON is refused by Gradio."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return []
    return [value.get("session_hash")] if isinstance(value, dict) else []


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out `body` once more, then what else comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return messages.pop() if messages else await receive()

    return received
