"""The form of a new table: components and handlers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.languages import _
from assistant.web.components import button, html, owner, parallel, signal, text_box
from assistant.web.tables.table_form import OWN_COLUMNS, TableForm, Typed

if TYPE_CHECKING:
    from collections.abc import Callable

# Questions are in English, which every model reads.
_PLACEHOLDER = "sample = How many people took part?\neffect = What was found?"


class FormPart:
    """The form; creating one adds it to the page being built."""

    def __init__(self, form: TableForm) -> None:
        self._form = form
        # Written by table.js: the numbers of papers selected in the Library, and the set and query
        # of an address.
        self._selected = signal("Selected", "table-selected")
        self._wanted = signal("Wanted", "table-wanted")
        with gr.Accordion(_("New table"), open=True, elem_id="table-form") as self._accordion:
            with gr.Row(elem_id="table-form-parts"):
                with gr.Column(scale=3, min_width=260):
                    self._set = gr.Dropdown(
                        form.sets(),
                        value=OWN_COLUMNS,
                        label=_("Columns"),
                        filterable=False,
                        elem_id="table-set",
                    )
                    self._columns = gr.Textbox(
                        label=_("One column a line: name = question"),
                        placeholder=_PLACEHOLDER,
                        lines=4,
                        max_lines=12,
                        elem_id="table-columns",
                    )
                    with gr.Row(elem_id="table-saving"):
                        self._name = text_box(
                            _("Name of the set"),
                            "table-set-name",
                            _("Name of the set …"),
                            scale=1,
                            min_width=120,
                        )
                        self._save = button(_("Save columns"), "save-set", 90)
                        self._delete = button(_("Delete set"), "delete-set", 90, visible=False)
                with gr.Column(scale=2, min_width=260):
                    self._query = gr.Textbox(
                        label=_("Papers: words and filters, or empty for the whole library"),
                        placeholder="sleep tag:nlp since:2020",
                        max_lines=1,
                        elem_id="table-query",
                    )
                    self._papers = html(elem_id="table-papers")
            with gr.Row(elem_classes="actions", elem_id="table-start-bar"):
                self._begin = button(_("Start"), "start-table", 110, variant="primary")

    def connect(self, tab: gr.Tab, said: gr.HTML, then_refresh: Callable[[Any], Any]) -> None:
        """Connect the handlers; messages go to `said`, `then_refresh` updates the table."""
        form = self._form
        typed = [self._set, self._columns, self._query, self._selected]

        # A box that was never written into has no value.
        def begin(
            set_name: str | None,
            columns: str | None,
            query: str | None,
            selected: str | None,
            request: gr.Request,
        ) -> tuple[Any, ...]:
            asked = Typed(set_name or OWN_COLUMNS, columns or "", query or "", selected or "")
            message, begun = form.begin(owner(request), asked)
            return message, gr.update(open=False) if begun else gr.skip()

        then_refresh(
            gr.on(
                [self._begin.click, self._query.submit],
                begin,
                inputs=typed,
                outputs=[said, self._accordion],
                **parallel(),
            )
        )

        def count(query: str | None, selected: str | None) -> str:
            return form.count(query or "", selected or "")

        gr.on(
            [self._query.change, self._selected.change, tab.select],
            count,
            inputs=[self._query, self._selected],
            outputs=[self._papers],
            trigger_mode="always_last",
            **parallel(),
        )

        def choose(set_name: str) -> tuple[Any, ...]:
            own = not set_name
            return (
                gr.skip() if own else form.columns_of(set_name),
                gr.update(visible=form.is_saved(set_name)),
            )

        self._set.input(
            choose, inputs=[self._set], outputs=[self._columns, self._delete], **parallel()
        )

        def fill_in(wanted: str) -> tuple[Any, ...]:
            """What an address names: a set, if there is one, and a query."""
            try:
                asked = json.loads(wanted)
                set_name, query = str(asked["set"]), str(asked["query"])
            except (ValueError, LookupError, TypeError):
                return (gr.skip(),) * 5
            columns = form.columns_of(set_name)
            # Selected papers would come before the query.
            selected = "" if query else gr.skip()
            if not columns:
                return gr.skip(), gr.skip(), gr.skip(), query, selected
            return (
                gr.update(choices=form.sets(), value=set_name),
                columns,
                gr.update(visible=form.is_saved(set_name)),
                query,
                selected,
            )

        self._wanted.change(
            fill_in,
            inputs=[self._wanted],
            outputs=[self._set, self._columns, self._delete, self._query, self._selected],
            **parallel(),
        )

        def save(name: str | None, columns: str | None) -> tuple[Any, ...]:
            message, saved = form.save_set(name or "", columns or "")
            if not saved:
                return message, gr.skip(), gr.skip(), gr.skip()
            chosen = gr.update(choices=form.sets(), value=saved)
            return message, chosen, "", gr.update(visible=True)

        gr.on(
            [self._save.click, self._name.submit],
            save,
            inputs=[self._name, self._columns],
            outputs=[said, self._set, self._name, self._delete],
            **parallel(),
        )

        def delete(set_name: str) -> tuple[Any, ...]:
            message = form.delete_set(set_name)
            return (
                message,
                gr.update(choices=form.sets(), value=OWN_COLUMNS),
                gr.update(visible=False),
            )

        self._delete.click(
            delete, inputs=[self._set], outputs=[said, self._set, self._delete], **parallel()
        )

        def offer(chosen: str | None) -> tuple[Any, ...]:
            """The sets that another window or the command line has saved or deleted."""
            sets = form.sets()
            # The columns of a set that was deleted stay typed.
            names = [name for _label, name in sets]
            there = chosen if chosen in names else OWN_COLUMNS
            is_saved = bool(there) and form.is_saved(there)
            return gr.update(choices=sets, value=there), gr.update(visible=is_saved)

        tab.select(offer, inputs=[self._set], outputs=[self._set, self._delete], **parallel())
