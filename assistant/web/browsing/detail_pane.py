"""The pane of the open paper: components and event handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.web.components import button, html, parallel, signal, text_box

if TYPE_CHECKING:
    from assistant.web.browsing.paper_detail import DetailView, PaperDetail
    from assistant.web.browsing.table import PaperTable


class DetailPane:
    """Components and handlers of the pane; creating one adds it to the page being built."""

    def __init__(self, detail: PaperDetail, table: PaperTable) -> None:
        self._detail = detail
        self._table = table
        # Written by library.js: the number of the open paper ("" for none), and the requests of
        # buttons in the HTML.
        self.opened, self._request = (signal(name, name) for name in ("open-paper", "change-paper"))
        self.shown = gr.State(0)
        with gr.Column(scale=5, min_width=280, elem_id="detail-pane"):
            self._first = html(elem_id="paper-detail")
            with gr.Row(elem_id="detail-tagging"):
                self._tag = text_box(
                    "New tag of this paper", "detail-tag", "New tag …", scale=3, min_width=120
                )
                self._add = button("Add tag", "detail-add-tag", 90)
            self._problem = html(elem_id="detail-problem")
            self._more = html(elem_id="paper-more")
            self._near = html(elem_id="paper-near")

    @property
    def outputs(self) -> list[Any]:
        """The components that get the values of `pane_values`."""
        return [self._first, self._more, self.shown]

    def connect(self, message: gr.HTML, then_refresh: Callable[[Any], Any]) -> None:
        """Connect the handlers; errors of stars in the table go to `message`.

        `then_refresh` refreshes the table after an event.
        """

        def open_paper(number: str) -> Iterator[tuple[Any, ...]]:
            yield *pane_values(self._detail.view(number)), "", ""
            yield (*(gr.skip(),) * 4, self._detail.near(number))

        self.opened.change(
            open_paper,
            inputs=[self.opened],
            outputs=[*self.outputs, self._problem, self._near],
            trigger_mode="always_last",
            **parallel(),
        )

        def tag(number: str, typed: str) -> tuple[Any, ...]:
            problem = self._detail.tag(number, typed)
            self._table.expire_facets()
            return problem, gr.skip() if problem else "", *pane_values(self._detail.view(number))

        then_refresh(
            gr.on(
                [self._add.click, self._tag.submit],
                tag,
                inputs=[self.opened, self._tag],
                outputs=[self._problem, self._tag, *self.outputs],
                **parallel(),
            )
        )

        def change(request: str, number: str) -> tuple[Any, ...]:
            problem = self._detail.change(request)
            self._table.expire_facets()
            return problem or gr.skip(), *pane_values(self._detail.view(number))

        then_refresh(
            self._request.change(
                change,
                inputs=[self._request, self.opened],
                outputs=[message, *self.outputs],
                **parallel(),
            )
        )


def pane_values(view: DetailView) -> tuple[Any, ...]:
    """The two parts of the open paper, and a hash that changes with them."""
    return view.first, view.more, hash(view)
