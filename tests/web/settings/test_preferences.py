"""Changing settings on the page: one change at a time, checked, told, and nothing half done."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_support import EVIL, Tags

import assistant.models
from assistant.models.bundled_model import packaged_file
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.session import Session
from assistant.settings import Settings, load_settings
from assistant.web.jobs import Jobs
from assistant.web.settings.preferences import BUNDLED, OTHER, Preferences


def opened(settings: Settings, *_: object) -> ScriptedModel:
    name = settings.model.stem if isinstance(settings.model, Path) else "embedded"
    return ScriptedModel([], name=name, context_tokens=min(settings.context, 8192))


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(assistant.models, "open_language_model", opened)
    monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: HashingEmbedder())
    with Session(load_settings()) as session:
        yield session


@pytest.fixture
def preferences(session: Session, jobs: Jobs) -> Preferences:
    return Preferences(session, jobs)


@pytest.fixture
def other_model(session: Session) -> Path:
    """A whole model in the library's folder."""
    file = session.settings.library / "models" / "other.gguf"
    file.parent.mkdir(parents=True)
    shutil.copy(packaged_file(), file)
    return file


def last(steps: Iterator[str]) -> Tags:
    *_, html = steps
    return Tags(html)


def test_another_model_is_offered_checked_opened_and_used(
    session: Session, preferences: Preferences, other_model: Path
) -> None:
    choice = preferences.models()
    assert choice.value == BUNDLED
    assert ("other · 98.4 MB · 135M · Q4_1", str(other_model)) in choice.models
    assert session.model.name == "embedded"
    first, *_, done = preferences.use_model(str(other_model), "")
    assert "opening other" in first and "running" in first
    assert "other answers from the next question on" in done
    assert session.model.name == "other"
    assert preferences.models().value == str(other_model)
    assert load_settings().model == other_model
    assert "already in use" in last(preferences.use_model(str(other_model), "")).text
    assert "answers from" in last(preferences.use_model(BUNDLED, "")).text
    assert session.model.name == "embedded"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "Enter the path"),
        ("models/a.gguf", "full path"),
        ("//server/share/a.gguf", "on this computer"),
        ("\\\\server\\share\\a.gguf", "on this computer"),
        ("~nobody-of-this-name/a.gguf", "no such user"),
        ("/nowhere/a.gguf", "no such file"),
        (f"/{EVIL}", "no such file"),
        (str(Path(__file__)), "is not a GGUF file"),
        (str(Path(__file__).parent), "is a folder"),
    ],
)
def test_a_path_that_is_no_model_is_refused_and_the_old_one_stays(
    session: Session, preferences: Preferences, path: str, said: str
) -> None:
    before = session.model
    tags = last(preferences.use_model(OTHER, path))
    assert said in tags.text
    assert ("role", "alert") in tags.attributes
    assert not {"img", "script", "a"} & set(tags.tags)
    assert session.model is before


def test_a_typed_path_may_be_quoted(
    session: Session, preferences: Preferences, other_model: Path
) -> None:
    last(preferences.use_model(OTHER, f' "{other_model}" '))
    assert session.model.name == "other"


def test_numbers_are_changed_within_their_bounds(
    session: Session, preferences: Preferences
) -> None:
    assert [field.value for field in preferences.numbers()] == [4, 2048, 160]
    assert preferences.numbers()[0].about.startswith("1 to 12.")
    assert "from the next question" in last(preferences.set_numbers(6, 2048, 300.0)).text
    assert (session.settings.evidence, session.settings.answer_tokens) == (6, 300)
    assert session.settings.saved == {"evidence", "answer_tokens"}
    for wrong in (0, 13, 4.5, None, float("nan"), float("inf")):
        assert "from 1 to 12" in last(preferences.set_numbers(wrong, 2048, 300)).text
    assert "from 512 to 131,072" in last(preferences.set_numbers(5, 1, 300)).text
    assert session.settings.evidence == 6
    assert "no changes" in last(preferences.set_numbers(6, 2048, 300)).text
    assert "Saved" in last(preferences.reset()).text
    assert session.settings == load_settings()
    assert session.settings.evidence == 4
    assert "defaults" in last(preferences.reset()).text


