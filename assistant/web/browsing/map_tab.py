"""The Map tab: the map of the library and the card of a paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.languages import _
from assistant.web.components import button, html, parallel, quiet, signal, unqueued, updates

if TYPE_CHECKING:
    from assistant.web.browsing.map import Maps, MapView


def add_map_tab(tab: gr.Tab, maps: Maps) -> None:
    """Add the components of `tab`; the map is drawn when the tab is selected."""
    # map.js writes the number of the selected paper into it.
    chosen = signal("Paper", "map-chosen")
    # It asks for changes of the library while the map is visible.
    looks = signal("Look", "map-look")
    with gr.Row(elem_id="map-bar"):
        message = html(elem_id="map-message")
        draw = button(_("Redraw"), "map-draw", 110, size="sm", visible=False)
        stop = button(_("Stop"), "map-stop", 90, variant="stop", size="sm", visible=False)
    with gr.Row(elem_id="map-row"):
        with gr.Column(scale=5, min_width=300):
            place = html(elem_id="map")
        with gr.Column(scale=3, min_width=280, elem_id="map-side"):
            card = html(maps.no_card(), elem_id="map-card")
            listed = html(elem_id="map-listed")
    seen = gr.State("")
    shown = [place, message, draw, stop, seen, listed]

    def show(before: str) -> Iterator[tuple[Any, ...]]:
        yield from updates(map(_shown, maps.open(before)), shown)

    def redraw() -> Iterator[tuple[Any, ...]]:
        yield from updates(map(_shown, maps.open(redraw=True)), shown)

    def look(before: str) -> Iterator[tuple[Any, ...]]:
        if maps.is_current(before):
            yield tuple(gr.skip() for _ in shown)
        else:
            yield from show(before)

    looks.change(look, inputs=[seen], outputs=shown, **parallel())
    tab.select(show, inputs=[seen], outputs=shown, **parallel())
    draw.click(redraw, outputs=shown, **parallel())
    stop.click(maps.stop, **unqueued())
    chosen.change(maps.card, inputs=[chosen], outputs=[card], **quiet())


def _shown(view: MapView) -> tuple[Any, ...]:
    """Updates of the picture, message, buttons Redraw and Stop, identifier, and list of papers."""
    return (
        gr.skip() if view.html is None else view.html,
        view.message,
        gr.update(visible=view.can_draw and not view.running),
        gr.update(visible=view.running),
        gr.skip() if view.html is None else view.seen,
        gr.skip() if view.html is None else view.listed,
    )
