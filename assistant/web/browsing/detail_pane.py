"""The pane of the open paper, beside the table of the Library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.languages import _
from assistant.web.components import button, html, parallel, quiet, signal, text_box

if TYPE_CHECKING:
    from assistant.web.browsing.duplicates import Duplicates
    from assistant.web.browsing.facets import Facets
    from assistant.web.browsing.paper_detail import DetailView, PaperDetail


class DetailPane:
    """Components and handlers of the pane; creating one adds it to the page being built."""

    def __init__(self, detail: PaperDetail, duplicates: Duplicates, facets: Facets) -> None:
        self._detail = detail
        self._duplicates = duplicates
        self._facets = facets
        # Written by library.js: the number of the open paper ("" for none), and the requests of
        # buttons in the HTML.
        self.opened, self._request, self._decision = (
            signal(name, name) for name in ("open-paper", "change-paper", "decide-paper")
        )
        self.shown = gr.State(0)
        # The paper that a message about duplicates is about.
        self._decided = gr.State("")
        with gr.Column(scale=5, min_width=280, elem_id="detail-pane"):
            self._first = html(elem_id="paper-detail")
            with gr.Row(elem_id="detail-tagging"):
                self._tag = text_box(
                    _("New tag of this paper"), "detail-tag", _("New tag …"), scale=3, min_width=120
                )
                self._add = button(_("Add tag"), "detail-add-tag", 90)
            self._problem = html(elem_id="detail-problem")
            self._near_duplicates = html(elem_id="paper-duplicates")
            self._near = html(elem_id="paper-near")
            self._more = html(elem_id="paper-more")

    @property
    def outputs(self) -> list[Any]:
        """The components that get the values of `pane_values`."""
        return [self._first, self._more, self.shown]

    def connect(
        self,
        message: gr.HTML,
        then_refresh: Callable[[Any], Any],
        header: gr.HTML,
        render_header: Callable[..., str],
    ) -> None:
        """Connect the handlers; errors of stars in the table go to `message`.

        `then_refresh` refreshes the table after an event.
        """

        others = [self._near_duplicates, self._near]

        def similar(number: str) -> tuple[str, str]:
            return self._duplicates.view(number), self._detail.near(number)

        def open_paper(number: str, decided: str) -> Iterator[tuple[Any, ...]]:
            # A merge may open another paper; its message stays.
            message = (gr.skip(),) * 2 if number and number == decided else ("", "")
            yield *pane_values(self._detail.view(number)), *message, "", ""
            yield (*(gr.skip(),) * 5, *similar(number))

        self.opened.change(
            open_paper,
            inputs=[self.opened, self._decided],
            outputs=[*self.outputs, self._problem, self._decided, *others],
            trigger_mode="always_last",
            **parallel(),
        )

        def decide(request: str, number: str) -> Iterator[tuple[Any, ...]]:
            decision = self._duplicates.decide(request)
            self._facets.expire()
            paper = decision.paper or number
            moved = paper != number
            yield decision.html, paper if moved else gr.skip(), paper, gr.skip(), gr.skip()
            if not moved:
                yield (*(gr.skip(),) * 3, *similar(number))

        deciding = self._decision.change(
            decide,
            inputs=[self._decision, self.opened],
            outputs=[self._problem, self.opened, self._decided, *others],
            **parallel(),
        )
        then_refresh(deciding)
        deciding.then(render_header, outputs=[header], **quiet())

        def tag(number: str, typed: str) -> tuple[Any, ...]:
            problem = self._detail.tag(number, typed)
            self._facets.expire()
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
            self._facets.expire()
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
