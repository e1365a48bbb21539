"""Check a draft: components and event handlers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.html import render
from assistant.languages import Later, _
from assistant.web.components import button, html, owner, parallel, unqueued, updates

if TYPE_CHECKING:
    from assistant.web.asking.drafts import Drafts, DraftView


def add_draft_tab(tab: gr.Tab, drafts: Drafts) -> None:
    """Add the components of `tab`, which is being built."""
    html(Later(lambda: render("draft_intro.html")))
    draft = gr.Textbox(
        label=_("Draft"),
        placeholder=_("Paste sentences of your own text …"),
        lines=6,
        max_lines=16,
        elem_id="draft",
    )
    with gr.Row(elem_classes="job-actions", elem_id="draft-actions"):
        check = button(_("Check"), "check-draft", 110, variant="primary")
        stop = button(_("Stop"), "stop-draft", 110, variant="stop", visible=False)
    job = html(elem_id="draft-job")
    sentences = html(elem_id="draft-sentences")
    shown = [job, sentences, check, stop]

    def run(text: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from updates(map(_shown, drafts.check(text, owner(request))), shown)

    def follow(request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from updates(map(_shown, drafts.follow(owner(request))), shown)

    def stop_it(request: gr.Request) -> None:
        drafts.stop(owner(request))

    check.click(run, inputs=[draft], outputs=shown, **parallel())
    # The check may have been started before a reload, or in another window.
    tab.select(follow, outputs=shown, **parallel())
    stop.click(stop_it, **unqueued())


def _shown(view: DraftView) -> tuple[Any, ...]:
    """The updates of the job, its sentences, and the buttons Check and Stop."""
    return (
        view.html,
        view.sentences,
        gr.update(value=_("Check"), visible=not view.running),
        gr.update(value=_("Stop"), visible=view.running),
    )
