"""Gradio's memory of a window, kept from growing.

When a handler leaves an output as it is, or changes a property of it, Gradio puts a copy of the
component in its place, which has an id of its own. At the next plain value it takes that for a
component it does not know yet, and keeps it with its value as long as the window is open: a page
that looks for news every two seconds would grow all day. So a copy gets the id of its place.
"""

from __future__ import annotations

from typing import Any

from gradio.blocks import Block
from gradio.state_holder import SessionState

_keep = SessionState.__setitem__


def keep_ids() -> None:
    """Let components that take the place of others have their ids, in all windows from now on."""
    SessionState.__setitem__ = _with_id  # type: ignore[method-assign]


def _with_id(state: SessionState, key: int, value: Any) -> None:
    if isinstance(value, Block):
        value._id = key
    _keep(state, key, value)
