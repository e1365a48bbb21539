"""Who may use the API: the rules of the page, with tokens in place of cookies.

A request is admitted if its host is this computer and no page of another site sent it; with users,
it also needs the token of one of them. Bodies have to be JSON, which forms of other sites are not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import PageError
from assistant.web.api.errors import error_body
from assistant.web.api.tokens import Tokens

PATHS = ("/api/", "/v1/")
_MAX_BODY_BYTES = 64 * 1024 * 1024
_UNKNOWN_CALLER = (
    "Send a token of a user: Authorization: Bearer TOKEN. `assistant user token NAME --auth FILE` "
    "makes one."
)
_NOT_JSON = "Send the body as JSON, with the header Content-Type: application/json."
_TOO_LARGE = f"The request has more than {_MAX_BODY_BYTES:,} bytes."
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}

_log = logging.getLogger(__name__)


class ApiAccess:
    """ASGI middleware that answers requests the API must not see."""

    def __init__(
        self,
        app: ASGIApp,
        reason_against: Callable[[Request], str | None],
        tokens: Tokens | None = None,
    ) -> None:
        """Guard `app`.

        Args:
            app: the API.
            reason_against: why the page's request guard refuses a request, None if it does not.
            tokens: the tokens of the users; None admits everybody on this computer.

        """
        self._app = app
        self._reason_against = reason_against
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        refused = self._refused(Request(scope, receive))
        if refused is not None:
            await refused(scope, receive, send_with_headers)
            return
        try:
            await self._app(scope, _bounded(receive), send_with_headers)
        except Exception as error:
            # The client has its answer; Starlette raises the error again for the server's log.
            _log.error("%s failed: %s: %s", scope["path"], type(error).__name__, error)

    def _refused(self, request: Request) -> JSONResponse | None:
        reason = self._reason_against(request)
        if reason is not None:
            return JSONResponse(error_body(reason, "forbidden"), 403)
        if self._tokens is not None and self._user(request.headers) is None:
            return JSONResponse(
                error_body(_UNKNOWN_CALLER, "authentication_error"),
                401,
                {"www-authenticate": "Bearer"},
            )
        # A page of another site cannot send DELETE, which has no body here.
        if request.method in ("POST", "PUT", "PATCH"):
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                return JSONResponse(error_body(_NOT_JSON, "invalid_request_error"), 415)
            length = request.headers.get("content-length", "0")
            if not length.isdecimal() or int(length) > _MAX_BODY_BYTES:
                return JSONResponse(error_body(_TOO_LARGE, "invalid_request_error"), 413)
        return None

    def _user(self, headers: Headers) -> str | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if self._tokens is None or scheme.lower() != "bearer":
            return None
        try:
            return self._tokens.user(token.strip())
        except PageError as error:
            _log.error("%s", error)
            return None


def _bounded(receive: Receive) -> Receive:
    """`receive` for bodies without a length: those that are too large end as if cut off."""
    count = 0

    async def receive_some() -> Message:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        return message if count <= _MAX_BODY_BYTES else {"type": "http.disconnect"}

    return receive_some
