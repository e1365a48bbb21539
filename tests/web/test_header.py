"""What the head of the page says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from web_support import MakeSession

import assistant.models
from assistant.errors import EmbedderUnavailable, LibraryDamaged, ModelFileInvalid
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.session import Session
from assistant.web.header import OPENING_MODEL, Header
from assistant.web.jobs import Jobs


def raises(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_papers_at_once_and_that_the_model_is_being_opened(
    make_session: MakeSession, jobs: Jobs
) -> None:
    head = Header(make_session(ScriptedModel([], name="model-1")), jobs)
    first, last = head.until_ready()
    assert "<strong>2</strong> papers" in first
    assert OPENING_MODEL in first
    assert OPENING_MODEL not in last
    assert "model-1" not in head.now()


def test_a_model_that_cannot_be_opened_is_told(
    make_session: MakeSession, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = Header(make_session(), jobs)
    error = ModelFileInvalid("model.gguf is not a GGUF file.")
    monkeypatch.setattr(assistant.models, "open_language_model", raises(error))
    *_, last = head.until_ready()
    assert "model.gguf is not a GGUF file." in last
    assert "no model" in last


def test_without_an_embedder_it_says_full_text_alone_and_the_terminal_hears_it_too(
    make_session: MakeSession, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    session = make_session(papers=[], notify=heard.append)
    error = EmbedderUnavailable("The embedder's file is missing.")
    monkeypatch.setattr(assistant.models, "open_embedder", raises(error))
    html = Header(session, jobs).now()
    assert "The embedder&#39;s file is missing." in html
    assert "full text only" in html
    assert len(heard) == 1


def test_papers_without_vectors_are_told(make_session: MakeSession, jobs: Jobs) -> None:
    session = make_session()
    session.library.add([Paper(title="On bees", abstract="Bees sleep in groups.")])
    assert "1 of 3 papers can be found by words only" in Header(session, jobs).now()


def test_a_library_that_cannot_be_opened_is_told(
    make_session: MakeSession, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(papers=[])
    error = LibraryDamaged("catalog.sqlite is damaged.")
    monkeypatch.setattr(Session, "library", property(raises(error)))
    head = Header(session, jobs)
    assert "catalog.sqlite is damaged." in head.now()
