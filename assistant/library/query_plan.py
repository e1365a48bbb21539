"""How the words of a question are looked for: in a large library the rare ones bring up papers.

BM25 looks at every paper that has any of the words, which of a million are hundreds of thousands.
So there the words that few papers have bring up the candidates, and those that many have, which say
little, only count for these. In a library of ordinary size all words do both.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Up to so many papers, looking at all that have any word takes some hundredths of a second.
LARGE = 100_000
# How many papers the words that bring them up may have between them.
_MOST_SCORED = 40_000


@dataclass(frozen=True)
class QueryPlan:
    """`expression` is FTS5's for what brings up papers, `common` are other words and their weight.

    The weight is the inverse document frequency of BM25, which is what a word adds to the score of
    a paper of ordinary length that has it once.
    """

    expression: str
    common: tuple[tuple[str, float], ...] = ()


def plan(connection: sqlite3.Connection, words: Sequence[str]) -> QueryPlan | None:
    """How to look for any of `words`; None if there are none."""
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
        if total > _MOST_SCORED:
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
    """What the words `common` add to the scores of the papers `numbers`."""
    wanted = json.dumps(list(numbers))
    added: dict[int, float] = {}
    for expression, weight in common:
        # Joined in this order FTS5 looks up each paper, and does not go through all of the word.
        for (number,) in connection.execute(
            "SELECT full_text.rowid FROM json_each(?) CROSS JOIN full_text "
            "WHERE full_text MATCH ? AND full_text.rowid = value",
            (wanted, expression),
        ):
            added[number] = added.get(number, 0.0) + weight
    return added


def any_of(words: Iterable[str]) -> str:
    """The expression for any of `words`."""
    return " OR ".join(map(quoted, words))


def quoted(word: str) -> str:
    """`word` as a string of FTS5, in which there are no operators."""
    return f'"{word}"'


def _frequency(connection: sqlite3.Connection, expression: str, papers: int) -> int:
    """How many of `papers` have it; above `_MOST_SCORED` estimated from the first so many."""
    count, last = connection.execute(
        "SELECT count(*), max(rowid) FROM "
        "(SELECT rowid FROM full_text WHERE full_text MATCH ? LIMIT ?)",
        (expression, _MOST_SCORED + 1),
    ).fetchone()
    return int(count if count <= _MOST_SCORED else max(count, round(count * papers / last)))


def _narrow(connection: sqlite3.Connection, words: Sequence[str]) -> str:
    """The expression for all of `words`, or of as many as few enough papers have; else of titles.

    Every one of `words` is too frequent for itself; the rarest comes first.
    """
    found = quoted(words[0])
    for word in words[1:]:
        narrower = f"{found} AND {quoted(word)}"
        count = _at_most(connection, narrower)
        if not count:
            break
        found = narrower
        if count <= _MOST_SCORED:
            return found
    in_title = f"title : ({found})"
    return in_title if _at_most(connection, in_title) else found


def _at_most(connection: sqlite3.Connection, expression: str) -> int:
    (count,) = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM full_text WHERE full_text MATCH ? LIMIT ?)",
        (expression, _MOST_SCORED + 1),
    ).fetchone()
    return int(count)
