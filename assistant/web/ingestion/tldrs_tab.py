"""The TL;DRs tab: how many papers have one, and a batch that writes the missing ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.web.components import button, html, parallel, quiet, unqueued, updates, visitor
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.web.ingestion.tldr_batch import BatchView, TldrBatch


def add_tldrs_tab(tab: gr.Tab, batch: TldrBatch) -> None:
    """Add the components of `tab`, which is being built."""
    summary = html(render_job("Opening the model …", running=True), elem_id="tldr-summary")
    with gr.Row(elem_classes="actions job-actions", elem_id="tldr-actions"):
        write = button("Write TL;DRs", "write-tldrs", 150, variant="primary")
        resume = button("Continue", "continue-tldrs", 110, variant="primary", visible=False)
        stop = button("Stop", "stop-tldrs", 110, variant="stop", visible=False)
        redo = gr.Checkbox(
            label="Rewrite existing TL;DRs",
            container=False,
            scale=1,
            min_width=240,
            elem_id="redo-tldrs",
        )
    job = html(elem_id="tldr-job")
    lines = html(elem_id="tldr-lines")
    shown = [job, lines, write, resume, stop, redo]

    def write_all(again: bool, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from updates(map(_shown, batch.write(visitor(request), redo=again)), shown)

    def write_rest(request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from updates(map(_shown, batch.resume(visitor(request))), shown)

    def follow(request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from updates(map(_shown, batch.follow(visitor(request))), shown)

    def stop_it(request: gr.Request) -> None:
        batch.stop(visitor(request))

    for event in (
        write.click(write_all, inputs=[redo], outputs=shown, **parallel()),
        resume.click(write_rest, outputs=shown, **parallel()),
        # The batch may have been started in the Library or in another window.
        tab.select(follow, outputs=shown, **parallel()),
    ):
        event.then(batch.summary, outputs=[summary], **quiet())
    tab.select(batch.summary, outputs=[summary], **parallel())
    stop.click(stop_it, **unqueued())


def _shown(view: BatchView) -> tuple[Any, ...]:
    """The updates of the job, its TL;DRs, the buttons Write, Continue and Stop, and the checkbox.

    A button that appears gets its label again: in a hidden tab it would have none.
    """
    idle = not view.running
    return (
        view.html,
        view.lines,
        gr.update(
            value="Write TL;DRs",
            visible=idle,
            variant="secondary" if view.can_continue else "primary",
        ),
        gr.update(value="Continue", visible=view.can_continue),
        gr.update(value="Stop", visible=view.running and view.own),
        gr.update(visible=idle),
    )
