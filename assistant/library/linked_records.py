"""Records that follow the items of another program's library, such as Zotero's.

Each item has a key there, and a stamp that changes with it. A changed item replaces its record; the
paper keeps its number, the user's tags, and what was made of an unchanged text. Of the item, only
names and a digest are stored, so that nothing is left of a paper that the user removes.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from assistant.library.database import Database
from assistant.library.decisions import anchors, content_of
from assistant.library.identity import title_keys
from assistant.library.paper_rows import find_papers, records_of
from assistant.library.paper_writer import PaperWriter
from assistant.library.records import EDITED
from assistant.library.removal import delete_papers
from assistant.paper import Paper

LinkOutcome = Literal["added", "merged", "changed", "unchanged", "removed", "skipped"]
"""What became of an item.

`added` is a new paper, `merged` a new record of a known one. `changed` and `unchanged` items were
linked before. `removed` means that the record is gone, and its paper if it had no other; `skipped`
that the item is no paper.
"""


@dataclass(frozen=True)
class LinkedItem:
    """An item of the other program; `paper` is None if it is no paper."""

    key: str
    stamp: str
    paper: Paper | None


@dataclass(frozen=True)
class KeptPaper:
    """A paper that stays although its item is gone, because the user tagged it."""

    id: str
    title: str


@dataclass
class LinkReport:
    """How many items had each outcome, the papers that went with their items, and those kept.

    `removed_papers` is at most `removed`: a paper with other records stays.
    """

    added: int = 0
    merged: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: int = 0
    removed_papers: int = 0
    kept: list[KeptPaper] = field(default_factory=list)

    def add(self, other: LinkReport) -> None:
        """Add the figures of the next batch."""
        for name in ("added", "merged", "changed", "unchanged", "removed", "skipped"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.removed_papers += other.removed_papers
        self.kept += other.kept


class _Found(NamedTuple):
    """A linked record: the paper it belongs to, and its content."""

    number: int
    content: Paper


class LinkedRecords:
    """The linked records in a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stamps(self, origin: str) -> dict[str, str]:
        """The stamp of each linked item of `origin`, by its key."""
        return dict(
            self._database.rows("SELECT key, stamp FROM linked_records WHERE origin = ?", (origin,))
        )

    def counts(self) -> dict[str, tuple[int, int]]:
        """Of each origin, how many items are linked, and how many of these are papers."""
        rows = self._database.rows(
            "SELECT origin, count(*), sum(digest != '') FROM linked_records GROUP BY origin"
        )
        return {origin: (items, papers) for origin, items, papers in rows}

    def update(self, origin: str, items: Sequence[LinkedItem]) -> LinkReport:
        """Add or replace the records of `items` in one transaction."""
        report = LinkReport()
        with self._database.write() as connection:
            writer = PaperWriter(connection, _now())
            for item in items:
                outcome = _updated(connection, writer, origin, item)
                setattr(report, outcome, getattr(report, outcome) + 1)
            writer.finish()
        return report

    def remove(
        self, origin: str, keys: Collection[str], orphaned: Callable[[Paper], Paper]
    ) -> LinkReport:
        """Remove the records of items that are gone, in one transaction.

        A paper that has no other record is removed, unless the user tagged it: then its record
        stays as `orphaned` changes it, and no longer follows an item.
        """
        report = LinkReport()
        with self._database.write() as connection:
            writer = PaperWriter(connection, _now())
            for key in keys:
                found = _found(connection, origin, key)
                if found is not None:
                    _remove(connection, writer, origin, key, found, orphaned, report)
                    report.removed += 1
                connection.execute(
                    "DELETE FROM linked_records WHERE origin = ? AND key = ?", (origin, key)
                )
            writer.finish()
        return report


def _updated(
    connection: sqlite3.Connection, writer: PaperWriter, origin: str, item: LinkedItem
) -> LinkOutcome:
    found = _found(connection, origin, item.key)
    source = _source(connection, origin, item.key)
    outcome: LinkOutcome
    if item.paper is None:
        outcome = "skipped"
        if found is not None:
            _detach(connection, writer, found, source)
            outcome = "removed"
    elif found is None:
        kind, _ = writer.add(item.paper)
        outcome = kind
    elif source == item.paper.source and digest_of(found.content) == digest_of(item.paper):
        outcome = "unchanged"
    else:
        writer.replace(found.number, found.content, source, item.paper)
        outcome = "changed"
    connection.execute(
        "INSERT OR REPLACE INTO linked_records VALUES (?, ?, ?, ?, ?, ?)",
        (origin, item.key, item.stamp, *_names(item.paper)),
    )
    return outcome


def _remove(
    connection: sqlite3.Connection,
    writer: PaperWriter,
    origin: str,
    key: str,
    found: _Found,
    orphaned: Callable[[Paper], Paper],
    report: LinkReport,
) -> None:
    source = _source(connection, origin, key)
    records = records_of(connection, found.number)
    alone = len(records) == 1 and records[0].sources == (source,)
    tagged = connection.execute(
        "SELECT 1 FROM own_tags WHERE paper = :paper AND given "
        "UNION ALL SELECT 1 FROM tldrs WHERE paper = :paper AND model = :edited LIMIT 1",
        {"paper": found.number, "edited": EDITED},
    ).fetchone()
    if alone and tagged:
        writer.replace(found.number, found.content, source, orphaned(found.content))
        name, title = connection.execute(
            "SELECT id, title FROM papers WHERE number = ?", (found.number,)
        ).fetchone()
        report.kept.append(KeptPaper(name, title))
    else:
        report.removed_papers += _detach(connection, writer, found, source)


def _detach(
    connection: sqlite3.Connection, writer: PaperWriter, found: _Found, source: str
) -> bool:
    """Take a record from its paper; return whether the paper, which has no other, is gone."""
    records = records_of(connection, found.number)
    if len(records) == 1 and records[0].sources == (source,):
        writer.finish()  # a new paper has to be in the full-text index to be removed from it
        delete_papers(connection, [found.number])
        return True
    writer.replace(found.number, found.content, source, None)
    return False


def _source(connection: sqlite3.Connection, origin: str, key: str) -> str:
    row = connection.execute(
        "SELECT source FROM linked_records WHERE origin = ? AND key = ?", (origin, key)
    ).fetchone()
    return row[0] if row else ""


def _found(connection: sqlite3.Connection, origin: str, key: str) -> _Found | None:
    """The linked record; None if there is none, or the user removed its paper."""
    row = connection.execute(
        "SELECT names, digest, source FROM linked_records WHERE origin = ? AND key = ?",
        (origin, key),
    ).fetchone()
    if row is None or not row[1]:
        return None
    names, digest, source = row
    keys, titles = json.loads(names)
    for number in sorted(find_papers(connection, keys, titles).numbers):
        for record in records_of(connection, number):
            if source in record.sources and digest_of(record.paper) == digest:
                return _Found(number, record.paper)
    return None


def digest_of(record: Paper) -> str:
    """32 hexadecimal digits that are equal for records with the same content."""
    return hashlib.sha256(content_of(record).encode()).hexdigest()[:32]


def _names(record: Paper | None) -> tuple[str, str, str]:
    """The names, digest and source of a record, as they are stored."""
    if record is None:
        return "", "", ""
    names: Iterable[Sequence[object]] = (anchors(record), title_keys(record).stored)
    return json.dumps([list(some) for some in names]), digest_of(record), record.source


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
