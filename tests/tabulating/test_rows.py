"""The order of rows, and which are shown."""

from __future__ import annotations

import pytest

from assistant.errors import UsageError
from assistant.library import StoredPaper
from assistant.paper import Paper
from assistant.tabulating import Cell, Row, containing, having, parse_column, sorted_by

COLUMNS = (parse_column("n=How many?"), parse_column("what=What?"))


def row(number: int, n: str, what: str = "") -> Row:
    paper = Paper(title=f"{'abc'[number % 3]} {number}", published=f"{2000 + number}")
    cells = tuple(Cell(text, text, "quoted" if text else "empty", 0.9) for text in (n, what))
    return Row(StoredPaper(number, paper.id, paper), cells)


ROWS = [row(1, "About 90 people."), row(2, "", "Bees"), row(3, "1,200 people.", "ants")]


def numbers(rows: list[Row]) -> list[int]:
    return [one.stored.number for one in rows]


def test_numbers_are_sorted_as_numbers_and_empty_cells_are_last() -> None:
    assert numbers(sorted_by(ROWS, COLUMNS, "n")) == [3, 1, 2]


def test_texts_are_sorted_by_their_letters() -> None:
    assert numbers(sorted_by(ROWS, COLUMNS, "what")) == [3, 2, 1]
    assert numbers(sorted_by(ROWS, COLUMNS, "year")) == [1, 2, 3]
    assert numbers(sorted_by(ROWS, COLUMNS, "title")) == [3, 1, 2]


def test_the_other_way_around_empty_cells_are_still_last() -> None:
    assert numbers(sorted_by(ROWS, COLUMNS, "n", reverse=True)) == [1, 3, 2]
    assert numbers(sorted_by(ROWS, COLUMNS, "what", reverse=True)) == [2, 3, 1]
    assert numbers(sorted_by(ROWS, COLUMNS, "year", reverse=True)) == [3, 2, 1]


def test_rows_with_all_words_anywhere_are_kept() -> None:
    assert numbers(containing(ROWS, "")) == [1, 2, 3]
    assert numbers(containing(ROWS, "PEOPLE 90")) == [1]
    assert numbers(containing(ROWS, "bees 2002")) == [2]
    assert numbers(containing(ROWS, "c 2")) == [2]
    assert numbers(containing(ROWS, "people bees")) == []


def test_rows_with_an_answer_or_a_text_are_kept() -> None:
    assert numbers(having(ROWS, COLUMNS, "n")) == [1, 3]
    assert numbers(having(ROWS, COLUMNS, "what=ANT")) == [3]
    assert numbers(having(ROWS, COLUMNS, "n=people")) == [1, 3]


def test_an_unknown_column_is_answered_with_the_known_ones() -> None:
    for change in (having, sorted_by):
        with pytest.raises(UsageError, match=r"no column “m”. Its columns are: n, what"):
            change([], COLUMNS, "m")
