"""Rows of a table that have more fields than its header: which of them belong to which column.

A field that the header lacks moves all that follow to other columns. Values that can be checked,
such as DOIs and years, tell up to which column a row is right, counted from its beginning, and from
which one on, counted from its end. What is between is put in no column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.reading import dates, fields
from assistant.reading.identifiers import isbn, issn

_NOT_WORD = re.compile(r"[\W_]+")
# Scopus names only the first of such columns: "Funding Text 1".
_NUMBERED = re.compile(r".*\S ?\d+")
_ABSTRACT_WORDS = 20
_LONGEST = 10_000
_MANY = re.compile(r"[;,\s]+")


@dataclass(frozen=True)
class Aligned:
    """A row with a field for each column.

    Args:
        row: its fields; those that belong to no column are empty.
        left_out: the fields of which it is not known where they belong.
        placed: the columns that have their own field.
    """

    row: Sequence[str]
    left_out: Sequence[str]
    placed: frozenset[int]


def aligned(header: Sequence[str], kinds: Mapping[int, str], row: Sequence[str]) -> Aligned:
    """The fields of a row that has more than its header.

    Args:
        header: the names of the columns.
        kinds: for places of columns what is in them, such as `doi`, `date` or `abstract`.
        row: the fields.
    """
    width, extra = len(header), len(row) - len(header)
    checks = [_check(kinds.get(place, ""), name) for place, name in enumerate(header)]
    left = _run(range(width), checks, row, 0)
    right = _run(range(width - 1, left, -1), checks, row, extra)
    right = width if right < 0 else right
    numbered = [place for place in range(left + 1, right) if _NUMBERED.fullmatch(header[place])]
    if len(numbered) == 1 and left >= 0 and right < width:
        left, right = numbered[0], numbered[0] + 1
    middle = [""] * (right - left - 1)
    return Aligned(
        row=[*row[: left + 1], *middle, *row[right + extra :]],
        left_out=[text for text in row[left + 1 : right + extra] if text.strip()],
        placed=frozenset({*range(left + 1), *range(right, width)}),
    )


def _run(
    places: Sequence[int],
    checks: Sequence[Callable[[str], bool | None]],
    row: Sequence[str],
    shift: int,
) -> int:
    """The last of `places` with a right value before the first with a wrong one; -1 if none has."""
    last = -1
    for place in places:
        text = row[place + shift].strip()[:_LONGEST]
        is_right = checks[place](text) if text else None
        if is_right is False:
            break
        if is_right:
            last = place
    return last


def _check(kind: str, name: str) -> Callable[[str], bool | None]:
    """What tells if a value is one of a column; None says that it can be."""
    return _CHECKS.get(kind) or _CHECKS.get(_NOT_WORD.sub("", name.casefold()), lambda _: None)


def _has(number: Callable[[object], str | None]) -> Callable[[str], bool]:
    return lambda text: any(number(part) for part in _MANY.split(text) if part)


_CHECKS: dict[str, Callable[[str], bool | None]] = {
    "doi": lambda text: fields.doi(text) is not None,
    "pmid": lambda text: text.isdecimal() and len(text) <= 8,
    "arxiv": lambda text: fields.arxiv(text) is not None or None,
    "url": lambda text: text.startswith(("http", "www.", "10.")),
    "date": lambda text: dates.iso(text) is not None,
    # Shorter ones say nothing.
    "abstract": lambda text: len(text.split()) >= _ABSTRACT_WORDS or None,
    "issn": _has(issn),
    "isbn": _has(isbn),
    "eissn": _has(issn),
    "eid": lambda text: text.startswith("2-s2.0-"),
    "citedby": lambda text: text.isdecimal(),
    "timescited": lambda text: text.isdecimal(),
}
