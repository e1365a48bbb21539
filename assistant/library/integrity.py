"""Integrity check of the catalogue: file, references, full text, papers and vectors."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sized
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from assistant.errors import LibraryDamaged, LibraryError
from assistant.library.database import Database
from assistant.library.paper_integrity import (
    clear_damaged_lists,
    damaged_papers,
    damaged_records,
    delete_records,
    papers_with_wrong_lookups,
    rewrite_lookups,
)
from assistant.library.vector_rows import begin_generation
from assistant.progress import NO_PROGRESS, Progress
from assistant.text.formatting import format_count

_MAX_EXAMPLES = 3
# How far from 1 rounding may take the length of a vector.
_ROUNDING = 1e-3
_NOT_REPAIRED = "This could not be repaired: restore a backup, or start a new library."
_CHILD_TABLES = ("keys", "titles", "labels", "records", "own_tags", "chunks", "tldrs", "cells")


@dataclass(frozen=True)
class IntegrityProblem:
    """A problem in the catalogue.

    `repair` says what `check --repair` does about it, `repaired` whether it has repaired it.
    """

    what: str
    repair: str
    repaired: bool = False


Repair = Callable[[sqlite3.Connection], object]


class _Finding(NamedTuple):
    problem: IntegrityProblem
    repair: Repair


def _finding(wrong: Sized, what: str, repair_text: str, repair: Repair) -> _Finding | None:
    """A finding, if there is anything `wrong`."""
    return _Finding(IntegrityProblem(what, repair_text), repair) if wrong else None


class IntegrityCheck:
    """Checks a catalogue, and repairs what can be derived from the papers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def check(self, progress: Progress = NO_PROGRESS) -> list[IntegrityProblem]:
        """Return all problems; each check is a step of the progress."""
        return [finding.problem for _, finding in self._findings(progress)]

    def repair(self, progress: Progress = NO_PROGRESS) -> list[IntegrityProblem]:
        """Repair what `check` finds; return what it found and what is still wrong."""
        found: dict[str, IntegrityProblem] = {}
        for step, finding in self._findings(progress):
            found[step] = finding.problem
            self._apply(finding)
        if not found:
            return []
        left = {step: finding.problem for step, finding in self._findings(NO_PROGRESS)}
        results = [
            replace(problem, repair=_NOT_REPAIRED)
            if step in left
            else replace(problem, repaired=True)
            for step, problem in found.items()
        ]
        # Some problems show only after others are repaired.
        return results + [problem for step, problem in left.items() if step not in found]

    def _apply(self, finding: _Finding) -> None:
        try:
            with self._database.write() as connection:
                finding.repair(connection)
        except LibraryError as error:
            # If it is damage, the next check reports that it is still wrong.
            if not _is_damage(error):
                raise

    def _findings(self, progress: Progress) -> Iterator[tuple[str, _Finding]]:
        for step, check in (
            ("File", self._file),
            ("References", self._references),
            ("State", self._state),
            ("Full text", self._full_text),
            ("Papers", self._papers),
            ("Records", self._records),
            ("Identifiers and filters", self._lookups),
            ("Vectors", self._vectors),
        ):
            progress.report(step=step)
            finding = check()
            if finding is not None:
                yield step, finding

    def _file(self) -> _Finding | None:
        rows = self._database.rows("PRAGMA integrity_check(5)")
        # Newer versions of SQLite also check the full-text index, which has a step of its own.
        faults = [row[0] for row in rows if row[0] != "ok" and "inverted index" not in row[0]]
        reasons = "; ".join(" ".join(fault.split()) for fault in faults)
        return _finding(
            faults,
            f"The file is damaged: {reasons}.",
            "Rebuilds its indexes.",
            lambda connection: connection.execute("REINDEX"),
        )

    def _references(self) -> _Finding | None:
        rows = self._database.rows("PRAGMA foreign_key_check")
        tables = ", ".join(sorted({row[0] for row in rows}))
        belong = "row belongs" if len(rows) == 1 else "rows belong"
        what = f"{len(rows):,} {belong} to no paper ({tables})."
        return _finding(rows, what, "Removes them.", _delete_orphans)

    def _state(self) -> _Finding | None:
        rows = self._database.rows(
            "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM metadata WHERE name = 'generation') "
            "OR NOT EXISTS (SELECT 1 FROM chunk_log)"
        )
        what = "The state of the vectors is missing, so no index can follow them."
        return _finding(rows, what, "Rebuilds the indexes.", begin_generation)

    def _full_text(self) -> _Finding | None:
        damage: list[LibraryError] = []
        try:
            with self._database.write() as connection:
                connection.execute(
                    "INSERT INTO full_text (full_text, rank) VALUES ('integrity-check', 1)"
                )
        except LibraryError as error:
            if not _is_damage(error):
                raise
            damage.append(error)
        return _finding(
            damage,
            "The full-text index does not match the papers.",
            "Rebuilds it.",
            lambda connection: connection.execute(
                "INSERT INTO full_text (full_text) VALUES ('rebuild')"
            ),
        )

    def _papers(self) -> _Finding | None:
        wrong = damaged_papers(self._database)
        return _finding(
            wrong,
            f"The authors or tags of {_papers(wrong)} are damaged.",
            "Removes them; import these papers again to restore them.",
            lambda connection: clear_damaged_lists(connection, wrong),
        )

    def _records(self) -> _Finding | None:
        wrong = damaged_records(self._database)
        return _finding(
            wrong,
            f"Source records of {_papers(wrong.values())} are damaged.",
            "Removes these records; the papers stay as they are.",
            lambda connection: delete_records(connection, wrong),
        )

    def _lookups(self) -> _Finding | None:
        unreadable = {*damaged_papers(self._database), *damaged_records(self._database).values()}
        wrong = papers_with_wrong_lookups(self._database, unreadable)
        return _finding(
            wrong,
            f"{_papers(wrong)} cannot be found by all identifiers or filters.",
            "Rebuilds the identifiers and filters.",
            lambda connection: rewrite_lookups(connection, wrong),
        )

    def _vectors(self) -> _Finding | None:
        size = self._vector_size()
        rows = self._database.paged(
            "SELECT chunk, paper, start_at, end_at, length(abstract), vector FROM chunks "
            "JOIN papers ON number = paper WHERE chunk > ? ORDER BY chunk LIMIT ?"
        )
        wrong = {
            paper
            for _, paper, start, end, length, vector in rows
            if not (_is_span(start, end, length) and _is_vector(vector, size))
        }
        return _finding(
            wrong,
            f"The vectors of {_papers(wrong)} are damaged.",
            "Removes them; then run `assistant embed`.",
            lambda connection: connection.executemany(
                "DELETE FROM chunks WHERE paper = ?", [(number,) for number in wrong]
            ),
        )

    def _vector_size(self) -> int:
        """Bytes of a vector: the most frequent size, of two the larger one."""
        size = self._database.value(
            "SELECT length(vector) AS size FROM chunks GROUP BY size "
            "ORDER BY count(*) DESC, size DESC LIMIT 1"
        )
        return int(size or 0)


