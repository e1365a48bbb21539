"""What Gradio keeps of a window does not grow."""

from __future__ import annotations

import asyncio

import gradio as gr
from gradio.state_holder import SessionState

from assistant.web.gradio_state import keep_ids


async def skipped_and_written() -> None:
    with gr.Blocks() as page:
        place, button = gr.HTML(), gr.Button()
        button.click(lambda: "", outputs=[place])
    (handler,) = page.fns.values()
    keep_ids()
    keep_ids()
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
