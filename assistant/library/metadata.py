"""Single values that are stored with the catalogue, each under a name."""

from __future__ import annotations

from assistant.library.database import Database

# The random part of the name of the library's collection on a Chroma server.
COLLECTION = "chroma_collection"


class Metadata:
    """The named values of a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """The value stored under `name`; None if there is none."""
        value = self._database.value("SELECT value FROM metadata WHERE name = ?", (name,))
        return None if value is None else str(value)

    def get_or_set(self, name: str, value: str) -> str:
        """The value stored under `name`; `value`, which is stored then, if there is none."""
        found = self.get(name)
        if found is not None:
            return found
        with self._database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO metadata VALUES (?, ?)", (name, value))
        return self.get(name) or value

    def set(self, name: str, value: str) -> None:
        """Store `value` under `name`."""
        with self._database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO metadata VALUES (?, ?)", (name, value))

    def delete(self, name: str, value: str | None) -> None:
        """Delete what is stored under `name`, if it is still `value`."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM metadata WHERE name = ? AND value = ?", (name, value))
