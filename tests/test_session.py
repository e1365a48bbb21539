"""The session opens each thing once, when it is first used, whoever uses it, and closes it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import assistant.models
from assistant.errors import EmbedderUnavailable, ModelFileInvalid
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.session import Session
from assistant.settings import load_settings


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was opened, in order."""
    calls: list[str] = []

    def open_model(*_: object) -> ScriptedModel:
        calls.append("model")
        time.sleep(0.05)
        return ScriptedModel([])

    def open_embedder(*_: object) -> HashingEmbedder:
        calls.append("embedder")
        return HashingEmbedder()

    monkeypatch.setattr(assistant.models, "open_language_model", open_model)
    monkeypatch.setattr(assistant.models, "open_embedder", open_embedder)
    return calls


def test_nothing_is_opened_before_it_is_used(opened: list[str]) -> None:
    with Session(load_settings()) as session:
        assert not load_settings().library.exists()
        assert session.library.count() == 0
        assert opened == ["embedder"]
        _ = session.asker, session.summarizer
        assert opened == ["embedder", "model"]


def test_many_threads_open_it_once(opened: list[str]) -> None:
    with Session(load_settings()) as session, ThreadPoolExecutor(8) as threads:
        models = set(map(id, threads.map(lambda _: session.model, range(8))))
    assert len(models) == 1
    assert opened == ["model"]


def test_opening_the_model_does_not_hold_up_the_library(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def open_slowly(*_: object) -> ScriptedModel:
        go_on.wait()
        return ScriptedModel([])

    monkeypatch.setattr(assistant.models, "open_language_model", open_slowly)
    with Session(load_settings()) as session:
        slow = threading.Thread(target=lambda: session.model)
        slow.start()
        assert session.library.count() == 0
        go_on.set()
        slow.join()


def test_a_failure_is_not_kept(opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    good = assistant.models.open_language_model

    def fail(*_: object) -> None:
        raise ModelFileInvalid("Not a model.")

    with Session(load_settings()) as session:
        monkeypatch.setattr(assistant.models, "open_language_model", fail)
        with pytest.raises(ModelFileInvalid):
            _ = session.model
        monkeypatch.setattr(assistant.models, "open_language_model", good)
        assert session.model.name == "scripted"


def test_without_an_embedder_it_works_and_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(*_: object) -> None:
        raise EmbedderUnavailable("There is no embedding model. Install it.")

    monkeypatch.setattr(assistant.models, "open_embedder", unavailable)
    notes: list[str] = []
    with Session(load_settings(), notes.append) as session:
        assert session.embedder is None
        assert session.library.search("owls") == []
        assert session.library.status().full_text_only
    (note,) = notes
    assert "full text alone" in note


def test_work_that_needs_no_embedder_does_not_open_it(opened: list[str]) -> None:
    with Session(load_settings(), embedding=False) as session:
        assert session.library.count() == 0
    assert opened == []


def test_closing_ends_the_model_and_using_it_again_opens_anew(opened: list[str]) -> None:
    session = Session(load_settings())
    first = session.model
    session.close()
    session.close()
    assert session.model is not first
    assert opened == ["model", "model"]
    session.close()
