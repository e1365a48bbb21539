"""Columns and sets of columns."""

from __future__ import annotations

import pytest
from tabulating_support import SAMPLE

from assistant.errors import UsageError
from assistant.library import Library
from assistant.tabulating import column_sets, columns, parse_column


def test_a_column_is_a_name_and_a_question() -> None:
    column = parse_column(f" sample = {SAMPLE} ")
    assert (column.name, column.question.text) == ("sample", SAMPLE)
    assert parse_column("p=Is p = 0.05 reached?").question.text == "Is p = 0.05 reached?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no name"),
        (SAMPLE, "has no name"),
        ("=How many?", "has no name"),
        ("Is it p=0.05?", "no question|has no name|p=0.05"),
        ("sample=", "has no question"),
        ("sample= \x00 ", "has no question"),
        (f"{'n' * 61}=Why?", "too long"),
        (f"n={'why ' * 600}?", "characters"),
    ],
)
def test_an_unusable_column_is_explained(text: str, message: str) -> None:
    if text.startswith("Is it"):
        assert parse_column(text).name == "Is it p"
        return
    with pytest.raises(UsageError, match=message):
        parse_column(text)


def test_names_are_told_apart() -> None:
    with pytest.raises(UsageError, match=r"Another question has a column “Sample”"):
        columns.checked_columns([parse_column("sample=A?"), parse_column("Sample=B?")])
    with pytest.raises(UsageError, match=r"Every table has a column “Title”"):
        columns.checked_columns([parse_column("Title=A?")])


def test_the_sets_of_the_package_are_tables() -> None:
    shipped = columns._shipped()
    assert {"trial", "ml", "survey", "review"} <= set(shipped)
    for one in shipped.values():
        assert columns.checked_columns(one.columns)
        assert one.description
        assert not one.saved


def test_a_saved_set_comes_before_that_of_the_package(library: Library) -> None:
    chosen = [parse_column(f"sample={SAMPLE}")]
    columns.save_column_set(library, "trial", chosen)
    columns.save_column_set(library, "My set 2.0", chosen)
    sets = column_sets(library)
    assert sets["trial"].saved
    assert sets["trial"].columns == tuple(chosen)
    assert columns.columns_of_set(library, "My set 2.0") == tuple(chosen)
    assert list(sets)[:2] == ["My set 2.0", "trial"]


@pytest.mark.parametrize("name", ["", " x", "a/b", "n" * 61, "a\nb"])
def test_a_set_has_a_plain_name(library: Library, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a set"):
        columns.save_column_set(library, name, [parse_column("a=Why?")])
    assert library.column_sets.all() == {}


def test_an_unknown_set_is_answered_with_the_known_ones(library: Library) -> None:
    with pytest.raises(UsageError, match=r"no set “trails”.*trial, ml, survey"):
        columns.columns_of_set(library, "trails")
