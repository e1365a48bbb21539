"""What would become of records if they were added, told without writing anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Literal

from assistant.library.database import Database
from assistant.library.identity import title_key
from assistant.library.paper_rows import content_of, papers_with, records_of
from assistant.paper import Paper

Foreseen = Literal["new", "joins", "known"]
"""A record is a new paper, joins one in other words, or is known word for word.

Of the records that join, an import calls those `unchanged` that add nothing to their paper.
"""


class ImportPreview:
    """Foresees one import, whose records come batch by batch in their order.

    It compares keys and titles. Where several papers share one title (`identity.partition`) it may
    say that a record joins one which would be a paper of its own. Memory is three or four numbers
    for each record.
    """

    def __init__(self, database: Database) -> None:
        """Look into `database`."""
        self._database = database
        # Hashes of the names and the contents of the records before.
        self._names: set[int] = set()
        self._contents: set[int] = set()

    def outcomes(self, records: Sequence[Paper]) -> list[Foreseen]:
        """What would become of each of `records` after those before."""
        with self._database.read() as connection:
            return [self._outcome(connection, record) for record in records]

    def _outcome(self, connection: sqlite3.Connection, record: Paper) -> Foreseen:
        keys, title = record.keys, title_key(record)
        content = content_of(record)
        names = {hash(name) for name in (*keys, title) if name is not None}
        repeated = hash(content) in self._contents
        known = not names.isdisjoint(self._names)
        self._names |= names
        self._contents.add(hash(content))
        if repeated:
            return "known"
        numbers = papers_with(connection, keys, title)
        if any(
            content == other.paper for number in numbers for other in records_of(connection, number)
        ):
            return "known"
        return "joins" if known or numbers else "new"
