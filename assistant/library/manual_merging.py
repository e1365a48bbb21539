"""Duplicates decided by hand: papers merged and split, remembered for later imports."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations

from assistant.errors import NotMergeable, PaperNotFound
from assistant.library.database import Database
from assistant.library.decisions import content_of
from assistant.library.name_matching import fold
from assistant.library.paper_rows import records_of
from assistant.library.paper_writer import PaperWriter
from assistant.library.records import SourceRecord
from assistant.library.related_records import number_of
from assistant.library.saved_decisions import (
    DecisionRow,
    decision_rows,
    replace_decisions,
    save_different,
    save_same,
)
from assistant.paper import Paper

# Records are compared with each other: of more, single ones can be split off.
MAX_SPLIT = 50
_MAX_PAIRS = 2_500
_MOST_NAMED = 10
_DIGITS = 10
_TWO = 2


def merge_papers(database: Database, numbers: Collection[int]) -> int:
    """Merge the papers `numbers` into one, now and in later imports; return its number.

    Raises:
        NotMergeable: there are fewer than two papers.
    """
    wanted = sorted(set(numbers))
    if len(wanted) < _TWO:
        raise NotMergeable("Both ids name the same paper. Give the ids of two papers.")
    with database.write() as connection:
        records = [record for number in wanted for record in _records(connection, number)]
        save_same(connection, records, wanted, _now())
        return _regrouped(connection, wanted, [records])[0]


@dataclass(frozen=True)
class KeptApart:
    """What `keep_apart` changed: the papers it was about, and rows of decisions."""

    numbers: tuple[int, ...]
    added: frozenset[DecisionRow]
    forgotten: frozenset[DecisionRow]


def keep_apart(database: Database, numbers: Collection[int]) -> KeptApart:
    """Remember that the papers `numbers` are different ones; `undo_keep_apart` takes it back.

    Raises:
        NotMergeable: there are fewer than two papers, or they cannot be told apart.
    """
    wanted = sorted(set(numbers))
    if len(wanted) < _TWO:
        raise NotMergeable("Both ids name the same paper. `assistant split ID` splits a paper.")
    with database.write() as connection:
        groups = [_records(connection, number) for number in wanted]
        before = decision_rows(connection)
        _separate(connection, groups, wanted)
        after = decision_rows(connection)
        _regrouped(connection, wanted, groups)
    return KeptApart(tuple(wanted), after - before, before - after)


def undo_keep_apart(database: Database, kept: KeptApart) -> None:
    """Decide nothing about papers that were kept apart, as before.

    Raises:
        NotMergeable: another decision about them has been made since.
    """
    with database.write() as connection:
        if not kept.added <= decision_rows(connection):
            raise NotMergeable(
                "There is another decision about these papers, so this one cannot be undone. "
                "`assistant merge ID ID` merges papers that were kept apart."
            )
        replace_decisions(connection, kept.added, kept.forgotten)
        writer = PaperWriter(connection, _now())
        writer.regroup(kept.numbers)
        writer.finish()


def split_paper(database: Database, number: int, chosen: str | None = None) -> list[int]:
    """Make each record of the paper `number` a paper of its own, now and in later imports.

    With `chosen`, only the records from the file of this name, or the record with this position
    (from 1), become another paper. Records that differ only in their tags stay together. Returns
    the numbers of all resulting papers.

    Raises:
        NotMergeable: the paper has one record, `chosen` names none or all, or there are too many.
    """
    with database.write() as connection:
        known = records_of(connection, number)
        by_content: dict[str, list[SourceRecord]] = defaultdict(list)
        for record in known:
            by_content[content_of(record.paper.model_copy(update={"tags": ()}))].append(record)
        groups = list(by_content.values())
        if len(groups) < _TWO:
            raise NotMergeable(
                f"The paper #{number} has only one record, so it cannot be split. "
                "`assistant show ID --sources` shows the records of a paper."
            )
        if chosen is not None:
            groups = _two_groups(groups, _named(known, chosen, number), number)
        elif len(groups) > MAX_SPLIT:
            raise NotMergeable(
                f"The paper #{number} has {len(groups):,} records; at most {MAX_SPLIT} can be "
                "split at once. Name a file, or the number of a record, to split it off."
            )
        papers = [[record.paper for record in group] for group in groups]
        _separate(connection, papers, [number])
        return _regrouped(connection, [number], papers)


def _named(known: Sequence[SourceRecord], chosen: str, number: int) -> list[SourceRecord]:
    """The records of the paper `number` that `chosen` names."""
    if chosen.isascii() and chosen.isdigit() and len(chosen) < _DIGITS:
        position = int(chosen)
        if not 1 <= position <= len(known):
            raise NotMergeable(
                f"The paper #{number} has the records 1 to {len(known):,}, but not {position:,}. "
                "`assistant show ID --sources` shows them."
            )
        return [known[position - 1]]
    found = [record for record in known if fold(chosen) in map(fold, record.sources)]
    if not found:
        names = sorted({source for record in known for source in record.sources if source})
        files = f"Its records are from {', '.join(names[:_MOST_NAMED])}. " if names else ""
        raise NotMergeable(
            f"The paper #{number} has no record from {chosen!r}. {files}"
            "Name one of its files, or the number of a record in `assistant show ID --sources`."
        )
    return found


def _two_groups(
    groups: Sequence[list[SourceRecord]], chosen: Sequence[SourceRecord], number: int
) -> list[list[SourceRecord]]:
    """The groups with a chosen record, and the others."""
    split, left = (
        [
            record
            for group in groups
            if any(one in chosen for one in group) is wanted
            for record in group
        ]
        for wanted in (True, False)
    )
    if not left:
        raise NotMergeable(
            f"All records of the paper #{number} are from there, so nothing would be left of it. "
            "Name the number of a record, or split all of them."
        )
    return [left, split]


def _separate(
    connection: sqlite3.Connection, groups: Sequence[Sequence[Paper]], numbers: Collection[int]
) -> None:
    pairs = sum(len(one) * len(other) for one, other in combinations(groups, 2))
    if pairs > _MAX_PAIRS:
        raise NotMergeable(
            f"These papers have {sum(map(len, groups)):,} records, too many to compare. "
            "Split off single records first."
        )
    save_different(connection, groups, numbers, _now())


def _regrouped(
    connection: sqlite3.Connection, numbers: Collection[int], groups: Sequence[Sequence[Paper]]
) -> list[int]:
    """Apply the decisions to the papers `numbers`; return the papers that have `groups` then."""
    writer = PaperWriter(connection, _now())
    writer.regroup(numbers)
    writer.finish()
    found = [number_of(connection, record) for group in groups for record in group]
    return list(dict.fromkeys(found))


def _records(connection: sqlite3.Connection, number: int) -> list[Paper]:
    records = [record.paper for record in records_of(connection, number)]
    if not records:
        raise PaperNotFound(
            f"No paper in the library has the number {number}. `assistant list` shows the papers."
        )
    return records


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