def _is_span(start: object, end: object, length: int) -> bool:
    return isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= length


def _is_vector(data: object, size: int) -> bool:
    if not isinstance(data, bytes) or len(data) != size or size % 4:
        return False
    with np.errstate(all="ignore"):  # damaged rows may have any bytes
        length = float(np.linalg.norm(np.frombuffer(data, dtype="<f4").astype(np.float64)))
    return abs(length - 1.0) < _ROUNDING  # False for NaN


def _papers(numbers: Collection[int]) -> str:
    """How many papers, and the first of them."""
    unique = sorted(set(numbers))
    shown = ", ".join(f"#{number}" for number in unique[:_MAX_EXAMPLES])
    more = ", ..." if len(unique) > _MAX_EXAMPLES else ""
    return f"{format_count(len(unique), 'paper')} ({shown}{more})"


def _is_damage(error: LibraryError) -> bool:
    """Whether SQLite reports that data do not match, are missing, or exist twice."""
    code = getattr(error.__cause__, "sqlite_errorcode", 0) or 0
    return isinstance(error, LibraryDamaged) or code & 0xFF in (
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
    )


def _delete_orphans(connection: sqlite3.Connection) -> None:
    for table in _CHILD_TABLES:
        connection.execute(
            f"DELETE FROM {table} WHERE paper NOT IN (SELECT number FROM papers)"  # noqa: S608
        )
