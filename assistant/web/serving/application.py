"""The page as an ASGI application: Gradio behind the request guard."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI
from gradio import mount_gradio_app
from gradio.routes import App
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.api import PaperLibrary
from assistant.html import render
from assistant.languages import Later, script_texts
from assistant.web.api.access import PATHS as API_PATHS
from assistant.web.api.access import ApiAccess
from assistant.web.api.routes import build_api
from assistant.web.api.tokens import Tokens
from assistant.web.ingestion.tldr_work import TldrWork
from assistant.web.page import build_page, build_theme
from assistant.web.revisions import PATH as NEWS
from assistant.web.revisions import Revisions
from assistant.web.serving.login import LoginPage
from assistant.web.serving.request_guard import RequestGuard
from assistant.web.spoken_page import SpokenApplication
from assistant.web.tables.table_work import TableWork

if TYPE_CHECKING:
    from assistant.session import Session
    from assistant.web.jobs import Jobs
    from assistant.web.serving.users import Users

MAX_UPLOAD = "200mb"
_ASSETS = Path(__file__).parent.parent / "assets"


class Application:
    """ASGI application of the page of one session.

    Create it inside a running event loop: otherwise Gradio creates loops and leaves them open.
    """

    def __init__(
        self,
        session: Session,
        jobs: Jobs,
        host: str,
        port: int,
        users: Users | None = None,
        names: Sequence[str] = (),
        *,
        api: bool = False,
    ) -> None:
        """Build the page for a server at `host` and `port`.

        With `users` everybody has to log in, and the page also answers to `names`. With `api`,
        programs can use the library, too.
        """
        self._jobs = jobs
        self.tldrs = TldrWork(session, jobs)
        self.tables = TableWork(session, jobs)
        revisions = Revisions()
        # FastAPI's documentation pages would load scripts from elsewhere.
        outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        outer.add_route(NEWS, revisions.answer)
        mount_gradio_app(
            outer,
            build_page(
                session,
                jobs,
                group=users is not None,
                tldrs=self.tldrs,
                tables=self.tables,
                revisions=revisions,
            ),
            path="/",
            server_name=host,
            server_port=port,
            footer_links=[],
            run_history=False,
            favicon_path=str(_ASSETS / "favicon.png"),
            show_error=False,
            max_file_size=MAX_UPLOAD,
            ssr_mode=False,
            enable_monitoring=False,
            pwa=False,
            mcp_server=False,
            auth_dependency=_user if users else None,
            theme=build_theme(),
            # Not as `css`, which Gradio rewrites, losing rules in media queries.
            head=Later(_head),
        )
        mounted = (getattr(route, "app", None) for route in outer.routes)
        self._gradio = next(app for app in mounted if isinstance(app, App))
        self._guard = RequestGuard(outer, LoginPage(users, port) if users else None, names)
        self._page = SpokenApplication(self._guard)
        self._api: ASGIApp | None = None
        if api:
            self._api = ApiAccess(
                build_api(PaperLibrary(session)),
                self._guard.refusal,
                Tokens(users) if users else None,
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._api and scope["type"] == "http" and scope["path"].startswith(API_PATHS):
            await self._api(scope, receive, send)
            return
        await self._page(scope, receive, send)

    def end(self) -> None:
        """Stop all jobs and close the connections of open windows."""
        self._jobs.stop()
        self._gradio.stop_event.set()


def _user(request: Request) -> str:
    """The user that the request guard found; becomes `gr.Request.username`."""
    user: str = request.state.user
    return user


def _head() -> str:
    """Styles, scripts and their texts, which the frontend of Gradio adds to the page."""
    return render("head.html", css=_assets("css"), js=_assets("js"), language=script_texts())


@cache
def _assets(kind: str) -> str:
    """All style sheets, or all scripts, joined: first `page` for all tabs, then one per tab."""
    files = sorted(_ASSETS.glob(f"*.{kind}"), key=lambda file: (file.stem != "page", file.stem))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
