"""What all parts of the page build with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr


def html(value: str = "", **options: Any) -> gr.HTML:
    """A place for HTML of `rendering`, without styles or scripts of Gradio's own."""
    return gr.HTML(value, js_on_load=None, apply_default_css=False, **options)


def quiet() -> dict[str, Any]:
    """Options of an event: no overlay while it runs, and no place in any API."""
    return {"show_progress": "hidden", "api_visibility": "private"}


def owner(request: gr.Request) -> str:
    """Whose chats a request is about: the name of who is logged in, "" where nobody has to."""
    return request.username or ""


def updates(
    views: Iterator[tuple[Any, ...]], outputs: Sequence[gr.components.Component]
) -> Iterator[tuple[Any, ...]]:
    """The updates in `views`; if there are none, one by which all `outputs` stay as they are.

    Gradio empties the outputs of a handler that yields nothing.
    """
    none = True
    for view in views:
        none = False
        yield view
    if none:
        yield tuple(gr.skip() for _ in outputs)


def visitor(request: gr.Request) -> str:
    """What tells one open window of the page from another; nobody can name somebody else's."""
    # No name has a slash in it.
    return f"{owner(request)}/{request.session_hash or ''}"
