"""Writing papers: a record is added to the paper that it describes, or becomes a new paper.

The row of a paper merges its records and the user's tags, so the library does not depend on the
order in which records were imported.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from assistant.library.decisions import Decisions, anchors, content_names, load_decisions
from assistant.library.identity import partition, title_keys
from assistant.library.merging import merge_records, merge_tags
from assistant.library.name_matching import fold
from assistant.library.paper_rows import (
    COLUMNS,
    Candidates,
    add_keys,
    add_titles,
    insert,
    insert_empty,
    last_number,
    load_paper,
    records_of,
    shares_key,
    values_of,
    without_source,
    write_labels,
)
from assistant.library.records import EDITED, Merge, SourceRecord
from assistant.library.related_records import KnownRecord, connected, nearby, number_of
from assistant.paper import Paper


class Outcome(NamedTuple):
    """What became of a record, and the number of the paper that it is part of now.

    It is `unchanged` if the library had it word for word.
    """

    kind: Literal["added", "merged", "unchanged"]
    number: int


class PaperWriter:
    """Adds records within one transaction; `finish` has to be called before it ends."""

    def __init__(self, connection: sqlite3.Connection, moment: str) -> None:
        """Write to `connection`; `moment` is the present time, ISO 8601 in UTC."""
        self._connection = connection
        self._moment = moment
        self._decisions = load_decisions(connection)
        # New papers with higher numbers are not in the full-text index yet.
        self._indexed = last_number(connection)

    def add(self, record: Paper) -> Outcome:
        """Add `record`."""
        keys, titles = record.keys, title_keys(record)
        near = nearby(self._connection, record, keys, titles, self._decisions)
        if near.numbers or not near.crowded.isdisjoint(keys):
            return self._join(near, record)
        if self._decisions:
            keys = (*keys, *self._decisions.marks(record))
        number = insert(self._connection, record, keys, titles.stored, self._moment)
        return Outcome("added", number)

    def regroup(self, numbers: Collection[int]) -> None:
        """Group the records of these papers again, after a decision."""
        near = Candidates(set(numbers), set())
        records, crowded = connected(self._connection, near, self._decisions)
        self._write(records, crowded)

    def replace(self, number: int, content: Paper, source: str, new: Paper | None) -> None:
        """Replace the record `content`, which the paper `number` has from `source`, by `new`.

        The paper keeps its number and the user's tags, unless `new` belongs to an older paper.
        Without `new` the paper has to have another record. The record stays for its other sources.
        """
        near = Candidates({number}, set())
        if new is not None:
            found = nearby(self._connection, new, new.keys, title_keys(new), self._decisions)
            near = Candidates(found.numbers | {number}, found.crowded)
        records, crowded = connected(self._connection, near, self._decisions)
        known = next(one for one in records if one.number == number and one.content == content)
        known.sources.discard(source)
        if not known.sources:
            records.remove(known)
        if new is not None:
            wanted = without_source(new)
            same = next((other for other in records if other.content == wanted), None)
            if same is None:
                same = KnownRecord(wanted, set(), number)
                records.append(same)
            same.sources.add(new.source)
        self._write(records, crowded)

    def finish(self) -> None:
        """Add the new papers to the full-text index."""
        last = last_number(self._connection)
        self._connection.execute(
            "INSERT INTO full_text (rowid, title, abstract) "
            "SELECT number, title, abstract FROM papers WHERE number > ? ORDER BY number",
            (self._indexed,),
        )
        self._indexed = last

    def _join(self, near: Candidates, record: Paper) -> Outcome:
        """Add `record`, which shares a key or its title with the papers `near`."""
        content = without_source(record)
        loaded: dict[int, list[SourceRecord]] = {}
        for number in sorted(near.numbers):
            loaded[number] = records_of(self._connection, number)
            for known in loaded[number]:
                if record.source in known.sources and known.paper == content:
                    return Outcome("unchanged", number)
        records, crowded = connected(self._connection, near, self._decisions, loaded)
        same = next((other for other in records if other.content == content), None)
        if same is None:
            same = KnownRecord(content, set(), None)
            records.append(same)
        same.sources.add(record.source)
        is_new = same.number is None
        owners = self._write(records, crowded)
        number, part = next(
            (number, part) for number, part in owners.items() if same in part.records
        )
        if not is_new:
            return Outcome("unchanged", number)
        return Outcome("merged" if part.numbers else "added", number)

    def _write(self, records: list[KnownRecord], crowded: set[str | int]) -> dict[int, _Part]:
        """Group `records` by paper and write these; return the parts by the paper's number."""
        parts = [
            _Part([records[index] for index in indices])
            for indices in partition([known.content for known in records], crowded, self._decisions)
        ]
        self.finish()  # papers have to be in the full-text index to be changed there
        owners = _write_parts(self._connection, parts, self._moment, self._decisions)
        self._indexed = last_number(self._connection)
        return owners


