"""The tables of the catalogue, and the migrations of older catalogues."""

from __future__ import annotations

import sqlite3
from pathlib import Path

# "PaAs" in SQLite's header marks the file as ours; databases of other programs are rejected.
APPLICATION_ID = 0x50614173


def _statements(version: int) -> tuple[str, ...]:
    """The statements of `migrations/VERSION.sql`, without comments, which are whole lines."""
    file = Path(__file__).parent / "migrations" / f"{version}.sql"
    statements, statement = [], ""
    for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
        statement += "" if line.startswith("--") else line
        if sqlite3.complete_statement(statement):
            statements.append(statement.strip().removesuffix(";"))
            statement = ""
    return tuple(statements)


SCHEMA_VERSION = 14
# A released file of statements never changes; new ones are appended.
MIGRATIONS = tuple(_statements(version) for version in range(1, SCHEMA_VERSION + 1))

# A catalogue that cannot be written cannot be migrated. These versions are read through temporary
# views with the names of newer tables; an index starts over instead of following their changes.
_NO_REFERENCES = "CREATE TEMP VIEW papers AS SELECT *, '' AS reference FROM main.papers"
_NO_DECISIONS = (
    "CREATE TEMP VIEW decisions AS "
    "SELECT '' AS one, '' AS other, 0 AS same, '' AS made_at WHERE false"
)
_NO_TABLES = (
    "CREATE TEMP VIEW cells AS SELECT 0 AS cell, 0 AS paper, '' AS question, '' AS model, "
    "'' AS recipe, '' AS answer, '[]' AS sentences, 'empty' AS method, 0.0 AS confidence, "
    "0.0 AS seconds, '' AS made_at WHERE false",
    "CREATE TEMP VIEW column_sets AS "
    "SELECT '' AS name, '[]' AS columns, '' AS saved_at WHERE false",
)
_NO_CHAT_TABLES = (
    "CREATE TEMP VIEW chat_numbers AS "
    "SELECT min(turn) AS number, owner, chat FROM main.turns GROUP BY owner, chat",
    "CREATE TEMP VIEW feedback AS "
    "SELECT 0 AS turn, 0 AS rating, '' AS comment, '' AS given_at WHERE false",
)
_NO_LINKS = (
    "CREATE TEMP VIEW linked_records AS SELECT '' AS origin, '' AS key, '' AS stamp, "
    "'' AS names, '' AS digest, '' AS source WHERE false"
)
_NO_FEEDS = (
    "CREATE TEMP VIEW feeds AS SELECT 0 AS feed, '' AS name, '' AS address, '' AS added_at, "
    "'[]' AS announced, '' AS validated_url, '' AS etag, '' AS last_modified, NULL AS checked_at, "
    "NULL AS succeeded_at, '' AS failure WHERE false"
)
READ_ONLY_VIEWS: dict[int, tuple[str, ...]] = {
    13: (_NO_FEEDS,),
    12: (
        _NO_FEEDS,
        _NO_LINKS,
    ),
    11: (_NO_FEEDS, _NO_LINKS, *_NO_CHAT_TABLES),
    10: (_NO_FEEDS, _NO_LINKS, *_NO_CHAT_TABLES, *_NO_TABLES),
    9: (_NO_FEEDS, _NO_LINKS, *_NO_CHAT_TABLES, *_NO_TABLES, _NO_DECISIONS),
    8: (_NO_FEEDS, _NO_LINKS, *_NO_CHAT_TABLES, *_NO_TABLES, _NO_DECISIONS, _NO_REFERENCES),
    6: (
        _NO_FEEDS,
        _NO_LINKS,
        *_NO_CHAT_TABLES,
        *_NO_TABLES,
        _NO_DECISIONS,
        _NO_REFERENCES,
        "CREATE TEMP VIEW metadata AS SELECT name, value FROM facts",
        "CREATE TEMP VIEW chunk_log AS "
        "SELECT removal AS entry, 0 AS mark, chunk AS removed FROM removed_chunks",
    ),
}


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Migrate a catalogue of `version` (0: an empty file) to `SCHEMA_VERSION`.

    The caller begins and ends the transaction, on a connection with the functions of `Database`.
    """
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
