"""Query plan of a full-text search: in a large library, only rare words select candidates.

BM25 scores every paper that has any of the words: hundreds of thousands in a library of a million.
There, the words of few papers select the candidates; the words of many papers, which say little,
only add to the scores of these. In smaller libraries all words do both.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Up to this many papers, scoring all that have any word takes some hundredths of a second.
LARGE = 100_000
# How many papers the words that select candidates may have in total.
_MAX_SCORED = 40_000


@dataclass(frozen=True)
class QueryPlan:
    """An FTS5 `expression` that selects papers, and `common` words with their weights.

    The weight is BM25's inverse document frequency, which a word adds to the score of a paper of
    average length that has it once.
    """

    expression: str
    common: tuple[tuple[str, float], ...] = ()


def plan(connection: sqlite3.Connection, words: Sequence[str]) -> QueryPlan | None:
    """The plan for a search for any of `words`; None if there are no words."""
    if not words:
        return None
    papers = connection.execute("SELECT max(number) FROM papers").fetchone()[0] or 0
    if papers <= LARGE:
        return QueryPlan(any_of(words))
    frequency = {word: _frequency(connection, quoted(word), papers) for word in words}
    rarest = sorted((word for word in words if frequency[word]), key=frequency.__getitem__)
    rare: list[str] = []
    total = 0
    for word in rarest:
        total += frequency[word]
        if total > _MAX_SCORED:
            break
        rare.append(word)
    expression = any_of(rare or words) if rare or not rarest else _narrow(connection, rarest)
    return QueryPlan(
        expression,
        tuple(
            (quoted(word), math.log((papers - frequency[word] + 0.5) / (frequency[word] + 0.5)))
            for word in rarest
            if word not in rare and 2 * frequency[word] < papers
        ),
    )


def common_scores(
    connection: sqlite3.Connection, numbers: Iterable[int], common: Sequence[tuple[str, float]]
) -> dict[int, float]:
    """What the `common` words add to the scores of the papers `numbers`."""
    wanted = json.dumps(list(numbers))
    added: dict[int, float] = {}
    for expression, weight in common:
        # With this join order, FTS5 looks up each paper and does not scan all papers of the word.
        for (number,) in connection.execute(
            "SELECT full_text.rowid FROM json_each(?) CROSS JOIN full_text "
            "WHERE full_text MATCH ? AND full_text.rowid = value",
            (wanted, expression),
        ):
            added[number] = added.get(number, 0.0) + weight
    return added


def any_of(words: Iterable[str]) -> str:
    """The FTS5 expression for any of `words`."""
    return " OR ".join(map(quoted, words))


def quoted(word: str) -> str:
    """`word` as an FTS5 string, in which nothing is an operator."""
    return f'"{word}"'


def _frequency(connection: sqlite3.Connection, expression: str, papers: int) -> int:
    """How many of `papers` match; estimated from the first matches if more than `_MAX_SCORED`."""
    count, last = connection.execute(
        "SELECT count(*), max(rowid) FROM "
        "(SELECT rowid FROM full_text WHERE full_text MATCH ? LIMIT ?)",
        (expression, _MAX_SCORED + 1),
    ).fetchone()
    return int(count if count <= _MAX_SCORED else max(count, round(count * papers / last)))


def _narrow(connection: sqlite3.Connection, words: Sequence[str]) -> str:
    """The FTS5 expression for so many of `words` that few enough papers have all, or for titles.

    Each of `words` alone is too frequent; the rarest comes first.
    """
    found = quoted(words[0])
    for word in words[1:]:
        narrower = f"{found} AND {quoted(word)}"
        count = _count_up_to_max(connection, narrower)
        if not count:
            break
        found = narrower
        if count <= _MAX_SCORED:
            return found
    in_title = f"title : ({found})"
    return in_title if _count_up_to_max(connection, in_title) else found


def _count_up_to_max(connection: sqlite3.Connection, expression: str) -> int:
    (count,) = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM full_text WHERE full_text MATCH ? LIMIT ?)",
        (expression, _MAX_SCORED + 1),
    ).fetchone()
    return int(count)
