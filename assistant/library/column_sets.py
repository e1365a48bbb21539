"""Sets of columns of tables, saved under a name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from assistant.library.database import Database

# Name and question of a column.
NamedQuestion = tuple[str, str]


class ColumnSets:
    """The saved sets of columns. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, tuple[NamedQuestion, ...]]:
        """The columns of each set, sets in the order of their names."""
        rows = self._database.rows("SELECT name, columns FROM column_sets ORDER BY name")
        return {
            str(name): tuple((str(column), str(question)) for column, question in json.loads(found))
            for name, found in rows
        }

    def save(self, name: str, columns: Sequence[NamedQuestion]) -> None:
        """Store `columns` under `name`, in place of what was there."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO column_sets VALUES (?, ?, ?)",
                (
                    name,
                    json.dumps(list(columns), ensure_ascii=False),
                    datetime.now(UTC).isoformat(timespec="seconds"),
                ),
            )

    def delete(self, name: str) -> bool:
        """Delete the set `name`; return whether there was one."""
        with self._database.write() as connection:
            found = connection.execute("DELETE FROM column_sets WHERE name = ?", (name,))
            return found.rowcount > 0
