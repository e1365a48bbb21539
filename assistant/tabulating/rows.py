"""Rows and cells of a table, and their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from assistant.errors import UsageError
from assistant.tabulating.columns import FIXED, Column
from assistant.text.formatting import paper_link
from assistant.text.numbers import numbers
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.library import StoredCell, StoredPaper


@dataclass(frozen=True)
class Cell:
    """The answer of one paper to the question of one column.

    Attributes:
        answer: the answer on one line; "" if the abstract does not say.
        sentence: the sentences of the abstract that support it, on one line; "" if there are none.
        method: written by the model and verified, quoted, from the catalogue, empty, or unasked
            while the answer is not known yet.
        confidence: probability that the abstract answers, from 0 to 1.
        new: whether it was computed now, not before.

    """

    answer: str
    sentence: str
    method: Literal["written", "quoted", "catalogue", "empty", "unasked"]
    confidence: float
    new: bool = False

    @classmethod
    def of_stored(cls, stored: StoredCell, abstract: str, *, new: bool) -> Cell:
        """The cell that is stored for a paper with this `abstract`."""
        sentences = (sanitized(abstract[start:end]) for start, end in stored.sentences)
        return cls(stored.answer, " … ".join(sentences), stored.method, stored.confidence, new)

    def as_json(self) -> dict[str, Any]:
        """The public JSON representation."""
        return {
            "answer": self.answer,
            "sentence": self.sentence,
            "method": self.method,
            "confidence": round(self.confidence, 3),
        }


@dataclass(frozen=True)
class Row:
    """A paper with its cells, in the order of the columns."""

    stored: StoredPaper
    cells: tuple[Cell, ...]

    @property
    def fixed(self) -> dict[str, str]:
        """The values of the columns that every table has."""
        paper = self.stored.paper
        return {
            "id": sanitized(self.stored.id),
            "title": sanitized(self.stored.shown_title),
            "year": str(paper.year) if paper.year else "",
            "link": paper_link(paper),
        }

    @property
    def new(self) -> bool:
        """Whether a cell was computed now."""
        return any(cell.new for cell in self.cells)

    def as_json(self, columns: Sequence[Column]) -> dict[str, Any]:
        """The public JSON representation."""
        pairs = zip(columns, self.cells, strict=True)
        return {**self.fixed, "cells": {column.name: cell.as_json() for column, cell in pairs}}


def having(rows: Iterable[Row], columns: Sequence[Column], condition: str) -> list[Row]:
    """The rows that meet `condition`: `NAME` (the cell is not empty) or `NAME=TEXT` (has TEXT).

    Raises:
        UsageError: there is no such column.
    """
    name, sign, text = condition.partition("=")
    index = _index(columns, name)
    wanted = sanitized(text).casefold()
    return [
        row
        for row in rows
        if (wanted in row.cells[index].answer.casefold() if sign else row.cells[index].answer)
    ]


def containing(rows: Iterable[Row], text: str) -> list[Row]:
    """The rows that have all words of `text`, in the title, the year or an answer."""
    words = sanitized(text).casefold().split()

    def has_all(row: Row) -> bool:
        fixed = row.fixed
        parts = (fixed["title"], fixed["year"], *(cell.answer for cell in row.cells))
        everything = "\n".join(parts).casefold()
        return all(word in everything for word in words)

    return [row for row in rows if has_all(row)]


def sorted_by(
    rows: Iterable[Row], columns: Sequence[Column], name: str, *, reverse: bool = False
) -> list[Row]:
    """`rows` by the answers in the column `name`, or by a fixed column; empty cells are last.

    If most of the answers have a number, the first numbers are compared, largest first; else the
    texts. With `reverse`, the other way around, and empty cells are still last.

    Raises:
        UsageError: there is no such column.
    """
    chosen = list(rows)
    if name in FIXED:
        values = [row.fixed[name] for row in chosen]
    else:
        index = _index(columns, name)
        values = [row.cells[index].answer for row in chosen]
    filled = [number for number, value in enumerate(values) if value]
    empty = [number for number, value in enumerate(values) if not value]
    texts = {number: values[number].casefold() for number in filled}
    by_text = sorted(filled, key=texts.__getitem__, reverse=reverse)
    first = {} if name in FIXED else {number: _first_number(values[number]) for number in filled}
    numbered = {number: value for number, value in first.items() if value is not None}
    if 2 * len(numbered) > len(filled):
        by_number = sorted(numbered, key=numbered.__getitem__, reverse=not reverse)
        order = by_number + [number for number in filled if number not in numbered]
    else:
        order = by_text
    return [chosen[number] for number in (*order, *empty)]


def arranged(
    rows: Iterable[Row],
    columns: Sequence[Column],
    only: Sequence[str] = (),
    sort: str | None = None,
) -> Iterator[Row]:
    """The rows that meet all conditions `only`, as they arrive, or sorted at the end.

    Raises:
        UsageError: a condition or `sort` names no column; raised by the call itself.
    """
    for condition in only:
        having([], columns, condition)
    if sort is not None:
        sorted_by([], columns, sort)

    def wanted() -> Iterator[Row]:
        for row in rows:
            if all(having([row], columns, condition) for condition in only):
                yield row

    return wanted() if sort is None else _sorted_at_the_end(wanted(), columns, sort)


def _sorted_at_the_end(rows: Iterable[Row], columns: Sequence[Column], name: str) -> Iterator[Row]:
    """`sorted_by`, when the first row is asked for."""
    yield from sorted_by(rows, columns, name)


def _index(columns: Sequence[Column], name: str) -> int:
    names = [column.name for column in columns]
    if name.strip() not in names:
        raise UsageError(
            f"The table has no column “{sanitized(name)}”. Its columns are: {', '.join(names)}."
        )
    return names.index(name.strip())


def _first_number(text: str) -> float | None:
    for number in numbers(text):
        try:
            return float(number.value)
        except ValueError:
            continue
    return None
