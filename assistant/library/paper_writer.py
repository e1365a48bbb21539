"""Writing papers: a record is added to the paper that it describes, or becomes a new paper.

The row of a paper merges its records and the user's tags, so the library does not depend on the
order in which records were imported.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assistant.library.identity import partition, title_key
from assistant.library.merging import merge_records, merge_tags
from assistant.library.name_matching import fold
from assistant.library.paper_rows import (
    COLUMNS,
    add_keys,
    add_title,
    find_papers,
    insert,
    insert_empty,
    last_number,
    load_paper,
    records_of,
    values_of,
    without_source,
    write_labels,
)
from assistant.library.records import SourceRecord
from assistant.paper import Paper

Outcome = Literal["added", "merged", "unchanged"]


class PaperWriter:
    """Adds records within one transaction; `finish` has to be called before it ends."""

    def __init__(self, connection: sqlite3.Connection, moment: str) -> None:
        """Write to `connection`; `moment` is the present time, ISO 8601 in UTC."""
        self._connection = connection
        self._moment = moment
        # New papers with higher numbers are not in the full-text index yet.
        self._indexed = last_number(connection)

    def add(self, record: Paper) -> Outcome:
        """Add `record`."""
        keys, title = record.keys, title_key(record)
        known = find_papers(self._connection, keys, title)
        if not known:
            insert(self._connection, record, keys, title, self._moment)
            return "added"
        return self._join(known, record)

    def finish(self) -> None:
        """Add the new papers to the full-text index."""
        last = last_number(self._connection)
        self._connection.execute(
            "INSERT INTO full_text (rowid, title, abstract) "
            "SELECT number, title, abstract FROM papers WHERE number > ? ORDER BY number",
            (self._indexed,),
        )
        self._indexed = last

    def _join(self, known: Sequence[int], record: Paper) -> Outcome:
        """Add `record`, which shares a key or its title with the papers `known`."""
        records = _connected(self._connection, known)
        content = without_source(record)
        same = next((other for other in records if other.content == content), None)
        if same is not None:
            if record.source in same.sources:
                return "unchanged"
            same.sources.add(record.source)
        else:
            records.append(_Known(content, {record.source}, None))
        parts = [
            _Part([records[index] for index in indices])
            for indices in partition([known.content for known in records])
        ]
        new = next((part for part in parts if part.records[-1].number is None), None)
        self.finish()  # papers have to be in the full-text index to be changed there
        changed = _write_parts(self._connection, parts, self._moment)
        self._indexed = last_number(self._connection)
        if new is not None and not new.numbers:
            return "added"
        return "merged" if changed else "unchanged"


def set_own_tags(
    connection: sqlite3.Connection, number: int, given: Sequence[str], taken: Sequence[str]
) -> bool:
    """Add the tags `given` to the paper `number` and remove `taken`; return whether it changed."""
    records = records_of(connection, number)
    if not records:
        return False
    connection.executemany(
        "INSERT INTO own_tags (paper, folded, tag, given) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET tag = excluded.tag, given = excluded.given",
        [(number, fold(tag), tag, kind) for kind, tags in ((1, given), (0, taken)) for tag in tags],
    )
    return _rewrite(connection, number, records)


def rewrite_keys(connection: sqlite3.Connection, number: int) -> None:
    """Write the id, keys and titles of the paper `number` again."""
    records = records_of(connection, number)
    paper = load_paper(connection, number)
    if paper is None:
        return
    for record in records:
        add_keys(connection, number, record.paper.keys)
        add_title(connection, number, title_key(record.paper))
    connection.execute("UPDATE papers SET id = ? WHERE number = ?", (paper.keys[0], number))


def rewrite_labels(connection: sqlite3.Connection, number: int) -> None:
    """Write the labels of the paper `number` again."""
    paper = load_paper(connection, number)
    if paper is not None:
        sources = {source for known in records_of(connection, number) for source in known.sources}
        write_labels(connection, number, paper, sources)


@dataclass
class _Known:
    """A record and the number of its paper; None if the record is new."""

    content: Paper
    sources: set[str]
    number: int | None


@dataclass
class _Part:
    """Records that describe one paper."""

    records: list[_Known]

    @property
    def numbers(self) -> list[int]:
        return sorted({known.number for known in self.records if known.number is not None})


def _connected(connection: sqlite3.Connection, known: Sequence[int]) -> list[_Known]:
    """The records of `known` and of all papers that share a title with them, directly or not."""
    found: list[_Known] = []
    seen = set(known)
    waiting = sorted(seen)
    while waiting:
        number = waiting.pop(0)
        for record in records_of(connection, number):
            found.append(_Known(record.paper, set(record.sources), number))
            near = find_papers(connection, (), title_key(record.paper))
            waiting += (other for other in near if other not in seen)
            seen.update(near)
    return found


def _write_parts(connection: sqlite3.Connection, parts: Sequence[_Part], moment: str) -> bool:
    """Make each of `parts` a paper; return whether existing papers changed."""
    old = sorted({number for part in parts for number in part.numbers})
    owners: dict[int, _Part] = {}
    for part in sorted(parts, key=lambda part: part.numbers or [1 << 62]):
        number = next((number for number in part.numbers if number not in owners), None)
        if number is None:
            number = insert_empty(connection, moment)
        owners[number] = part
    for number in old:
        connection.execute("DELETE FROM keys WHERE paper = ?", (number,))
        connection.execute("DELETE FROM titles WHERE paper = ?", (number,))
    changed = False
    for number, part in owners.items():
        for other in part.numbers:
            if other != number and other not in owners:
                _merge_into(connection, other, number)
                changed = True
        for record in part.records:
            add_keys(connection, number, record.content.keys)
            add_title(connection, number, title_key(record.content))
        found = [
            SourceRecord(record.content, tuple(sorted(record.sources))) for record in part.records
        ]
        changed = _rewrite(connection, number, found) or changed
    return changed


def _merge_into(connection: sqlite3.Connection, other: int, number: int) -> None:
    """Merge the user's tags and date of `other` into `number`, and delete `other`."""
    connection.execute(
        "INSERT INTO own_tags (paper, folded, tag, given) "
        "SELECT ?, folded, tag, given FROM own_tags WHERE paper = ? "
        "ON CONFLICT DO UPDATE SET given = max(given, excluded.given)",
        (number, other),
    )
    connection.execute(
        "UPDATE papers SET added_at = min(added_at, "
        "(SELECT added_at FROM papers WHERE number = ?)) WHERE number = ?",
        (other, number),
    )
    connection.execute("DELETE FROM papers WHERE number = ?", (other,))


