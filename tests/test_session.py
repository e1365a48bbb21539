"""The session opens each thing once, when it is first used, whoever uses it, and closes it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import assistant.models
import assistant.session
from assistant.answering import AnswerDone
from assistant.errors import (
    EmbedderUnavailable,
    LibraryBusy,
    LibraryFull,
    ModelFileInvalid,
    PromptTemplateError,
)
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.models.protocols import GenerationRequest, Message
from assistant.paper import Paper
from assistant.saved_settings import FILE, save_settings
from assistant.server_address import ServerAddress
from assistant.session import Session
from assistant.settings import Settings, load_settings


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
        assert session.library.papers.count() == 0
        assert opened == ["embedder"]
        _ = session.answer_pipeline, session.summarizer
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
        assert session.library.papers.count() == 0
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
    assert "full text only" in note


def test_work_that_needs_no_embedder_does_not_open_it(opened: list[str]) -> None:
    with Session(load_settings(), embedding=False) as session:
        assert session.library.papers.count() == 0
    assert opened == []


def test_closing_ends_the_model_and_using_it_again_opens_anew(opened: list[str]) -> None:
    session = Session(load_settings())
    first = session.model
    session.close()
    session.close()
    assert session.model is not first
    assert opened == ["model", "model"]
    session.close()


def scripted(settings: Settings, *_: object) -> ScriptedModel:
    """A model named by what it is opened with."""
    name = settings.model.stem if isinstance(settings.model, Path) else "embedded"
    return ScriptedModel(
        lambda request: "Cats sleep fourteen hours a day [1].",
        name=f"{name}-{settings.context}",
        context_tokens=settings.context,
        seconds_per_piece=0.02,
    )


@pytest.fixture
def scripted_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant.models, "open_language_model", scripted)
    monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: HashingEmbedder())


CATS = Paper(title="On cats", abstract="Sleep is odd. Cats sleep fourteen hours a day. We counted.")


@pytest.mark.usefixtures("scripted_models")
def test_a_change_counts_from_the_next_question_on_and_for_the_next_start() -> None:
    with Session(load_settings()) as session:
        before, model = session.answer_pipeline, session.model
        session.change(evidence=7, answer_tokens=99)
        assert (session.settings.evidence, session.settings.answer_tokens) == (7, 99)
        assert session.answer_pipeline is not before
        assert session.model is model
        session.change(context=1024)
        assert session.model.name == "embedded-1024"
    again = load_settings()
    assert (again.evidence, again.answer_tokens, again.context) == (7, 99, 1024)
    with Session(again) as session:
        session.change(**dict.fromkeys(again.saved))
        assert session.settings == load_settings()
        assert session.model.name == "embedded-2048"


@pytest.mark.usefixtures("scripted_models")
def test_an_answer_under_way_ends_with_the_model_it_began_with() -> None:
    with Session(load_settings()) as session:
        session.library.add([CATS])
        session.library.vectors.embed_missing()
        events = session.answer_pipeline.ask("How many hours do cats sleep a day?")
        next(events)  # the evidence; the model has not been asked yet
        session.change(context=1024)
        assert session.retired_models == ["embedded-2048"]
        *_, done = events
        assert isinstance(done, AnswerDone)
        assert (done.answer.model, done.answer.note) == ("embedded-2048", None)
        assert done.answer.claims[0].verdict == "supported"
        del events
        assert session.retired_models == []
        *_, done = session.answer_pipeline.ask("How many hours do cats sleep a day?")
        assert isinstance(done, AnswerDone)
        assert done.answer.model == "embedded-1024"


@pytest.mark.usefixtures("scripted_models")
def test_a_model_that_cannot_be_used_changes_nothing(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.gguf"
    wrong.write_bytes(b"not a model")
    with Session(load_settings()) as session:
        before, settings = session.model, session.settings
        for path, said in ((wrong, "is not a GGUF file"), (tmp_path / "none.gguf", "no such file")):
            with pytest.raises(ModelFileInvalid, match=said):
                session.change(model=path)
        assert session.model is before
        assert session.settings is settings
        assert before.count_tokens([Message("user", "Still open.")]) == 2
    assert not (settings.library / FILE).exists()


@pytest.mark.usefixtures("scripted_models")
def test_what_cannot_be_kept_is_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise LibraryFull("The disk is full.")

    with Session(load_settings()) as session:
        before = session.model
        monkeypatch.setattr(assistant.session, "save_settings", full)
        with pytest.raises(LibraryFull):
            session.change(context=1024)
        assert session.model is before
        assert session.settings.context == 2048


@pytest.mark.usefixtures("scripted_models")
def test_a_chosen_model_that_is_gone_says_where_it_was_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(*_: object) -> None:
        raise ModelFileInvalid("/a.gguf: there is no such file.")

    save_settings(load_settings().library, {"model": Path("/a.gguf")})
    monkeypatch.setattr(assistant.models, "open_language_model", gone)
    with Session(load_settings()) as session, pytest.raises(ModelFileInvalid, match=FILE):
        _ = session.model


@pytest.mark.usefixtures("scripted_models")
def test_a_prompt_that_is_edited_in_its_file_counts_at_once() -> None:
    with Session(load_settings()) as session:
        session.library.add([CATS])
        first = session.summarizer
        assert session.summarizer is first
        session.prompts.mkdir()
        own = session.prompts / "tldr.md"
        own.write_text("# user\n{title} {abstract} in a line:", encoding="utf-8")
        assert session.summarizer is not first
        assert session.summarizer.prompt != first.prompt
        own.write_text("# user\n{title}", encoding="utf-8")
        with pytest.raises(PromptTemplateError, match="abstract"):
            _ = session.summarizer
        own.unlink()
        assert session.summarizer.prompt == first.prompt


def test_the_bundled_model_survives_being_changed_under_those_who_use_it() -> None:
    """llama.cpp would end this process if it were freed while anybody calls it."""
    failed: list[BaseException] = []
    over = threading.Event()

    def use() -> None:
        request = GenerationRequest((Message("user", "Say something about cats."),), 12)
        try:
            while not over.is_set():
                model = session.model
                model.count_tokens(request.messages)
                stream = model.generate(request)
                del model
                assert "".join(stream)
                assert stream.stats.finish in ("stop", "length")
        except BaseException as error:
            failed.append(error)

    with Session(load_settings(threads=1)) as session:
        threads = [threading.Thread(target=use) for _ in range(3)]
        for thread in threads:
            thread.start()
        for context in (1024, 512, 2048, 768):
            session.change(context=context)
            assert session.model.context_tokens == context
        over.set()
        for thread in threads:
            thread.join()
        assert failed == []
        assert session.retired_models == []


def test_a_change_of_the_embedder_that_fails_late_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: HashingEmbedder(24))
    monkeypatch.setattr(assistant.models, "open_bundled_embedder", lambda *_: HashingEmbedder())
    with Session(load_settings()) as session:
        vectors, settings = session.library.vectors, session.settings
        before = session.embedder, vectors.embedder, vectors.fingerprint

        def busy(*_: object, **__: object) -> int:
            raise LibraryBusy("The library is busy.")

        new = HashingEmbedder(32)
        monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: new)
        monkeypatch.setattr(vectors.rows, "claim", busy)
        with pytest.raises(LibraryBusy):
            session.change(embedder=ServerAddress.parse("http://127.0.0.1:9/v1#other"))
        assert (session.embedder, vectors.embedder, vectors.fingerprint) == before
        assert session.settings is settings
        assert not (settings.library / FILE).exists()
