"""The tab that shows the library: its papers with their TL;DRs, and how to add more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.web.components import html, quiet, visitor

if TYPE_CHECKING:
    from assistant.web.shelf import JobView, Listing, Shelf


RELIST_SECONDS = 2.0


def add_library_tab(
    page: gr.Blocks, shelf: Shelf, header: gr.HTML, render_header: Callable[[], str]
) -> None:
    """Add the components of the tab to the page that is being built.

    `header` is brought up to date with `render_header` when papers were added.
    """
    number = gr.State(0)
    with gr.Accordion("Add papers", open=False, elem_id="add-papers"):
        with gr.Row():
            files = gr.File(
                label="Files: BibTeX, RIS, PubMed, EndNote, arXiv, CSV, JSON, saved pages; zip",
                file_count="multiple",
                min_width=300,
                height=160,
                elem_id="files",
            )
            pasted = gr.Textbox(
                label="Or paste a page: title, empty line, abstract, empty line, …",
                lines=5,
                max_lines=12,
                min_width=300,
                elem_id="pasted",
            )
        with gr.Row(elem_classes="actions"):
            add = gr.Button("Import", variant="primary", min_width=90, scale=0, elem_id="import")
            stop_adding = gr.Button(
                "Stop", variant="stop", min_width=90, scale=0, visible=False, elem_id="stop-import"
            )
        import_job = html(elem_id="import-job")
    with gr.Row(elem_id="library-bar"):
        query = gr.Textbox(
            show_label=False,
            label="Filter",
            placeholder="Words or meaning, since:2024-03, until:2025, author:hinton, tag:nlp …",
            container=False,
            scale=6,
            elem_id="filter",
        )
        write = gr.Button("Write TL;DRs", scale=1, min_width=130, elem_id="write-tldrs")
        stop_writing = gr.Button(
            "Stop", variant="stop", scale=1, min_width=90, visible=False, elem_id="stop-tldrs"
        )
    tldr_job = html(elem_id="tldr-job")
    papers = html(elem_id="papers")
    with gr.Row(elem_id="pager"):
        before = gr.Button("Previous", size="sm", scale=0, min_width=90, interactive=False)
        summary = html(elem_id="pager-summary")
        after = gr.Button("Next", size="sm", scale=0, min_width=90, interactive=False)
    listed = [papers, number, summary, before, after]

    def show(text: str, wanted: int) -> tuple[Any, ...]:
        return _listed(shelf.listing(text, wanted))

    for button, step in ((before, -1), (after, 1)):
        button.click(
            lambda text, shown, step=step: show(text, shown + step),
            inputs=[query, number],
            outputs=listed,
            **quiet(),
        )
    query.change(
        lambda text: show(text, 0),
        inputs=[query],
        outputs=listed,
        trigger_mode="always_last",
        **quiet(),
    )
    page.load(lambda: show("", 0), outputs=listed, **quiet())
    # While TL;DRs are written, the page that is in sight is read again now and then.
    ticking = gr.Timer(RELIST_SECONDS, active=False)
    ticking.tick(show, inputs=[query, number], outputs=listed, **quiet())

    def add_papers(chosen: list[str] | None, text: str) -> Iterator[tuple[Any, ...]]:
        for view in shelf.import_papers(chosen or [], text):
            cleared = (None, "") if view.succeeded else (gr.skip(), gr.skip())
            yield view.html, *_buttons(view), *cleared

    imported = add.click(
        add_papers,
        inputs=[files, pasted],
        outputs=[import_job, add, stop_adding, files, pasted],
        concurrency_limit=None,
        **quiet(),
    )
    imported.then(show, inputs=[query, number], outputs=listed, **quiet())
    imported.then(render_header, outputs=[header], **quiet())
    stop_adding.click(lambda: shelf.stop("import"), queue=False, **quiet())

    def write_tldrs(request: gr.Request) -> Iterator[tuple[Any, ...]]:
        for view in shelf.write_tldrs(visitor(request)):
            yield view.html, *_buttons(view), gr.update(active=view.running)

    written = write.click(
        write_tldrs,
        outputs=[tldr_job, write, stop_writing, ticking],
        concurrency_limit=None,
        **quiet(),
    )
    written.then(show, inputs=[query, number], outputs=listed, **quiet())
    stop_writing.click(lambda: shelf.stop("tldrs"), queue=False, **quiet())


def _listed(listing: Listing) -> tuple[Any, ...]:
    """The updates of the list, its page number, its summary, Previous and Next."""
    return (
        listing.html,
        listing.page,
        listing.summary,
        gr.update(interactive=listing.more_before),
        gr.update(interactive=listing.more_after),
    )


def _buttons(view: JobView) -> tuple[Any, Any]:
    """The updates of the button that begins a job and of the one that stops it."""
    return gr.update(visible=not view.running), gr.update(visible=view.running)
