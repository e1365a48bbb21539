"""Spelling correction of query words that no paper has, with words of the library."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from assistant.library.database import Database
from assistant.library.name_matching import fold

# Similar words that replace an unknown one.
_MAX_REPLACEMENTS = 3
# Unknown words of a query that are corrected; a query with more is in another language.
_MAX_UNKNOWN = 6
# Shorter words have too many similar ones.
_MIN_LENGTH = 5
# Words of this length or longer may have two wrong letters.
_LONG = 8
_WORD = re.compile(r"[^\W_]+")


class Spelling:
    """Corrects words with those of a full-text index. Thread-safe.

    The index has stems, not words. So an unknown word is stemmed, compared with the stems that
    begin with the same letter, and replaced by words from the papers that have these stems.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def correct(self, terms: Sequence[str]) -> list[str]:
        """Replace the words that no paper has by similar ones.

        A compound that papers write as two words becomes a phrase. Words without similar ones stay
        the same, and so do phrases, which contain a space.
        """
        with self._database.read() as connection:
            if not connection.execute("SELECT 1 FROM papers LIMIT 1").fetchone():
                return list(terms)
            known = {term for term in terms if " " in term or _occurs(connection, term)}
            unknown = [term for term in terms if term not in known and _is_correctable(term)]
            near = {
                term: _split(connection, term) or _similar(connection, term)
                for term in unknown[:_MAX_UNKNOWN]
            }
        replaced = [word for term in terms for word in (near.get(term) or [term])]
        return list(dict.fromkeys(replaced))


def _is_correctable(word: str) -> bool:
    return len(word) >= _MIN_LENGTH and word.isalpha()


def _occurs(connection: sqlite3.Connection, term: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM full_text WHERE full_text MATCH ? LIMIT 1", (f'"{term}"',)
    ).fetchone()
    return row is not None


def _split(connection: sqlite3.Connection, word: str) -> list[str]:
    """`word` as two adjacent words of a paper, split as early as possible; [] if there are none."""
    for cut in range(2, len(word) - 1):
        phrase = f"{word[:cut]} {word[cut:]}"
        if _occurs(connection, phrase):
            return [phrase]
    return []


def _similar(connection: sqlite3.Connection, word: str) -> list[str]:
    """The words of papers that are most similar to `word`, the most frequent first."""
    # SQLite's porter tokenizer uses the original algorithm of Martin Porter.
    import snowballstemmer

    word = fold(word)  # the index has no accents either
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
        # Each wrong letter changes the set of letters by at most two.
        if len(letters ^ frozenset(term)) <= 2 * most and term.isalpha():
            distance = edit_distance(stem, term, most)
            if distance <= most:
                found.append((distance, -papers, term))
    found.sort()
    stems = [term for away, _, term in found[:_MAX_REPLACEMENTS] if away == found[0][0]]
    return [word for word in (_word_of(connection, term) for term in stems) if word]


def _word_of(connection: sqlite3.Connection, stem: str) -> str | None:
    """A word of a paper whose stem in the index is `stem`."""
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
    # The index splits some rare characters in another way; then the stem itself is used.
    word = words[offset].lower() if offset < len(words) else stem
    return word if word.startswith(stem[:2]) else stem


def edit_distance(one: str, other: str, most: int) -> int:
    """Optimal string alignment distance of two words; `most` + 1 if it is larger than `most`.

    It counts letters that are changed, added, removed or swapped with their neighbour.
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
