"""Saving the user's decisions about duplicates in the catalogue."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from assistant.library.decisions import anchors, content_names
from assistant.library.identity import title_keys
from assistant.library.paper_rows import find_papers, records_of
from assistant.paper import Paper

DecisionRow = tuple[str, str, int, str]
"""Two anchors, whether they are of the same paper, and when this was decided."""


def decision_rows(connection: sqlite3.Connection) -> frozenset[DecisionRow]:
    """All decisions of the catalogue."""
    return frozenset(connection.execute("SELECT one, other, same, made_at FROM decisions"))


def replace_decisions(
    connection: sqlite3.Connection, old: Iterable[DecisionRow], new: Iterable[DecisionRow]
) -> None:
    """Forget the decisions `old`, and save `new`."""
    connection.executemany(
        "DELETE FROM decisions WHERE one = ? AND other = ? AND same = ? AND made_at = ?", old
    )
    connection.executemany(
        "INSERT OR REPLACE INTO decisions (one, other, same, made_at) VALUES (?, ?, ?, ?)", new
    )


def save_same(
    connection: sqlite3.Connection, records: Sequence[Paper], papers: Collection[int], moment: str
) -> None:
    """Remember that all `records` of the papers with the numbers `papers` are of one paper."""
    _forget(connection, {name for record in records for name in anchors(record)}, same=False)
    named = [_lasting(connection, record, papers) for record in records]
    _save_star(connection, named, papers, moment)


def save_different(
    connection: sqlite3.Connection,
    groups: Sequence[Sequence[Paper]],
    papers: Collection[int],
    moment: str,
) -> None:
    """Remember that the records of each of `groups` are of another paper, all of them of one.

    They are all records of the papers with the numbers `papers`. Those of a group may have been one
    paper only because of records in another group.
    """
    own = [{name for record in group for name in anchors(record)} for group in groups]
    named = [[_lasting(connection, record, papers) for record in group] for group in groups]
    _forget(connection, set().union(*own), same=True)
    for index, group in enumerate(named):
        others = set().union(*(names for other, names in enumerate(own) if other != index))
        lasting = [[name for name in names if name not in others] for names in group]
        _save_star(connection, lasting, papers, moment)
    # A name that a record of the other group has too would divide that group.
    pairs = {
        (first, second)
        for (one, its_names), (other, other_names) in combinations(zip(named, own, strict=True), 2)
        for ours in one
        for theirs in other
        if (first := _first(ours, other_names)) and (second := _first(theirs, its_names))
    }
    _save(connection, pairs, moment, same=False)


def _lasting(connection: sqlite3.Connection, record: Paper, papers: Collection[int]) -> list[str]:
    """The anchors of `record`, without those that would name records of other papers as well.

    Keys may: papers that share one are grouped together.
    """
    titles = title_keys(record).stored[:1]
    near = find_papers(connection, (), titles)
    others = {
        name
        for number in near.numbers.difference(papers)
        for known in records_of(connection, number)
        for name in content_names(known.paper)
    }
    *by_title, exact = content_names(record)
    safe = by_title if titles and not near.crowded else ()
    names = (*record.keys, *(name for name in safe if name not in others), exact)
    return list(dict.fromkeys(names))


def _first(names: Iterable[str], others: Collection[str]) -> str | None:
    """The first of `names` that is not one of `others`."""
    return next((name for name in names if name not in others), None)


def _save_star(
    connection: sqlite3.Connection,
    named: Iterable[Iterable[str]],
    papers: Collection[int],
    moment: str,
) -> None:
    """Save that records with these anchors are one; each by its first that no other paper has."""
    numbers = json.dumps(list(papers))
    chosen: set[str] = set()
    for names in named:
        for name in names:
            other = connection.execute(
                "SELECT 1 FROM keys WHERE key = ? "
                "AND paper NOT IN (SELECT value FROM json_each(?)) LIMIT 1",
                (name, numbers),
            ).fetchone()
            if other is None:
                chosen.add(name)
                break
    first, *others = sorted(chosen) or [""]
    _save(connection, [(first, other) for other in others], moment, same=True)


def _save(
    connection: sqlite3.Connection, pairs: Iterable[tuple[str, str]], moment: str, *, same: bool
) -> None:
    rows = [(min(one, other), max(one, other), int(same), moment) for one, other in pairs]
    replace_decisions(connection, (), rows)


def _forget(connection: sqlite3.Connection, names: Iterable[str], *, same: bool) -> None:
    """Forget decisions of one kind between any two of `names`."""
    given = json.dumps(sorted(names))
    connection.execute(
        "DELETE FROM decisions WHERE same = ? "
        "AND one IN (SELECT value FROM json_each(?)) "
        "AND other IN (SELECT value FROM json_each(?))",
        (same, given, given),
    )
