"""The log-in page: who has no log-in gets this page and nothing else.

A log-in is a cookie with a random token, which no script can read and no other site can send. The
form may be sent by our own page alone: the front door has looked at the origin before.
"""

from __future__ import annotations

import asyncio
import logging
from typing import NamedTuple
from urllib.parse import parse_qs

from assistant.errors import PageError
from assistant.web.rendering import render
from assistant.web.serving.asgi import Headers, Receive, Scope, Send, body_of, respond, values
from assistant.web.serving.logins import LoginAttempts, Sessions
from assistant.web.serving.users import Users, name_of

_log = logging.getLogger(__name__)

LOGIN = "/login"
LOGOUT = "/logout"
PATHS = (LOGIN, LOGOUT)

WRONG = "The name or the password is not right."
TOO_OFTEN = "That was wrong too often. Wait a minute, then try again."
BUSY = "Many people are logging in just now. Try again in a moment."
UNUSABLE = "Nobody can log in now: the list of users cannot be read. Tell whoever runs this page."

_MOST_BYTES = 8_192
_BODY_S = 10.0
# A password takes a quarter of a second and 16 MB: they are checked one after the other.
_MOST_WAITING = 20


class _Typed(NamedTuple):
    """What somebody typed into the form."""

    name: str
    password: str


class Login:
    """Knows who sends a request, and answers for those who are not logged in.

    Make it within the event loop that answers.
    """

    def __init__(self, users: Users, port: int) -> None:
        """Let in `users`; the cookie is named after the `port`, for browsers do not tell ports."""
        self._users = users
        self._cookie = f"assistant-{port}"
        self._sessions = Sessions()
        self._tries = LoginAttempts()
        self._checking = asyncio.Semaphore(1)
        self._waiting = 0
        self._trouble = ""

    def user(self, headers: Headers) -> str | None:
        """The name of who sends a request with these `headers`, None if not logged in."""
        for token in self._tokens(headers):
            try:
                name = self._sessions.name(token, self._users.hash_of)
            except PageError as error:
                self._tell(error)
                return None
            if name is not None:
                return name
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log in, log out, or show the page on which to log in."""
        method, path = scope["method"], scope["path"]
        if (method, path) == ("POST", LOGIN):
            await self._log_in(scope, receive, send)
        elif (method, path) == ("POST", LOGOUT):
            for token in self._tokens(scope["headers"]):
                self._sessions.end(token)
            await self._go(scope, send, LOGIN, "", "; Max-Age=0")
        elif path in PATHS and self.user(scope["headers"]) is not None:
            await self._go(scope, send, "/")
        elif path == LOGIN:
            await self._show(send, 200)
        else:
            await self._show(send, 401)

    async def _log_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        typed = await _typed(receive)
        if typed is None:
            await self._show(send, 400, "Give your name and your password.")
            return
        address = (scope.get("client") or ("",))[0]
        if not self._tries.take(address, typed.name):
            await self._show(send, 429, TOO_OFTEN, typed.name)
            return
        if self._waiting >= _MOST_WAITING:
            self._tries.forget(address, typed.name)
            await self._show(send, 503, BUSY, typed.name)
            return
        try:
            proof = await self._verified(typed)
        except PageError as error:
            self._tell(error)
            await self._show(send, 503, UNUSABLE)
            return
        if proof is None:
            await self._show(send, 401, WRONG, typed.name)
            return
        self._tries.forget(address, typed.name)
        for token in self._tokens(scope["headers"]):
            self._sessions.end(token)
        await self._go(scope, send, "/", self._sessions.begin(typed.name, proof))

    async def _verified(self, typed: _Typed) -> str | None:
        self._waiting += 1
        try:
            async with self._checking:
                return await asyncio.to_thread(self._users.verified, *typed)
        finally:
            self._waiting -= 1

    async def _show(self, send: Send, status: int, problem: str = "", name: str = "") -> None:
        page = render("login.html", problem=problem, name=name)
        await respond(send, status, page, "text/html", [(b"cache-control", b"no-store")])

    async def _go(
        self, scope: Scope, send: Send, path: str, token: str | None = None, end: str = ""
    ) -> None:
        """Send the browser to `path`, with the cookie for `token` if there is one."""
        headers = [(b"location", path.encode()), (b"cache-control", b"no-store")]
        if token is not None:
            secure = "; Secure" if _by_tls(scope) else ""
            cookie = f"{self._cookie}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{end}"
            headers.append((b"set-cookie", cookie.encode()))
        await respond(send, 303, "", headers=headers)

    def _tokens(self, headers: Headers) -> list[str]:
        pairs = (
            pair.strip().partition("=")
            for line in values(headers, "cookie")
            for pair in line.split(";")
        )
        return [value for name, _, value in pairs if name == self._cookie and value]

    def _tell(self, error: PageError) -> None:
        """Say once in the terminal what is wrong with the file of users."""
        if str(error) != self._trouble:
            self._trouble = str(error)
            _log.error("%s", error)


async def _typed(receive: Receive) -> _Typed | None:
    """What was typed into the form; None if nothing was, or it is not our form."""
    try:
        body = await asyncio.wait_for(body_of(receive, _MOST_BYTES), _BODY_S)
        fields = parse_qs((body or b"").decode(), keep_blank_values=True, max_num_fields=4)
    except (TimeoutError, ValueError):
        return None
    name = name_of(fields.get("name", [""])[0])
    password = fields.get("password", [""])[0]
    return _Typed(name, password) if name and password else None


def _by_tls(scope: Scope) -> bool:
    """Whether the browser came by HTTPS, which a proxy says; a lie costs the liar his cookie."""
    said = values(scope["headers"], "x-forwarded-proto")
    return scope.get("scheme") == "https" or any(
        value.split(",")[0].strip().lower() == "https" for value in said
    )
