"""Lists whose items say what they are: of descriptions only the abstract, of dates that of issue.

DataCite has `[{"date": "2023", "dateType": "Issued"}, ...]`; others call the type `date_type`, or
`type`, which may be an object with an `id`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_TYPES = (
    *("descriptionType", "description_type", "dateType", "date_type", "titleType", "title_type"),
    "type",
)
# When it came out, the best first. When it was received, accepted, created, registered or changed
# says nothing about that.
_PUBLISHED = ("issued", "published", "publication", "available", "online", "print")
_OTHER_TITLES = ("subtitle", "translated", "alternative", "other")


def chosen(key: str, items: Sequence[Any]) -> Sequence[Any]:
    """Those `items` of the list `key` of a record that are what it is asked for.

    All of them, unless they are dates, descriptions or titles that have types.
    """
    typed = [(kind, item) for item in items if (kind := _type(item))]
    if not typed:
        return items
    name = key.lower()
    if name.endswith("descriptions"):
        return [item for kind, item in typed if kind.startswith("abstract")]
    if name.endswith("dates"):
        for wanted in _PUBLISHED:
            found = [item for kind, item in typed if kind.startswith(wanted)]
            if found:
                return found
        return []
    if name.endswith("titles"):
        others = [item for kind, item in typed if any(other in kind for other in _OTHER_TITLES)]
        return [item for item in items if item not in others] or items
    return items


def _type(item: Any) -> str:
    """The type of an item in small letters, "" if it has none."""
    if not isinstance(item, dict):
        return ""
    kind = next((item[key] for key in _TYPES if item.get(key)), "")
    if isinstance(kind, dict):
        kind = kind.get("id") or ""
    return kind.lower() if isinstance(kind, str) else ""
