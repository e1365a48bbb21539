"""Rows and cells of a table, and their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
        method: written by the model and verified, quoted, from the catalogue, or empty.
        confidence: probability that the abstract answers, from 0 to 1.
        new: whether it was computed now, not before.

    """

    answer: str
    sentence: str
    method: Literal["written", "quoted", "catalogue", "empty"]
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


def sorted_by(rows: Iterable[Row], columns: Sequence[Column], name: str) -> list[Row]:
    """`rows` by the answers in the column `name`, or by a fixed column; empty cells are last.

    If most of the answers have a number, the first numbers are compared, largest first; else the
    texts.

    Raises:
        UsageError: there is no such column.
    """
    chosen = list(rows)
    if name in FIXED:
        return sorted(chosen, key=lambda row: (not row.fixed[name], row.fixed[name].casefold()))
    index = _index(columns, name)
    answers = {row.stored.number: row.cells[index].answer for row in chosen}
    first = {number: _first_number(answer) for number, answer in answers.items()}
    filled = [number for number, answer in answers.items() if answer]
    if 2 * sum(first[number] is not None for number in filled) > len(filled):

        def by_number(row: Row) -> tuple[bool, bool, float]:
            value = first[row.stored.number]
            return not answers[row.stored.number], value is None, -(value or 0.0)

        return sorted(chosen, key=by_number)

    def by_text(row: Row) -> tuple[bool, str]:
        answer = answers[row.stored.number]
        return not answer, answer.casefold()

    return sorted(chosen, key=by_text)


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
