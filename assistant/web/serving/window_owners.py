"""Which user each open window belongs to.

Gradio tells windows apart by a random word (`session_hash`) and sends what a window shows to
everybody who names its word. So a window belongs to the first user who names its word, and requests
of other users that name it are refused.
"""

from __future__ import annotations

import json
from collections import OrderedDict, defaultdict

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

# Requests whose JSON body names a window.
_IN_BODY = ("/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/reset", "/gradio_api/run/")
_HEARTBEAT = "/gradio_api/heartbeat/"
# The longest bodies are questions and pasted papers.
_MAX_BODY_BYTES = 64 * 1024 * 1024
# Windows of one user. A user who opens more loses the oldest ones, and no other user does.
_MAX_WINDOWS = 1_000


class WindowOwners:
    """The owners of windows. Used by the event loop's thread only."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._windows: defaultdict[str, OrderedDict[str, None]] = defaultdict(OrderedDict)

    async def admit(self, request: Request, user: str) -> Receive | None:
        """Return the callable that receives the body of `request`, which may have been read here.

        None means that the request names a window of another user, or that its body is too large.
        """
        path = request.scope["path"]
        words: list[object] = [*request.query_params.getlist("session_hash")]
        if path.startswith(_HEARTBEAT):
            words.append(path.removeprefix(_HEARTBEAT).rstrip("/"))
        receive = request.receive
        if request.method == "POST" and path.startswith(_IN_BODY):
            body = await _read_body(request)
            if body is None:
                return None
            words.append(_window_in(body))
            receive = _replay(body, receive)
        return receive if all(self._belongs_to(user, word) for word in words) else None

    def _belongs_to(self, user: str, word: object) -> bool:
        if not isinstance(word, str):
            # Gradio accepts no other type as the word of a window.
            return word is None
        if self._owners.setdefault(word, user) != user:
            return False
        windows = self._windows[user]
        windows[word] = None
        windows.move_to_end(word)
        if len(windows) > _MAX_WINDOWS:
            oldest, _ = windows.popitem(last=False)
            del self._owners[oldest]
        return True


async def _read_body(request: Request) -> bytes | None:
    """The body; None if it is too large, or the client has gone."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MAX_BODY_BYTES:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)


def _window_in(body: bytes) -> object:
    """The window that a JSON body names, None if it names none; Gradio refuses invalid JSON."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value.get("session_hash") if isinstance(value, dict) else None


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that returns `body` once more, then what `receive` returns."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay
