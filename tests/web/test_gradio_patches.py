"""Gradio is imported without stubs, its memory does not grow, and its internals are checked."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from typing import Any

import gradio as gr
import pytest
from gradio import blocks, component_meta, routes, state_holder
from gradio.state_holder import SessionState
from web_support import MakeSession

from assistant.errors import PageError
from assistant.web.gradio_patches import patch_gradio, without_type_stubs
from assistant.web.serving.server import PageServer


async def skipped_and_written() -> None:
    with gr.Blocks() as page:
        place, button = gr.HTML(), gr.Button()
        button.click(lambda: "", outputs=[place])
    (handler,) = page.fns.values()
    patch_gradio()
    patch_gradio()
    state = SessionState(page)
    kept = set(state.blocks_config.blocks), set(state.config_values)
    for n in range(5):
        await page.postprocess_data(handler, gr.skip(), state)
        assert await page.postprocess_data(handler, f"text {n}", state) == [f"text {n}"]
        assert state.config_values[place._id]["props"]["value"] == f"text {n}"
        await page.postprocess_data(handler, gr.update(visible=False), state)
    assert (set(state.blocks_config.blocks), set(state.config_values)) == kept


def test_outputs_that_are_skipped_and_then_written_are_kept_once() -> None:
    # Without a loop that runs, Gradio would make some and leave them open.
    asyncio.run(skipped_and_written())


LOOK = """
import pathlib
written = []
pathlib.Path.write_text = lambda self, *_, **__: written.append(self.name)
from assistant.web.gradio_patches import without_type_stubs
with without_type_stubs():
    import gradio
    from gradio import component_meta as meta
    # As it is asked while a component is made.
    meta.create_or_modify_pyi(gradio.Button, "Button", [])
    assert not written, written
print(gradio.Textbox(label="still works").label)
"""


def test_no_stub_is_written_and_gradio_works() -> None:
    run = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert run.stdout == "still works\n"


def test_files_are_found_again_afterwards() -> None:
    with without_type_stubs():
        assert inspect.getfile(inspect) == inspect.__file__
    assert inspect.getfile(inspect) == inspect.__file__


@pytest.mark.parametrize(
    ("owner", "name", "value", "problem"),
    [
        (gr, "__version__", "6.32.0", "it is version 6.32.0"),
        (SessionState, "__setitem__", lambda self, name, value, more: None, "other parameters"),
        (component_meta, "create_or_modify_pyi", lambda: None, "does not use getfile"),
        (blocks.Block, "__init__", lambda self: None, "does not use _id"),
        (blocks.Blocks, "__init__", lambda self: None, "does not use max_threads"),
        (routes.App, "__init__", lambda self: None, "does not use stop_event"),
    ],
)
def test_another_gradio_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, value: Any, problem: str
) -> None:
    patch_gradio()
    monkeypatch.setattr(owner, name, value)
    with pytest.raises(PageError, match=rf"needs Gradio 6\.31.*{problem}.*pip install"):
        patch_gradio()


def test_a_gradio_without_its_modules_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(state_holder, "SessionState")
    with pytest.raises(PageError, match=r"needs Gradio 6\.31.*SessionState"):
        patch_gradio()


def test_the_server_says_so(make_session: MakeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gr, "__version__", "7.0.0")
    server = PageServer(make_session(papers=[]), port=0)
    with pytest.raises(PageError, match=r"it is version 7\.0\.0"):
        server.run()
