"""JSON values kept as texts, for fields that hold nothing else.

A text stays as it is, unless it could be taken for another value: then it is written in quotes.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from assistant.text.sanitizing import sanitized_lines


def json_text(value: Any) -> str:
    """`value` as a text that `json_value` reads; "" if it cannot be written as JSON."""
    if isinstance(value, str) and not _is_json(value):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        return ""


def json_value(text: str) -> Any:
    """The value that `json_text` wrote as `text`, without invisible characters."""
    try:
        return _sanitized(_loaded(text))
    except (ValueError, RecursionError):
        return text


def _sanitized(value: Any) -> Any:
    if isinstance(value, str):
        return sanitized_lines(value)
    if isinstance(value, dict):
        return {sanitized_lines(key): _sanitized(item) for key, item in value.items()}
    return [_sanitized(item) for item in value] if isinstance(value, list) else value


def _is_json(text: str) -> bool:
    # Most texts are none, which their first character shows.
    if not text.strip()[:1] or text.lstrip()[0] not in '{["-0123456789tfn':
        return False
    try:
        _loaded(text)
    except (ValueError, RecursionError):
        return False
    return True


def _loaded(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
