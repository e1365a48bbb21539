"""What the parts between the web server and Gradio share: requests and responses of ASGI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# Where the name of who is logged in stands in the scope of a request; no header gets there.
USER = "assistant.user"


def values(headers: Iterable[tuple[bytes, bytes]], name: str) -> list[str]:
    """The values of all headers called `name`, which is in lower case."""
    wanted = name.encode()
    return [value.decode("latin-1") for key, value in headers if key.lower() == wanted]


async def body_of(receive: Receive, most: int) -> bytes | None:
    """The body of a request; None if it is larger than `most` bytes, or its sender has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if not message.get("more_body", False):
            return bytes(body)


async def respond(
    send: Send,
    status: int,
    body: str,
    kind: str = "text/plain",
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    """Answer with a whole text of the media type `kind`."""
    encoded = body.encode(errors="replace")
    described = [
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(encoded)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*described, *headers]})
    await send({"type": "http.response.body", "body": encoded})
