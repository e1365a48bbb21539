"""The bibliographic record of an export, cleaned: see `assistant.reference` for its keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.format import NoPaper
from assistant.reading.journal_macros import journal_name
from assistant.reading.markup import are_ordinary, plain
from assistant.reading.name_parts import is_nobody
from assistant.reading.single_names import CSL_NAME_KEYS, clean_csl_name
from assistant.reference import (
    CUSTOM,
    DATES,
    NAMES,
    TEXTS,
    CslName,
    Reference,
    display_name,
    display_names,
)

LONGEST_TEXT = 100_000
_LONGEST_CUSTOM = 1_000_000
_MOST_NAMES = 20_000
_DATE_PARTS = 3
# Texts whose line breaks are part of them.
_LONG_TEXTS = frozenset({"note", "annote", "references"})
# Written as they are: no markup is removed from them.
_VERBATIM = frozenset({"citation-key", "type"})


def cleaned(values: Mapping[str, Any]) -> Reference:
    """The reference with these values; empty and invalid ones are left out.

    Texts may also be numbers. Names may be texts as people write them, or CSL names.

    Raises:
        NoPaper: a value is longer than any real one.
        ValueError: a key is not one of a reference.
    """
    reference: Reference = {}
    is_clean = _are_clean(values)
    for key, value in values.items():
        found: Any
        if key in _TEXT_KEYS:
            found = value if is_clean else _text(key, value)
        elif key in _ROLES:
            found = [dict(name) for name in value] if is_clean else _names(value)
        elif key in DATES:
            found = _date(value)
        elif key == CUSTOM:
            found = _custom(value)
        else:
            raise ValueError(f"{key} is not a key of a reference")
        if found:
            reference[key] = found
    return reference


def with_author(paper: Paper, people: object) -> Paper:
    """`paper` with its authors as CSL names in its reference, if these are the same people."""
    author = cleaned({"author": people}).get("author")
    if not author or display_names(author) != paper.authors:
        return paper
    return paper.model_copy(update={"reference": {**paper.reference, "author": author}})


_TEXT_KEYS = frozenset(TEXTS)
_ROLES = frozenset(NAMES)
_IN_NAMES = frozenset(CSL_NAME_KEYS)
_ONE_OF = frozenset({"family", "given", "literal"})


def _are_clean(values: Mapping[str, Any]) -> bool:
    """Whether all texts and names are ordinary ones, which stay as they are.

    Most records have no others, and one look at all of them takes a fraction of the time.
    """
    texts: list[str] = []
    people: list[dict[str, Any]] = []
    for key, value in values.items():
        if key in _TEXT_KEYS:
            texts.append(value if isinstance(value, str) and value else " ")
        elif key in _ROLES:
            if not isinstance(value, list) or len(value) > _MOST_NAMES:
                return False
            people += value
    for name in people:
        if not isinstance(name, dict) or not (_IN_NAMES.issuperset(name) and all(name.values())):
            return False
        texts += name.values()
    return (
        are_ordinary(texts)
        and sum(map(len, texts)) < LONGEST_TEXT
        and not any(_ONE_OF.isdisjoint(it) or is_nobody(display_name(it)) for it in people)
    )


def _text(key: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        return ""
    text = str(value)
    if len(text) > LONGEST_TEXT:
        raise NoPaper(f'its "{key}" has {len(text):,} characters; the limit is {LONGEST_TEXT:,}')
    if key == "container-title":
        text = journal_name(text)
    if key not in _VERBATIM:
        text = plain(text)
    return fields.clean_text(text) if key in _LONG_TEXTS else fields.one_line(text)


def _names(value: object) -> list[CslName]:
    people = value if isinstance(value, Iterable) and not isinstance(value, str | Mapping) else ()
    return list(islice(filter(None, map(clean_csl_name, people)), _MOST_NAMES))


def _date(value: object) -> dict[str, Any]:
    """`{"date-parts": [[2024, 3]]}` of a CSL date or an ISO 8601 date."""
    if isinstance(value, Mapping):
        parts = value.get("date-parts")
        first = parts[0] if isinstance(parts, list) and parts else None
        numbers = first[:_DATE_PARTS] if isinstance(first, list) else []
        value = "-".join(str(part).zfill(2) for part in numbers)
    date = fields.date(value)
    return {"date-parts": [[int(part) for part in date.split("-")]]} if date else {}


def _is_clean(text: str) -> bool:
    return text.isascii() and text.isprintable() and text[:1] != " " != text[-1:]


def _custom(value: object) -> dict[str, dict[str, Any]]:
    """Fields without a name in CSL, verbatim but for control characters."""
    if not isinstance(value, Mapping):
        return {}
    found: dict[str, dict[str, Any]] = {}
    room = _LONGEST_CUSTOM
    for format_name, entries in value.items():
        group = fields.one_line(str(format_name))
        if not isinstance(entries, Mapping) or not group:
            continue
        for name, entry in entries.items():
            texts = entry if isinstance(entry, list) else [entry]
            clean = [
                text
                for it in texts
                if isinstance(it, str) and (text := it if _is_clean(it) else fields.clean_text(it))
            ]
            room -= sum(map(len, clean)) + len(str(name))
            if room < 0:
                raise NoPaper(f"its other fields have more than {_LONGEST_CUSTOM:,} characters")
            key = (
                name
                if isinstance(name, str) and name.isidentifier()
                else fields.one_line(str(name))
            )
            if clean and key:
                kept = clean if isinstance(entry, list) else clean[0]
                found.setdefault(group, {})[key] = kept
    return found
