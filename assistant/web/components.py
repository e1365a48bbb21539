"""Components, event options and visitor names that all tabs share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr


def html(value: str = "", **options: Any) -> gr.HTML:
    """A component for HTML, without Gradio's own styles and scripts."""
    return gr.HTML(value, js_on_load=None, apply_default_css=False, **options)


def quiet() -> dict[str, Any]:
    """Options of an event: no overlay while it runs, and not part of an API."""
    return {"show_progress": "hidden", "api_visibility": "private"}


def owner(request: gr.Request) -> str:
    """The user who sends the request and owns its chats, "" without log-in."""
    return request.username or ""


def updates(
    views: Iterator[tuple[Any, ...]], outputs: Sequence[gr.components.Component]
) -> Iterator[tuple[Any, ...]]:
    """The updates in `views`; if there are none, one that leaves all `outputs` unchanged.

    Gradio clears the outputs of a handler that yields nothing.
    """
    is_empty = True
    for view in views:
        is_empty = False
        yield view
    if is_empty:
        yield tuple(gr.skip() for _ in outputs)


def visitor(request: gr.Request) -> str:
    """The key of an open window of the page, which only its user can have."""
    # User names contain no slash.
    return f"{owner(request)}/{request.session_hash or ''}"
