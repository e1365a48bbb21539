"""Sends a request to an ASGI application without any server."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Got:
    """What came back."""

    status: int
    headers: Headers
    body: str


@dataclass
class Page:
    """An application in place of the page: remembers the scopes and bodies that reach it."""

    scopes: list[Scope] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        self.bodies.append(await Request(scope, receive).body())
        await PlainTextResponse("the page")(scope, receive, send)


def send_request(
    application: ASGIApp,
    method: str,
    path: str,
    body: str = "",
    *,
    host: str = "127.0.0.1:7860",
    client: str = "10.0.0.7",
    server: str = "127.0.0.1",
    query: str = "",
    scheme: str = "http",
    content_type: str = "application/x-www-form-urlencoded",
    **headers: str,
) -> Coroutine[Any, Any, Got]:
    """The coroutine of one request; `headers` are named with underscores."""
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [
            (b"host", host.encode()),
            (b"content-type", content_type.encode()),
            *given,
        ],
        "client": (client, 50_000),
        "server": (server, 7860),
        "scheme": scheme,
    }
    sent: list[Message] = []
    parts: list[Message] = [{"type": "http.request", "body": body.encode(), "more_body": False}]

    async def receive() -> Message:
        return parts.pop() if parts else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def run() -> Got:
        await application(scope, receive, send)
        start, *rest = sent
        return Got(
            start["status"],
            Headers(raw=start["headers"]),
            b"".join(message.get("body", b"") for message in rest).decode(),
        )

    return run()


def request(application: ASGIApp, method: str, path: str, body: str = "", **more: Any) -> Got:
    """`send_request` in an event loop of its own."""
    return asyncio.run(send_request(application, method, path, body, **more))
