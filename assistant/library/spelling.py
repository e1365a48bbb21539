"""Words that no paper has -> near ones of the library, for typing errors and hyphens."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from assistant.library.database import Database
from assistant.library.name_matching import folded

# Near words that take the place of an unknown one.
_MOST_WORDS = 3
# Unknown words of one query that are looked up; a query with more is in another language.
_MOST_UNKNOWN = 6
# Shorter words have too many neighbours.
_SHORTEST = 5
# From this length on two letters may be wrong.
_LONG = 8
_WORD = re.compile(r"[^\W_]+")


class Spelling:
    """Knows the words of a full text index. Thread-safe.

    The index has stems, not words. So an unknown word is stemmed, compared with the stems that
    begin with the same letter, and replaced by words that stand in the papers, which the index
    stems in its own way.
    """

    def __init__(self, database: Database) -> None:
        """Look into the full text of `database`."""
        self._database = database

    def corrected(self, terms: Sequence[str]) -> list[str]:
        """`terms` with near words in place of those that no paper has.

        A word written together that papers write apart becomes a phrase. What has nothing near
        it, and phrases, which have a space within, stay as they are.
        """
        with self._database.read() as connection:
            if not connection.execute("SELECT 1 FROM papers LIMIT 1").fetchone():
                return list(terms)
            known = {term for term in terms if " " in term or _occurs(connection, term)}
            unknown = [term for term in terms if term not in known and _may_be_wrong(term)]
            near = {
                term: _apart(connection, term) or _near(connection, term)
                for term in unknown[:_MOST_UNKNOWN]
            }
        replaced = [word for term in terms for word in (near.get(term) or [term])]
        return list(dict.fromkeys(replaced))


def _may_be_wrong(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isalpha()


def _occurs(connection: sqlite3.Connection, term: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM full_text WHERE full_text MATCH ? LIMIT 1", (f'"{term}"',)
    ).fetchone()
    return row is not None


def _apart(connection: sqlite3.Connection, word: str) -> list[str]:
    """`word` as two that stand side by side in a paper, the first such place in it."""
    for cut in range(2, len(word) - 1):
        phrase = f"{word[:cut]} {word[cut:]}"
        if _occurs(connection, phrase):
            return [phrase]
    return []


def _near(connection: sqlite3.Connection, word: str) -> list[str]:
    """The words of papers nearest to `word`, the most frequent first; at most three."""
    # The porter stemmer of SQLite is Martin Porter's first one.
    import snowballstemmer

    word = folded(word)  # the index has no accents either
    stem = snowballstemmer.stemmer("porter").stemWord(word)
    most = 2 if len(word) >= _LONG else 1
    rows = connection.execute(
        "SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ? "
        "AND length(term) BETWEEN ? AND ?",
        (word[0], word[0] + "\U0010ffff", len(stem) - most, len(word) + most),
    ).fetchall()
    letters = frozenset(stem)
    found = []
    for term, papers in rows:
        # Each wrong letter makes a difference of at most two.
        if len(letters ^ frozenset(term)) <= 2 * most and term.isalpha():
            distance = edit_distance(stem, term, most)
            if distance <= most:
                found.append((distance, -papers, term))
    found.sort()
    stems = [term for away, _, term in found[:_MOST_WORDS] if away == found[0][0]]
    return [word for word in (_word_of(connection, term) for term in stems) if word]


def _word_of(connection: sqlite3.Connection, stem: str) -> str | None:
    """A word as it stands in a paper whose stem in the index is `stem`."""
    place = connection.execute(
        'SELECT doc, col, "offset" FROM occurrences WHERE term = ? LIMIT 1', (stem,)
    ).fetchone()
    if place is None:
        return None
    number, column, offset = place
    row = connection.execute(
        "SELECT iif(? = 'title', title, abstract) FROM papers WHERE number = ?", (column, number)
    ).fetchone()
    words = _WORD.findall(row[0]) if row else []
    # The index cuts some rare characters in another way: then the word is taken as it is there.
    word = words[offset].lower() if offset < len(words) else stem
    return word if word.startswith(stem[:2]) else stem


def edit_distance(one: str, other: str, most: int) -> int:
    """Letters to change, add, drop or exchange with their neighbour; `most` + 1 if it is more.

    This is the optimal string alignment distance.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        two_before, before, row = before, row, [i]
        for j, letter_there in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != letter_there))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == letter_there:
                cost = min(cost, two_before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
