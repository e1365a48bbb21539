"""The log-in page: requests without a log-in get this page and nothing else.

A log-in is a cookie with a random token that scripts cannot read and other sites cannot send. The
form can be sent from our own page only, because the request guard has checked the origin.
"""

from __future__ import annotations

import asyncio
import logging
import math
from typing import NamedTuple

from python_multipart.exceptions import FormParserError
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assistant.errors import PageError
from assistant.html import render
from assistant.languages import _, current_language, ngettext
from assistant.web.serving.logins import (
    Attempt,
    LoginAttempts,
    LoginSessions,
    browser_token,
    known_browser,
)
from assistant.web.serving.users import Users, name_of

_log = logging.getLogger(__name__)

LOGIN = "/login"
LOGOUT = "/logout"
PATHS = (LOGIN, LOGOUT)

WRONG = _("The name or the password is wrong.")
BUSY = _("Too many people are logging in. Try again in a moment.")
UNUSABLE = _(
    "Nobody can log in: the users file cannot be read. Tell the person who runs this page."
)
INCOMPLETE = _("Enter your name and your password.")

_MAX_FIELDS = 4
# A password of 1,000 characters, each of them percent-encoded, has 12,000 bytes.
_MAX_FIELD_BYTES = 16_384
_FORM_S = 10.0
# Checking a password takes a quarter of a second and 16 MB, so they are checked one at a time.
_MAX_WAITING = 20
_KNOWN_BROWSER_S = 180 * 24 * 3600
_NOT_STORED = {"cache-control": "no-store"}


class _Credentials(NamedTuple):
    name: str
    password: str


class LoginPage:
    """Knows which user sends a request, and answers requests without a log-in.

    Create it inside the event loop that serves it.
    """

    def __init__(self, users: Users, port: int) -> None:
        """Let `users` log in. Browsers share cookies between ports, so they are named after it."""
        self._users = users
        self._session_cookie = f"assistant-{port}"
        self._browser_cookie = f"assistant-{port}-browser"
        self._sessions = LoginSessions()
        self._attempts = LoginAttempts()
        self._checking = asyncio.Semaphore(1)
        self._waiting = 0
        self._reported = ""

    def user(self, request: Request) -> str | None:
        """The user who sends `request`; None without a log-in."""
        try:
            return self._sessions.user(self._session_token(request), self._users.hash_of)
        except PageError as error:
            self._report(error)
            return None

    async def respond(self, request: Request) -> Response:
        """Log in, log out, or show the log-in page."""
        method, path = request.method, request.scope["path"]
        if (method, path) == ("POST", LOGIN):
            return await self._log_in(request)
        if (method, path) == ("POST", LOGOUT):
            self._sessions.end(self._session_token(request))
            response = _redirect(LOGIN)
            self._set_cookie(request, response, self._session_cookie, "", 0)
            return response
        if path in PATHS and self.user(request) is not None:
            return _redirect("/")
        return self._page(200 if path == LOGIN else 401)

    async def _log_in(self, request: Request) -> Response:
        credentials = await _read_form(request)
        if credentials is None:
            return self._page(400, INCOMPLETE)
        name = credentials.name
        if self._waiting >= _MAX_WAITING:
            return self._page(503, BUSY, name)
        try:
            attempt = self._attempt(request, name)
        except PageError as error:
            return self._unusable(error)
        wait = self._attempts.start(attempt)
        if wait:
            return self._page(429, too_many(math.ceil(wait / 60)), name)
        try:
            proof = await self._verify(credentials)
        except PageError as error:
            self._attempts.withdraw(attempt)
            return self._unusable(error)
        if proof is None:
            return self._page(401, WRONG, name)
        self._attempts.withdraw(attempt)
        self._sessions.end(self._session_token(request))
        response = _redirect("/")
        session, browser = self._sessions.start(name, proof), browser_token(name, proof)
        self._set_cookie(request, response, self._session_cookie, session)
        self._set_cookie(request, response, self._browser_cookie, browser, _KNOWN_BROWSER_S)
        return response

    def _attempt(self, request: Request, name: str) -> Attempt:
        token = request.cookies.get(self._browser_cookie, "")
        browser = known_browser(token, name, self._users.hash_of(name))
        if browser is not None:
            return Attempt(f"browser {browser}", name, known=True)
        return Attempt(request.client.host if request.client else "", name)

    async def _verify(self, credentials: _Credentials) -> str | None:
        self._waiting += 1
        try:
            async with self._checking:
                return await asyncio.to_thread(self._users.verify, *credentials)
        finally:
            self._waiting -= 1

    def _page(self, status: int, problem: str = "", name: str = "") -> Response:
        page = render("login.html", problem=problem, name=name, language=current_language())
        return HTMLResponse(page, status, headers=_NOT_STORED)

    def _session_token(self, request: Request) -> str:
        return request.cookies.get(self._session_cookie, "")

    def _set_cookie(
        self, request: Request, response: Response, name: str, value: str, age: int | None = None
    ) -> None:
        response.set_cookie(
            name, value, age, httponly=True, samesite="strict", secure=_uses_tls(request)
        )

    def _unusable(self, error: PageError) -> Response:
        self._report(error)
        return self._page(503, UNUSABLE)

    def _report(self, error: PageError) -> None:
        """Log a problem with the users file once."""
        if str(error) != self._reported:
            self._reported = str(error)
            _log.error("%s", error)


def too_many(minutes: int) -> str:
    """That somebody has to wait for some `minutes` after failed attempts."""
    return ngettext(
        "Too many failed attempts. Try again in {count} minute.",
        "Too many failed attempts. Try again in {count} minutes.",
        minutes,
    )


def _redirect(path: str) -> Response:
    return RedirectResponse(path, 303, headers=_NOT_STORED)


async def _read_form(request: Request) -> _Credentials | None:
    """The name and password in the form; None if one is missing or the form is not ours."""
    try:
        async with asyncio.timeout(_FORM_S):
            form = await request.form(
                max_files=0, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES
            )
    except (TimeoutError, ClientDisconnect, MultiPartException, FormParserError):
        return None
    name, password = form.get("name"), form.get("password")
    if not (isinstance(name, str) and isinstance(password, str)):
        return None
    name = name_of(name)
    return _Credentials(name, password) if name and password else None


def _uses_tls(request: Request) -> bool:
    """Whether the browser uses HTTPS, by the word of a proxy; a lie costs the liar his cookie."""
    schemes = [request.scope.get("scheme", ""), *request.headers.getlist("x-forwarded-proto")]
    return any(scheme.split(",")[0].strip().lower() == "https" for scheme in schemes)
