"""Components, event options and visitor names that all tabs share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr


def html(value: str = "", **options: Any) -> gr.HTML:
    """A component for HTML, without Gradio's own styles and scripts."""
    return gr.HTML(value, js_on_load=None, apply_default_css=False, **options)


def button(label: str, name: str, width: int = 60, **options: Any) -> gr.Button:
    """A button with the id `name`, at least `width` pixels wide."""
    return gr.Button(label, elem_id=name, min_width=width, **{"scale": 0} | options)


def text_box(label: str, name: str, placeholder: str = "", **options: Any) -> gr.Textbox:
    """A text box of one line; only screen readers read its label."""
    return gr.Textbox(
        label=label,
        elem_id=name,
        placeholder=placeholder,
        show_label=False,
        container=False,
        **{"max_lines": 1} | options,
    )


def signal(label: str, name: str) -> gr.Textbox:
    """A hidden box that a script of the page writes into."""
    return gr.Textbox(label=label, elem_id=name, visible="hidden")


def quiet() -> dict[str, Any]:
    """Options of an event: no overlay while it runs, and not part of an API."""
    return {"show_progress": "hidden", "api_visibility": "private"}


def parallel() -> dict[str, Any]:
    """The same, for any number of windows at once."""
    return {"concurrency_limit": None, **quiet()}


def unqueued() -> dict[str, Any]:
    """The same, without waiting in Gradio's queue."""
    return {"queue": False, **quiet()}


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
