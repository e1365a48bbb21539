"""Full-text search: a query becomes terms, which BM25 ranks papers by."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Iterable, Sequence

from assistant.library.database import Database
from assistant.library.filters import EVERYTHING, Filters, conditions
from assistant.library.query_plan import QueryPlan, any_of, common_scores, plan
from assistant.library.spelling import Spelling
from assistant.progress import Progress
from assistant.text.word_lists import word_list

# A longer query is a pasted text, whose beginning says what it is about.
MAX_CHARACTERS = 8_000
MAX_TERMS = 128
_PHRASE = re.compile(r'["“„”]([^"“„”]+)["“”]')
_WORD = re.compile(r"[^\W_]+")
# Two or three parts; longer chains are never written as one word.
_HYPHENATED = re.compile(r"(?<![^\W_])(?<![^\W_][-‐‑])[^\W_]+(?:[-‐‑][^\W_]+){1,2}(?![-‐‑]?[^\W_])")
_NAME_AND_NUMBER = re.compile(r"([^\W\d_]+)(\d+)")
# How many of the best papers by rare words are scored by common words too.
_RESCORED = 200
# A match in the title counts as much as two in the abstract.
_SCORE = "bm25(full_text, 2.0, 1.0)"
# Pages of the index (4 KB each) that are rewritten in one transaction.
_MERGED_PAGES = 64
# A merge that changes fewer rows found nothing to merge (SQLite's documentation of FTS5).
_MERGE_CHANGES = 2

# Words of English questions that say nothing about the content of a paper.
STOP_WORDS = frozenset(word_list("query_stop_words"))


class FullText:
    """The full-text index of a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._spelling = Spelling(database)

    def plan(self, query: str) -> QueryPlan | None:
        """The plan for `query`, with spelling corrected; None if it has no words."""
        words = self._spelling.correct(terms(query))
        with self._database.read() as connection:
            return plan(connection, words)

    def best(
        self, wanted: QueryPlan, limit: int, filters: Filters = EVERYTHING
    ) -> list[tuple[int, float]]:
        """Number and BM25 score of the `limit` best papers, best first; higher is better.

        The score is FTS5's with the sign reversed: at least 0, without an upper bound.
        """
        condition, values = conditions(filters)
        # The `+` makes SQLite filter the matches of FTS5; otherwise FTS5 would start a search for
        # each paper that meets the filters. `ORDER BY rank` takes twice as long as `score`.
        matching = f"AND +rowid IN (SELECT number FROM papers WHERE {condition})" if values else ""  # noqa: S608
        most = limit if limit < 0 or not wanted.common else max(limit, _RESCORED)
        found = self._scores(
            f"full_text MATCH ? {matching} ORDER BY score, rowid LIMIT ?",
            (wanted.expression, *values, most),
        )
        if not wanted.common:
            return found
        scores = self._with_common(dict(found), found[:_RESCORED], wanted)
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        return ranked if limit < 0 else ranked[:limit]

    def scores(self, wanted: QueryPlan, numbers: Iterable[int]) -> dict[int, float]:
        """The scores of the papers `numbers` that have any of the words."""
        given = json.dumps(list(numbers))
        if given == "[]":
            return {}
        found = self._scores(
            "full_text MATCH ? AND +rowid IN (SELECT value FROM json_each(?))",
            (wanted.expression, given),
        )
        return self._with_common(dict(found), found, wanted)

    def _with_common(
        self, scores: dict[int, float], which: Sequence[tuple[int, float]], wanted: QueryPlan
    ) -> dict[int, float]:
        """`scores` with the common words added for the papers of `which`."""
        if not wanted.common:
            return scores
        with self._database.read() as connection:
            added = common_scores(connection, [number for number, _ in which], wanted.common)
        return {number: score + added.get(number, 0.0) for number, score in scores.items()}

    def matching(self, query: str, filters: Filters = EVERYTHING) -> list[int]:
        """Numbers of the papers that have all words of `query`, the best by BM25 first."""
        wanted = [term for term in terms(query) if " " not in term]
        if not wanted:
            return []
        groups = (self._spelling.correct([term]) for term in wanted)
        every = QueryPlan(" AND ".join(f"({any_of(group)})" for group in groups))
        return [number for number, _ in self.best(every, -1, filters)]

    def purge(self, progress: Progress) -> bool:
        """Rewrite the index without the words of removed papers; False if it was stopped.

        Each step takes some 20 ms; in the pause after it others may write.
        """
        pages = -_MERGED_PAGES  # negative: all parts of the index are to become one
        while not progress.stop_requested:
            started = time.monotonic()
            with self._database.write() as connection:
                before = connection.total_changes
                connection.execute(
                    "INSERT INTO full_text (full_text, rank) VALUES ('merge', ?)", (pages,)
                )
                if connection.total_changes - before < _MERGE_CHANGES:
                    return True
            pages = _MERGED_PAGES
            progress.wait(time.monotonic() - started)
        return False

    def _scores(self, condition: str, values: Sequence[object]) -> list[tuple[int, float]]:
        rows = self._database.rows(
            f"SELECT rowid, {_SCORE} AS score FROM full_text WHERE {condition}",  # noqa: S608
            values,
        )
        return [(number, -score) for number, score in rows]


def terms(query: str) -> list[str]:
    """The search terms of `query`: words, and phrases, which contain spaces.

    Stop words are left out unless there are no other words. Text in quotation marks becomes a
    phrase. `pre-training` is also searched for as one word, and `GPT4` as `GPT-4`.
    """
    text = unicodedata.normalize("NFC", query[:MAX_CHARACTERS]).lower()
    found: dict[str, None] = {}
    stop_words: dict[str, None] = {}
    for phrase in _PHRASE.findall(text):
        words = _WORD.findall(phrase)
        if len(words) > 1:
            found[" ".join(words)] = None
    words = _WORD.findall(text)
    for word in words:
        (stop_words if word in STOP_WORDS else found)[word] = None
    if not found:
        return list(stop_words)[:MAX_TERMS]
    for joined in map("".join, map(_WORD.findall, _HYPHENATED.findall(text))):
        if not joined.isdecimal():  # 2-3 is not 23
            found[joined] = None
    for word in words:
        parts = _NAME_AND_NUMBER.fullmatch(word)
        if parts:
            found[f"{parts[1]} {parts[2]}"] = None
    return list(found)[:MAX_TERMS]
