"""Text as exports write it -> text as people read it."""

from __future__ import annotations

import html


def plain(text: str) -> str:
    """`text` without the markup of web pages."""
    return html.unescape(text)
