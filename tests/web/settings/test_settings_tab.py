"""The tab Settings without a browser: on a page that is shared nothing can be changed."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio as gr
import pytest
from web_support import MakeSession

from assistant.web.components import html
from assistant.web.jobs import Jobs
from assistant.web.settings.about import About
from assistant.web.settings.preferences import Preferences
from assistant.web.settings.prompt_editor import PromptEditor
from assistant.web.settings.settings_tab import READ_ONLY, add_settings_tab

CHANGING = {"use_model", "set_numbers", "reset", "save"}


def built(make_session: MakeSession, jobs: Jobs, *, editable: bool) -> dict[str, Any]:
    """The page's description, and in it the names of the `functions` that it can call."""
    session = make_session()

    async def build() -> dict[str, Any]:
        with gr.Blocks(analytics_enabled=False) as page:
            add_settings_tab(
                About(session),
                Preferences(session, jobs),
                PromptEditor(session),
                html(),
                lambda: "",
                editable=editable,
            )
        functions = {function.name for function in page.fns.values()}
        return {**page.get_config_file(), "functions": functions}

    # Without a running event loop Gradio makes some and leaves them open; the thread of the tests
    # may have the one of the browser.
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(lambda: asyncio.run(build())).result()


def properties(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {part["props"].get("elem_id"): part["props"] for part in config["components"]}


def test_a_page_of_ones_own_can_change_everything(make_session: MakeSession, jobs: Jobs) -> None:
    config = built(make_session, jobs, editable=True)
    assert config["functions"] >= CHANGING
    parts = properties(config)
    assert "settings-read-only" not in parts
    assert parts["prompt-text"]["interactive"]
    assert parts["save-settings"]["visible"]


@pytest.mark.parametrize("control", ["use-model", "save-settings", "reset-settings", "save-prompt"])
def test_a_shared_page_shows_all_and_changes_nothing(
    make_session: MakeSession, jobs: Jobs, control: str
) -> None:
    config = built(make_session, jobs, editable=False)
    assert not config["functions"] & CHANGING
    parts = properties(config)
    assert READ_ONLY in parts["settings-read-only"]["value"]
    assert not parts[control]["visible"]
    for name in ("prompt-text", "model-choice", "setting-evidence"):
        assert parts[name]["interactive"] is False
    assert parts["prompt-name"]["interactive"]
