"""The front door of the page: which requests are let in, and which headers go out.

A page on 127.0.0.1 is open to every web site the user visits: a site may post to it (cross-site
requests) or make its own name point at 127.0.0.1 (DNS rebinding). So a request is let in only when
it names this computer as its host, does not come from another site's page, and asks for something
that the page really uses. The answers carry a policy with which the browser itself refuses to
fetch anything from elsewhere.

Where people log in, a request also has to come from somebody who has: everybody else gets the
log-in page, whatever is asked for. Only then the page answers to other names than those of the
computer itself.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from assistant.web.serving.asgi import (
    USER,
    Application,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
    respond,
    values,
)
from assistant.web.serving.login import PATHS as LOGIN_PATHS
from assistant.web.serving.windows import Windows

if TYPE_CHECKING:
    from assistant.web.serving.login import Login

_LOCAL = ("127.0.0.1", "localhost", "[::1]")
# An address in brackets or a name, then perhaps a port.
_HOST = re.compile(r"(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?", re.ASCII)

_NOT_THIS_NAME = (
    "This page does not answer to this name, but to 127.0.0.1 and localhost. Where people log in, "
    "whoever runs it can give it others: --name."
)

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
    # Not "no-referrer": with that, browsers send forms with the origin "null".
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-dns-prefetch-control", b"off"),
    (b"x-frame-options", b"DENY"),
)
# Where people log in, the browser does not keep for the next one who was here.
_TELLING = ("/", "/config")
_NOT_KEPT = (b"cache-control", b"no-store")


class FrontDoor:
    """ASGI application in front of another one: refuses what is not the page's own request."""

    def __init__(
        self, application: Application, login: Login | None = None, names: Collection[str] = ()
    ) -> None:
        """Stand before `application`; with a `login` people may also come by other `names`."""
        self._application = application
        self._login = login
        self._windows = Windows()
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, or answer it with one line that says why not."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        headers = [*_HEADERS]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *headers]
            await send(message)

        refused = self._refusal(scope)
        if refused is not None:
            await respond(send_with_headers, *refused)
            return
        if self._login:
            user = self._login.user(scope["headers"])
            if user is None or scope["path"] in LOGIN_PATHS:
                await self._login(scope, receive, send_with_headers)
                return
            admitted = await self._windows.admitted(scope, receive, user)
            if admitted is None:
                await respond(send_with_headers, 403, "This belongs to another window.")
                return
            receive, scope[USER] = admitted, user
            if scope["path"] in _TELLING:
                headers.append(_NOT_KEPT)
        if not _USED_PATH.fullmatch(scope["path"]):
            await respond(send_with_headers, 404, "There is nothing here.")
            return
        # Gradio would take it for the address that the browser knows, and it is anybody's word.
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"x-forwarded-host"]
        await self._application(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        method, path, headers = scope["method"], scope["path"], scope["headers"]
        if self._login is None:
            return refusal(method, path, headers)
        own = (scope.get("server") or ("",))[0]

        def is_known(name: str) -> bool:
            return name in _LOCAL or name in self._names or _is_address(name, own)

        # A proxy that speaks TLS for us stands between the browser and this server.
        return refusal(method, path, headers, is_known, ("http", "https"))


def refusal(
    method: str,
    path: str,
    headers: Headers,
    is_known: Callable[[str], bool] = lambda name: name in _LOCAL,
    schemes: Collection[str] = ("http",),
) -> tuple[int, str] | None:
    """Status and reason why a request is not let in, or None when it is.

    `is_known` says whether the page answers to a name, in lower case and without its port.
    """
    hosts = [host.lower() for host in values(headers, "host")]
    parts = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if parts is None or not is_known(parts[1]):
        return 403, _NOT_THIS_NAME
    own = {f"{scheme}://{hosts[0]}" for scheme in schemes}
    if any(origin.lower() not in own for origin in values(headers, "origin")):
        return 403, "This request comes from the page of another site."
    if any(site not in ("same-origin", "none") for site in values(headers, "sec-fetch-site")):
        # Somebody may link to the page; nobody else may use it, nor see its parts.
        opens_page = (
            method in ("GET", "HEAD")
            and path == "/"
            and values(headers, "sec-fetch-mode") == ["navigate"]
            and values(headers, "sec-fetch-dest") == ["document"]
        )
        if not opens_page:
            return 403, "This request comes from the page of another site."
    return None


def _is_address(name: str, own: str) -> bool:
    """Whether a host is the address `own`, at which the request arrived.

    No other site can bear it as its name, so it need not be told to us.
    """
    try:
        arrived = ipaddress.ip_address(own)
        asked = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return asked == (getattr(arrived, "ipv4_mapped", None) or arrived)
