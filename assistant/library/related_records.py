"""The records that decide together which of them describe one paper."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from assistant.library.decisions import Decisions, anchors
from assistant.library.identity import TitleKeys, title_keys
from assistant.library.paper_rows import Candidates, find_papers, records_of
from assistant.library.records import SourceRecord
from assistant.paper import Paper


@dataclass(eq=False)
class KnownRecord:
    """A record and the number of its paper; None if the record is new."""

    content: Paper
    sources: set[str]
    number: int | None


def nearby(
    connection: sqlite3.Connection,
    record: Paper,
    keys: Sequence[str],
    titles: TitleKeys,
    decisions: Decisions,
) -> Candidates:
    """The papers that share a key, a title or a decision with `record`."""
    if decisions:
        marks = decisions.marks(record)
        keys = (*keys, *marks, *decisions.related(marks))
    return find_papers(connection, keys, titles.near)


def connected(
    connection: sqlite3.Connection,
    near: Candidates,
    decisions: Decisions,
    loaded: Mapping[int, Sequence[SourceRecord]] = MappingProxyType({}),
) -> tuple[list[KnownRecord], set[str | int]]:
    """The records of `near` and of all papers that share something with them, directly or not.

    Also returns all keys that too many papers have. `loaded` has records by the number of their
    paper, so that they are not read again.
    """
    found: list[KnownRecord] = []
    crowded = set(near.crowded)
    seen = set(near.numbers)
    asked: set[tuple[object, ...]] = set()
    waiting = sorted(seen)
    while waiting:
        number = waiting.pop(0)
        for record in loaded.get(number) or records_of(connection, number):
            found.append(KnownRecord(record.paper, set(record.sources), number))
            names = (record.paper.keys, title_keys(record.paper))
            if names in asked and not decisions:
                continue
            asked.add(names)
            more = nearby(connection, record.paper, *names, decisions)
            crowded |= more.crowded
            waiting += sorted(more.numbers - seen)
            seen |= more.numbers
    return found, crowded


def number_of(connection: sqlite3.Connection, record: Paper) -> int:
    """The number of the paper that has `record`, which is stored without its source."""
    near = find_papers(connection, anchors(record), title_keys(record).near)
    return next(
        number
        for number in sorted(near.numbers)
        if any(known.paper == record for known in records_of(connection, number))
    )
