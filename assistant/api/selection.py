"""Which papers a call is about: those with given ids, or those that match a query."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from assistant.errors import UsageError
from assistant.library import Filters, parse_query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.library import Library, StoredPaper

# Papers of a table of the best hits of a search.
_FOUND = 50
_NO_ABSTRACT = "The paper {} has no abstract to summarize. Import a record that has one."


def parsed(query: str, filters: Filters) -> tuple[str, Filters]:
    """The words of a query, and its filters combined with `filters`.

    Raises:
        UsageError: a filter is invalid, or no paper can meet both.
    """
    text, written = parse_query(query)
    return text, written.combine(filters)


def chosen_papers(
    library: Library,
    query: str,
    ids: str | Iterable[str] | None,
    filters: Filters,
    *,
    with_abstract: bool = False,
) -> Iterable[StoredPaper]:
    """The papers with these ids, or without ids those that match; None of both: all of them.

    Raises:
        UsageError: papers are chosen in both ways, or a named one has no abstract but needs one.
        PaperNotFound: no paper has one of the ids.
    """
    if ids is not None:
        if query.strip() or filters.given:
            raise UsageError("Papers are chosen either by id or by a query, not both.")
        named = named_papers(library, ids)
        for stored in named:
            if with_abstract and not stored.abstract:
                raise UsageError(_NO_ABSTRACT.format(stored.id))
        return named
    text, chosen = parsed(query, filters)
    if not with_abstract:
        return matching_papers(library, text, chosen)
    only = replace(chosen, with_abstract=True)
    chooses = bool(text.strip()) or chosen.given
    return library.papers.matching(text, only) if chooses else library.papers.all(only)


def matching_papers(library: Library, text: str, filters: Filters) -> Iterator[StoredPaper]:
    """The papers that match, the best or the latest first; without conditions in import order."""
    chooses = bool(text.strip()) or filters.given
    return library.papers.matching(text, filters) if chooses else library.papers.all()


def named_papers(library: Library, ids: str | Iterable[str]) -> list[StoredPaper]:
    """The papers with these ids, each once.

    Raises:
        PaperNotFound: no paper, or several, have one of them.
    """
    given = [ids] if isinstance(ids, str) else ids
    return list({stored.number: stored for stored in map(library.papers.get, given)}.values())


def table_papers(
    library: Library,
    text: str,
    filters: Filters,
    *,
    search: str | None = None,
    ids: str | Iterable[str] | None = None,
    limit: int | None = None,
) -> tuple[Iterable[StoredPaper], int]:
    """The papers of a table, and how many they are: those that match, or the others given.

    Args:
        library: the library.
        text: words that the papers contain.
        filters: conditions, also for a search.
        search: the best papers of this search instead, 50 without `limit`.
        ids: these papers instead.
        limit: at most so many papers.

    Raises:
        UsageError: papers are chosen in several ways, or the search is empty.
        PaperNotFound: no paper has one of the ids.

    """
    if sum([ids is not None, search is not None, bool(text.strip())]) > 1 or (
        ids is not None and filters.given
    ):
        raise UsageError(
            "Papers are chosen by a query, by a search or by id, not by several of them. Only the "
            "first two take filters."
        )
    found: list[StoredPaper]
    if ids is not None:
        found = named_papers(library, ids)
    elif search is not None:
        words, chosen = parsed(search, filters)
        if not words.strip():
            raise UsageError("The search has no words. Enter what to search for.")
        found = [hit.stored for hit in library.search(words, limit or _FOUND, chosen)]
    elif text.strip():
        found = list(library.papers.matching(text, filters))
    else:
        count = library.papers.count(filters)
        papers = library.papers.all(filters)
        return islice(papers, limit), min(count, count if limit is None else limit)
    found = found[:limit]
    return found, len(found)
