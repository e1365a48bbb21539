"""Statistics of a library: papers by year, tag, source and author."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.library.database import Database

_MOST = 10


@dataclass(frozen=True)
class Statistics:
    """Counts of papers; each list has pairs of name and number of papers, in display order.

    `years` has all years of publication, the latest first; `tags`, `sources` and `authors` have the
    most frequent ones. A paper with several sources counts for the first by name. Tags are folded.
    `merged` counts the papers that have several records.
    """

    papers: int
    without_abstract: int
    without_date: int
    merged: int
    with_tldr: int
    years: tuple[tuple[str, int], ...]
    tags: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    authors: tuple[tuple[str, int], ...]


def statistics(database: Database, most: int = _MOST) -> Statistics:
    """Statistics of `database`, with at most `most` tags, sources and authors."""
    one = database.value

    def pairs(query: str, *values: object) -> tuple[tuple[str, int], ...]:
        return tuple((name, count) for name, count in database.rows(query, values))

    labelled = (
        "SELECT label, count(*) AS papers FROM labels WHERE kind = ? AND label != '' "
        "GROUP BY label ORDER BY papers DESC, label LIMIT ?"
    )
    return Statistics(
        papers=one("SELECT count(*) FROM papers"),
        without_abstract=one("SELECT count(*) FROM papers WHERE abstract = ''"),
        without_date=one("SELECT count(*) FROM papers WHERE published IS NULL"),
        # A paper that the user tagged is in `records` too, even if it has one record.
        merged=one(
            "SELECT count(*) FROM (SELECT 1 FROM records GROUP BY paper HAVING count(*) > 1)"
        ),
        with_tldr=one("SELECT count(DISTINCT paper) FROM tldrs"),
        years=pairs(
            "SELECT substr(published, 1, 4) AS year, count(*) FROM papers "
            "WHERE published IS NOT NULL GROUP BY year ORDER BY year DESC"
        ),
        tags=pairs(labelled, "tag", most),
        sources=pairs(
            "SELECT source, count(*) AS papers FROM papers WHERE source != '' "
            "GROUP BY source ORDER BY papers DESC, source LIMIT ?",
            most,
        ),
        authors=pairs(
            "SELECT min(author.value), count(DISTINCT number) AS written "
            "FROM papers, json_each(authors) AS author GROUP BY folded(author.value) "
            "ORDER BY written DESC, 1 LIMIT ?",
            most,
        ),
    )
