"""The figures that the page tells of itself, and that no secret is in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from web_support import EVIL, MakeSession, Tags

import assistant.models
from assistant.errors import LibraryDamaged, ModelError
from assistant.library import Library
from assistant.models import ModelFile
from assistant.models.fake import ScriptedModel
from assistant.session import Session
from assistant.settings import Settings, load_settings
from assistant.text.formatting import format_size
from assistant.web.settings import about as about_module
from assistant.web.settings.about import NOT_MEASURED, OFFLINE, About, memory, setting_rows

PASSWORD = "correct-horse-battery"
MB = 1_000_000


@pytest.fixture
def model_file(monkeypatch: pytest.MonkeyPatch) -> None:
    described = ModelFile("Tiny-1B", Path("models/tiny.gguf"), 123_456_789)
    monkeypatch.setattr(assistant.models, "describe_language_model", lambda _: described)


@pytest.mark.usefixtures("model_file")
def test_models_memory_and_storage_are_told_and_no_model_is_opened(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session()
    monkeypatch.setattr(Session, "model", property(lambda self: pytest.fail("a model was opened")))
    html = About(session).view()
    figures = session.library.status()
    for shown in (
        "<dd>Tiny-1B</dd>",
        "<dd>models/tiny.gguf</dd>",
        "<dd>123.5 MB</dd>",
        "<dd>hashing</dd>",
        "<dt>Papers</dt><dd>2</dd>",
        f"<dd>{figures.folder}</dd>",
        f"<dt>Catalogue</dt><dd>{format_size(figures.catalog_bytes)}</dd>",
        "<dd>full text and vectors</dd>",
        OFFLINE,
    ):
        assert shown in html
    assert "Memory now" in html
    assert 'role="alert"' not in html


def test_the_open_model_tells_its_size_its_context_and_its_speed(make_session: MakeSession) -> None:
    model = ScriptedModel(
        lambda request: "Cats sleep fourteen hours a day [1].",
        name="Tiny-2B",
        context_tokens=1500,
        parameters=2_000_000_000,
        seconds_per_piece=0.001,
    )
    session = make_session(model)
    about = About(session)
    assert "not open yet" in about.view()
    assert about.view().count(NOT_MEASURED) == 3
    list(session.answer_pipeline.ask("How many hours do cats sleep a day?"))
    list(session.summarizer.run())
    html = about.view()
    assert "<dt>State</dt><dd>open</dd>" in html
    assert "<dd>2,000 million</dd>" in html
    assert "1,500 tokens per sequence" in html
    assert "tokens per second</dd>" in html
    assert " per minute</dd>" in html


def test_what_was_set_on_the_page_says_so() -> None:
    with Session(load_settings()) as session:
        session.change(evidence=7)
        (row,) = (row for row in setting_rows(session.settings) if row.name == "evidence")
        assert (row.value, row.origin) == ("7", "set on this page")
        assert "settings.json" in About(session).table()


def test_every_setting_says_where_it_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_EVIDENCE", "7")
    rows = {row.where: row for row in setting_rows(load_settings())}
    assert len(rows) == len(Settings.model_fields)
    evidence, context = rows["ASSISTANT_EVIDENCE"], rows["ASSISTANT_CONTEXT"]
    assert (evidence.value, evidence.origin) == ("7", "given at the start")
    assert (context.value, context.origin) == ("2,048", "")
    assert context.meaning == "context length in tokens, prompt and answer together"
    model = rows["ASSISTANT_MODEL or --model"]
    assert model.value == "the bundled SmolLM2"


@pytest.mark.usefixtures("model_file")
def test_the_password_is_never_shown(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_SMTP_USER", "ada")
    monkeypatch.setenv("ASSISTANT_SMTP_PASSWORD", PASSWORD)
    session = make_session()
    given = session.settings.smtp_password
    assert given is not None
    assert given.get_secret_value() == PASSWORD
    html = About(session).view() + About(session).table()
    assert PASSWORD not in html
    assert len(PASSWORD) * "*" not in html
    assert "set (hidden)" in html
    monkeypatch.delenv("ASSISTANT_SMTP_PASSWORD")
    assert "never shown" not in {row.value for row in setting_rows(load_settings())}


def test_every_secret_setting_is_masked() -> None:
    secrets = {
        name: SecretStr(PASSWORD)
        for name, field in Settings.model_fields.items()
        if "SecretStr" in str(field.annotation)
    }
    assert secrets
    rows = setting_rows(load_settings(**secrets))
    assert not [row for row in rows if PASSWORD in f"{row}"]


def test_hostile_names_stay_text(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = ModelFile(EVIL, Path(f"models/{EVIL}"), None)
    monkeypatch.setattr(assistant.models, "describe_language_model", lambda _: described)
    make_session()
    with Session(load_settings().model_copy(update={"mail_to": EVIL})) as session:
        tags = Tags(About(session).view() + About(session).table())
    assert tags.text.count(EVIL) == 2
    assert str(described.file) in tags.text
    assert not {"img", "script", "a"} & set(tags.tags)
    assert "missing" in tags.text


def test_what_cannot_be_told_is_named_and_the_rest_is_shown(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_model(_: Settings) -> ModelFile:
        raise ModelError("The embedded model is not installed.")

    def damaged(self: Library) -> None:
        raise LibraryDamaged("The catalogue is <i>damaged</i>.")

    session = make_session()
    monkeypatch.setattr(assistant.models, "describe_language_model", no_model)
    monkeypatch.setattr(Library, "status", damaged)
    html = About(session).view() + About(session).table()
    assert "The embedded model is not installed." in html
    assert "&lt;i&gt;damaged" in html
    assert "ASSISTANT_EVIDENCE" in html
    assert "<dt>Papers</dt>" not in html


def test_memory_is_read_or_at_least_its_peak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = tmp_path / "status"
    status.write_text("Name:\tpython\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n", encoding="ascii")
    monkeypatch.setattr(about_module, "_STATUS", status)
    found = memory()
    assert found is not None
    assert (found.now, found.peak) == (1024 * 1024, 2048 * 1024)
    monkeypatch.setattr(about_module, "_STATUS", tmp_path / "nothing")
    found = memory()
    if found is not None:
        assert found.now is None
        # No Python with this project in it is smaller, and no test of it is larger.
        assert 10 * MB < found.peak < 100_000 * MB


@pytest.mark.parametrize(
    ("count", "said"), [(None, "missing"), (12, "12 bytes"), (1_500_000, "1.5 MB")]
)
def test_sizes_are_for_people(count: int | None, said: str) -> None:
    assert format_size(count) == said
