"""The cells of tables: the answers of papers to questions, one for each model and recipe."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import astuple
from typing import Any

from assistant.library.database import Database
from assistant.library.records import StoredCell
from assistant.paper import Paper

_COLUMNS = "paper, question, model, recipe, answer, sentences, method, confidence, seconds, made_at"
# The place of `sentences` among the columns.
_SENTENCES = 5


class Cells:
    """The cells in a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(
        self, numbers: Collection[int], questions: Collection[str], *, model: str, recipe: str
    ) -> dict[tuple[int, str], StoredCell]:
        """The cells of these papers and questions that there are, by paper and question."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM cells "  # noqa: S608
            "WHERE paper IN (SELECT value FROM json_each(?)) "
            "AND question IN (SELECT value FROM json_each(?)) AND model = ? AND recipe = ?",
            (json.dumps(list(numbers)), json.dumps(list(questions)), model, recipe),
        )
        return {(row[0], row[1]): _cell(row) for row in rows}

    def save(self, cell: StoredCell, paper: Paper) -> bool:
        """Store `cell` in place of an older one of the same question, model and recipe.

        Returns False, storing nothing, when the paper is gone or its title and abstract are no
        longer those of `paper`, which was asked.
        """
        with self._database.write() as connection:
            row = connection.execute(
                "SELECT title, abstract FROM papers WHERE number = ?", (cell.number,)
            ).fetchone()
            if row != (paper.title, paper.abstract):
                return False
            values = list(astuple(cell))
            values[_SENTENCES] = json.dumps(cell.sentences)
            connection.execute(
                f"INSERT OR REPLACE INTO cells ({_COLUMNS}) "  # noqa: S608
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
        return True

    def count(self) -> int:
        """How many cells there are, of all questions, models and recipes."""
        return int(self._database.value("SELECT count(*) FROM cells"))


def _cell(row: tuple[Any, ...]) -> StoredCell:
    values = list(row)
    values[_SENTENCES] = tuple((start, end) for start, end in json.loads(values[_SENTENCES]))
    return StoredCell(*values)
