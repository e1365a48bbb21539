"""Whether a library is sound: catalogue, full text, vectors and Chroma against each other."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.library.adding import relabel, rename
from assistant.library.database import Database
from assistant.library.vectors import VectorRows

_PAGE = 500
_MOST_EXAMPLES = 3
# How far from 1 a vector's length may be by rounding.
_ROUNDING = 1e-3


@dataclass(frozen=True)
class Problem:
    """Something that is not as it should be; `mend` says what `--repair` does about it."""

    what: str
    mend: str


class Soundness:
    """Checks the catalogue of a database, and repairs what can be made again from the papers."""

    def __init__(self, database: Database, rows: VectorRows) -> None:
        """Check `database`, whose vectors are `rows`."""
        self._database = database
        self._rows = rows

    def check(self, progress: Callable[[str], None] = lambda step: None) -> list[Problem]:
        """Everything that is wrong; [] if the catalogue is sound. `progress` is told each step."""
        return [problem for _, problem in self._found(progress)]

    def repair(self, progress: Callable[[str], None] = lambda step: None) -> list[Problem]:
        """Repair what `check` finds, and return what was found."""
        found = list(self._found(progress))
        with self._database.write() as connection:
            for mend in dict.fromkeys(mend for mend, _ in found):
                mend(connection)
        return [problem for _, problem in found]

    def _found(
        self, progress: Callable[[str], None]
    ) -> Iterator[tuple[Callable[[sqlite3.Connection], None], Problem]]:
        for step, check in (
            ("Pages of the file", self._pages),
            ("References", self._references),
            ("Full text", self._full_text),
            ("Papers", self._papers),
            ("Vectors", self._vectors),
        ):
            progress(step)
            yield from check()

    def _pages(self) -> Iterator[tuple[Callable[[sqlite3.Connection], None], Problem]]:
        with self._database.read() as connection:
            rows = connection.execute("PRAGMA integrity_check(5)").fetchall()
        faults = [row[0] for row in rows if row[0] != "ok"]
        if faults:
            yield (
                _reindex,
                Problem(f"The file is damaged: {'; '.join(faults)}.", "Makes its indexes anew."),
            )

    def _references(self) -> Iterator[tuple[Callable[[sqlite3.Connection], None], Problem]]:
        with self._database.read() as connection:
            rows = connection.execute("PRAGMA foreign_key_check").fetchall()
        if rows:
            tables = ", ".join(sorted({row[0] for row in rows}))
            yield (
                _drop_orphans,
                Problem(f"{len(rows):,} rows belong to no paper ({tables}).", "Removes them."),
            )

    def _full_text(self) -> Iterator[tuple[Callable[[sqlite3.Connection], None], Problem]]:
        try:
            with self._database.write() as connection:
                connection.execute(
                    "INSERT INTO full_text (full_text, rank) VALUES ('integrity-check', 1)"
                )
        except Exception as error:
            if not _is_damage(error):
                raise
            yield (
                _rebuild_full_text,
                Problem("The full text index does not fit the papers.", "Makes it anew."),
            )

    def _papers(self) -> Iterator[tuple[Callable[[sqlite3.Connection], None], Problem]]:
        """Keys and labels, which are made from the paper."""
        wrong: list[int] = []
        last = 0
        while True:
            with self._database.read() as connection:
                rows = connection.execute(
                    "SELECT number, id FROM papers WHERE number > ? ORDER BY number LIMIT ?",
                    (last, _PAGE),
                ).fetchall()
                if not rows:
                    break
                numbers = [row[0] for row in rows]
                keys = _grouped(connection, "key", "keys", numbers)
                labels = _grouped(connection, "kind", "labels", numbers)
            for row in rows:
                number, name = row
                if name not in keys.get(number, ()) or "source" not in labels.get(number, ()):
                    wrong.append(number)
            last = numbers[-1]
        if wrong:

            def mend(connection: sqlite3.Connection) -> None:
                for number in wrong:
                    rename(connection, number)
                    relabel(connection, number)

            yield (
                mend,
                Problem(
                    f"{len(wrong):,} papers cannot be found by their identifiers or filters "
                    f"({_examples(wrong)}).",
                    "Writes these anew.",
                ),
            )

    def _vectors(self) -> Iterator[tuple[Callable[[sqlite3.Connection], None], Problem]]:
        wrong: list[int] = []
        dimension = None
        last = 0
        while True:
            with self._database.read() as connection:
                rows = connection.execute(
                    "SELECT chunk, paper, start_at, end_at, length(abstract), vector FROM chunks "
                    "JOIN papers ON number = paper WHERE chunk > ? ORDER BY chunk LIMIT ?",
                    (last, _PAGE),
                ).fetchall()
            if not rows:
                break
            last = rows[-1][0]
            dimension = dimension or len(rows[0][5])
            for _, paper, start, end, length, vector in rows:
                if not (0 <= start <= end <= length and _is_vector(vector, dimension)):
                    wrong.append(paper)
        if wrong:

            def mend(connection: sqlite3.Connection) -> None:
                connection.executemany(
                    "DELETE FROM chunks WHERE paper = ?", [(number,) for number in wrong]
                )

            yield (
                mend,
                Problem(
                    f"{len(set(wrong)):,} papers have damaged vectors ({_examples(wrong)}).",
                    "Removes these vectors; `assistant embed` makes them anew.",
                ),
            )


def _is_vector(data: bytes, size: int) -> bool:
    if len(data) != size or size % 4:
        return False
    length = float(np.linalg.norm(np.frombuffer(data, dtype="<f4")))
    return abs(length - 1.0) < _ROUNDING  # not a number is not near 1


def _grouped(
    connection: sqlite3.Connection, column: str, table: str, numbers: Sequence[int]
) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for number, value in connection.execute(
        f"SELECT paper, {column} FROM {table} "  # noqa: S608
        "WHERE paper IN (SELECT value FROM json_each(?))",
        (json.dumps(numbers),),
    ):
        found.setdefault(number, set()).add(value)
    return found


def _examples(numbers: Sequence[int]) -> str:
    shown = ", ".join(f"#{number}" for number in numbers[:_MOST_EXAMPLES])
    return shown + (", ..." if len(numbers) > _MOST_EXAMPLES else "")


def _is_damage(error: BaseException) -> bool:
    """Whether SQLite said that the index does not fit, which `Database` made a LibraryError."""
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", 0) or 0
    return code & 0xFF == sqlite3.SQLITE_CORRUPT


def _reindex(connection: sqlite3.Connection) -> None:
    connection.execute("REINDEX")


def _drop_orphans(connection: sqlite3.Connection) -> None:
    for table in ("keys", "titles", "labels", "records", "own_tags", "chunks", "tldrs"):
        connection.execute(
            f"DELETE FROM {table} WHERE paper NOT IN (SELECT number FROM papers)"  # noqa: S608
        )


def _rebuild_full_text(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO full_text (full_text) VALUES ('rebuild')")
