"""The library as a table: paged, sorted, filtered and searched by the library."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from assistant.errors import AssistantError
from assistant.html import render
from assistant.text.formatting import format_authors, format_count
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.library import Filters, Library, Sort, StoredPaper, StoredTldr
    from assistant.session import Session

PAGE = 50
# Best matches that can be paged through; sorted lists have no limit.
MAX_HITS = 500

Order = Literal["best", "published", "added", "title"]
ORDERS: tuple[tuple[str, Order], ...] = (
    ("Best match or newest", "best"),
    ("Newest first", "published"),
    ("Recently added", "added"),
    ("Title A to Z", "title"),
)

# Written into the search box by the button "Similar papers", see page.js.
_SIMILAR = re.compile(r"similar:(?P<key>\S+)", re.IGNORECASE)
# Groups of filters: name, kind of label, shown only if there are more labels than this (a single
# source says nothing), maximum number of labels.
_FACETS: tuple[tuple[str, Literal["tag", "source"], int, int], ...] = (
    ("Tags", "tag", 0, 12),
    ("Sources", "source", 1, 8),
)
# Seconds before labels are counted again, which takes a while in a very large library.
_FACETS_S = 10.0
_MOST_AUTHORS = 3
_MOST_ROW_TAGS = 3
_EMPTY = "The library is empty. Add papers on the Import tab."


@dataclass(frozen=True)
class Listing:
    """A page of papers and its pager as HTML; `page` of `pages` counts from 0."""

    html: str
    pager: str
    page: int = 0
    pages: int = 1


@dataclass(frozen=True)
class _Results:
    """Papers of one page and their summary; `more` if others follow, `total` if counted."""

    papers: Iterable[StoredPaper]
    page: int
    total: int | None = None
    more: bool = False
    summary: str = ""
    heading: str = ""
    nothing: str = ""


class PaperTable:
    """The table of a session's library. Thread-safe."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._facets: tuple[float, tuple[int, ...], str] | None = None

    def listing(self, query: str = "", order: str = "best", page: int = 0) -> Listing:
        """The page `page` of the papers that match `query`, in one of ORDERS.

        A query is text, filters as in `assistant search`, or `similar:` and the id of a paper. In
        the order `best`, text finds the papers that match best by words and meaning; in any other
        order it finds all papers that contain every word. A page that does not exist becomes the
        nearest one.
        """
        from assistant.library import parse_query

        try:
            text, filters = parse_query(query)
            library = self._session.library
            similar = _SIMILAR.fullmatch(text.strip())
            if similar:
                results = _similar(library, similar["key"], filters)
            elif text.strip() and order == "best":
                results = _best(library, text, filters, page)
            else:
                results = _sorted(library, text, filters, _sort(order), page)
            lines = list(library.tldrs.for_papers(results.papers))
            added: dict[int, str] = {}
            if order == "added":
                added = library.papers.added_at(stored.number for stored, _ in lines)
        except AssistantError as error:
            return Listing(render_job(error=str(error)), "")
        dates = {number: moment[:10] for number, moment in added.items()}
        return _listing(
            results,
            [_row(stored, tldr, dates) for stored, tldr in lines],
            "Added" if order == "added" else "Date",
        )

    def stamp(self) -> tuple[int, ...]:
        """A value that changes whenever the library does; () while it cannot be opened."""
        try:
            return self._session.library.stamp()
        except AssistantError:
            return ()

    def facets(self) -> str:
        """The most frequent tags and sources as HTML filter buttons."""
        now = time.monotonic()
        try:
            library = self._session.library
            stamp = library.stamp()
            with self._lock:
                if self._facets:
                    created_at, facets_stamp, html = self._facets
                    if facets_stamp == stamp or now < created_at + _FACETS_S:
                        return html
            html = render(
                "facets.html",
                groups=[
                    {
                        "name": name,
                        "least": least,
                        "labels": [
                            {
                                "text": text,
                                "filter": _filter_text(kind, text),
                                "count": f"{count:,}",
                            }
                            for text, count in library.papers.facets(kind, most)
                        ],
                    }
                    for name, kind, least, most in _FACETS
                ],
            )
        except AssistantError:
            return ""  # the table shows what is wrong
        with self._lock:
            self._facets = (now, stamp, html)
        return html

    def has_current_facets(self, stamp: tuple[int, ...]) -> bool:
        """Whether the last result of `facets` is of the library at `stamp`."""
        with self._lock:
            return self._facets is not None and self._facets[1] == stamp

    def expire_facets(self) -> None:
        """Count the tags again, after the user changed them."""
        with self._lock:
            self._facets = None


