"""Identifiers that are none: the values of fields meant for one in which no valid one is found.

The record is imported all the same. `checked` keeps such values as they are written, and remarks on
them; `record.papers_of` asks for the remarks after each record, and reports them with its line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from assistant.reading import identifiers
from assistant.reading.cleaning import clean_text, one_line
from assistant.reading.format import NoPaper
from assistant.reference import CUSTOM, Reference

FORMAT_NAME = "invalid"
"""The name in `custom` of invalid identifiers, by their kinds."""

Stated = Mapping[str, object]
"""Values of fields meant for an identifier, by its kind: doi, arxiv, pmid, pmcid, isbn, issn.

The kind `serial` is an ISBN or an ISSN. A value is a text, a number, or several of them.
"""

_NAMES = {
    "doi": "DOI",
    "arxiv": "arXiv id",
    "pmid": "PMID",
    "pmcid": "PMCID",
    "isbn": "ISBN",
    "issn": "ISSN",
    "serial": "ISBN or ISSN",
}
# Those that are texts of a reference.
_KEYS = (("PMCID", "pmcid"), ("ISBN", "isbn"), ("ISSN", "issn"))
# Characters of a value in a remark, and of one that is kept.
_SHOWN = 60
_LONGEST = 100_000


class _Remarks(threading.local):
    """The remarks on the record that this thread reads."""

    def __init__(self) -> None:
        self.of_record: list[str] = []


_remarks = _Remarks()


def taken_remarks() -> Sequence[str]:
    """The remarks since they were taken last, for people."""
    if not _remarks.of_record:
        return ()
    found, _remarks.of_record = _remarks.of_record, []
    return found


def add_remark(text: str) -> None:
    """Say something to people about the record that is read."""
    _remarks.of_record.append(text)


def checked(record: Reference, stated: Stated | None, valid: Collection[object]) -> Reference:
    """`record` with the invalid identifiers that it would lose; remarks on all invalid ones.

    `stated` are those outside `record`; `valid` are valid values, which need not be read again.

    Raises:
        NoPaper: an invalid value is longer than any real one.
    """
    wrong: dict[str, list[str]] = {}
    for kind, value in stated.items() if stated else ():
        for one in _each(value):
            if one not in valid and not _is_valid(kind, one):
                wrong.setdefault(kind, []).append(str(one))
    for key, kind in _KEYS:
        if (text := record.get(key)) and not _is_valid(kind, text):
            # It is from the field for both, or from the one stated.
            for other in ("serial", kind):
                rest = [it for it in wrong.pop(other, ()) if _signs(text) not in _signs(it)]
                wrong |= {other: rest} if rest else {}
            wrong[kind] = [text, *wrong.get(kind, ())]
    if not wrong:
        return record
    _remarks.of_record += [_remark(kind, values) for kind, values in wrong.items()]
    return _with_all(record, wrong)


def _signs(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _each(value: object, depth: int = 2) -> Sequence[str | int | float]:
    """The texts and numbers in a value, which may be a list."""
    if isinstance(value, str | int | float):
        return (value,) if value != "" and not isinstance(value, bool) else ()
    if depth and isinstance(value, list | tuple):
        return [one for it in value if it is not None for one in _each(it, depth - 1)]
    return ()


def _is_valid(kind: str, value: str | int | float) -> bool:
    """Whether it has a valid identifier of the kind in it, or says that there is none."""
    if isinstance(value, str) and len(value) < _SHOWN:
        return _is_short_valid(kind, value)
    return _READERS[kind](value) is not None or identifiers.is_blank(value)


# An export has few journals, and names them again and again.
@lru_cache(maxsize=2_000)
def _is_short_valid(kind: str, value: str) -> bool:
    return _READERS[kind](value) is not None or identifiers.is_blank(value)


def _serial(value: object) -> str | None:
    return identifiers.issn(value) or identifiers.isbn(value)


_READERS: dict[str, Callable[[object], str | None]] = {
    "doi": identifiers.doi,
    "arxiv": identifiers.arxiv,
    "pmid": identifiers.pmid,
    "pmcid": identifiers.pmcid,
    "isbn": identifiers.isbn,
    "issn": identifiers.issn,
    "serial": _serial,
}


def _remark(kind: str, values: list[str]) -> str:
    value = one_line(values[0][: 4 * _SHOWN])
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN].rstrip()}…"
    more = f" and {len(values) - 1:,} more" if len(values) > 1 else ""
    are, they = ("are", "they are") if more else ("is", "it is")
    return (
        f'the {_NAMES[kind]} "{shown}"{more} {are} invalid: {they} kept as written, but not used; '
        "correct the record and import it again"
    )


def _with_all(record: Reference, wrong: Mapping[str, list[str]]) -> Reference:
    """`record` with those values of `wrong` that are nowhere in it."""
    custom: dict[str, dict[str, Any]] = dict(record.get(CUSTOM, {}))
    known = {key: text for key, text in record.items() if isinstance(text, str)}
    groups: list[Mapping[str, Any]] = [known, *custom.values()]
    lost: dict[str, list[str]] = {}
    for kind, values in wrong.items():
        for value in values:
            if len(value) > _LONGEST:
                raise NoPaper(
                    f"its {_NAMES[kind]} has {len(value):,} characters; the limit is {_LONGEST:,}"
                )
            text = clean_text(value)
            if text and not any(_is_in(text, group) for group in groups):
                lost.setdefault(kind, []).append(text)
    if not lost:
        return record
    custom[FORMAT_NAME] = {**custom.get(FORMAT_NAME, {}), **lost}
    return {**record, CUSTOM: custom}


def _is_in(text: str, group: Mapping[str, Any]) -> bool:
    """Whether one of the values of `group` begins with `text`: a note may follow it."""
    return any(
        isinstance(it, str) and it.startswith(text)
        for entry in group.values()
        for it in (entry if isinstance(entry, list) else [entry])
    )
