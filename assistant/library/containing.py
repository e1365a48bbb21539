"""Papers that contain all words of a search, in title, abstract, authors, tags or year.

`Search` finds the papers that match best; this finds those that contain what was typed. The last
word may be unfinished, so that the list narrows while one types. Nothing is corrected.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.library.filters import EVERYTHING, Filters, conditions
from assistant.library.name_matching import fold, name_words
from assistant.library.query_plan import QueryPlan, quoted

if TYPE_CHECKING:
    from assistant.library.database import Database
    from assistant.library.full_text import FullText

# Words of a search that have to be contained; a longer one is a pasted text.
MAX_WORDS = 24
# An unfinished word has at least this many characters.
SHORTEST_PREFIX = 3
# More matches than this are not scored, but come in the order of import, the latest first.
_MOST_SCORED = 5_000
_PART = re.compile(r'["“„”]([^"“”„]+)["“”]|(\S+)')
_WORD = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"\d{4}")
_END = "\U0010ffff"


def containing(
    database: Database, full_text: FullText, text: str, filters: Filters = EVERYTHING
) -> list[int]:
    """Numbers of the papers that contain every word and phrase of `text` and meet `filters`.

    A phrase is in quotation marks. Those found by authors, tags and year alone come first, then
    the best by BM25. Without words there are none.
    """
    parts = search_parts(text)
    if not parts:
        return []
    condition, values = conditions(filters)
    conditions_, given = [condition], list(values)
    for part, unfinished in parts:
        some, its_values = _condition(part, unfinished)
        conditions_.append(f"({some})")
        given += its_values
    rows = database.rows(
        f"SELECT number FROM papers WHERE {' AND '.join(conditions_)} ORDER BY number DESC",  # noqa: S608
        given,
    )
    numbers = [number for (number,) in rows]
    if len(numbers) > _MOST_SCORED:
        return numbers
    plan = QueryPlan(" OR ".join(_match(part, unfinished) for part, unfinished in parts))
    scores = full_text.scores(plan, numbers)
    return sorted(numbers, key=lambda number: (number in scores, -scores.get(number, 0.0)))


def search_parts(text: str) -> list[tuple[str, bool]]:
    """The words and phrases of `text`, and whether each may be the beginning of a longer word."""
    found: list[tuple[str, bool]] = []
    for match in _PART.finditer(text):
        phrase = match[1] is not None
        words = _WORD.findall(match[1] if phrase else match[2])
        if words:
            last = match.end() == len(text) and not phrase
            found.append((" ".join(words), last and len(words[-1]) >= SHORTEST_PREFIX))
    return found[:MAX_WORDS]


def _match(part: str, unfinished: bool) -> str:
    """The expression of FTS5."""
    return f"{quoted(part)}{' *' if unfinished else ''}"


def _condition(part: str, unfinished: bool) -> tuple[str, list[str]]:
    """A condition on `papers`, and its parameters."""
    some = ["number IN (SELECT rowid FROM full_text WHERE full_text MATCH ?)"]
    values = [_match(part, unfinished)]
    folded = fold(part)
    # A tag by its beginning: `machine` finds `machine learning`.
    some.append(
        "number IN (SELECT paper FROM labels WHERE kind = 'tag' AND label >= ? AND label < ?)"
    )
    values += [folded, folded + _END]
    names = name_words(part)
    if names:
        named = "number IN (SELECT paper FROM labels WHERE kind = 'author' AND {})"
        unfinished_name = unfinished and len(names) == 1
        condition = "label >= ? AND label < ?" if unfinished_name else "label = ?"
        some.append(" AND ".join([named.format(condition)] * len(names)))
        values += [names[0], names[0] + _END] if unfinished_name else names
    if _YEAR.fullmatch(part):
        some.append("substr(published, 1, 4) = ?")
        values.append(part)
    return " OR ".join(some), values
