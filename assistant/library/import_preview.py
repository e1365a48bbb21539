"""Import preview: what an import would do with each record, without writing anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Literal

from assistant.library.database import Database
from assistant.library.decisions import content_of, load_decisions
from assistant.library.identity import partition, title_keys
from assistant.library.paper_rows import without_source
from assistant.library.related_records import connected, nearby
from assistant.paper import Paper

ImportOutcome = Literal["new", "joins", "known", "repeated"]
"""A record is a new paper, is merged into a paper, or is already in the library word for word.

A `repeated` record belongs to the same paper as an earlier one of the import, and to no paper of
the library. An import reports a record that joins as `unchanged` if it adds nothing to its paper.
"""


class ImportPreview:
    """Predicts one import, whose records come in batches in their order.

    A record is compared with the papers of the library as an import does it, and with the earlier
    records by keys and titles alone. So `joins` may be predicted for a record that becomes a new
    paper, if earlier records share its title or a key. It stores three to five numbers for each
    record.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.read() as connection:
            self._decisions = load_decisions(connection)
        # Hashes of the keys and the contents of earlier records.
        self._hashes: set[int] = set()
        self._contents: set[int] = set()

    def outcomes(self, records: Sequence[Paper]) -> list[ImportOutcome]:
        """The outcome for each of `records`, given all earlier ones."""
        with self._database.read() as connection:
            return [self._outcome(connection, record) for record in records]

    def _outcome(self, connection: sqlite3.Connection, record: Paper) -> ImportOutcome:
        keys, titles = record.keys, title_keys(record)
        content = without_source(record)
        hashes = {hash(key) for key in (*keys, *titles.stored)}
        near_hashes = {hash(key) for key in (*keys, *titles.near)}
        written = hash(content_of(content))
        repeated = written in self._contents
        known = not near_hashes.isdisjoint(self._hashes)
        self._hashes |= hashes
        self._contents.add(written)
        near = nearby(connection, record, keys, titles, self._decisions)
        if not near.numbers:
            return "repeated" if known or repeated else "new"
        records, crowded = connected(connection, near, self._decisions)
        contents = [other.content for other in records]
        if content in contents:
            return "known"
        groups = partition([*contents, content], crowded, self._decisions)
        own = next(group for group in groups if len(contents) in group)
        if len(own) > 1:
            return "joins"
        return "repeated" if known or repeated else "new"
