"""What can be wrong with the rows of papers: unreadable ones, missing keys, titles and labels."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress

from assistant.library.database import Database
from assistant.library.paper_writer import relabel, rename
from assistant.paper import Paper

_PAGE = 500
# For each table the column that says under what a paper is found in it.
_NAMES = {"keys": "key", "titles": "title", "labels": "kind || ' ' || label"}
_LIST = (
    "coalesce(CASE WHEN json_valid({0}) THEN json_type({0}) = 'array' AND NOT EXISTS "
    "(SELECT 1 FROM json_each({0}) WHERE type != 'text') END, 0)"
)


class _Undo(Exception):
    """Ends a transaction of which nothing is to be kept."""


def unreadable_papers(database: Database) -> list[int]:
    """Numbers of the papers whose authors or tags are no list of names."""
    with database.read() as connection:
        rows = connection.execute(
            "SELECT number FROM papers "  # noqa: S608
            f"WHERE NOT ({_LIST.format('authors')} AND {_LIST.format('tags')})"
        ).fetchall()
    return [row[0] for row in rows]


def empty_lists(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Empty the damaged lists of the papers `numbers`."""
    wanted = json.dumps(list(numbers))
    for column in ("authors", "tags"):
        connection.execute(
            f"UPDATE papers SET {column} = '[]' WHERE NOT {_LIST.format(column)} "  # noqa: S608
            "AND number IN (SELECT value FROM json_each(?))",
            (wanted,),
        )


def unreadable_records(database: Database) -> dict[int, int]:
    """The records that say nothing any more, with the numbers of their papers."""
    wrong: dict[int, int] = {}
    last = 0
    while True:
        with database.read() as connection:
            rows = connection.execute(
                "SELECT record, paper, content, sources FROM records WHERE record > ? "
                "ORDER BY record LIMIT ?",
                (last, _PAGE),
            ).fetchall()
        if not rows:
            return wrong
        last = rows[-1][0]
        wrong |= {
            record: paper
            for record, paper, content, sources in rows
            if not _is_record(content, sources)
        }


def drop_records(connection: sqlite3.Connection, records: Iterable[int]) -> None:
    """Remove these records."""
    connection.executemany("DELETE FROM records WHERE record = ?", [(one,) for one in records])


def wrongly_named(database: Database, but: Collection[int]) -> list[int]:
    """Numbers of the papers whose keys, titles or labels are not those that they would be given.

    Papers in `but` are left out.
    """
    wrong: list[int] = []
    last = 0
    while True:
        with database.read() as connection:
            rows = connection.execute(
                "SELECT number FROM papers WHERE number > ? ORDER BY number LIMIT ?", (last, _PAGE)
            ).fetchall()
        if not rows:
            return wrong
        last = rows[-1][0]
        numbers = [row[0] for row in rows if row[0] not in but]
        with suppress(_Undo), database.write() as connection:
            before = _found_by(connection, numbers)
            name_anew(connection, numbers)
            after = _found_by(connection, numbers)
            wrong += [number for number in numbers if before[number] != after[number]]
            raise _Undo


def name_anew(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Write anew under what the papers `numbers` are found."""
    for number in numbers:
        rename(connection, number)
        # Its first key belongs to no other paper.
        moved = connection.execute(
            "DELETE FROM keys WHERE key = (SELECT id FROM papers WHERE number = ?) AND paper != ?",
            (number, number),
        ).rowcount
        if moved:
            rename(connection, number)
        relabel(connection, number)


def _is_record(content: str, sources: str) -> bool:
    try:
        Paper.model_validate_json(content)
        names = json.loads(sources)
    except (ValueError, TypeError):
        return False
    return isinstance(names, list) and bool(names) and all(isinstance(one, str) for one in names)


def _found_by(
    connection: sqlite3.Connection, numbers: Sequence[int]
) -> dict[int, set[tuple[str, object]]]:
    """By number: the id of the paper, and table and value of every row that names it."""
    wanted = (json.dumps(numbers),)
    among = "IN (SELECT value FROM json_each(?))"
    found: dict[int, set[tuple[str, object]]] = {number: set() for number in numbers}
    for number, name in connection.execute(
        f"SELECT number, id FROM papers WHERE number {among}",  # noqa: S608
        wanted,
    ):
        found[number].add(("papers", name))
    for table, column in _NAMES.items():
        for number, value in connection.execute(
            f"SELECT paper, {column} FROM {table} WHERE paper {among}",  # noqa: S608
            wanted,
        ):
            found[number].add((table, value))
    return found
