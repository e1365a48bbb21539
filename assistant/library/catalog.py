"""The papers of the library: add and merge, list, tag, look up by key."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from assistant.errors import PaperNotFound
from assistant.library.containing import containing
from assistant.library.database import Database
from assistant.library.filters import EVERYTHING, Filters, conditions
from assistant.library.full_text import FullText
from assistant.library.paper_rows import COLUMNS, find_papers, last_number, records_of, stored
from assistant.library.paper_writer import PaperWriter, merges, set_own_tags
from assistant.library.records import MAX_LISTED, ImportReport, Sort, SourceRecord, StoredPaper
from assistant.paper import STAR, Paper

FacetKind = Literal["tag", "source", "venue", "year"]

_PAGE = 500
# Inserted keys and titles are spread over their indexes; imports are 10% faster than with 2 MB.
_ADDING_CACHE_KB = 64_000
_VENUE = "json_extract(nullif(reference, ''), '$.\"container-title\"')"
# The SQL of each order and of its reverse; with both indexes can be used.
_ORDERS: dict[Sort, tuple[str, str]] = {
    "published": ("published DESC, number DESC", "published IS NULL, published, number"),
    "added": ("added_at DESC, number DESC", "added_at, number"),
    "title": ("title COLLATE NOCASE, number", "title COLLATE NOCASE DESC, number DESC"),
    "author": (
        "nullif(family_name(json_extract(authors, '$[0]')), '') NULLS LAST, number",
        "nullif(family_name(json_extract(authors, '$[0]')), '') DESC NULLS LAST, number DESC",
    ),
    "venue": (
        f"nullif({_VENUE}, '') COLLATE NOCASE NULLS LAST, number",
        f"nullif({_VENUE}, '') COLLATE NOCASE DESC NULLS LAST, number DESC",
    ),
}
# The spelling of a label in a paper; the row of a paper has only the first of its sources.
_WRITTEN = {
    "tag": "SELECT tag.value FROM papers, json_each(papers.tags) AS tag "
    "WHERE papers.number = ? AND folded(tag.value) = ?",
    "source": "SELECT source FROM papers WHERE number = ? AND folded(source) = ?",
}
_SCHEMES = ("doi:", "arxiv:", "pmid:", "text:")
_NUMBER = re.compile(r"#?(\d{1,18})")
_MAX_SUGGESTIONS = 3


class Catalog:
    """The papers in a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.full_text = FullText(database)

    def add_batch(
        self, papers: Sequence[Paper], rows_written: Callable[[], None] = lambda: None
    ) -> ImportReport:
        """Add or merge `papers` in one transaction.

        `rows_written` is called when only the full-text index is left to update.
        """
        report = ImportReport(read=len(papers))
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._database.write() as connection:
            connection.execute(f"PRAGMA cache_size = -{_ADDING_CACHE_KB}")
            adder = PaperWriter(connection, moment)
            merged: list[tuple[Paper, int]] = []
            for paper in papers:
                kind, number = adder.add(paper)
                setattr(report, kind, getattr(report, kind) + 1)
                if kind == "merged" and len(merged) < MAX_LISTED:
                    merged.append((paper, number))
            rows_written()
            adder.finish()
            report.merges = merges(connection, merged)
        report.without_abstract = sum(not paper.abstract for paper in papers)
        return report

    def tag(self, numbers: Sequence[int], tags: Sequence[str]) -> int:
        """Add tags to the papers `numbers`; imports keep them. Returns how many papers changed."""
        return self._set_own_tags(numbers, tags, ())

    def untag(self, numbers: Sequence[int], tags: Sequence[str]) -> int:
        """Remove tags from the papers `numbers`; imports do not restore them.

        Returns how many papers changed.
        """
        return self._set_own_tags(numbers, (), tags)

    def _set_own_tags(
        self, numbers: Sequence[int], given: Sequence[str], taken: Sequence[str]
    ) -> int:
        with self._database.write() as connection:
            return sum(set_own_tags(connection, number, given, taken) for number in numbers)

    def records(self, number: int) -> list[SourceRecord]:
        """The records that the paper `number` was merged from, in the order of import."""
        with self._database.read() as connection:
            return records_of(connection, number)

    def last_number(self) -> int:
        """The highest number of a paper; 0 if there is none."""
        with self._database.read() as connection:
            return last_number(connection)

    def added_at(self, numbers: Iterable[int]) -> dict[int, str]:
        """When these papers were added, ISO 8601 in UTC; '' if unknown."""
        with self._database.read() as connection:
            return dict(
                connection.execute(
                    "SELECT number, added_at FROM papers "
                    "WHERE number IN (SELECT value FROM json_each(?))",
                    (json.dumps(list(numbers)),),
                )
            )

    def added_since(
        self, moment: str | None, filters: Filters = EVERYTHING
    ) -> Iterator[StoredPaper]:
        """The papers added after `moment` (ISO 8601, UTC; None: all), the latest first.

        Only those that meet `filters`.
        """
        condition, values = conditions(filters)
        rows = self._database.rows(
            f"SELECT number FROM papers WHERE added_at > ? AND {condition} "  # noqa: S608
            "ORDER BY added_at DESC, number DESC",
            (moment or "", *values),
        )
        return self.in_order([row[0] for row in rows])

    def favorites(self, limit: int) -> list[StoredPaper]:
        """At most `limit` papers that the user tagged, those tagged `star` first."""
        rows = self._database.rows(
            "SELECT paper FROM own_tags WHERE given GROUP BY paper "
            "ORDER BY max(folded = ?) DESC, paper DESC LIMIT ?",
            (STAR, limit),
        )
        return list(self.in_order([row[0] for row in rows]))

    def facets(self, kind: FacetKind, limit: int) -> list[tuple[str, int]]:
        """At most `limit` labels of a kind and how many papers have each.

        The most frequent are first, of years the latest. A label is written as in the first paper
        that has it.
        """
        if kind == "year":
            return self._database.rows(
                "SELECT substr(published, 1, 4) AS year, count(*) FROM papers "
                "WHERE published IS NOT NULL GROUP BY year ORDER BY year DESC LIMIT ?",
                (limit,),
            )
        if kind == "venue":
            return self._database.rows(
                f"SELECT min({_VENUE}) AS venue, count(*) AS papers FROM papers "  # noqa: S608
                f"WHERE {_VENUE} != '' GROUP BY folded({_VENUE}) "
                "ORDER BY papers DESC, venue LIMIT ?",
                (limit,),
            )
        with self._database.read() as connection:
            counted: list[tuple[str, int, int]] = connection.execute(
                "SELECT label, count(*) AS papers, min(paper) FROM labels WHERE kind = ? "
                "AND label != '' GROUP BY label ORDER BY papers DESC, label LIMIT ?",
                (kind, limit),
            ).fetchall()
            written = [
                connection.execute(_WRITTEN[kind], (first, label)).fetchone()
                for label, _, first in counted
            ]
        return [
            (row[0] if row else label, papers)
            for row, (label, papers, _) in zip(written, counted, strict=True)
        ]

    def count(self, filters: Filters = EVERYTHING) -> int:
        """The number of papers that meet `filters`."""
        condition, values = conditions(filters)
        query = f"SELECT count(*) FROM papers WHERE {condition}"  # noqa: S608
        return int(self._database.value(query, values))

    def all(self, filters: Filters = EVERYTHING) -> Iterator[StoredPaper]:
        """All papers that meet `filters`, in the order of import."""
        return self.pages(*conditions(filters))

    def sorted_by(
        self,
        sort: Sort = "published",
        filters: Filters = EVERYTHING,
        limit: int = -1,
        offset: int = 0,
        *,
        reverse: bool = False,
    ) -> Iterator[StoredPaper]:
        """The papers that meet `filters`, in the order `sort`, or the reverse.

        At most `limit` of them (-1: all), after the first `offset`.
        """
        order = f"ORDER BY {_ORDERS[sort][reverse]}"
        return self.in_order(self.numbers(filters, limit, offset, order))

    def containing(self, words: str, filters: Filters = EVERYTHING) -> list[int]:
        """Numbers of the papers that contain all of `words` in any field; see `containing`."""
        return containing(self._database, self.full_text, words, filters)

    def matching(self, words: str, filters: Filters = EVERYTHING) -> Iterator[StoredPaper]:
        """The papers that have all of `words` and meet `filters`, the best first.

        Without words, all papers that meet `filters`, the latest first.
        """
        if not words.strip():
            return self.sorted_by(filters=filters)
        return self.in_order(self.full_text.matching(words, filters))

    def numbers(
        self, filters: Filters, limit: int = -1, offset: int = 0, order: str = ""
    ) -> list[int]:
        """Numbers of the papers that meet `filters`, in the SQL `order`; see `sorted_by`."""
        condition, values = conditions(filters)
        rows = self._database.rows(
            f"SELECT number FROM papers WHERE {condition} {order} LIMIT ? OFFSET ?",  # noqa: S608
            (*values, limit, offset),
        )
        return [row[0] for row in rows]

    def filter_numbers(self, numbers: Iterable[int], filters: Filters) -> set[int]:
        """The papers of `numbers` that meet `filters`."""
        condition, values = conditions(filters)
        rows = self._database.rows(
            "SELECT number FROM papers "  # noqa: S608
            f"WHERE number IN (SELECT value FROM json_each(?)) AND {condition}",
            (json.dumps(list(numbers)), *values),
        )
        return {row[0] for row in rows}

    def in_order(self, numbers: Sequence[int]) -> Iterator[StoredPaper]:
        """The papers with these numbers, in this order, read page by page."""
        for start in range(0, len(numbers), _PAGE):
            page = numbers[start : start + _PAGE]
            papers = self.by_number(page)
            yield from (papers[number] for number in page if number in papers)

    def pages(self, condition: str, values: Sequence[Any] = ()) -> Iterator[StoredPaper]:
        """All papers that meet the SQL `condition` on `papers`, in the order of import.

        They are read page by page and nothing is locked between two papers, so the caller may be
        slow and may write to the library. Papers that are added meanwhile are included.
        """
        query = f"SELECT {COLUMNS} FROM papers WHERE number > ? AND ({condition}) "  # noqa: S608
        return map(stored, self._database.paged(f"{query} ORDER BY number LIMIT ?", *values))

    def by_number(self, numbers: Iterable[int]) -> dict[int, StoredPaper]:
        """The papers with these numbers, by number; removed papers are omitted."""
        wanted = json.dumps(list(numbers))
        rows = self._database.rows(
            f"SELECT {COLUMNS} FROM papers WHERE number IN (SELECT value FROM json_each(?))",  # noqa: S608
            (wanted,),
        )
        return {row[0]: stored(row) for row in rows}

    def ranked(
        self, query: str, limit: int, filters: Filters = EVERYTHING
    ) -> list[tuple[int, float]]:
        """Number and BM25 score of the best papers for the words of `query`, the best first."""
        words = self.full_text.plan(query)
        return [] if words is None else self.full_text.best(words, limit, filters)

    def get(self, key: str) -> StoredPaper:
        """The paper with the key `key`.

        `key` is any key of the paper, with or without its scheme (`doi:`, `arxiv:`, ...), a prefix
        that only this paper has, or its number with or without `#`.

        Raises:
            PaperNotFound: no paper, or several, have this key; the message names similar ones.
        """
        wanted = key.strip().encode(errors="replace").decode()
        number = _NUMBER.fullmatch(wanted)
        numbers = [int(number[1])] if number else self._numbers_of_key(wanted)
        found = self.by_number(numbers[: _MAX_SUGGESTIONS + 1])
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            raise PaperNotFound(
                f"{wanted!r} matches several papers: {_listed(found.values())}. "
                "Type more of the id, or one of these ids."
            )
        ranked = self.ranked(wanted, _MAX_SUGGESTIONS) if wanted else []
        near = self.by_number(number for number, _ in ranked)
        hint = (
            f"Similar papers: {_listed(near.values())}"
            if near
            else "`assistant list` shows the ids"
        )
        raise PaperNotFound(f"No paper in the library has the id {wanted!r}. {hint}.")

    def _numbers_of_key(self, wanted: str) -> list[int]:
        if not wanted:
            return []
        names = _possible_keys(wanted)
        with self._database.read() as connection:
            exact = find_papers(connection, names).numbers
            if exact:
                return sorted(exact)
            beginnings: set[int] = set()
            for name in names:
                rows = connection.execute(
                    "SELECT DISTINCT paper FROM keys WHERE key >= ? AND key < ? LIMIT ?",
                    (name, name + "\U0010ffff", _MAX_SUGGESTIONS + 1),
                )
                beginnings.update(row[0] for row in rows)
        return sorted(beginnings)


def _possible_keys(wanted: str) -> tuple[str, ...]:
    if wanted.lower().startswith(_SCHEMES):
        scheme, _, value = wanted.partition(":")
        return (_as_key(scheme.lower() + ":", value.strip()),)
    return (wanted, *(_as_key(scheme, wanted) for scheme in _SCHEMES))


def _as_key(scheme: str, value: str) -> str:
    if scheme == "arxiv:":
        return scheme + re.sub(r"v\d+$", "", value)
    return scheme + value.lower()


def _listed(papers: Iterable[StoredPaper]) -> str:
    return ", ".join(f"{stored.id} {stored.title!r}" for stored in papers)
