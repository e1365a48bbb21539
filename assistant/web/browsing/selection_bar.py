"""The bar of the selected papers: their number and the actions on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.html import render
from assistant.languages import Later, _
from assistant.web.browsing.selection import EXPORTS
from assistant.web.components import (
    button,
    html,
    parallel,
    quiet,
    signal,
    text_box,
    unqueued,
    visitor,
)

if TYPE_CHECKING:
    from assistant.web.browsing.facets import Facets
    from assistant.web.browsing.selection import ActionResult, Selection
    from assistant.web.ingestion.tldr_work import TldrWork


class SelectionBar:
    """Components and handlers of the bar; creating one adds it to the page being built."""

    def __init__(self, selection: Selection, facets: Facets, tldrs: TldrWork) -> None:
        self._selection = selection
        self._facets = facets
        self._tldrs = tldrs
        # The numbers of the selected papers, written by library.js: `3,17`.
        self._chosen = signal("Chosen", "chosen-papers")
        with gr.Row(elem_id="chosen-bar"):
            html(Later(lambda: render("choice.html")), elem_id="choice")
            with gr.Row(elem_id="chosen-actions"):
                self._tags = text_box(
                    _("Comma-separated tags"),
                    "chosen-tags",
                    _("Tag, another tag …"),
                    scale=1,
                    min_width=120,
                )
                self._add = button(_("Add tags"), "give-tags")
                self._untag = button(_("Remove tags"), "take-tags")
                self._star = button(_("Star"), "star-chosen")
                self._rewrite = button(_("Rewrite TL;DRs"), "tldr-chosen")
                # table.js opens the place Table with the selected papers.
                button(_("Table"), "table-chosen")
                self._form = gr.Dropdown(
                    [(label, name) for name, (label, kind) in EXPORTS.items()],
                    value="bibtex",
                    show_label=False,
                    label=_("File format"),
                    container=False,
                    filterable=False,
                    scale=0,
                    min_width=130,
                    elem_id="export-format",
                )
                self._export = button(_("Export"), "export-chosen")
                self._remove = button(_("Remove …"), "remove-chosen")
        with gr.Row(visible=False, elem_id="remove-confirm") as self._confirm:
            self._question = html(elem_id="remove-question")
            self._sure = button(_("Remove"), "remove-sure", 100, variant="stop")
            self._cancel = button(_("Cancel"), "remove-keep", 80)
        with gr.Row(elem_id="library-said-bar"):
            self.message = html(elem_id="library-said")
            self._undo = button(_("Undo removal"), "undo-removal", 80, visible=False)
            html(Later(lambda: render("close_said.html")), elem_id="close-said-place")

    def connect(
        self, then_refresh: Callable[[Any], Any], header: gr.HTML, render_header: Callable[[], str]
    ) -> None:
        """Connect the buttons; `then_refresh` updates the table after an event."""
        acts = {"outputs": [self.message], **parallel()}

        def retagging(change: Callable[[str, str], ActionResult]) -> Callable[[str, str], str]:
            def act(chosen: str, tags: str) -> str:
                done = change(chosen, tags)
                self._facets.expire()
                return done.html

            return act

        for trigger, change in (
            (self._add.click, self._selection.tag),
            (self._tags.submit, self._selection.tag),
            (self._untag.click, self._selection.untag),
            (self._star.click, lambda chosen, tags: self._selection.star(chosen)),
        ):
            then_refresh(trigger(retagging(change), inputs=[self._chosen, self._tags], **acts))
        self._export.click(
            lambda chosen, form: self._selection.export(chosen, form).html,
            inputs=[self._chosen, self._form],
            **acts,
        )
        then_refresh(
            self._rewrite.click(
                lambda chosen: self._selection.rewrite_tldrs(chosen, self._tldrs.rewrite).html,
                inputs=[self._chosen],
                **acts,
            )
        )
        self._connect_removal(then_refresh, header, render_header)

    def _connect_removal(
        self, then_refresh: Callable[[Any], Any], header: gr.HTML, render_header: Callable[[], str]
    ) -> None:
        def ask(chosen: str) -> tuple[Any, ...]:
            done = self._selection.question(chosen)
            if done.undo:
                return gr.update(visible=True), done.html, gr.skip()
            return gr.update(visible=False), gr.skip(), done.html

        def remove(chosen: str, request: gr.Request) -> tuple[Any, ...]:
            done = self._selection.remove(visitor(request), chosen)
            self._facets.expire()
            return done.html, gr.update(visible=done.undo), gr.update(visible=False)

        def undo(request: gr.Request) -> tuple[Any, ...]:
            done = self._selection.undo(visitor(request))
            self._facets.expire()
            return done.html, gr.update(visible=done.undo)

        self._remove.click(
            ask,
            inputs=[self._chosen],
            outputs=[self._confirm, self._question, self.message],
            **quiet(),
        )
        self._cancel.click(lambda: gr.update(visible=False), outputs=[self._confirm], **quiet())
        # The question names how many papers were chosen when it was asked.
        self._chosen.change(lambda: gr.update(visible=False), outputs=[self._confirm], **unqueued())
        results = [self.message, self._undo]
        for event in (
            self._sure.click(
                remove, inputs=[self._chosen], outputs=[*results, self._confirm], **parallel()
            ),
            self._undo.click(undo, outputs=results, **parallel()),
        ):
            then_refresh(event)
            event.then(render_header, outputs=[header], **quiet())
