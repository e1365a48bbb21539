"""Decides which requests reach the page, and which headers its responses carry.

Every web site the user visits can send requests to a page on 127.0.0.1: cross-site requests, or
requests to a name of its own that it points at 127.0.0.1 (DNS rebinding). So a request is admitted
only if its host is this computer, no other site's page sent it, and the page really uses its path.
Responses carry a policy that makes the browser refuse to load anything from elsewhere.

Where users log in, requests without a log-in get the log-in page, whatever their path. Only such a
page answers to names other than those of the computer itself.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from assistant.web.serving.login import PATHS as LOGIN_PATHS
from assistant.web.serving.window_owners import WindowOwners

if TYPE_CHECKING:
    from assistant.web.serving.login import LoginPage

_LOCAL = ("127.0.0.1", "localhost", "[::1]")
# An IPv6 address in brackets, or a name or IPv4 address; then an optional port.
_HOST = re.compile(r"(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?", re.ASCII)

_WRONG_NAME = (
    "This page does not answer to this name, only to 127.0.0.1 and localhost. With user log-in, "
    "whoever runs it can add names: --name."
)
_OTHER_SITE = "This request comes from the page of another site."
_OTHER_WINDOW = "This window belongs to another user, or the request is too large."
_NOT_FOUND = "There is nothing here."

# The paths the page uses. Gradio's others (API documentation, monitoring, proxy, run history,
# log-in, ...) answer 404.
_USED_PATH = re.compile(
    r"/"
    r"|/news"
    r"|/(theme\.css|config|favicon\.ico|manifest\.json|robots\.txt|pwa_icon(/\d+)?)"
    r"|/(assets|static)/.+"
    r"|/gradio_api/(queue/join|queue/data|cancel|reset|upload|upload_progress|app_id|theme\.css)/?"
    r"|/gradio_api/(heartbeat|run)/[^/]+"
)

# The addresses of places, chats and papers. The page is loaded from "/", which page.js then names
# so again.
_PLACE = re.compile(
    r"/(ask|draft|library|import|tldrs|digest|map|settings)"
    r"|/(chat|papers)/\d{1,12}"
    r"|/table(/[^/]{1,60})?"
)

# Gradio's page needs inline scripts and styles and compiles templates, hence the two 'unsafe-...'.
# What matters is that this server is the only source.
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
_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-resource-policy": "same-origin",
    # Not "no-referrer": with that, browsers send forms with the origin "null".
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-dns-prefetch-control": "off",
    "x-frame-options": "DENY",
}
# Paths whose responses are about a user, so the browser must not store them for the next one.
_PERSONAL = ("/", "/config")


class RequestGuard:
    """ASGI middleware that answers requests the page must not see."""

    def __init__(
        self, app: ASGIApp, login: LoginPage | None = None, names: Collection[str] = ()
    ) -> None:
        """Guard `app`. With `login`, users log in, and the page also answers to `names`."""
        self._app = app
        self._login = login
        self._windows = WindowOwners()
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await WebSocketClose(code=1008)(scope, receive, send)
            return
        headers = dict(_HEADERS)
        if self._login and scope["path"] in _PERSONAL:
            headers["cache-control"] = "no-store"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        app, receive = await self._choose(Request(scope, receive))
        await app(scope, receive, send_with_headers)

    async def _choose(self, request: Request) -> tuple[ASGIApp, Receive]:
        """The application that answers `request`, and what it receives the body from."""
        scope, receive = request.scope, request.receive
        reason = self.refusal(request)
        if reason is not None:
            return PlainTextResponse(reason, 403), receive
        if self._login:
            user = self._login.user(request)
            if user is None or scope["path"] in LOGIN_PATHS:
                return await self._login.respond(request), receive
            admitted = await self._windows.admit(request, user)
            if admitted is None:
                return PlainTextResponse(_OTHER_WINDOW, 403, {"x-other-window": "1"}), receive
            receive, request.state.user = admitted, user
        if _PLACE.fullmatch(scope["path"]) and request.method in ("GET", "HEAD"):
            return _to_page(request), receive
        if not _USED_PATH.fullmatch(scope["path"]):
            return PlainTextResponse(_NOT_FOUND, 404), receive
        # Gradio would take it as the page's address, and anybody can send it.
        del MutableHeaders(scope=scope)["x-forwarded-host"]
        return self._app, receive

    def refusal(self, request: Request) -> str | None:
        """The reason why `request` is refused, whoever sends it; None if it is admitted."""
        if self._login is None:
            return refusal(request)
        own = (request.scope.get("server") or ("",))[0]

        def is_known(name: str) -> bool:
            return name in _LOCAL or name in self._names or _is_address(name, own)

        # Between browser and server there may be a proxy that handles TLS.
        return refusal(request, is_known, ("http", "https"))


def refusal(
    request: Request,
    is_known: Callable[[str], bool] = lambda name: name in _LOCAL,
    schemes: Collection[str] = ("http",),
) -> str | None:
    """The reason why `request` is refused; None if it is admitted.

    `is_known` says whether the page answers to a name, which is in lower case and without its port.
    """
    headers = request.headers
    hosts = [host.lower() for host in headers.getlist("host")]
    parts = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if parts is None or not is_known(parts[1]):
        return _WRONG_NAME
    own = {f"{scheme}://{hosts[0]}" for scheme in schemes}
    if any(origin.lower() not in own for origin in headers.getlist("origin")):
        return _OTHER_SITE
    if any(site not in ("same-origin", "none") for site in headers.getlist("sec-fetch-site")):
        # Other sites may link to the page, but not use it or load parts of it.
        opens_page = (
            request.method in ("GET", "HEAD")
            and (request.scope["path"] == "/" or _PLACE.fullmatch(request.scope["path"]))
            and headers.getlist("sec-fetch-mode") == ["navigate"]
            and headers.getlist("sec-fetch-dest") == ["document"]
        )
        if not opens_page:
            return _OTHER_SITE
    return None


def _to_page(request: Request) -> RedirectResponse:
    """The page itself, with the address of the place as a parameter."""
    theme = request.query_params.get("__theme")
    query = request.scope["query_string"].decode("latin-1")
    at = request.scope["path"] + (f"?{query}" if query else "")
    return RedirectResponse(
        "/?" + urlencode({"at": at} | ({"__theme": theme} if theme else {})), 307
    )


def _is_address(name: str, own: str) -> bool:
    """Whether a host is the address `own` at which the request arrived.

    No other site can have this address as its name, so it needs no `--name`.
    """
    try:
        arrived = ipaddress.ip_address(own)
        asked = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return asked == (getattr(arrived, "ipv4_mapped", None) or arrived)
