"""Fields of a record that nothing here has a name for, kept as the source writes them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from assistant.text.json_text import json_text

LONGEST_FIELD = 100_000
"""Characters of one field. What is longer, such as a full text, is no part of a record."""
LONGEST_FIELDS = 500_000
"""Characters of all fields of one record."""


def verbatim(
    record: Mapping[str, Any], used: Container[str] = (), *, typed: bool = False
) -> dict[str, str | list[str]]:
    """The fields of `record` but those `used`, as texts or lists of texts.

    Other values are written as JSON. Empty ones are left out, and so are those too long, the
    longest first. With `typed`, `assistant.text.json_text.json_value` gives each value again: a
    text that could be taken for another value is in quotes.
    """
    found: dict[str, str | list[str]] = {}
    for key, value in record.items():
        if key not in used and value is not None and value not in ("", [], {}):
            texts = _texts(value, typed)
            if texts and _size(texts) <= LONGEST_FIELD:
                found[key] = texts
    room = LONGEST_FIELDS - sum(len(key) + _size(texts) for key, texts in found.items())
    if room < 0:
        for key in sorted(found, key=lambda key: -_size(found[key])):
            room += len(key) + _size(found.pop(key))
            if room >= 0:
                break
    return found


def _texts(value: Any, typed: bool) -> str | list[str]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [item for item in value if item.strip()]
    return value if isinstance(value, str) and not typed else json_text(value)


def _size(value: str | list[str]) -> int:
    return len(value) if isinstance(value, str) else sum(map(len, value)) + len(value)
