"""Whether a library is sound: catalogue, full text and vectors against each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np

from assistant.errors import LibraryDamaged, LibraryError
from assistant.library.database import Database
from assistant.library.paper_integrity import (
    drop_records,
    empty_lists,
    name_anew,
    unreadable_papers,
    unreadable_records,
    wrongly_named,
)
from assistant.library.vector_rows import VectorRows

_PAGE = 500
_MOST_EXAMPLES = 3
# How far from 1 a vector's length may be by rounding.
_ROUNDING = 1e-3
_STAYS = "This could not be repaired: restore a backup, or begin a new library."
_CHILDREN = ("keys", "titles", "labels", "records", "own_tags", "chunks", "tldrs")


@dataclass(frozen=True)
class IntegrityProblem:
    """Something that is not as it should be.

    `mend` says what `--repair` does about it, and `repaired` whether that was done and has helped.
    """

    what: str
    mend: str
    repaired: bool = False


Mend = Callable[[sqlite3.Connection], None]
Found = tuple[Mend, IntegrityProblem]


class IntegrityCheck:
    """Checks the catalogue of a database, and repairs what can be made again from the papers."""

    def __init__(self, database: Database, rows: VectorRows) -> None:
        """Check `database`, whose vectors are `rows`."""
        self._database = database
        self._rows = rows

    def check(self, progress: Callable[[str], None] = lambda step: None) -> list[IntegrityProblem]:
        """Everything that is wrong; [] if the catalogue is sound. `progress` is told each step."""
        return [problem for _, (_, problem) in self._found(progress)]

    def repair(self, progress: Callable[[str], None] = lambda step: None) -> list[IntegrityProblem]:
        """Repair what `check` finds; what was found, and what of it is still wrong."""
        found = []
        for step, (mend, problem) in self._found(progress):
            found.append((step, problem))
            self._mend(mend)
        if not found:
            return []
        left = dict(self._found(lambda step: None))
        mended = [
            replace(problem, mend=_STAYS) if step in left else replace(problem, repaired=True)
            for step, problem in found
        ]
        seen = {step for step, _ in found}
        # What could be seen only when the rest was repaired.
        return mended + [problem for step, (_, problem) in left.items() if step not in seen]

    def _mend(self, mend: Mend) -> None:
        try:
            with self._database.write() as connection:
                mend(connection)
        except LibraryError as error:
            # The check that follows says that it is still wrong.
            if not _is_damage(error):
                raise

    def _found(self, progress: Callable[[str], None]) -> Iterator[tuple[str, Found]]:
        for step, check in (
            ("Pages of the file", self._pages),
            ("References", self._references),
            ("State", self._state),
            ("Full text", self._full_text),
            ("Papers", self._papers),
            ("Records", self._records),
            ("Names", self._names),
            ("Vectors", self._vectors),
        ):
            progress(step)
            found = check()
            if found is not None:
                yield step, found

    def _pages(self) -> Found | None:
        with self._database.read() as connection:
            rows = connection.execute("PRAGMA integrity_check(5)").fetchall()
        # Newer versions of SQLite look into the full text index too, which has a step of its own.
        faults = [row[0] for row in rows if row[0] != "ok" and "inverted index" not in row[0]]
        if not faults:
            return None
        reasons = "; ".join(" ".join(fault.split()) for fault in faults)
        return _reindex, IntegrityProblem(
            f"The file is damaged: {reasons}.", "Makes its indexes anew."
        )

    def _references(self) -> Found | None:
        with self._database.read() as connection:
            rows = connection.execute("PRAGMA foreign_key_check").fetchall()
        if not rows:
            return None
        tables = ", ".join(sorted({row[0] for row in rows}))
        what = f"{len(rows):,} rows belong to no paper ({tables})."
        return _drop_orphans, IntegrityProblem(what, "Removes them.")

    def _state(self) -> Found | None:
        if self._rows.state().generation is not None:
            return None
        what = "It is not known which state of the vectors the indexes are to be made of."
        return _begin_generation, IntegrityProblem(what, "Has the indexes made anew.")

    def _full_text(self) -> Found | None:
        try:
            with self._database.write() as connection:
                connection.execute(
                    "INSERT INTO full_text (full_text, rank) VALUES ('integrity-check', 1)"
                )
        except LibraryError as error:
            if not _is_damage(error):
                raise
            what = "The full text index does not fit the papers."
            return _rebuild_full_text, IntegrityProblem(what, "Makes it anew.")
        return None

    def _papers(self) -> Found | None:
        wrong = unreadable_papers(self._database)
        if not wrong:
            return None
        return lambda connection: empty_lists(connection, wrong), IntegrityProblem(
            f"The authors or tags of {_papers(wrong)} are damaged.",
            "Empties them; import these papers again to have them back.",
        )

    def _records(self) -> Found | None:
        wrong = unreadable_records(self._database)
        if not wrong:
            return None
        return lambda connection: drop_records(connection, wrong), IntegrityProblem(
            f"Records of {_papers(wrong.values())} are damaged.",
            "Removes these records; what they said together stays.",
        )

    def _names(self) -> Found | None:
        unreadable = {
            *unreadable_papers(self._database), *unreadable_records(self._database).values()
        }  # fmt: skip
        wrong = wrongly_named(self._database, unreadable)
        if not wrong:
            return None
        return lambda connection: name_anew(connection, wrong), IntegrityProblem(
            f"{_papers(wrong)} cannot be found by all identifiers or filters.",
            "Writes these anew.",
        )

    def _vectors(self) -> Found | None:
        wrong: dict[int, None] = {}
        size = self._size()
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
            for _, paper, start, end, length, vector in rows:
                if not (_is_span(start, end, length) and _is_vector(vector, size)):
                    wrong[paper] = None
        if not wrong:
            return None

        def mend(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "DELETE FROM chunks WHERE paper = ?", [(number,) for number in wrong]
            )

        what = f"The vectors of {_papers(wrong)} are damaged."
        return mend, IntegrityProblem(what, "Removes them; `assistant embed` makes them anew.")

    def _size(self) -> int:
        """Bytes of a vector: those that most of them have, of two sizes the larger one."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT length(vector) AS size FROM chunks GROUP BY size "
                "ORDER BY count(*) DESC, size DESC LIMIT 1"
            ).fetchone()
        return int(row[0]) if row else 0


