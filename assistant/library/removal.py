"""Removing papers from the library, and undoing that."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.library.database import Database
from assistant.library.paper_rows import load_paper, records_of
from assistant.library.paper_writer import PaperWriter, rewrite_shared_ids, set_own_tags
from assistant.library.records import SourceRecord
from assistant.library.related_records import number_of
from assistant.paper import Paper

# Metadata of a catalogue whose files may still contain removed papers; random for each removal.
PURGE_DUE = "purge_due"
_TLDR = "text, model, prompt, method, seconds, made_at"
_CELL = "question, model, recipe, answer, sentences, method, confidence, seconds, made_at"


@dataclass(frozen=True)
class RemovedPaper:
    """Everything that the library knew of a paper, except its vectors, which are embedded again.

    `given` and `taken` are the tags that the user gave it and took from it; `tldrs` are rows of
    text, model, prompt, method, seconds and when it was made, the oldest first, and `cells` those
    of the answers to questions of tables.
    """

    number: int
    paper: Paper
    records: tuple[SourceRecord, ...]
    given: tuple[str, ...]
    taken: tuple[str, ...]
    tldrs: tuple[tuple[str | float, ...], ...]
    cells: tuple[tuple[str | float, ...], ...]
    added_at: str


def remove_papers(database: Database, numbers: Iterable[int]) -> list[RemovedPaper]:
    """Remove the papers `numbers` in one transaction; return those that were there."""
    with database.write() as connection:
        found = [_kept(connection, number) for number in dict.fromkeys(numbers)]
        removed = [one for one in found if one is not None]
        delete_papers(connection, [one.number for one in removed])
    return removed


def delete_papers(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Delete the papers `numbers` within a transaction."""
    given = json.dumps(list(numbers))
    keys = connection.execute(
        "SELECT DISTINCT key FROM keys WHERE paper IN (SELECT value FROM json_each(?))",
        (given,),
    ).fetchall()
    connection.execute(
        "DELETE FROM papers WHERE number IN (SELECT value FROM json_each(?))", (given,)
    )
    rewrite_shared_ids(connection, (key for (key,) in keys))
    if numbers:
        connection.execute(
            "INSERT OR REPLACE INTO metadata VALUES (?, hex(randomblob(8)))", (PURGE_DUE,)
        )


def undo_removal(database: Database, removed: Sequence[RemovedPaper]) -> list[int]:
    """Add `removed` again in one transaction; return the numbers that these papers have now.

    Their records are added again, so that they are one paper, or part of one, as after any import;
    the numbers are new. TL;DRs and cells come back where the paper has the text that they are
    from.
    """
    with database.write() as connection:
        adder = PaperWriter(connection, datetime.now(UTC).isoformat(timespec="milliseconds"))
        for one in removed:
            for record in one.records:
                for source in record.sources:
                    adder.add(record.paper.model_copy(update={"source": source}))
        adder.finish()
        numbers = [_restored(connection, one) for one in removed]
    return list(dict.fromkeys(numbers))


def _kept(connection: sqlite3.Connection, number: int) -> RemovedPaper | None:
    paper = load_paper(connection, number)
    if paper is None:
        return None
    own = connection.execute(
        "SELECT tag, given FROM own_tags WHERE paper = ? ORDER BY folded", (number,)
    ).fetchall()
    tldrs = connection.execute(
        f"SELECT {_TLDR} FROM tldrs WHERE paper = ? ORDER BY tldr",  # noqa: S608
        (number,),
    ).fetchall()
    cells = connection.execute(
        f"SELECT {_CELL} FROM cells WHERE paper = ? ORDER BY cell",  # noqa: S608
        (number,),
    ).fetchall()
    (added_at,) = connection.execute(
        "SELECT added_at FROM papers WHERE number = ?", (number,)
    ).fetchone()
    return RemovedPaper(
        number=number,
        paper=paper,
        records=tuple(records_of(connection, number)),
        given=tuple(tag for tag, given in own if given),
        taken=tuple(tag for tag, given in own if not given),
        tldrs=tuple(tldrs),
        cells=tuple(cells),
        added_at=added_at,
    )


def _restored(connection: sqlite3.Connection, removed: RemovedPaper) -> int:
    """Give the paper that has the records of `removed` again what else was kept of it."""
    number = number_of(connection, removed.records[0].paper)
    if removed.given or removed.taken:
        set_own_tags(connection, number, removed.given, removed.taken)
    connection.execute(
        "UPDATE papers SET added_at = min(added_at, ?) WHERE number = ?",
        (removed.added_at, number),
    )
    now = load_paper(connection, number)
    if now and (now.title, now.abstract) == (removed.paper.title, removed.paper.abstract):
        connection.executemany(
            f"INSERT OR IGNORE INTO tldrs (paper, {_TLDR}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            [(number, *row) for row in removed.tldrs],
        )
        connection.executemany(
            f"INSERT OR IGNORE INTO cells (paper, {_CELL}) "  # noqa: S608
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(number, *row) for row in removed.cells],
        )
    return number
