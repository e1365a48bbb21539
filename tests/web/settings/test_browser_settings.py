"""The tab Settings in a real browser: a model is changed, a prompt edited, numbers set."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from web_support import PAPERS, OpenPage, Serve, ask
from web_walk import open_tab

import assistant.models
from assistant.models.bundled_model import packaged_file
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.session import Session
from assistant.settings import Settings, load_settings

OWN = "# user\n{evidence}\nNow answer: {question}"


@pytest.fixture
def make_library(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Session]]:
    """Make a session of two papers with a second model in its folder; models are named by file."""
    made: list[Session] = []
    models: list[ScriptedModel] = []

    def open_model(settings: Settings, *_: object) -> ScriptedModel:
        name = settings.model.stem if isinstance(settings.model, Path) else "embedded"
        model = ScriptedModel(
            lambda request: "Cats sleep fourteen hours a day [1].",
            name=name,
            context_tokens=settings.context,
            seconds_per_piece=0.01,
        )
        models.append(model)
        return model

    def make() -> Session:
        monkeypatch.setattr(assistant.models, "open_language_model", open_model)
        monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: HashingEmbedder())
        session = Session(load_settings())
        made.append(session)
        session.library.add(PAPERS)
        session.library.vectors.embed_missing()
        folder = session.settings.library / "models"
        folder.mkdir()
        shutil.copy(packaged_file(), folder / "other.gguf")
        return session

    yield make
    for session in made:
        session.close()


def test_settings_are_changed_while_the_page_runs(
    make_library: Callable[[], Session], serve: Serve, open_page: OpenPage
) -> None:
    session = make_library()
    with serve(session) as server, open_page(server.address) as page:
        open_tab(page, "Settings")
        page.locator("#about").get_by_text("not measured yet").first.wait_for()
        assert "served to this computer only" in page.inner_text("#about")

        # A file that is no model is told, and the old one stays.
        page.get_by_label("Another file or a server …").check()
        page.locator("#model-path textarea, #model-path input").fill("/nowhere/a.gguf")
        page.click("#use-model")
        page.locator("#model-job").get_by_text("no such file").wait_for()
        assert session.settings.model is None
        # What was typed stays there to be corrected.
        assert page.input_value("#model-path textarea, #model-path input") == "/nowhere/a.gguf"

        page.get_by_label("other · 98.4 MB").check()
        page.click("#use-model")
        page.locator("#model-job").get_by_text("other answers from the next question").wait_for()
        page.locator("#about").get_by_text("other", exact=True).wait_for()

        page.locator("#setting-evidence input").fill("40")
        page.click("#save-settings")
        page.locator("#settings-job").get_by_text("a whole number from 1 to 12").wait_for()
        page.locator("#setting-evidence input").fill("6")
        page.click("#save-settings")
        page.locator("#settings-job").get_by_text("Saved.").wait_for()
        assert (session.settings.evidence, session.model.name) == (6, "other")

        # What was typed stays while one looks at another prompt, and until it is right.
        page.locator("#prompt-text textarea").fill(OWN.replace("{question}", "{papers}"))
        page.click("#save-prompt")
        page.locator("#prompt-said").get_by_text("unknown variable {papers}").wait_for()
        page.get_by_label("TL;DR", exact=True).check()
        page.locator("#prompt-about").get_by_text("Writes the TL;DR").wait_for()
        page.get_by_label("Answer", exact=True).check()
        page.locator("#prompt-said").get_by_text("Not saved yet").wait_for()
        page.wait_for_function(
            "document.querySelector('#prompt-text textarea').value.includes('{papers}')"
        )
        page.locator("#prompt-text textarea").fill(OWN)
        page.click("#save-prompt")
        page.locator("#prompt-said").get_by_text("Saved. Used from").wait_for()
        page.locator("#prompt-about").get_by_text("Your prompt").first.wait_for()

        open_tab(page, "Ask")
        ask(page, "How many hours do cats sleep a day?")
        page.locator("#current-turn .turn[aria-busy=false]").wait_for()
        open_tab(page, "Settings")
        page.locator("#about").get_by_text("tokens per second").first.wait_for()

        page.click("#reset-prompt")
        page.click("#sure-prompt")
        page.locator("#prompt-said").get_by_text("yours is kept as").wait_for()
        page.click("#reset-settings")
        page.locator("#settings-job").get_by_text("embedded answers from").wait_for()
        assert session.settings == load_settings()
        # Also what was typed and not saved.
        page.locator("#setting-evidence input").fill("9")
        page.click("#reset-settings")
        page.locator("#settings-job").get_by_text("These are the defaults").wait_for()
        page.wait_for_function("document.querySelector('#setting-evidence input').value === '4'")

    assert (session.settings.evidence, session.settings.model) == (4, None)
    assert [file.name for file in session.prompts.iterdir()] == ["answer.md.bak"]


def test_what_was_given_at_the_start_can_only_be_looked_at(
    make_library: Callable[[], Session],
    serve: Serve,
    open_page: OpenPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASSISTANT_EVIDENCE", "5")
    with serve(make_library()) as server, open_page(server.address) as page:
        open_tab(page, "Settings")
        page.locator("#setting-evidence").get_by_text("ASSISTANT_EVIDENCE").wait_for()
        assert page.locator("#setting-evidence input").is_disabled()
        assert page.locator("#setting-context input").is_enabled()
        page.set_viewport_size({"width": 360, "height": 740})
        width = "document.documentElement.scrollWidth"
        assert page.evaluate(width) <= 360