def test_a_model_that_takes_less_context_says_so(
    session: Session, preferences: Preferences
) -> None:
    assert "at most 8,192 tokens of context" in last(preferences.set_numbers(4, 20_000, 160)).text


def test_what_was_given_at_the_start_is_not_changed_here(
    monkeypatch: pytest.MonkeyPatch, jobs: Jobs, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSISTANT_EVIDENCE", "5")
    with Session(load_settings(model=tmp_path / "mine.gguf")) as session:
        preferences = Preferences(session, jobs)
        evidence, context, _ = preferences.numbers()
        assert "ASSISTANT_EVIDENCE" in evidence.fixed
        assert context.fixed == ""
        choice = preferences.models()
        assert "--model" in choice.fixed
        assert (choice.value, choice.models[1][0]) == (str(tmp_path / "mine.gguf"), "mine")
        assert "given at the start" in last(preferences.use_model(BUNDLED, "")).text
        # It is left as it is, whatever the page sends for it.
        last(preferences.set_numbers(9, 2048, 200))
        assert (session.settings.evidence, session.settings.answer_tokens) == (5, 200)


def test_one_change_at_a_time_which_every_window_sees(
    session: Session,
    preferences: Preferences,
    other_model: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on = threading.Event()

    def slowly(settings: Settings, *_: object) -> ScriptedModel:
        go_on.wait()
        return opened(settings)

    monkeypatch.setattr(assistant.models, "open_language_model", slowly)
    assert list(preferences.follow()) == [""]
    steps = preferences.use_model(str(other_model), "")
    assert "opening other" in next(steps)
    assert "Another change is running" in last(preferences.set_numbers(6, 2048, 160)).text
    seen = preferences.follow()
    assert "opening other" in next(seen)
    go_on.set()
    assert "other answers" in last(seen).text
    assert "other answers" in last(steps).text
    assert list(preferences.follow()) == [""]


def test_a_fault_is_told_and_the_next_change_is_possible(
    session: Session,
    preferences: Preferences,
    other_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError("<b>broken</b>")

    monkeypatch.setattr(assistant.models, "open_language_model", fault)
    tags = last(preferences.use_model(str(other_model), ""))
    assert "failed unexpectedly (RuntimeError: <b>broken</b>)" in tags.text
    assert "Nothing was changed" in tags.text
    assert "Changing the settings failed" in caplog.text
    assert "Saved" in last(preferences.set_numbers(6, 2048, 160)).text


def test_a_page_that_goes_while_it_is_refused_keeps_nobody_waiting(
    session: Session,
    preferences: Preferences,
    other_model: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on = threading.Event()

    def slowly(settings: Settings, *_: object) -> ScriptedModel:
        go_on.wait()
        return opened(settings)

    monkeypatch.setattr(assistant.models, "open_language_model", slowly)
    steps = preferences.use_model(str(other_model), "")
    next(steps)
    left = preferences.set_numbers(6, 2048, 160)
    next(left)  # and nobody asks it for more
    assert preferences._lock.acquire(blocking=False)
    preferences._lock.release()
    go_on.set()
    assert "other answers" in last(steps).text


def test_whether_tldrs_are_written_in_the_background_is_set(
    session: Session, preferences: Preferences
) -> None:
    before, fixed = preferences.auto_tldrs()
    assert fixed == ""
    assert "Saved." in last(preferences.set_auto_tldrs(not before)).text
    assert session.settings.auto_tldrs is not before
    assert load_settings().auto_tldrs is not before
    assert list(preferences.set_auto_tldrs(not before)) == []
    list(preferences.reset())
    assert session.settings.auto_tldrs is before
