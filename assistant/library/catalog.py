"""The papers of the library: adding and merging them, reading them, finding one by its key."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from assistant.errors import PaperNotFound
from assistant.library.conditions import conditions
from assistant.library.database import Database
from assistant.library.filters import EVERYTHING, Filters
from assistant.library.folding import folded, name_words
from assistant.library.full_text import FullText
from assistant.library.merging import merged
from assistant.library.records import ImportReport, StoredPaper
from assistant.paper import Paper

# Papers of one transaction: a transaction has its price, and an interrupt loses at most this many.
BATCH = 500
_PAGE = 500
_COLUMNS = "number, id, title, abstract, authors, published, arxiv, doi, pmid, url, tags, source"
_SCHEMES = ("doi:", "arxiv:", "pmid:", "text:")
_NUMBER = re.compile(r"#?(\d{1,18})")
_NEAR = 3


class Catalog:
    """The papers in a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        """Read and write the papers of `database`."""
        self._database = database
        self.full_text = FullText(database)

    def add(self, papers: Sequence[Paper]) -> ImportReport:
        """Add or merge `papers` in one transaction, their full text included."""
        named = [(paper, paper.keys) for paper in papers]
        report = ImportReport(read=len(named))
        with self._database.write() as connection:
            for paper, keys in named:
                known = _numbers(connection, keys)
                if not known:
                    _insert(connection, paper, keys)
                    report.added += 1
                elif _merge(connection, known, paper, keys):
                    report.merged += 1
                else:
                    report.unchanged += 1
        return report

    def count(self, filters: Filters = EVERYTHING) -> int:
        """How many papers there are that meet `filters`."""
        condition, values = conditions(filters)
        with self._database.read() as connection:
            row = connection.execute(
                f"SELECT count(*) FROM papers WHERE {condition}",  # noqa: S608
                values,
            ).fetchone()
        return int(row[0])

    def papers(self, filters: Filters = EVERYTHING) -> Iterator[StoredPaper]:
        """Every paper that meets `filters`, in library order."""
        yield from self.pages(*conditions(filters))

    def newest(self, filters: Filters = EVERYTHING, limit: int = -1, skip: int = 0) -> list[int]:
        """Numbers of the papers that meet `filters`, the newest first, those without date last.

        At most `limit` of them (-1: all), after the first `skip`.
        """
        return self._numbers(
            filters, "ORDER BY published DESC, number DESC LIMIT ? OFFSET ?", limit, skip
        )

    def numbers(self, filters: Filters, limit: int = -1) -> list[int]:
        """Numbers of the papers that meet `filters`, at most `limit` of them (-1: all)."""
        return self._numbers(filters, "LIMIT ?", limit)

    def fitting(self, numbers: Iterable[int], filters: Filters) -> set[int]:
        """Those of `numbers` that meet `filters`."""
        condition, values = conditions(filters)
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT number FROM papers "  # noqa: S608
                f"WHERE number IN (SELECT value FROM json_each(?)) AND {condition}",
                (json.dumps(list(numbers)), *values),
            ).fetchall()
        return {row[0] for row in rows}

    def _numbers(self, filters: Filters, rest: str, *given: int) -> list[int]:
        condition, values = conditions(filters)
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT number FROM papers WHERE {condition} {rest}",  # noqa: S608
                (*values, *given),
            ).fetchall()
        return [row[0] for row in rows]

    def in_order(self, numbers: Sequence[int]) -> Iterator[StoredPaper]:
        """The papers with these numbers, in this order, read page by page."""
        for start in range(0, len(numbers), _PAGE):
            page = numbers[start : start + _PAGE]
            papers = self.by_number(page)
            yield from (papers[number] for number in page if number in papers)

    def pages(self, condition: str, values: Sequence[Any] = ()) -> Iterator[StoredPaper]:
        """Every paper for which the SQL `condition` over `papers` holds, in library order.

        Papers that are added meanwhile come too. It is read page by page: nothing is locked
        between two papers, so the caller may take its time and write to the library.
        """
        last = 0
        while True:
            with self._database.read() as connection:
                rows = connection.execute(
                    f"SELECT {_COLUMNS} FROM papers WHERE number > ? AND ({condition}) "  # noqa: S608
                    "ORDER BY number LIMIT ?",
                    (last, *values, _PAGE),
                ).fetchall()
            if not rows:
                return
            for row in rows:
                yield _stored(row)
            last = rows[-1][0]

    def by_number(self, numbers: Iterable[int]) -> dict[int, StoredPaper]:
        """The papers with these numbers; those that are gone are left out."""
        wanted = json.dumps(list(numbers))
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM papers WHERE number IN (SELECT value FROM json_each(?))",  # noqa: S608
                (wanted,),
            ).fetchall()
        return {row[0]: _stored(row) for row in rows}

    def ranked(
        self, query: str, limit: int, filters: Filters = EVERYTHING
    ) -> list[tuple[int, float]]:
        """Number and BM25 score of the papers that fit the words of `query`, best first."""
        expression = self.full_text.expression(query)
        return [] if expression is None else self.full_text.best(expression, limit, filters)

    def get(self, key: str) -> StoredPaper:
        """The paper that `key` names.

        `key` is any key of the paper, with or without its scheme (`doi:`, `arxiv:`, ...), the
        beginning of one that no other paper has, or its number with or without `#`.

        Raises:
            PaperNotFound: there is none, or several begin like that; the message names near ones.
        """
        wanted = key.strip().encode(errors="replace").decode()
        number = _NUMBER.fullmatch(wanted)
        numbers = [int(number[1])] if number else self._numbers_of_key(wanted)
        found = self.by_number(numbers[: _NEAR + 1])
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            raise PaperNotFound(
                f"{wanted!r} fits several papers ({_listed(found.values())}); give more of the id."
            )
        ranked = self.ranked(wanted, _NEAR) if wanted else []
        near = self.by_number(number for number, _ in ranked)
        hint = f"near it: {_listed(near.values())}" if near else "`assistant list` shows the ids"
        raise PaperNotFound(f"No paper in the library has the id {wanted!r}; {hint}.")

    def _numbers_of_key(self, wanted: str) -> list[int]:
        if not wanted:
            return []
        names = _possible_keys(wanted)
        with self._database.read() as connection:
            exact = _numbers(connection, names)
            if exact:
                return exact
            beginnings: set[int] = set()
            for name in names:
                rows = connection.execute(
                    "SELECT DISTINCT paper FROM keys WHERE key >= ? AND key < ? LIMIT ?",
                    (name, name + "\U0010ffff", _NEAR + 1),
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


def _numbers(connection: sqlite3.Connection, keys: Sequence[str]) -> list[int]:
    marks = ", ".join("?" * len(keys))
    rows = connection.execute(
        f"SELECT DISTINCT paper FROM keys WHERE key IN ({marks}) ORDER BY paper",  # noqa: S608
        keys,
    )
    return [row[0] for row in rows]


def _insert(connection: sqlite3.Connection, paper: Paper, keys: Sequence[str]) -> None:
    cursor = connection.execute(
        "INSERT INTO papers (id, title, abstract, authors, published, arxiv, doi, pmid, url, tags, "
        "source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _values(paper, keys),
    )
    number = int(cursor.lastrowid or 0)
    _name(connection, number, keys)
    _label(connection, number, paper)


def _name(connection: sqlite3.Connection, number: int, keys: Iterable[str]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO keys (key, paper) VALUES (?, ?)", [(key, number) for key in keys]
    )


def _label(connection: sqlite3.Connection, number: int, paper: Paper) -> None:
    """Store what the paper is filtered by."""
    labels = {("author", word) for name in paper.authors for word in name_words(name)}
    labels.update(("tag", folded(tag)) for tag in paper.tags)
    labels.add(("source", folded(paper.source)))
    connection.executemany(
        "INSERT INTO labels (kind, label, paper) VALUES (?, ?, ?)",
        [(kind, label, number) for kind, label in labels],
    )


def _merge(
    connection: sqlite3.Connection, known: Sequence[int], paper: Paper, keys: Sequence[str]
) -> bool:
    """Merge `paper` into the first of `known`, and the others of `known` too; say if it changed."""
    number, *others = known
    before = _load(connection, number)
    after = merged(before, paper)
    for other in others:
        after = merged(after, _load(connection, other))
        connection.execute("UPDATE keys SET paper = ? WHERE paper = ?", (number, other))
        connection.execute("DELETE FROM papers WHERE number = ?", (other,))
    _name(connection, number, keys)
    if after == before:
        return bool(others)
    changes: dict[str, Any] = dict(
        zip(_COLUMNS.split(", ")[1:], _values(after, after.keys), strict=True)
    )
    if (after.title, after.abstract) == (before.title, before.abstract):
        del changes["title"], changes["abstract"]  # leaves the full text alone
    else:
        connection.execute("DELETE FROM chunks WHERE paper = ?", (number,))
        connection.execute("DELETE FROM tldrs WHERE paper = ?", (number,))
    assignments = ", ".join(f"{column} = ?" for column in changes)
    connection.execute(
        f"UPDATE papers SET {assignments} WHERE number = ?",  # noqa: S608
        (*changes.values(), number),
    )
    _name(connection, number, after.keys)
    connection.execute("DELETE FROM labels WHERE paper = ?", (number,))
    _label(connection, number, after)
    return True


def _load(connection: sqlite3.Connection, number: int) -> Paper:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM papers WHERE number = ?",  # noqa: S608
        (number,),
    ).fetchone()
    return _stored(row).paper


def _values(paper: Paper, keys: Sequence[str]) -> tuple[str | None, ...]:
    return (
        keys[0],
        paper.title,
        paper.abstract,
        json.dumps(paper.authors, ensure_ascii=False),
        paper.published,
        paper.arxiv,
        paper.doi,
        paper.pmid,
        paper.url,
        json.dumps(paper.tags, ensure_ascii=False),
        paper.source,
    )


def _stored(row: Sequence[Any]) -> StoredPaper:
    number, key, title, abstract, authors, published, arxiv, doi, pmid, url, tags, source = row
    # Checked when it came in; checking again would make reading a large library slow.
    paper = Paper.model_construct(
        title=title,
        abstract=abstract,
        authors=tuple(json.loads(authors)),
        published=published,
        arxiv=arxiv,
        doi=doi,
        pmid=pmid,
        url=url,
        tags=tuple(json.loads(tags)),
        source=source,
    )
    return StoredPaper(number=number, id=key, paper=paper)
