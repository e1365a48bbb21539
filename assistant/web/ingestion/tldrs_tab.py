"""The tab that writes TL;DRs: how many there are, a batch of them, and its lines as they come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.web.components import html, quiet, updates, visitor
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.web.ingestion.tldr_batch import BatchView, TldrBatch


def add_tldrs_tab(tab: gr.Tab, batch: TldrBatch) -> None:
    """Add the components of `tab`, which is being built."""
    standing = html(render_job("Opening the model …", running=True), elem_id="tldr-standing")
    with gr.Row(elem_classes="actions job-actions", elem_id="tldr-actions"):
        write = gr.Button(
            "Write TL;DRs", variant="primary", scale=0, min_width=150, elem_id="write-tldrs"
        )
        go_on = gr.Button(
            "Go on", variant="primary", scale=0, min_width=110, visible=False, elem_id="go-on-tldrs"
        )
        stop = gr.Button(
            "Stop", variant="stop", scale=0, min_width=110, visible=False, elem_id="stop-tldrs"
        )
        redo = gr.Checkbox(
            label="Write anew those that are there",
            container=False,
            scale=1,
            min_width=240,
            elem_id="redo-tldrs",
        )
    job = html(elem_id="tldr-job")
    lines = html(elem_id="tldr-lines")
    shown = [job, lines, write, go_on, stop, redo]

    def write_all(anew: bool, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from updates(map(_shown, batch.write(visitor(request), redo=anew)), shown)

    def write_rest(request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from updates(map(_shown, batch.go_on(visitor(request))), shown)

    def follow(request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from updates(map(_shown, batch.follow(visitor(request))), shown)

    def stop_it(request: gr.Request) -> None:
        batch.stop(visitor(request))

    for began in (
        write.click(write_all, inputs=[redo], outputs=shown, concurrency_limit=None, **quiet()),
        go_on.click(write_rest, outputs=shown, concurrency_limit=None, **quiet()),
        # It may have been begun in the Library, or in another window.
        tab.select(follow, outputs=shown, concurrency_limit=None, **quiet()),
    ):
        began.then(batch.standing, outputs=[standing], **quiet())
    tab.select(batch.standing, outputs=[standing], concurrency_limit=None, **quiet())
    stop.click(stop_it, queue=False, **quiet())


def _shown(view: BatchView) -> tuple[Any, ...]:
    """The updates of the job, its lines, the buttons Write, Go on and Stop, and of the choice.

    A button that comes back is named again: in a tab that was not in sight it would have no text.
    """
    waiting = not view.running
    return (
        view.html,
        view.lines,
        gr.update(
            value="Write TL;DRs",
            visible=waiting,
            variant="secondary" if view.go_on else "primary",
        ),
        gr.update(value="Go on", visible=view.go_on),
        gr.update(value="Stop", visible=view.running and view.own),
        gr.update(visible=waiting),
    )
