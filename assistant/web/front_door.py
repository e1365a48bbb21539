"""The front door of the page: which requests are let in, and which headers go out.

A page on 127.0.0.1 is open to every web site the user visits: a site may post to it (cross-site
requests) or make its own name point at 127.0.0.1 (DNS rebinding). So a request is let in only when
it names this computer as its host, does not come from another site's page, and asks for something
that the page really uses. The answers carry a policy with which the browser itself refuses to
fetch anything from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_LOCAL_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")

# What the page asks for; everything else that Gradio would answer (API documentation, monitoring,
# fetching by proxy, run history, log-in, ...) does not exist here.
_USED_PATH = re.compile(
    r"/"
    r"|/(theme\.css|config|favicon\.ico|manifest\.json|robots\.txt|pwa_icon(/\d+)?)"
    r"|/(assets|static)/.+"
    r"|/gradio_api/(queue/join|queue/data|cancel|reset|upload|upload_progress|app_id|theme\.css)/?"
    r"|/gradio_api/(heartbeat|run)/[^/]+"
)

# Gradio's page needs inline scripts and styles and compiles templates, hence the two 'unsafe-...';
# what matters here is that no source but this server is named.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "frame-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-dns-prefetch-control", b"off"),
    (b"x-frame-options", b"DENY"),
)


class FrontDoor:
    """ASGI application in front of another one: refuses what is not the page's own request."""

    def __init__(self, application: Application) -> None:
        """Stand before `application`."""
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, or answer it with one line that says why not."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        refused = refusal(scope["method"], scope["path"], scope["headers"])
        if refused is None:
            await self._application(scope, receive, send_with_headers)
            return
        status, reason = refused
        await send_with_headers(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-type", b"text/plain; charset=utf-8")],
            }
        )
        await send({"type": "http.response.body", "body": reason.encode()})


def refusal(method: str, path: str, headers: list[tuple[bytes, bytes]]) -> tuple[int, str] | None:
    """Status and reason why a request is not let in, or None when it is."""
    given: dict[str, list[str]] = {}
    for name, value in headers:
        given.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    hosts = given.get("host", [])
    if len(hosts) != 1 or not _LOCAL_HOST.fullmatch(hosts[0]):
        return 403, "This page is served to this computer only, as 127.0.0.1 or localhost."
    if any(origin != f"http://{hosts[0]}" for origin in given.get("origin", [])):
        return 403, "This request comes from the page of another site."
    if any(site not in ("same-origin", "none") for site in given.get("sec-fetch-site", [])):
        # Somebody may link to the page; nobody else may use it, nor see its parts.
        opens_page = (
            method in ("GET", "HEAD")
            and path == "/"
            and given.get("sec-fetch-mode") == ["navigate"]
            and given.get("sec-fetch-dest") == ["document"]
        )
        if not opens_page:
            return 403, "This request comes from the page of another site."
    if not _USED_PATH.fullmatch(path):
        return 404, "There is nothing here."
    return None
