"""The tags and sources that papers are filtered by, with how many papers have each."""

from __future__ import annotations

from typing import Literal

from assistant.library.database import Database

Kind = Literal["tag", "source"]

# How a paper writes a label; one of several sources has only the first of them in its row.
_WRITTEN: dict[Kind, str] = {
    "tag": "SELECT tag.value FROM papers, json_each(papers.tags) AS tag "
    "WHERE papers.number = ? AND folded(tag.value) = ?",
    "source": "SELECT source FROM papers WHERE number = ? AND folded(source) = ?",
}


def frequent_labels(database: Database, kind: Kind, most: int) -> list[tuple[str, int]]:
    """At most `most` labels of `kind` and how many papers have each; the most frequent one first.

    A label is written as in the first paper that has it.
    """
    with database.read() as connection:
        counted: list[tuple[str, int, int]] = connection.execute(
            "SELECT label, count(*) AS papers, min(paper) FROM labels WHERE kind = ? "
            "AND label != '' GROUP BY label ORDER BY papers DESC, label LIMIT ?",
            (kind, most),
        ).fetchall()
        written = [
            connection.execute(_WRITTEN[kind], (first, label)).fetchone()
            for label, _, first in counted
        ]
    return [
        (row[0] if row else label, papers)
        for row, (label, papers, _) in zip(written, counted, strict=True)
    ]
