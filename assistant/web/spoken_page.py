"""The page in the language of whoever looks at it.

Gradio builds its components once, in English. Their texts are said again in the language of the
request when a window asks for the page, and so are those that handlers return. Which language that
is depends on the request alone: windows in different languages do not notice each other.
"""

from __future__ import annotations

from typing import Any

import gradio as gr
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.languages import Language, Spoken, current_language, preferred_language, speaking

# The language chosen in Settings. It belongs to the browser: everybody who logs in has their own.
COOKIE = "assistant-language"


class SpokenBlocks(gr.Blocks):
    """Blocks whose texts are in the current language, and whose handlers run in it."""

    @property
    def config(self) -> Any:
        """What Gradio sends to a window, which it does not change."""
        code = current_language().code
        if code not in self._said:
            self._said[code] = _said(self._config)
        return self._said[code]

    @config.setter
    def config(self, value: Any) -> None:
        self._config = value
        self._said: dict[str, Any] = {}

    async def process_api(self, *args: Any, **options: Any) -> dict[str, Any]:
        """Run a handler, or the next step of one, in the language of its request."""
        with speaking(_language(getattr(options.get("request"), "headers", None) or {})):
            return await super().process_api(*args, **options)


class SpokenApplication:
    """ASGI application that answers every request in its language."""

    def __init__(self, app: ASGIApp) -> None:
        """Pass the requests on to `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with speaking(_language(Headers(scope=scope))):
            await self._app(scope, receive, send)


def _language(headers: Any) -> Language:
    """The language of a request with these `headers`: the chosen one, or that of the browser."""
    chosen = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
    return preferred_language(headers.get("accept-language", ""), chosen)


def _said(value: Any) -> Any:
    """A copy of `value` with its texts in the current language."""
    if isinstance(value, Spoken):
        return value.now()
    if isinstance(value, dict):
        return {key: _said(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_said(one) for one in value)
    return value
