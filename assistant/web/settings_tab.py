"""The tab that shows what is in use and how it is set; nothing can be changed there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from assistant.web.components import html, quiet

if TYPE_CHECKING:
    from assistant.web.about import About


def add_settings_tab(about: About) -> None:
    """Add the tab with its components to the tabs of the page that is being built."""
    with gr.Tab("Settings", id="settings") as tab:
        shown = html(elem_id="about")
        with gr.Row(elem_classes="actions"):
            again = gr.Button("Look again", min_width=120, scale=0, elem_id="about-again")
    # Only when somebody looks: the figures of a large library take a moment.
    tab.select(about.view, outputs=[shown], **quiet())
    again.click(about.view, outputs=[shown], **quiet())
