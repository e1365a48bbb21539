"""Integrity of paper rows: damaged lists and records, wrong keys, titles and labels."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress

from assistant.library.database import Database
from assistant.library.paper_writer import rewrite_keys, rewrite_labels
from assistant.paper import Paper

_BATCH = 500
# What papers are found by: for each table, number and value of its rows.
_LOOKUPS = {
    "papers": "SELECT number AS paper, id FROM papers",
    "keys": "SELECT paper, key FROM keys",
    "titles": "SELECT paper, title FROM titles",
    "labels": "SELECT paper, kind || ' ' || label FROM labels",
}
_IS_LIST = (
    "coalesce(CASE WHEN json_valid({0}) THEN json_type({0}) = 'array' AND NOT EXISTS "
    "(SELECT 1 FROM json_each({0}) WHERE type != 'text') END, 0)"
)


class _Rollback(Exception):
    """Leaves a transaction whose changes are not wanted."""


def damaged_papers(database: Database) -> list[int]:
    """Numbers of the papers whose authors or tags are not a list of names."""
    rows = database.rows(
        "SELECT number FROM papers "  # noqa: S608
        f"WHERE NOT ({_IS_LIST.format('authors')} AND {_IS_LIST.format('tags')})"
    )
    return [row[0] for row in rows]


def clear_damaged_lists(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Empty the damaged lists of the papers `numbers`."""
    wanted = json.dumps(list(numbers))
    for column in ("authors", "tags"):
        connection.execute(
            f"UPDATE papers SET {column} = '[]' WHERE NOT {_IS_LIST.format(column)} "  # noqa: S608
            "AND number IN (SELECT value FROM json_each(?))",
            (wanted,),
        )


def damaged_records(database: Database) -> dict[int, int]:
    """The unreadable records, each with the number of its paper."""
    rows = database.paged(
        "SELECT record, paper, content, sources FROM records WHERE record > ? "
        "ORDER BY record LIMIT ?"
    )
    return {
        record: paper
        for record, paper, content, sources in rows
        if not _is_record(content, sources)
    }


def delete_records(connection: sqlite3.Connection, records: Iterable[int]) -> None:
    """Delete these records."""
    connection.executemany("DELETE FROM records WHERE record = ?", [(one,) for one in records])


def papers_with_wrong_lookups(database: Database, skipped: Collection[int]) -> list[int]:
    """Numbers of the papers whose keys, titles or labels do not follow from their records.

    Papers in `skipped` are not checked.
    """
    rows = database.paged("SELECT number FROM papers WHERE number > ? ORDER BY number LIMIT ?")
    numbers = [number for (number,) in rows if number not in skipped]
    wrong: list[int] = []
    for start in range(0, len(numbers), _BATCH):
        batch = numbers[start : start + _BATCH]
        with suppress(_Rollback), database.write() as connection:
            before = _lookups(connection, batch)
            rewrite_lookups(connection, batch)
            after = _lookups(connection, batch)
            wrong += [number for number in batch if before[number] != after[number]]
            raise _Rollback
    return wrong


def rewrite_lookups(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Write the keys, titles and labels of the papers `numbers` again."""
    for number in numbers:
        rewrite_keys(connection, number)
        rewrite_labels(connection, number)


def _is_record(content: str, sources: str) -> bool:
    try:
        Paper.model_validate_json(content)
        names = json.loads(sources)
    except (ValueError, TypeError):
        return False
    return isinstance(names, list) and bool(names) and all(isinstance(one, str) for one in names)


def _lookups(
    connection: sqlite3.Connection, numbers: Sequence[int]
) -> dict[int, set[tuple[str, object]]]:
    """By paper: table and value of every row by which it is found."""
    found: dict[int, set[tuple[str, object]]] = {number: set() for number in numbers}
    for table, query in _LOOKUPS.items():
        for number, value in connection.execute(
            f"SELECT * FROM ({query}) WHERE paper IN (SELECT value FROM json_each(?))",  # noqa: S608
            (json.dumps(numbers),),
        ):
            found[number].add((table, value))
    return found
