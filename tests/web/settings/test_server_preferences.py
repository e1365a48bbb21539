"""A model server on the page: chosen in Settings, confirmed there, and shown in the header."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from model_server_support import MODELS, ScriptedServer, fails, scripted_server
from web_support import Tags

import assistant.models
from assistant.destinations import require_confirmed
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.server_address import ServerAddress
from assistant.session import Session
from assistant.settings import Settings, load_settings
from assistant.web.header import Header
from assistant.web.jobs import Jobs
from assistant.web.settings.about import About
from assistant.web.settings.preferences import OTHER, Preferences

FAR = "http://192.0.2.1:8000/v1"
REAL_OPEN = assistant.models.open_language_model


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Opens scripted models, except on this computer; the selected models in order."""
    names: list[str] = []

    def open_model(settings: Settings, notify: Callable[[str], None]) -> object:
        names.append(str(settings.model))
        if isinstance(settings.model, ServerAddress):
            if settings.model.is_local:
                return REAL_OPEN(settings, notify)
            require_confirmed(settings, settings.model)
        return ScriptedModel([], name="scripted")

    monkeypatch.setattr(assistant.models, "open_language_model", open_model)
    monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: HashingEmbedder())
    return names


def last(steps: Iterator[str]) -> Tags:
    *_, html = steps
    return Tags(html)


def test_a_server_on_this_computer_is_used_and_shown(
    server: ScriptedServer, opened: list[str], jobs: Jobs
) -> None:
    with Session(load_settings()) as session:
        preferences, header = Preferences(session, jobs), Header(session, jobs)
        assert "all data stays on this computer" in header.now()
        done = last(preferences.use_model(OTHER, server.address))
        assert "tiny-135M answers from the next question on" in done.text
        assert session.model.name == "tiny-135M"
        shown = Tags(header.now()).text
        assert f"go to {server.address} on this computer" in shown
        assert "all data stays" not in shown
        about = Tags(About(session).view()).text
        assert server.address in about and "135 million" in about
        assert "It sends and loads nothing" not in about
        assert (server.address, server.address) in preferences.models().models
        assert load_settings().model == ServerAddress(server.address)


def test_a_server_that_fails_changes_nothing(
    server: ScriptedServer, opened: list[str], jobs: Jobs
) -> None:
    server.functions[MODELS] = fails(401)
    with Session(load_settings()) as session:
        said = last(Preferences(session, jobs).use_model(OTHER, server.address)).text
        assert "asks for a key" in said and "Nothing was changed" in said
        assert session.settings.model is None
        wrong = last(Preferences(session, jobs).use_model(OTHER, "http://a:b@gpu/v1")).text
        assert "a user name or a password" in wrong


def test_another_computer_is_used_only_after_consent(opened: list[str], jobs: Jobs) -> None:
    with Session(load_settings()) as session:
        preferences = Preferences(session, jobs)
        refused = last(preferences.use_model(OTHER, FAR))
        assert "Tick the box" in refused.text and not opened
        assert "answers from" in last(preferences.use_model(OTHER, FAR, True)).text
        assert load_settings().confirmed_servers == (FAR,)
        assert "answers from" in last(preferences.use_model("bundled", "")).text
        # Once is enough.
        assert "answers from" in last(preferences.use_model(OTHER, f"{FAR}#other")).text
        assert "Saved" in last(preferences.reset()).text
        assert load_settings().confirmed_servers == (FAR,)


def test_a_server_given_at_the_start_is_refused_until_it_is_confirmed(
    opened: list[str], jobs: Jobs
) -> None:
    with Session(load_settings(model=FAR)) as session:
        preferences, header = Preferences(session, jobs), Header(session, jobs)
        *_, html = header.until_ready()
        assert "until you allow in Settings" in html and "not confirmed yet" in html
        assert FAR in preferences.models().unconfirmed
        assert "Saved" in last(preferences.confirm()).text
        assert session.model.name == "scripted"
        assert preferences.models().unconfirmed == ""
        assert "not confirmed yet" not in header.now() and "you allow" not in header.now()
        assert "nothing to confirm" in last(preferences.confirm()).text