def merges(connection: sqlite3.Connection, merged: Iterable[tuple[Paper, int]]) -> list[Merge]:
    """Of records and the numbers that `add` returned: which was merged into which paper."""
    found: list[Merge] = []
    query = "SELECT id, title FROM papers WHERE number = ?"
    for record, number in merged:
        paper = connection.execute(query, (number,)).fetchone()
        if paper is None:  # it was merged into another one since
            other = number_of(connection, without_source(record))
            paper = connection.execute(query, (other,)).fetchone()
        found.append(Merge(record.title, record.source, *paper))
    return found


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
    paper = load_paper(connection, number)
    if paper is None:
        return
    records = [record.paper for record in records_of(connection, number)]
    own = {key for record in (paper, *records) for key in record.keys}
    connection.execute(
        "DELETE FROM keys WHERE paper = ? AND key NOT IN (SELECT value FROM json_each(?)) "
        "AND key NOT GLOB 'text:*' AND key NOT GLOB 'record:*'",
        (number, json.dumps(sorted(own))),
    )
    _add_names(connection, number, records, load_decisions(connection))
    _name_by_content(connection, number, records)
    name = _id_of(connection, number, paper, records)
    connection.execute("UPDATE papers SET id = ? WHERE number = ?", (name, number))


def rewrite_shared_ids(connection: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Write the ids of papers that are the only ones left with one of `keys`."""
    rows = connection.execute(
        "SELECT min(paper) FROM keys WHERE key IN (SELECT value FROM json_each(?)) "
        "GROUP BY key HAVING count(*) = 1",
        (json.dumps(list(keys)),),
    ).fetchall()
    for number in {row[0] for row in rows}:
        rewrite_keys(connection, number)


def rewrite_labels(connection: sqlite3.Connection, number: int) -> None:
    """Write the labels of the paper `number` again."""
    paper = load_paper(connection, number)
    if paper is not None:
        sources = {source for known in records_of(connection, number) for source in known.sources}
        write_labels(connection, number, paper, sources)


@dataclass
class _Part:
    """Records that describe one paper."""

    records: list[KnownRecord]

    @property
    def numbers(self) -> list[int]:
        return sorted({known.number for known in self.records if known.number is not None})


def _write_parts(
    connection: sqlite3.Connection, parts: Sequence[_Part], moment: str, decisions: Decisions
) -> dict[int, _Part]:
    """Make each of `parts` a paper; return the parts by the number of their paper."""
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
    for number, part in owners.items():
        for other in part.numbers:
            if other != number and other not in owners:
                _merge_into(connection, other, number)
        _add_names(connection, number, [record.content for record in part.records], decisions)
    for number, part in owners.items():
        _name_by_content(connection, number, [record.content for record in part.records])
    for number, part in owners.items():
        found = [
            SourceRecord(record.content, tuple(sorted(record.sources))) for record in part.records
        ]
        _rewrite(connection, number, found)
    return owners


def _add_names(
    connection: sqlite3.Connection, number: int, records: Iterable[Paper], decisions: Decisions
) -> None:
    """Add everything by which the paper `number` is found."""
    for record in records:
        add_keys(connection, number, (*record.keys, *decisions.marks(record)))
        add_titles(connection, number, title_keys(record).stored)


def _name_by_content(connection: sqlite3.Connection, number: int, records: Sequence[Paper]) -> None:
    """Give the paper more keys if it has none of its own, as a chapter with the DOI of its book."""
    keys = {key for record in records for key in record.keys}
    if all(shares_key(connection, key, number) for key in sorted(keys)):
        for record in records:
            add_keys(connection, number, anchors(record))


def _id_of(
    connection: sqlite3.Connection, number: int, paper: Paper, records: Sequence[Paper]
) -> str:
    """The strongest key of the paper `number` that no other paper has."""
    for key in (*paper.keys, *sorted({key for record in records for key in record.keys})):
        if not shares_key(connection, key, number):
            return key
    named = [content_names(record) for record in records]
    for level in range(len(named[0])):
        for name in sorted(names[level] for names in named):
            if not shares_key(connection, name, number):
                return name
    return paper.id


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
    connection.execute(
        "UPDATE OR IGNORE tldrs SET paper = ? WHERE paper = ? AND model = ?",
        (number, other, EDITED),
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
    name = _id_of(connection, number, after, [record.paper for record in records])
    add_keys(connection, number, (name,))
    return _update(connection, number, name, after, sorted({paper.source for paper in papers}))


def _update(
    connection: sqlite3.Connection, number: int, name: str, after: Paper, sources: Iterable[str]
) -> bool:
    """Write the paper `number` with the id `name`; return whether anything else changed."""
    before = load_paper(connection, number)
    write_labels(connection, number, after, sources)
    if before == after:
        connection.execute("UPDATE papers SET id = ? WHERE number = ?", (name, number))
        return False
    changes: dict[str, Any] = dict(
        zip(COLUMNS.split(", ")[1:], values_of(after, (name,)), strict=True)
    )
    if before and (after.title, after.abstract) == (before.title, before.abstract):
        del changes["title"], changes["abstract"]  # so that the full-text index is not updated
    else:
        connection.execute("DELETE FROM chunks WHERE paper = ?", (number,))
        # What the user wrote stays.
        connection.execute("DELETE FROM tldrs WHERE paper = ? AND model != ?", (number, EDITED))
        connection.execute("DELETE FROM cells WHERE paper = ?", (number,))
    assignments = ", ".join(f"{column} = ?" for column in changes)
    connection.execute(
        f"UPDATE papers SET {assignments} WHERE number = ?",  # noqa: S608
        (*changes.values(), number),
    )
    return True
