"""Titles that a source keeps in parts."""

from __future__ import annotations

from assistant.paper import normalised

# A title that ends like this needs no colon before its subtitle.
_ENDS = (":", "?", "!", "–", "—")


def with_subtitle(title: str, subtitle: str) -> str:
    """`Title: Subtitle`; the title alone if it has the subtitle already."""
    title, subtitle = title.strip(), subtitle.strip().lstrip(":").lstrip()
    if not subtitle or not title:
        return title or subtitle
    if f" {normalised(title)} ".endswith(f" {normalised(subtitle)} "):
        return title
    return f"{title} {subtitle}" if title.endswith(_ENDS) else f"{title.rstrip('.')}: {subtitle}"
