"""The Library: a table to search and sort, next to the open paper, and the import dialog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.html import render
from assistant.languages import Later, _
from assistant.web.browsing.detail_pane import DetailPane, pane_values
from assistant.web.browsing.selection_bar import SelectionBar
from assistant.web.components import html, parallel, quiet, signal, text_box
from assistant.web.ingestion.import_dialog import add_import_dialog

if TYPE_CHECKING:
    from assistant.web.browsing.duplicates import Duplicates
    from assistant.web.browsing.facets import Facets
    from assistant.web.browsing.paper_detail import PaperDetail
    from assistant.web.browsing.selection import Selection
    from assistant.web.browsing.table import PaperTable
    from assistant.web.ingestion.importing import Importing
    from assistant.web.ingestion.tldr_work import TldrWork
    from assistant.web.ingestion.zotero_import import ZoteroImport


@dataclass(frozen=True)
class _Shown:
    """What a window shows of the table, so that unchanged parts are not sent again."""

    asked: tuple[str, str, bool] = ("", "", False)
    turned: str = ""
    page: int = 0
    stamp: tuple[int, ...] = ()
    has_current_facets: bool = False
    html: int = 0
    line: str = ""


@dataclass(frozen=True)
class LibraryParts:
    """What the Library shows and changes, all of one session."""

    table: PaperTable
    facets: Facets
    detail: PaperDetail
    duplicates: Duplicates
    selection: Selection
    importing: Importing
    zotero: ZoteroImport
    tldrs: TldrWork


def add_library_tab(
    parts: LibraryParts, header: gr.HTML, render_header: Callable[..., str]
) -> None:
    """Add the components of the Library to the page being built.

    `header` is updated with `render_header` when the number of papers changes. The table is read
    when the Library becomes visible, and again after every change of the library.
    """
    table, facets, tldrs = parts.table, parts.facets, parts.tldrs
    # Written by library.js: the page to show, the column to sort by, the search whose best matches
    # are shown, a request to check for changes, and what to do about TL;DRs.
    turned, sort, best, checks, tldr_request = (
        signal(name, name)
        for name in ("turn-page", "sort-papers", "search-mode", "look-again", "tldr-request")
    )
    shown = gr.State(_Shown())
    with gr.Column(elem_id="library-place"):
        with gr.Row(elem_id="library-bar"):
            query = text_box(
                _("Search the library"),
                "filter",
                _("Search titles, abstracts, authors, tags; or tag:nlp, year:2024 …"),
                scale=6,
            )
            html(Later(lambda: render("library_buttons.html")), elem_id="library-buttons")
        with gr.Row(elem_id="library-filters"):
            facet_place = html(elem_id="facets")
            line = html(elem_id="tldr-line")
        found = html(elem_id="found")
        with gr.Row(elem_id="library"):
            with gr.Column(scale=7, min_width=280, elem_id="library-list"):
                papers = html(elem_id="papers")
                with gr.Row(elem_id="library-pager"):
                    pager = html(elem_id="pager")
                    text_box(_("Go to page"), "page-jump", _("Go to …"), scale=0, min_width=90)
                bar = SelectionBar(parts.selection, facets, tldrs)
            pane = DetailPane(parts.detail, parts.duplicates, facets)
        imported = add_import_dialog(parts.importing)

    def refresh(
        text: str,
        order: str,
        best_of: str,
        turn: str,
        opened: str,
        known: _Shown,
        known_pane: int,
    ) -> tuple[Any, ...]:
        """Table, pager, filters, TL;DR line and open paper, each if it has changed."""
        tldr_line = parts.importing.line() + parts.zotero.line() + tldrs.view()
        changed_line = gr.skip() if tldr_line == known.line else tldr_line
        stamp = table.stamp()
        asked = (text, order, bool(best_of) and _same_text(best_of, text))
        same = asked == known.asked and turn == known.turned
        if same and stamp == known.stamp and known.has_current_facets and known.html:
            if tldr_line == known.line:
                return (gr.skip(),) * 9
            update = replace(known, line=tldr_line)
            return (*(gr.skip(),) * 4, changed_line, update, *(gr.skip(),) * 3)
        page = known.page if asked == known.asked else 0
        if turn != known.turned:
            page = _page(turn)
        listing = table.listing(text, order, page, best=asked[2])
        written = hash((listing.html, listing.pager, listing.found))
        listed = (listing.html, listing.pager, listing.found)
        view = parts.detail.view(opened) if opened and stamp != known.stamp else None
        counted = facets.view()
        return (
            *(listed if written != known.html else (gr.skip(),) * 3),
            counted,
            changed_line,
            # Labels that are not counted now are counted at a later update.
            _Shown(asked, turn, listing.page, stamp, facets.is_current(stamp), written, tldr_line),
            *(pane_values(view) if view and hash(view) != known_pane else (gr.skip(),) * 3),
        )

    refreshing: dict[str, Any] = {
        "inputs": [query, sort, best, turned, pane.opened, shown, pane.shown],
        "outputs": [papers, pager, found, facet_place, line, shown, *pane.outputs],
        **parallel(),
    }

    def then_refresh(event: Any) -> Any:
        return event.then(refresh, **refreshing)

    gr.on(
        [query.change, sort.change, best.change, turned.change, checks.change],
        refresh,
        trigger_mode="always_last",
        **refreshing,
    )

    def act_on_tldrs(request: str) -> None:
        # `stop:3` or `import-resume:KEY:3`: the number only makes each click unique.
        action, *rest = request.split(":")
        key = rest[0] if rest else ""
        if action == "stop":
            tldrs.stop()
        elif action == "resume":
            tldrs.resume()
        elif action == "import-stop":
            parts.importing.stop_import()
        elif action == "import-resume":
            parts.importing.resume(key)
        elif action == "import-discard":
            parts.importing.discard_unfinished(key)

    then_refresh(tldr_request.change(act_on_tldrs, inputs=[tldr_request], **parallel()))
    pane.connect(bar.message, then_refresh, header, render_header)
    bar.connect(then_refresh, header, render_header)
    for event in imported:
        then_refresh(event).then(render_header, outputs=[header], **quiet())


def _same_text(best_of: str, query: str) -> bool:
    """Whether the best matches are still wanted for this search: its text is the same."""
    from assistant.errors import UsageError
    from assistant.library import parse_query

    try:
        return parse_query(query)[0].strip() == best_of
    except UsageError:
        return False


def _page(turned: str) -> int:
    """The page number of `3:17`; the part after the colon only makes each click unique."""
    page = turned.partition(":")[0]
    return int(page) if page.isascii() and page.isdigit() and len(page) < 10 else 0
