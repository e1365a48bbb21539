"""What would become of records if they were added, told without writing anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from assistant.library.adding import Outcome
from assistant.library.database import Database
from assistant.library.identity import title_key
from assistant.library.paper_rows import content_of, papers_with, records_of
from assistant.paper import Paper


class Foreseeing:
    """Foresees the outcomes of one import, whose records come batch by batch in their order.

    It compares keys and titles. Where several papers share one title (`identity.partition`) it may
    say that a record would be merged which would be a paper of its own: a few in a thousand.
    Memory is three or four numbers for each record.
    """

    def __init__(self, database: Database) -> None:
        """Look into `database`."""
        self._database = database
        # Hashes of the names and the contents of the records before.
        self._names: set[int] = set()
        self._contents: set[int] = set()

    def outcomes(self, records: Sequence[Paper]) -> list[Outcome]:
        """What `Library.add` would make of each of `records` after those before."""
        with self._database.read() as connection:
            return [self._outcome(connection, record) for record in records]

    def _outcome(self, connection: sqlite3.Connection, record: Paper) -> Outcome:
        keys, title = record.keys, title_key(record)
        content = content_of(record)
        names = {hash(name) for name in (*keys, title) if name is not None}
        repeated = hash(content) in self._contents
        known = not names.isdisjoint(self._names)
        self._names |= names
        self._contents.add(hash(content))
        if repeated:
            return "unchanged"
        numbers = papers_with(connection, keys, title)
        if any(
            content == other.paper for number in numbers for other in records_of(connection, number)
        ):
            return "unchanged"
        return "merged" if known or numbers else "added"
