"""The import dialog: choose files or paste text, preview the papers, import or discard them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.html import render
from assistant.languages import Later, _
from assistant.web.components import (
    button,
    html,
    parallel,
    quiet,
    signal,
    unqueued,
    updates,
    visitor,
)

if TYPE_CHECKING:
    from assistant.web.ingestion.importing import Importing, ImportView


def add_import_dialog(importing: Importing) -> list[Any]:
    """Add the dialog to the place that is being built; return the events at the end of imports.

    library.js opens and closes it.
    """
    with gr.Column(elem_id="import-dialog"):
        return _add_contents(importing)


def _add_contents(importing: Importing) -> list[Any]:
    html(Later(lambda: render("import_intro.html")))
    with gr.Row(elem_id="import-inputs"):
        files = gr.File(
            label=_("Files or zip archives"),
            file_count="multiple",
            min_width=280,
            height=190,
            elem_id="files",
        )
        pasted = gr.Textbox(
            label=_("Or pasted text"),
            placeholder=_("A title\n\nIts abstract\n\nThe next title …"),
            lines=6,
            max_lines=12,
            min_width=280,
            elem_id="pasted",
        )
    with gr.Row(elem_classes="actions job-actions", elem_id="import-actions"):
        look = button(_("Preview"), "preview-import", 110, variant="primary")
        run = button(_("Import"), "run-import", 150, variant="primary", visible=False)
        run_all = button(_("Import"), "run-import-probable", 150, visible=False)
        discard = button(_("Discard"), "discard", 110, visible=False)
        stop = button(_("Stop"), "stop-import", 110, variant="stop", visible=False)
    job = html(elem_id="import-job")
    preview = html(elem_id="import-preview")
    html(Later(lambda: render("import_help.html")), elem_id="import-help")
    # Written by import.js: a decision about a possible duplicate.
    choice = signal("Import choice", "import-choice")
    shown = [job, preview, look, run, run_all, discard, stop]

    def preview_inputs(chosen: Any, text: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        views = importing.preview(visitor(request), _paths(chosen), text)
        yield from updates(map(_shown, views), shown)

    previewed = look.click(
        preview_inputs, inputs=[files, pasted], outputs=shown, preprocess=False, **parallel()
    )

    def run_import(request: gr.Request, *, probable: bool = False) -> Iterator[tuple[Any, ...]]:
        for view in importing.run(visitor(request), probable=probable):
            cleared = (None, "") if view.succeeded else (gr.skip(), gr.skip())
            yield *_shown(view), *cleared

    def run_import_of_all(request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from run_import(request, probable=True)

    def run_import_of_certain(request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from run_import(request)

    imports = [
        clicked.click(run_it, outputs=[*shown, files, pasted], **parallel())
        for clicked, run_it in ((run, run_import_of_certain), (run_all, run_import_of_all))
    ]

    def choose_record(asked: str, request: gr.Request) -> tuple[Any, ...]:
        view = importing.choose(visitor(request), asked)
        return _shown(view) if view else tuple(gr.skip() for _ in shown)

    choice.change(choose_record, inputs=[choice], outputs=shown, **quiet())

    def discard_it(request: gr.Request) -> tuple[Any, ...]:
        return *_shown(importing.discard(visitor(request))), None, ""

    discard.click(discard_it, outputs=[*shown, files, pasted], **quiet())

    def stop_it(request: gr.Request) -> None:
        importing.stop(visitor(request))

    stop.click(stop_it, **unqueued())

    def choose(chosen: Any, text: str, request: gr.Request) -> tuple[Any, ...]:
        is_shown = importing.is_previewed(visitor(request), _paths(chosen), text)
        return tuple(gr.skip() for _ in changed) if is_shown else _without_preview()

    # A preview of other inputs is removed, also if they were chosen while it was made.
    changed = [preview, look, run, run_all, discard]
    gr.on(
        [files.change, pasted.change],
        choose,
        inputs=[files, pasted],
        outputs=changed,
        trigger_mode="always_last",
        preprocess=False,
        **quiet(),
    )
    previewed.then(choose, inputs=[files, pasted], outputs=changed, preprocess=False, **quiet())
    return imports


def _paths(chosen: Any) -> list[str]:
    """Paths of the chosen files as the browser sent them.

    Gradio's own conversion (`preprocess`) leaves an empty file on the disk each time.
    """
    return [str(file["path"]) for file in chosen or []]


def _shown(view: ImportView) -> tuple[Any, ...]:
    """The updates of the job, the preview, and the buttons.

    These are Preview, Import, Import also probable papers, Discard and Stop.
    """
    idle = not view.running
    importable = bool(view.button or view.probable)
    return (
        view.html,
        gr.skip() if view.preview is None else view.preview,
        _preview_button(visible=idle, primary=not importable),
        gr.update(visible=bool(view.button), value=view.button or _("Import")),
        gr.update(visible=bool(view.probable), value=view.probable or _("Import")),
        gr.update(visible=idle and (importable or bool(view.preview))),
        gr.update(visible=view.running),
    )


def _without_preview() -> tuple[Any, ...]:
    """The updates of the preview and its buttons after something else was chosen."""
    return (
        "",
        gr.update(value=_("Preview"), variant="primary"),
        gr.update(visible=False),
        gr.update(visible=False),
        gr.update(visible=False),
    )


def _preview_button(*, visible: bool, primary: bool) -> Any:
    """The button Preview, which is secondary while there is something to import."""
    return gr.update(
        value=_("Preview"), visible=visible, variant="primary" if primary else "secondary"
    )
