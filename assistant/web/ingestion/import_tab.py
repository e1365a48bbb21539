"""The tab that adds papers: choose or paste, look at what was found, keep it or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.html import render
from assistant.web.components import html, quiet, updates, visitor

if TYPE_CHECKING:
    from assistant.web.ingestion.importing import Importing, ImportView


def add_import_tab(
    importing: Importing, header: gr.HTML, render_header: Callable[..., str]
) -> None:
    """Add the components of the tab that is being built.

    `header` is brought up to date with `render_header` when papers were added.
    """
    html(render("import_intro.html"))
    with gr.Row(elem_id="import-inputs"):
        files = gr.File(
            label="Files, also zipped",
            file_count="multiple",
            min_width=280,
            height=190,
            elem_id="files",
        )
        pasted = gr.Textbox(
            label="Or pasted text",
            placeholder="A title\n\nIts abstract\n\nThe next title …",
            lines=6,
            max_lines=12,
            min_width=280,
            elem_id="pasted",
        )
    with gr.Row(elem_classes="actions job-actions", elem_id="import-actions"):
        look = gr.Button("Look", variant="primary", min_width=110, scale=0, elem_id="look")
        keep = gr.Button(
            "Keep", variant="primary", min_width=150, scale=0, visible=False, elem_id="keep"
        )
        discard = gr.Button("Discard", min_width=110, scale=0, visible=False, elem_id="discard")
        stop = gr.Button(
            "Stop", variant="stop", min_width=110, scale=0, visible=False, elem_id="stop-import"
        )
    job = html(elem_id="import-job")
    preview = html(elem_id="import-preview")
    html(render("import_help.html"), elem_id="import-help")
    shown = [job, preview, look, keep, discard, stop]

    def look_into(chosen: Any, text: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        views = importing.look(visitor(request), _paths(chosen), text)
        yield from updates(map(_shown, views), shown)

    looked = look.click(
        look_into,
        inputs=[files, pasted],
        outputs=shown,
        concurrency_limit=None,
        preprocess=False,
        **quiet(),
    )

    def keep_it(request: gr.Request) -> Iterator[tuple[Any, ...]]:
        for view in importing.keep(visitor(request)):
            cleared = (None, "") if view.succeeded else (gr.skip(), gr.skip())
            yield *_shown(view), *cleared

    kept = keep.click(keep_it, outputs=[*shown, files, pasted], concurrency_limit=None, **quiet())
    kept.then(render_header, outputs=[header], **quiet())

    def discard_it(request: gr.Request) -> tuple[Any, ...]:
        return *_shown(importing.discard(visitor(request))), None, ""

    discard.click(discard_it, outputs=[*shown, files, pasted], **quiet())

    def stop_it(request: gr.Request) -> None:
        importing.stop(visitor(request))

    stop.click(stop_it, queue=False, **quiet())

    def choose(chosen: Any, text: str, request: gr.Request) -> tuple[Any, ...]:
        is_shown = importing.chosen(visitor(request), _paths(chosen), text)
        return tuple(gr.skip() for _ in changed) if is_shown else _without_preview()

    # A preview of other files, or of another text, is none; also where that was chosen so early
    # that the end of the look came behind it.
    changed = [preview, look, keep, discard]
    gr.on(
        [files.change, pasted.change],
        choose,
        inputs=[files, pasted],
        outputs=changed,
        trigger_mode="always_last",
        preprocess=False,
        **quiet(),
    )
    looked.then(choose, inputs=[files, pasted], outputs=changed, preprocess=False, **quiet())


def _paths(chosen: Any) -> list[str]:
    """Paths of the chosen files as the browser sent them.

    Gradio's own way to them (`preprocess`) leaves an empty file behind each time.
    """
    return [str(file["path"]) for file in chosen or []]


def _shown(view: ImportView) -> tuple[Any, ...]:
    """The updates of the job, the preview, and the buttons Look, Keep, Discard and Stop."""
    waiting = not view.running
    return (
        view.html,
        gr.skip() if view.preview is None else view.preview,
        _look_button(visible=waiting, first=not view.keep),
        gr.update(visible=bool(view.keep), value=view.keep or "Keep"),
        gr.update(visible=waiting and bool(view.preview or view.keep)),
        gr.update(visible=view.running),
    )


def _without_preview() -> tuple[Any, ...]:
    """The updates of the preview, Look, Keep and Discard once something else was chosen."""
    return (
        "",
        gr.update(value="Look", variant="primary"),
        gr.update(visible=False),
        gr.update(visible=False),
    )


def _look_button(*, visible: bool, first: bool) -> Any:
    """The button Look; it is the `first` one unless there is something to keep."""
    return gr.update(value="Look", visible=visible, variant="primary" if first else "secondary")