def _rewrite(connection: sqlite3.Connection, number: int, records: Sequence[SourceRecord]) -> bool:
    """Write the paper `number` from `records` and the user's tags; return whether it changed."""
    papers = [
        record.paper.model_copy(update={"source": source})
        for record in records
        for source in record.sources
    ]
    after = merge_records(papers)
    own = connection.execute(
        "SELECT folded, tag, given FROM own_tags WHERE paper = ? ORDER BY folded", (number,)
    ).fetchall()
    taken = {key for key, _, given in own if not given}
    tags = merge_tags((*(tag for _, tag, given in own if given), *after.tags))
    after = after.model_copy(update={"tags": tuple(tag for tag in tags if fold(tag) not in taken)})
    connection.execute("DELETE FROM records WHERE paper = ?", (number,))
    if len(papers) > 1 or after != papers[0]:
        connection.executemany(
            "INSERT INTO records (paper, content, sources) VALUES (?, ?, ?)",
            [
                (
                    number,
                    record.paper.model_dump_json(exclude_defaults=True),
                    json.dumps(record.sources, ensure_ascii=False),
                )
                for record in records
            ],
        )
    return _update(connection, number, after, sorted({paper.source for paper in papers}))


def _update(
    connection: sqlite3.Connection, number: int, after: Paper, sources: Iterable[str]
) -> bool:
    before = load_paper(connection, number)
    write_labels(connection, number, after, sources)
    if before == after:
        return False
    changes: dict[str, Any] = dict(
        zip(COLUMNS.split(", ")[1:], values_of(after, after.keys), strict=True)
    )
    if before and (after.title, after.abstract) == (before.title, before.abstract):
        del changes["title"], changes["abstract"]  # so that the full-text index is not updated
    else:
        connection.execute("DELETE FROM chunks WHERE paper = ?", (number,))
        connection.execute("DELETE FROM tldrs WHERE paper = ?", (number,))
    assignments = ", ".join(f"{column} = ?" for column in changes)
    connection.execute(
        f"UPDATE papers SET {assignments} WHERE number = ?",  # noqa: S608
        (*changes.values(), number),
    )
    return True
