"""The tags and sources that papers are filtered by, with how many papers have each."""

from __future__ import annotations

from typing import Literal

from assistant.library.database import Database

Kind = Literal["tag", "source"]


def frequent_labels(database: Database, kind: Kind, most: int) -> list[tuple[str, int]]:
    """At most `most` labels of `kind`, folded, and their papers; the most frequent one first."""
    with database.read() as connection:
        return connection.execute(
            "SELECT label, count(*) AS papers FROM labels WHERE kind = ? AND label != '' "
            "GROUP BY label ORDER BY papers DESC, label LIMIT ?",
            (kind, most),
        ).fetchall()
