"""Values of small YAML documents, built from the parser's events with bounds for hostile ones.

A few lines of YAML can stand for endless memory: a list of references to a list of references.
So an anchor and what refers to it count as often as they are used, and there may be few of them.
Scalars stay as they are written, except those that mean nothing: dates, versions and numbers of
volumes are texts to us.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from assistant.reading.format import NoPaper
from assistant.reading.source import LONGEST_YAML

_DEEPEST = 30
_MOST_VALUES = 100_000
_MOST_ALIASES = 100
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
# PyYAML in C, where it was built with libyaml, is ten times as fast.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def yaml_value(text: str) -> Any:
    """The value of a YAML document: objects, lists, texts, and None for what is empty.

    Raises:
        NoPaper: it is not YAML, or has more values, levels or references than any record.
    """
    if len(text) > LONGEST_YAML:
        raise NoPaper(f"it is longer than {LONGEST_YAML:,} characters")
    try:
        return _Values(text).document()
    except yaml.YAMLError as error:
        raise NoPaper(f"not readable as YAML: {_reason(error)}") from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise NoPaper("not readable as YAML") from error


def _reason(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "a character that YAML does not allow"
    return f"{problem} (line {mark.line + 1} of it)" if mark else str(problem)


class _Values:
    def __init__(self, text: str) -> None:
        self._events = iter(yaml.parse(text, Loader=_LOADER))
        # Anchored values, and how many values each stands for.
        self._anchored: dict[str, tuple[Any, int]] = {}
        self._count = self._aliases = 0

    def document(self) -> Any:
        for event in self._events:
            if isinstance(event, NodeEvent):
                return self._value(event, 1)
        return None

    def _value(self, event: Event, depth: int) -> Any:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        before = self._count
        self._counted(1)
        if depth > _DEEPEST:
            raise NoPaper(f"nested deeper than {_DEEPEST} levels")
        value: Any
        if isinstance(event, SequenceStartEvent):
            value = self._list(depth)
        elif isinstance(event, MappingStartEvent):
            value = self._object(depth)
        elif isinstance(event, ScalarEvent):
            # Only without quotes is it nothing.
            value = None if event.implicit[0] and event.value in _NOTHING else event.value
        else:
            raise NoPaper("not readable as YAML")
        if isinstance(event, NodeEvent) and event.anchor:
            self._anchored[event.anchor] = value, self._count - before
        return value

    def _list(self, depth: int) -> list[Any]:
        values = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            values.append(self._value(event, depth + 1))
        return values

    def _object(self, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._value(event, depth + 1)
            value = self._value(next(self._events), depth + 1)
            if isinstance(key, str):
                values[key] = value
        return values

    def _alias(self, event: AliasEvent) -> Any:
        self._aliases += 1
        if self._aliases > _MOST_ALIASES:
            raise NoPaper(f"it has more than {_MOST_ALIASES} references (*) within it")
        if event.anchor not in self._anchored:
            raise NoPaper(f"it refers to *{event.anchor}, which is not above it")
        value, count = self._anchored[event.anchor]
        self._counted(count)
        return value

    def _counted(self, count: int) -> None:
        self._count += count
        if self._count > _MOST_VALUES:
            raise NoPaper(f"it has more than {_MOST_VALUES:,} values")
