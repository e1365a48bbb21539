"""The columns of a table: a name and a question each, and sets of columns with a name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.answering.question import Question
from assistant.errors import UsageError
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.library import Library

# The columns that every table has.
FIXED = ("id", "title", "year", "link")
MAX_COLUMNS = 30
_MAX_NAME = 60
_SHIPPED = Path(__file__).with_name("column_sets.json")
_SET_NAME = re.compile(r"[\w][\w .-]{0,59}")


@dataclass(frozen=True)
class Column:
    """A column and the question that its cells answer."""

    name: str
    question: Question


@dataclass(frozen=True)
class ColumnSet:
    """Columns with a name; `description` is "" for those that the user saved."""

    name: str
    columns: tuple[Column, ...]
    description: str = ""

    @property
    def saved(self) -> bool:
        """Whether it was saved with the library; the others are part of the package."""
        return not self.description


def parse_column(text: str) -> Column:
    """The column that `text` describes: `sample=How many people took part?`.

    Raises:
        UsageError: it is not NAME=QUESTION, or a part is empty or too long.
    """
    name, sign, question = text.partition("=")
    name = sanitized(name)
    if not sign or not name or "?" in name:
        raise UsageError(
            f"The column “{sanitized(text)[:80]}” has no name. Write NAME=QUESTION, such as "
            "“sample=How many people took part?”."
        )
    if len(name) > _MAX_NAME:
        raise UsageError(
            f"The column name “{name[:_MAX_NAME]}…” is too long. Use at most {_MAX_NAME} "
            "characters; the question follows after the =."
        )
    if not sanitized(question):
        raise UsageError(f"The column {name} has no question. Write {name}=QUESTION.")
    return Column(name, Question.parse(question))


def checked_columns(columns: Iterable[Column]) -> tuple[Column, ...]:
    """`columns` if they can be one table.

    Raises:
        UsageError: there are none or too many, or two have the same name.
    """
    chosen = tuple(columns)
    if not chosen:
        raise UsageError("A table needs at least one column, such as “effect=What was found?”.")
    if len(chosen) > MAX_COLUMNS:
        raise UsageError(
            f"The table has {len(chosen)} columns; at most {MAX_COLUMNS} are possible. Make two."
        )
    names = list(FIXED)
    for column in chosen:
        if (folded := column.name.casefold()) in names:
            used = "every table has" if folded in FIXED else "another question has"
            raise UsageError(f"{used.capitalize()} a column “{column.name}”. Choose another name.")
        names.append(folded)
    return chosen


def column_sets(library: Library) -> dict[str, ColumnSet]:
    """The sets of the user, and those of the package whose names the user has not used."""
    saved = {
        name: ColumnSet(name, named_columns(columns))
        for name, columns in library.column_sets.all().items()
    }
    return saved | {name: one for name, one in _shipped().items() if name not in saved}


def columns_of_set(library: Library, name: str) -> tuple[Column, ...]:
    """The columns of the set `name`.

    Raises:
        UsageError: there is no such set.
    """
    sets = column_sets(library)
    if name not in sets:
        raise UsageError(f"There is no set “{sanitized(name)}”. The sets are: {', '.join(sets)}.")
    return sets[name].columns


def save_column_set(library: Library, name: str, columns: Sequence[Column]) -> None:
    """Save `columns` with the library, in place of an older set of this name.

    Raises:
        UsageError: the name is empty, too long or has other characters.
        LibraryError: it cannot be saved.
    """
    if not _SET_NAME.fullmatch(name):
        raise UsageError(
            f"“{sanitized(name)[:80]}” cannot be the name of a set. Use at most 60 letters, "
            "digits, spaces, dots, hyphens and underscores."
        )
    library.column_sets.save(name, [(one.name, one.question.text) for one in columns])


def delete_column_set(library: Library, name: str) -> None:
    """Delete the saved set `name`.

    Raises:
        UsageError: no set with this name is saved.
        LibraryError: it cannot be deleted.
    """
    if not library.column_sets.delete(name):
        raise UsageError(f"No set “{sanitized(name)[:80]}” is saved with this library.")


def named_columns(pairs: Iterable[Sequence[str]]) -> tuple[Column, ...]:
    """The columns with these names and questions, as they were saved."""
    return tuple(Column(name, Question.parse(question)) for name, question in pairs)


@cache
def _shipped() -> dict[str, ColumnSet]:
    sets = json.loads(_SHIPPED.read_text(encoding="utf-8"))
    return {
        one["name"]: ColumnSet(one["name"], named_columns(one["columns"]), one["description"])
        for one in sets
    }
