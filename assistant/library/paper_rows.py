"""Reading and writing the rows of papers, of their keys, titles and labels, and of their records.

If a paper equals its only record, it is stored once, as its row in `papers`. Otherwise all its
records are in `records`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from assistant.library.identity import MAX_SAME_TITLE
from assistant.library.name_matching import fold, name_words
from assistant.library.records import SourceRecord, StoredPaper
from assistant.paper import Paper

_FIELDS = (
    "title", "abstract", "authors", "published", "arxiv", "doi", "pmid", "url", "tags", "source",
    "reference",
)  # fmt: skip
_LISTS = ("authors", "tags")  # as JSON
_RECORD = "reference"  # as a JSON object, or ""
# Encoders made once: `json.dumps` makes one for each value.
_list_json = json.JSONEncoder(ensure_ascii=False).encode
_record_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
COLUMNS = f"number, id, {', '.join(_FIELDS)}"


def stored(row: Sequence[Any]) -> StoredPaper:
    """The paper in a row of `COLUMNS`."""
    number, key, *values = row
    # Validated on import; validating again would make reading a large library slow.
    fields: dict[str, Any] = {
        name: tuple(json.loads(value)) if name in _LISTS else value
        for name, value in zip(_FIELDS, values, strict=True)
    }
    fields[_RECORD] = json.loads(fields[_RECORD]) if fields[_RECORD] else {}
    return StoredPaper(number, key, Paper.model_construct(**fields))


def records_of(connection: sqlite3.Connection, number: int) -> list[SourceRecord]:
    """All records of the paper `number` in the order of import; [] if there is no such paper."""
    rows = connection.execute(
        "SELECT content, sources FROM records WHERE paper = ? ORDER BY record", (number,)
    ).fetchall()
    if rows:
        return [
            SourceRecord(Paper.model_validate_json(content), tuple(json.loads(sources)))
            for content, sources in rows
        ]
    paper = load_paper(connection, number)
    return [] if paper is None else [SourceRecord(without_source(paper), (paper.source,))]


@dataclass(frozen=True)
class Candidates:
    """Papers that may be the same: their numbers, and the keys that too many papers have."""

    numbers: set[int]
    crowded: set[str | int]


def find_papers(
    connection: sqlite3.Connection, keys: Sequence[str], titles: Sequence[int] = ()
) -> Candidates:
    """The papers with one of `keys` or one of the title keys `titles`.

    Those that more than `MAX_SAME_TITLE` papers have are left out.
    """
    found = Candidates(set(), set())
    for query, wanted in (
        ("SELECT key, paper FROM keys WHERE key IN ({}) LIMIT ?", keys),
        ("SELECT title, paper FROM titles WHERE title IN ({}) LIMIT ?", titles),
    ):
        if wanted:
            _find(connection, query, wanted, found)
    return found


def _find(
    connection: sqlite3.Connection, query: str, wanted: Sequence[str | int], found: Candidates
) -> None:
    limit = MAX_SAME_TITLE + 1
    marks = ", ".join("?" * len(wanted))
    rows = connection.execute(query.format(marks), (*wanted, limit)).fetchall()
    if len(rows) < limit:
        found.numbers.update(number for _, number in rows)
        return
    if len(wanted) == 1:
        found.crowded.update(wanted)
        return
    for one in wanted:
        _find(connection, query, (one,), found)


def shares_key(connection: sqlite3.Connection, key: str, number: int) -> bool:
    """Whether a paper other than `number` has `key`."""
    return (
        connection.execute(
            "SELECT 1 FROM keys WHERE key = ? AND paper != ? LIMIT 1", (key, number)
        ).fetchone()
        is not None
    )


def insert(
    connection: sqlite3.Connection,
    paper: Paper,
    keys: Sequence[str],
    titles: Sequence[int],
    moment: str,
) -> int:
    """Insert a new paper with one record, but not into the full-text index; return its number."""
    cursor = connection.execute(
        f"INSERT INTO papers (id, {', '.join(_FIELDS)}, added_at) "  # noqa: S608
        f"VALUES (?, {'?, ' * len(_FIELDS)} ?)",
        (*values_of(paper, keys), moment),
    )
    number = int(cursor.lastrowid or 0)
    add_keys(connection, number, keys)
    add_titles(connection, number, titles)
    _insert_labels(connection, number, paper, (paper.source,))
    return number


def last_number(connection: sqlite3.Connection) -> int:
    """The highest number of a paper; 0 if there is none."""
    return int(connection.execute("SELECT ifnull(max(number), 0) FROM papers").fetchone()[0])


def insert_empty(connection: sqlite3.Connection, moment: str) -> int:
    """Insert a row for a paper that the caller writes next; return its number."""
    cursor = connection.execute(
        "INSERT INTO papers (id, title, abstract, authors, tags, source, added_at) "
        "VALUES ('', '', '', '[]', '[]', '', ?)",
        (moment,),
    )
    number = int(cursor.lastrowid or 0)
    connection.execute(
        "INSERT INTO full_text (rowid, title, abstract) VALUES (?, '', '')", (number,)
    )
    return number


def add_keys(connection: sqlite3.Connection, number: int, keys: Iterable[str]) -> None:
    """Add `keys` to the paper `number`."""
    connection.executemany(
        "INSERT OR IGNORE INTO keys (key, paper) VALUES (?, ?)", [(key, number) for key in keys]
    )


def add_titles(connection: sqlite3.Connection, number: int, titles: Iterable[int]) -> None:
    """Add title keys to the paper `number`."""
    connection.executemany(
        "INSERT OR IGNORE INTO titles VALUES (?, ?)", [(title, number) for title in titles]
    )


def write_labels(
    connection: sqlite3.Connection, number: int, paper: Paper, sources: Iterable[str]
) -> None:
    """Replace the labels by which the paper is filtered."""
    connection.execute("DELETE FROM labels WHERE paper = ?", (number,))
    _insert_labels(connection, number, paper, sources)


def _insert_labels(
    connection: sqlite3.Connection, number: int, paper: Paper, sources: Iterable[str]
) -> None:
    labels = {("author", word) for name in paper.authors for word in name_words(name)}
    labels.update(("tag", fold(tag)) for tag in paper.tags)
    labels.update(("source", fold(source)) for source in sources)
    connection.executemany(
        "INSERT INTO labels (kind, label, paper) VALUES (?, ?, ?)",
        [(kind, label, number) for kind, label in labels],
    )


def load_paper(connection: sqlite3.Connection, number: int) -> Paper | None:
    """The paper `number`; None if there is none."""
    row = connection.execute(
        f"SELECT {COLUMNS} FROM papers WHERE number = ?",  # noqa: S608
        (number,),
    ).fetchone()
    return None if row is None else stored(row).paper


def values_of(paper: Paper, keys: Sequence[str]) -> tuple[str | None, ...]:
    """The values of `COLUMNS` after the number; the first of `keys` is the id."""
    values = ((name, getattr(paper, name)) for name in _FIELDS)
    return keys[0], *(_column(name, value) for name, value in values)


def _column(name: str, value: Any) -> str | None:
    if name in _LISTS:
        return _list_json(value) if value else "[]"
    if name == _RECORD:
        return _record_json(value) if value else ""
    return cast("str | None", value)


def without_source(paper: Paper) -> Paper:
    """A record without its source."""
    return paper.model_copy(update={"source": ""})
