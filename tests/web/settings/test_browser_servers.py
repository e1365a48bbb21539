"""Servers in the tab Settings, in a real browser: consent for distant ones, and the embedder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from patience import PATIENCE_S
from web_support import PAPERS, OpenPage, Serve
from web_walk import open_tab

import assistant.models
from assistant.destinations import is_confirmed, require_confirmed
from assistant.errors import EmbedderUnavailable
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.server_address import ServerAddress
from assistant.session import Session
from assistant.settings import Settings, load_settings

FAR = "http://192.0.2.1:8000/v1"
FAR_VECTORS = "http://192.0.2.2:8000/v1"


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def dimension(session: Session) -> int | None:
    """Length of the vectors of the session's embedder."""
    embedder = session.embedder
    return embedder.dimension if embedder else None


@pytest.fixture
def make_session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Session]]:
    """Make a session of two papers; models on servers are scripted, once they are confirmed."""
    made: list[Session] = []

    def open_model(settings: Settings, *_: object) -> ScriptedModel:
        if isinstance(settings.model, ServerAddress):
            require_confirmed(settings, settings.model)
            return ScriptedModel([], name="far-model")
        return ScriptedModel([], name="embedded")

    def open_embedder(settings: Settings, *_: object) -> HashingEmbedder:
        if settings.embedder is None:
            return HashingEmbedder()
        if not is_confirmed(settings, settings.embedder):
            raise EmbedderUnavailable(f"{settings.embedder} is not confirmed.")
        return HashingEmbedder(24)

    def make(**given: str) -> Session:
        monkeypatch.setattr(assistant.models, "open_language_model", open_model)
        monkeypatch.setattr(assistant.models, "open_embedder", open_embedder)
        monkeypatch.setattr(assistant.models, "open_bundled_embedder", lambda *_: HashingEmbedder())
        session = Session(load_settings(**given))
        made.append(session)
        session.library.add(PAPERS)
        session.library.vectors.embed_missing()
        return session

    yield make
    for session in made:
        session.close()


def test_a_distant_model_and_a_distant_embedder_are_used_after_consent(
    make_session: Callable[..., Session], serve: Serve, open_page: OpenPage
) -> None:
    session = make_session()
    vectors = session.library.vectors
    with serve(session) as server, open_page(server.address) as page:
        open_tab(page, "Settings")
        page.get_by_label("Another file or a server …").check()
        page.locator("#model-path textarea, #model-path input").fill(FAR)
        page.click("#use-model")
        page.locator("#model-job").get_by_text("Tick the box to agree").wait_for()
        assert session.settings.model is None
        assert load_settings().confirmed_servers == ()
        page.locator("#model-agreed input").check()
        page.click("#use-model")
        page.locator("#model-job").get_by_text("far-model answers from the next").wait_for()
        page.get_by_text(f"go to {FAR}").first.wait_for()
        assert session.settings.confirmed_servers == (FAR,)

        # What another embedder costs is shown before it is chosen.
        cost = page.locator("#embedder-choice").get_by_text("has to embed 2 papers again")
        cost.wait_for()
        page.locator("#embedder-choice").get_by_label("A server …").check()
        page.locator("#embedder-address textarea, #embedder-address input").fill("ftp://x")
        page.click("#use-embedder")
        page.locator("#embedder-job").get_by_text("not an address of a server").wait_for()
        page.locator("#embedder-address textarea, #embedder-address input").fill(FAR_VECTORS)
        page.click("#use-embedder")
        page.locator("#embedder-job").get_by_text("Tick the box to agree").wait_for()
        assert session.settings.embedder is None and vectors.missing() == 0
        page.locator("#embedder-agreed input").check()
        page.click("#use-embedder")
        page.locator("#embedder-job").get_by_text("embedded in the background").wait_for()
        page.get_by_text(f"go to {FAR_VECTORS}").first.wait_for()
        assert session.embedder is vectors.embedder
        wait_until(lambda: vectors.missing() == 0)
        assert vectors.stored([1]).vectors.shape[1] == 24
        assert len(session.library.search("cats")) > 0

        page.locator("#embedder-choice").get_by_label("bundled").check()
        page.click("#use-embedder")
        page.wait_for_function("!document.body.innerText.includes('192.0.2.2')")
        wait_until(lambda: vectors.missing() == 0)
        assert vectors.stored([1]).vectors.shape[1] == HashingEmbedder().dimension
    assert load_settings().embedder is None


def test_servers_given_at_the_start_are_allowed_on_the_page(
    make_session: Callable[..., Session], serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(model=FAR, embedder=FAR_VECTORS)
    assert dimension(session) is None
    with serve(session) as server, open_page(server.address) as page:
        page.get_by_text("until you allow in Settings").first.wait_for()
        open_tab(page, "Settings")
        asked = page.locator("#server-unconfirmed")
        asked.get_by_text(f"go to {FAR_VECTORS}").wait_for()
        assert f"go to {FAR}" in asked.inner_text()
        page.click("#confirm-server")
        page.locator("#model-job").get_by_text("Saved.").wait_for()
        asked.get_by_text("Not confirmed").wait_for(state="hidden")
        page.locator("#confirm-server").wait_for(state="hidden")
        assert session.model.name == "far-model"
        wait_until(lambda: session.library.vectors.missing() == 0)
        assert dimension(session) == 24
        # They were given by options, so they cannot be changed here.
        page.locator("#embedder-choice").get_by_text("Set at the start by").wait_for()
    assert set(load_settings().confirmed_servers) == {FAR, FAR_VECTORS}