def _is_span(start: object, end: object, length: int) -> bool:
    return isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= length


def _is_vector(data: object, size: int) -> bool:
    if not isinstance(data, bytes) or len(data) != size or size % 4:
        return False
    with np.errstate(all="ignore"):  # these may be any bytes
        length = float(np.linalg.norm(np.frombuffer(data, dtype="<f4").astype(np.float64)))
    return abs(length - 1.0) < _ROUNDING  # not a number is not near 1


def _papers(numbers: Collection[int]) -> str:
    """How many papers, and the first of them."""
    unique = sorted(set(numbers))
    shown = ", ".join(f"#{number}" for number in unique[:_MOST_EXAMPLES])
    more = ", ..." if len(unique) > _MOST_EXAMPLES else ""
    return f"{len(unique):,} {'paper' if len(unique) == 1 else 'papers'} ({shown}{more})"


def _is_damage(error: LibraryError) -> bool:
    """Whether SQLite said that what is there does not fit, or is not there, or twice."""
    code = getattr(error.__cause__, "sqlite_errorcode", 0) or 0
    return isinstance(error, LibraryDamaged) or code & 0xFF in (
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
    )


def _reindex(connection: sqlite3.Connection) -> None:
    connection.execute("REINDEX")


def _begin_generation(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO metadata VALUES ('generation', lower(hex(randomblob(8))))"
    )


def _drop_orphans(connection: sqlite3.Connection) -> None:
    for table in _CHILDREN:
        connection.execute(
            f"DELETE FROM {table} WHERE paper NOT IN (SELECT number FROM papers)"  # noqa: S608
        )


def _rebuild_full_text(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO full_text (full_text) VALUES ('rebuild')")
