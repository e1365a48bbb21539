"""The Library tab: a table to search and sort, next to the open paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.web.browsing.selection_bar import SelectionBar, WriteTldrs
from assistant.web.browsing.table import ORDERS
from assistant.web.components import button, html, parallel, quiet, signal, text_box

if TYPE_CHECKING:
    from assistant.web.browsing.duplicates import Duplicates
    from assistant.web.browsing.paper_detail import DetailView, PaperDetail
    from assistant.web.browsing.selection import Selection
    from assistant.web.browsing.table import PaperTable


@dataclass(frozen=True)
class _Shown:
    """What a window shows of the table, so that unchanged parts are not sent again."""

    asked: tuple[str, str] = ("", "")
    turned: str = ""
    page: int = 0
    stamp: tuple[int, ...] = ()
    has_current_facets: bool = False
    html: int = 0


def add_library_tab(
    table: PaperTable,
    detail: PaperDetail,
    duplicates: Duplicates,
    selection: Selection,
    write_tldrs: WriteTldrs,
    header: gr.HTML,
    render_header: Callable[..., str],
) -> None:
    """Add the components of the tab to the page being built.

    `header` is updated with `render_header` when the number of papers changes. The table is read
    when the tab becomes visible, and again after every change of the library.
    """
    # Written by library.js: the page to show, and a request to check for changes.
    turned, checks = (signal(name, name) for name in ("turn-page", "look-again"))
    shown = gr.State(_Shown())
    with gr.Row(elem_id="library-bar"):
        query = text_box(
            "Search the library",
            "filter",
            "Search by words or meaning; since:2024-03, author:hinton, tag:nlp …",
            scale=6,
        )
        order = gr.Dropdown(
            list(ORDERS),
            value="best",
            show_label=False,
            label="Order",
            container=False,
            filterable=False,
            scale=2,
            min_width=210,
            elem_id="library-order",
        )
    facets = html(elem_id="facets")
    bar = SelectionBar(selection, table, write_tldrs)
    with gr.Row(elem_id="library"):
        with gr.Column(scale=7, min_width=280, elem_id="library-list"):
            papers = html(elem_id="papers")
            with gr.Row(elem_id="library-pager"):
                pager = html(elem_id="pager")
                text_box("Go to page", "page-jump", "Go to …", scale=0, min_width=90)
        pane = DetailPane(detail, duplicates, table)

    def refresh(
        text: str, sort: str, turn: str, opened: str, known: _Shown, known_pane: int
    ) -> tuple[Any, ...]:
        """Table, pager, filters and open paper, each if it has changed."""
        stamp, asked = table.stamp(), (text, sort)
        same = asked == known.asked and turn == known.turned
        if same and stamp == known.stamp and known.has_current_facets and known.html:
            return (gr.skip(),) * 7
        page = known.page if asked == known.asked else 0
        if turn != known.turned:
            page = _page(turn)
        listing = table.listing(text, sort, page)
        written = hash((listing.html, listing.pager))
        listed = (listing.html, listing.pager) if written != known.html else (gr.skip(),) * 2
        view = detail.view(opened) if opened and stamp != known.stamp else None
        facets = table.facets()
        return (
            *listed,
            facets,
            # Tags that are not counted now are counted at a later update.
            _Shown(asked, turn, listing.page, stamp, table.has_current_facets(stamp), written),
            *(_pane_values(view) if view and hash(view) != known_pane else (gr.skip(),) * 3),
        )

    refreshing: dict[str, Any] = {
        "inputs": [query, order, turned, pane.opened, shown, pane.shown],
        "outputs": [papers, pager, facets, shown, *pane.outputs],
        **parallel(),
    }
    gr.on(
        [query.change, order.change, turned.change, checks.change],
        refresh,
        trigger_mode="always_last",
        **refreshing,
    )
    pane.connect(
        bar.message, lambda event: event.then(refresh, **refreshing), header, render_header
    )
    bar.connect(lambda event: event.then(refresh, **refreshing), header, render_header)


def _page(turned: str) -> int:
    """The page number of `3:17`; the part after the colon only makes each click unique."""
    page, _, _ = turned.partition(":")
    return int(page) if page.isascii() and page.isdigit() and len(page) < 10 else 0


class DetailPane:
    """Components and handlers of the pane; creating one adds it to the page being built."""

    def __init__(self, detail: PaperDetail, duplicates: Duplicates, table: PaperTable) -> None:
        self._detail = detail
        self._duplicates = duplicates
        self._table = table
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
                    "New tag of this paper", "detail-tag", "New tag …", scale=3, min_width=120
                )
                self._add = button("Add tag", "detail-add-tag", 90)
            self._problem = html(elem_id="detail-problem")
            self._near_duplicates = html(elem_id="paper-duplicates")
            self._more = html(elem_id="paper-more")
            self._near = html(elem_id="paper-near")

    @property
    def outputs(self) -> list[Any]:
        """The components that get the values of `_pane_values`."""
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
            yield *_pane_values(self._detail.view(number)), *message, "", ""
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
            self._table.expire_facets()
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
            self._table.expire_facets()
            return problem, gr.skip() if problem else "", *_pane_values(self._detail.view(number))

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
            return problem or gr.skip(), *_pane_values(self._detail.view(number))

        then_refresh(
            self._request.change(
                change,
                inputs=[self._request, self.opened],
                outputs=[message, *self.outputs],
                **parallel(),
            )
        )


def _pane_values(view: DetailView) -> tuple[Any, ...]:
    """The two parts of the open paper, and a hash that changes with them."""
    return view.first, view.more, hash(view)
