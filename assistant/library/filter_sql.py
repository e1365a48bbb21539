"""SQL conditions for filters. Every value is a parameter, never part of the statement."""

from __future__ import annotations

import json
from collections.abc import Iterable

from assistant.library.filters import Filters
from assistant.library.name_matching import fold, full_words, name_words

# Sorts after every continuation of a date, so that `until` 2024 includes 2024-12-31.
_END = "\uffff"
_LABELLED = (
    "number IN (SELECT paper FROM labels WHERE kind = ? AND label IN "
    "(SELECT value FROM json_each(?)))"
)


def conditions(filters: Filters) -> tuple[str, list[str]]:
    """A condition on `papers` and its parameters; `1` if every paper matches."""
    parts: list[str] = []
    values: list[str] = []

    def add(condition: str, *given: str) -> None:
        parts.append(condition)
        values.extend(given)

    if filters.since is not None:
        # A less precise date is a prefix of it and sorts before it.
        prefixes = [filters.since[:length] for length in (4, 7) if length < len(filters.since)]
        add(
            "(published >= ? OR published IN (SELECT value FROM json_each(?)))",
            filters.since,
            json.dumps(prefixes),
        )
    if filters.until is not None:
        add("published <= ?", filters.until + _END)
    for name in filters.authors:
        add(*_author(name))
    for name in filters.without_authors:
        condition, *given = _author(name)
        add(f"NOT ({condition})", *given)
    for tag in filters.tags:
        add(_LABELLED, "tag", _json([fold(tag)]))
    if filters.without_tags:
        add(f"NOT {_LABELLED}", "tag", _json(map(fold, filters.without_tags)))
    if filters.sources:
        add(_LABELLED, "source", _json(map(fold, filters.sources)))
    if filters.without_sources:
        add(f"NOT {_LABELLED}", "source", _json(map(fold, filters.without_sources)))
    if filters.only is not None:
        add("number IN (SELECT value FROM json_each(?))", json.dumps(filters.only))
    if filters.with_abstract:
        add("abstract != ''")
    return " AND ".join(parts) or "1", values


def _author(name: str) -> tuple[str, ...]:
    """Papers by the words of their authors' names; for several words, by the full names."""
    words = name_words(name)
    given = ("author", _json(full_words(words)))
    if len(words) == 1:
        return _LABELLED, *given
    return f"({_LABELLED} AND matches_name(authors, ?))", *given, " ".join(words)


def _json(values: Iterable[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
