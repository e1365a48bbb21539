"""Titles that a source keeps in parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

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


def typed_title(titles: Iterable[Any]) -> str:
    """The title among those of DataCite or INSPIRE: objects with a type, except the main one.

    Translations and alternatives count only where there is no other.
    """
    by_type: dict[str, str] = {}
    for it in titles:
        if isinstance(it, dict) and isinstance(it.get("title"), str):
            kind = str(it.get("titleType") or "")
            title = with_subtitle(it["title"], str(it.get("subtitle") or ""))
            by_type.setdefault("" if kind == "None" else kind, title)
    main = by_type.get("") or next((by_type[kind] for kind in by_type if kind != "Subtitle"), "")
    return with_subtitle(main, by_type.get("Subtitle", ""))
