"""The place Table: a form for new tables, and the rows as they are filled."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.html import render
from assistant.languages import Later, _
from assistant.web.components import button, html, owner, parallel, signal, text_box
from assistant.web.rendering import explained, render_job
from assistant.web.tables.form_part import FormPart
from assistant.web.tables.table_view import ALL_ROWS, Look, Shown, TableView, file_forms

if TYPE_CHECKING:
    from assistant.web.tables.table_form import TableForm
    from assistant.web.tables.table_work import TableWork


@dataclass(frozen=True)
class _Known:
    """What a window shows, so that unchanged parts are not sent again."""

    look: Look = field(default_factory=Look)
    turned: str = ""
    shown: Shown | None = None


def add_table_tab(tab: gr.Tab, form: TableForm, view: TableView, work: TableWork) -> None:
    """Add the components of the place to the page being built.

    The rows are read when the place becomes visible, and again after every change.
    """
    # Written by table.js: a request to look for changes, the column to sort by, the page to show,
    # and what to do with the table or its cells.
    checks, sort, turned, asked = (
        signal(name, name)
        for name in ("look-at-table", "sort-table", "turn-table", "table-request")
    )
    known = gr.State(_Known())
    with gr.Column(elem_id="table-place"):
        part = FormPart(form)
        said = html(elem_id="table-said")
        line = html(elem_id="table-line")
        with gr.Row(elem_id="table-bar", visible=False) as bar:
            words = text_box(
                _("Filter the rows"), "table-words", _("Filter the rows …"), scale=2, min_width=140
            )
            value = gr.Dropdown(
                list(Shown().choices),
                value=ALL_ROWS,
                elem_id="table-value",
                **_small(_("Rows with a value"), 160),
            )
            html(Later(lambda: render("table_choice.html")), elem_id="table-choice")
            form_name = gr.Dropdown(
                file_forms(), value="csv", elem_id="table-format", **_small(_("File format"), 120)
            )
            download = button(_("Download"), "download-table", 90)
        rows = html(elem_id="answer-table")
        pager = html(elem_id="table-pager")
        html(Later(lambda: render("cell_card.html")), elem_id="cell-card-place")

    def refresh(
        words: str | None,
        value: str | None,
        sort: str,
        turn: str,
        known: _Known,
        request: gr.Request,
    ) -> tuple[Any, ...]:
        """The parts that have changed."""
        # While the bar is hidden, its boxes have no value.
        look = Look(sort, words or "", value or ALL_ROWS, known.look.page)
        if replace(known.look, page=look.page) != look:
            look = replace(look, page=0)
        if turn != known.turned:
            look = replace(look, page=_page(turn))
        shown, before = view.show(owner(request), look), known.shown
        now = _Known(replace(look, page=shown.page), turn, shown)
        if now == known:
            return (gr.skip(),) * 6

        def changed(new: Any, old: Any, update: Any = None) -> Any:
            return gr.skip() if before and new == old else new if update is None else update

        old = before or Shown()
        is_there = any(one == look.value for _, one in shown.choices)
        choices = gr.update(choices=list(shown.choices), value=look.value if is_there else ALL_ROWS)
        return (
            changed(shown.rows, old.rows),
            changed(shown.pager, old.pager),
            changed(shown.line, old.line),
            changed(shown.choices, old.choices, choices),
            changed(shown.has_table, old.has_table, gr.update(visible=shown.has_table)),
            now,
        )

    refreshing: dict[str, Any] = {
        "inputs": [words, value, sort, turned, known],
        "outputs": [rows, pager, line, value, bar, known],
        **parallel(),
    }

    def then_refresh(event: Any) -> Any:
        return event.then(refresh, **refreshing)

    gr.on(
        [words.change, value.input, sort.change, turned.change, checks.change],
        refresh,
        trigger_mode="always_last",
        **refreshing,
    )
    part.connect(tab, said, then_refresh)

    def act(asked: str, request: gr.Request) -> Any:
        return _act(work, owner(request), asked)

    then_refresh(asked.change(act, inputs=[asked], outputs=[said], **parallel()))

    def write(form: str, words: str, value: str, sort: str, request: gr.Request) -> str:
        return view.file(owner(request), Look(sort, words or "", value or ALL_ROWS), form)

    download.click(write, inputs=[form_name, words, value, sort], outputs=[said], **parallel())


def _small(label: str, width: int) -> dict[str, Any]:
    """Options of a list whose label only screen readers read."""
    return {
        "label": label,
        "show_label": False,
        "container": False,
        "filterable": False,
        "scale": 0,
        "min_width": width,
    }


def _act(work: TableWork, user: str, asked: str) -> Any:
    """Handle `{"do": "stop"}`, "resume", or "redo" with `"cells": [[paper, column], ...]`."""
    try:
        wanted = json.loads(asked)
        action = wanted["do"]
        cells = [(int(paper), int(column)) for paper, column in wanted.get("cells", ())]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return gr.skip()  # not a request of this page
    try:
        if action == "stop":
            work.stop(user)
        elif action == "resume":
            work.resume(user)
        elif action == "redo":
            work.redo(user, cells)
    except Exception as error:
        return render_job(error=explained(error, "A table could not be changed"))
    return ""


def _page(turned: str) -> int:
    """The page number of `3:17`; the part after the colon only makes each click unique."""
    page, _, _ = turned.partition(":")
    return int(page) if page.isascii() and page.isdigit() and len(page) < 10 else 0
