"""A session over the shipped fakes, and a page of papers to put into it."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from web_support import PAPERS, MakeSession, OpenPage, Serve, opened, served

import assistant.models
from assistant.models import LanguageModel
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.paper import Paper
from assistant.session import Session
from assistant.settings import load_settings
from assistant.web.jobs import Jobs

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from assistant.web.serving.server import PageServer


@pytest.fixture
def make_session(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeSession]:
    """Make a session whose model is the one given, and whose library holds two papers."""
    sessions = []

    def make(
        model: LanguageModel | None = None,
        papers: list[Paper] = PAPERS,
        notify: Callable[[str], None] = lambda note: None,
    ) -> Session:
        # Tests of the background turn it on.
        monkeypatch.setenv("ASSISTANT_AUTO_TLDRS", "0")
        used = model or ScriptedModel(lambda request: "Cats sleep fourteen hours a day [1].")
        monkeypatch.setattr(assistant.models, "open_language_model", lambda *_: used)
        monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: HashingEmbedder())
        session = Session(load_settings(), notify)
        sessions.append(session)
        if papers:
            session.library.add(papers)
            session.library.vectors.embed_missing()
        return session

    yield make
    for session in sessions:
        session.close()


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    """Work of the test, all of it told to stop at the end."""
    works = Jobs()
    yield works
    works.stop()


@pytest.fixture
def saved_page(tmp_path: Path) -> Path:
    """A saved page with one new paper."""
    path = tmp_path / "page.txt"
    path.write_text(
        "On the sleep of bats\n\n"
        "Bats hang upside down while they sleep, which takes twenty hours of their day. "
        "In this study we observed a colony for a year and compared the results with a model.\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def outgoing(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Addresses of other computers that this process tried to reach; every attempt is refused."""
    tried: list[object] = []
    connect, connect_ex, resolve = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def refuse_others(address: object) -> None:
        host = address[0] if isinstance(address, tuple) else address
        if host not in ("127.0.0.1", "::1", "localhost"):
            tried.append(address)
            raise ConnectionRefusedError(f"this test does not let anybody reach {address}")

    def guarded_connect(self: socket.socket, address: object) -> None:
        if self.family != getattr(socket, "AF_UNIX", None):
            refuse_others(address)
        return connect(self, address)  # type: ignore[arg-type]

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        if self.family != getattr(socket, "AF_UNIX", None):
            refuse_others(address)
        return connect_ex(self, address)  # type: ignore[arg-type]

    def guarded_resolve(host: object, *given: object, **named: object) -> object:
        refuse_others((host,))
        return resolve(host, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_resolve)
    return tried


@pytest.fixture
def serve(outgoing: list[object]) -> Serve:
    """Serve the page of a session on a free port, within a `with` block."""

    @contextmanager
    def serving(session: Session) -> Iterator[PageServer]:
        with served(session) as server:
            yield server
        assert outgoing == []

    return serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, which can resolve no name and therefore reach nobody but this computer.

    Playwright keeps an event loop running, beside which no `asyncio.run` of other tests works.
    """
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        pytest.skip("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser) -> OpenPage:
    """Open the page as `opened` does."""
    return partial(opened, browser)