def _sort(order: str) -> Sort:
    return order if order in get_args(Order) and order != "best" else "published"  # type: ignore[return-value]


def _sorted(library: Library, text: str, filters: Filters, sort: Sort, page: int) -> _Results:
    """A page of all papers that contain the words of `text` and match, in catalogue order."""
    from assistant.library import Filters

    both = filters
    if text.strip():
        both = filters.combine(Filters(only=tuple(library.papers.full_text.matching(text))))
    total = library.papers.count(both)
    page = max(0, min(page, (total - 1) // PAGE))
    if text.strip():
        nothing = "No papers contain all of these words."
    elif filters.given:
        nothing = f"No papers match {filters}."
    else:
        nothing = _EMPTY
    papers = library.papers.sorted_by(sort, both, PAGE, page * PAGE) if total else ()
    return _Results(papers, page, total, more=(page + 1) * PAGE < total, nothing=nothing)


def _best(library: Library, text: str, filters: Filters, page: int) -> _Results:
    """A page of the best matches for `text`, by words and meaning."""
    page = max(0, min(page, MAX_HITS // PAGE - 1))
    hits = library.search(text, min((page + 1) * PAGE + 1, MAX_HITS), filters)
    page = max(0, min(page, (len(hits) - 1) // PAGE))
    papers = [hit.stored for hit in hits[page * PAGE : (page + 1) * PAGE]]
    more = len(hits) > (page + 1) * PAGE
    first = page * PAGE + 1
    summary = f"{first:,}-{first + len(papers) - 1:,}, best first"
    if not page and not more:
        summary = f"{format_count(len(papers), 'paper')} found"
    return _Results(papers, page, None, more, summary, nothing="No papers match this search.")


def _similar(library: Library, key: str, filters: Filters) -> _Results:
    """The papers most similar to the paper `key`."""
    about = library.papers.get(key)
    hits = library.search.similar(f"#{about.number}", PAGE, filters)
    return _Results(
        [hit.stored for hit in hits],
        page=0,
        summary=f"{len(hits)} most similar to no. {about.number}",
        heading=f"Similar to “{about.title}”, nearest first",
        nothing=f"No other papers match{f' {filters}' if filters.given else ''}.",
    )


def _listing(results: _Results, rows: Sequence[dict[str, Any]], dated: str) -> Listing:
    summary = results.summary
    pages = results.page + 1 + results.more
    if results.total is not None:
        first = results.page * PAGE + 1
        summary = f"{first:,}-{first + len(rows) - 1:,} of {results.total:,}"
        pages = max(1, -(-results.total // PAGE))
    html = render(
        "paper_table.html", rows=rows, dated=dated, heading=results.heading, nothing=results.nothing
    )
    pager = render(
        "pager.html",
        summary=summary if rows else "",
        page=results.page,
        pages=f"{pages:,}",
        more=results.more,
        jump=results.total is not None and pages > 2,
    )
    return Listing(html, pager, results.page, pages)


def _row(stored: StoredPaper, tldr: StoredTldr | None, added: Mapping[int, str]) -> dict[str, Any]:
    from assistant.library import STAR

    paper = stored.paper
    tags = [tag for tag in paper.tags if tag.casefold() != STAR]
    return {
        "number": stored.number,
        "id": stored.id,
        "title": stored.shown_title,
        "authors": format_authors(paper.authors, _MOST_AUTHORS),
        "date": paper.published or "",
        "dated": added.get(stored.number, "") if added else paper.published or "",
        "tldr": tldr.text if tldr else "",
        "no_tldr": "no TL;DR yet" if stored.abstract else "no abstract",
        "starred": len(tags) < len(paper.tags),
        "tags": tags[:_MOST_ROW_TAGS],
        "more_tags": max(0, len(tags) - _MOST_ROW_TAGS),
    }


def _filter_text(kind: str, label: str) -> str:
    """A filter in the syntax of the search box."""
    quoted = re.search(r"[\s\"“”„]", label) or label[-1:] in ",;.?!"
    return f'{kind}:"{label}"' if quoted else f"{kind}:{label}"
