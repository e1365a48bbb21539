"""Import preview: what an import would do with each record, without writing anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Literal

from assistant.library.database import Database
from assistant.library.identity import title_key
from assistant.library.paper_rows import find_papers, records_of, without_source
from assistant.paper import Paper

ImportOutcome = Literal["new", "joins", "known"]
"""A record is a new paper, is merged into a paper, or is already in the library word for word.

An import reports a record that joins as `unchanged` if it adds nothing to its paper.
"""


class ImportPreview:
    """Predicts one import, whose records come in batches in their order.

    It compares keys and titles. Where several papers share a title (`identity.partition`), it may
    predict `joins` for a record that becomes a new paper. It stores three or four numbers for each
    record.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        # Hashes of the keys and the contents of earlier records.
        self._keys: set[int] = set()
        self._contents: set[int] = set()

    def outcomes(self, records: Sequence[Paper]) -> list[ImportOutcome]:
        """The outcome for each of `records`, given all earlier ones."""
        with self._database.read() as connection:
            return [self._outcome(connection, record) for record in records]

    def _outcome(self, connection: sqlite3.Connection, record: Paper) -> ImportOutcome:
        keys, title = record.keys, title_key(record)
        content = without_source(record)
        hashes = {hash(key) for key in (*keys, title) if key is not None}
        repeated = hash(content) in self._contents
        known = not hashes.isdisjoint(self._keys)
        self._keys |= hashes
        self._contents.add(hash(content))
        if repeated:
            return "known"
        numbers = find_papers(connection, keys, title)
        if any(
            content == other.paper for number in numbers for other in records_of(connection, number)
        ):
            return "known"
        return "joins" if known or numbers else "new"
