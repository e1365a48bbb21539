"""The library as a table: paged, sorted, filtered and searched by the library."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from assistant.errors import AssistantError
from assistant.html import render
from assistant.languages import _, ngettext
from assistant.web.browsing.highlighting import Highlighter
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.library import Filters, Hit, Library, StoredPaper, StoredTldr
    from assistant.session import Session

PAGE = 50
# Best matches shown; those further down have little to do with the search.
MOST_BEST = 50
# The least cosine of a best match that has none of the words.
_LEAST_SIMILAR = 0.3
# The column whose order a list without a search has.
DEFAULT_SORT = "-added"
# Columns with a header that sorts: sort of the library, label, whether the reverse comes first, and
# the name of the column in the style sheet.
_COLUMNS = (
    ("title", _("Title"), False, "title"),
    ("author", _("Authors"), False, "authors"),
    ("published", _("Year"), True, "year"),
    ("venue", _("Venue"), False, "venue"),
    ("", "TL;DR", False, "tldr"),
    ("added", _("Added"), True, "added"),
)
# Columns that give their width to others where all shown papers leave them empty.
_MAYBE_EMPTY = ("authors", "year", "venue")
# Orders of the library that begin with the largest value.
_DESCENDING = frozenset({"published", "added"})

# Written into the search box by the button "Similar papers", see page.js.
_SIMILAR = re.compile(r"similar:(?P<key>\S+)", re.IGNORECASE)
_MOST_AUTHORS = 6
_MOST_ROW_TAGS = 2
_EMPTY = _(
    "The library is empty. Import papers to begin: files of any reference manager, or pasted text."
)


@dataclass(frozen=True)
class Listing:
    """A page of papers, what was found, and the pager as HTML; `page` counts from 0."""

    html: str
    pager: str
    found: str = ""
    page: int = 0
    pages: int = 1


@dataclass(frozen=True)
class _Results:
    """Papers of one page; `total` counts all pages.

    `summary` says what was found; `is_best` that these are the best matches, and `contained` how
    many papers contain all words of the search (None without words).
    """

    papers: Iterable[StoredPaper]
    page: int
    total: int
    summary: str
    nothing: str
    is_best: bool = False
    contained: int | None = None
    sort: str = ""


class PaperTable:
    """The table of a session's library. Thread-safe."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def listing(
        self, query: str = "", sort: str = "", page: int = 0, *, best: bool = False
    ) -> Listing:
        """The page `page` of the papers that match `query`.

        A query is text, filters as in `assistant search`, or `similar:` and the id of a paper. The
        papers contain all words of the text. With `best`, or if none does, they are the best
        matches by words and meaning. `sort` is a column, reversed after a minus sign; "" is the
        best order: by relevance with text, else the papers added last. A page that does not exist
        becomes the nearest one.
        """
        from assistant.library import parse_query

        try:
            text, filters = parse_query(query)
            library = self._session.library
            similar = _SIMILAR.fullmatch(text.strip())
            if similar:
                results = _similar(library, similar["key"], filters)
            elif text.strip():
                results = _searched(library, text.strip(), filters, sort, page, best=best)
            else:
                results = _sorted(library, filters, sort or DEFAULT_SORT, page)
            lines = list(library.tldrs.for_papers(results.papers))
            added = library.papers.added_at(stored.number for stored, tldr in lines)
        except AssistantError as error:
            return Listing(render_job(error=str(error)), "")
        find = _highlighter("" if similar else text)
        return _listing(
            results,
            [_row(stored, tldr, added, find) for stored, tldr in lines],
            find,
            text.strip(),
        )

    def stamp(self) -> tuple[int, ...]:
        """A value that changes whenever the library does; () while it cannot be opened."""
        try:
            return self._session.library.stamp()
        except AssistantError:
            return ()


def _highlighter(text: str) -> Highlighter:
    from assistant.library.containing import search_parts

    return Highlighter(search_parts(text))


def _sorted_papers(
    library: Library, filters: Filters, sort: str, page: int
) -> Iterable[StoredPaper]:
    from assistant.library import Sort

    name, minus = sort.removeprefix("-"), sort.startswith("-")
    if name not in get_args(Sort):
        name, minus = DEFAULT_SORT.removeprefix("-"), DEFAULT_SORT.startswith("-")
    reverse = minus != (name in _DESCENDING)
    return library.papers.sorted_by(name, filters, PAGE, page * PAGE, reverse=reverse)  # type: ignore[arg-type]


def _sorted(library: Library, filters: Filters, sort: str, page: int) -> _Results:
    """A page of all papers that meet `filters`."""
    total = library.papers.count(filters)
    page = _nearest_page(page, total)
    summary: str = ngettext("{count} paper", "{count} papers", total)
    nothing: str = _EMPTY
    if filters.given:
        every = library.papers.count()
        summary = ngettext(
            "{found} of {count} paper", "{found} of {count} papers", every, found=total
        )
        nothing = _("No papers match {filters}.", filters=str(filters)) if every else _EMPTY
    papers = _sorted_papers(library, filters, sort, page) if total else ()
    return _Results(papers, page, total, summary if total else "", nothing, sort=sort)


def _searched(
    library: Library, text: str, filters: Filters, sort: str, page: int, *, best: bool
) -> _Results:
    """A page of the papers that contain `text`, or the best matches for it."""
    from assistant.library import Filters

    numbers = library.papers.containing(text, filters)
    if best or not numbers:
        return _best(library, text, filters, len(numbers))
    page = _nearest_page(page, len(numbers))
    if sort:
        both = filters.combine(Filters(only=tuple(numbers)))
        papers = _sorted_papers(library, both, sort, page)
    else:
        papers = library.papers.in_order(numbers[page * PAGE : (page + 1) * PAGE])
    every = library.papers.count()
    return _Results(
        papers,
        page,
        len(numbers),
        ngettext(
            "{count} of {papers} contains “{text}”",
            "{count} of {papers} contain “{text}”",
            len(numbers),
            papers=ngettext("{count} paper", "{count} papers", every),
            text=text,
        ),
        "",
        contained=len(numbers),
        sort=sort,
    )


def _best(library: Library, text: str, filters: Filters, contained: int) -> _Results:
    """The best matches for `text`, by words and meaning."""
    hits = [hit for hit in library.search(text, MOST_BEST, filters) if _is_near(hit)]
    summary = ngettext(
        "Best match for “{text}”, by words and meaning",
        "{count} best matches for “{text}”, by words and meaning",
        len(hits),
        text=text,
    )
    if not contained:
        summary = _("No paper contains “{text}”. {found}", text=text, found=summary)
    nothing = _("No paper contains “{text}”, and none is similar. Try other words.", text=text)
    if filters.given:
        nothing = _(
            "No paper contains “{text}”, and none is similar. Try other words, or remove a filter.",
            text=text,
        )
    return _Results(
        [hit.stored for hit in hits],
        0,
        len(hits),
        summary if hits else "",
        nothing,
        is_best=True,
        contained=contained,
    )


def _is_near(hit: Hit) -> bool:
    return hit.bm25_rank is not None or (hit.similarity or 0.0) >= _LEAST_SIMILAR


def _similar(library: Library, key: str, filters: Filters) -> _Results:
    """The papers most similar to the paper `key`."""
    about = library.papers.get(key)
    hits = library.search.similar(f"#{about.number}", PAGE, filters)
    return _Results(
        [hit.stored for hit in hits],
        0,
        len(hits),
        ngettext(
            "{count} paper similar to “{title}”, nearest first",
            "{count} papers similar to “{title}”, nearest first",
            len(hits),
            title=about.title,
        ),
        _("No other papers match {filters}.", filters=str(filters))
        if filters.given
        else _("No other papers match."),
    )


def _nearest_page(page: int, total: int) -> int:
    return max(0, min(page, (total - 1) // PAGE))


def _listing(
    results: _Results, rows: Sequence[dict[str, Any]], find: Highlighter, text: str
) -> Listing:
    pages = max(1, -(-results.total // PAGE))
    first = results.page * PAGE + 1
    return Listing(
        render(
            "paper_table.html",
            rows=rows,
            columns=_headers(results),
            find=find,
            bare=[name for name in _MAYBE_EMPTY if not any(row[name] for row in rows)],
            whole=pages == 1,
            nothing=results.nothing,
            empty=results.nothing == _EMPTY,
        ),
        render(
            "pager.html",
            summary=_(
                "{first}-{last} of {total}",
                first=first,
                last=first + len(rows) - 1,
                total=results.total,
            )
            if rows
            else "",
            page=results.page,
            pages=pages,
            more=results.page + 1 < pages,
            jump=pages > 2,
        ),
        render(
            "found.html",
            summary=results.summary,
            contained=results.contained,
            is_best=results.is_best,
            text=text,
        ),
        results.page,
        pages,
    )


def _headers(results: _Results) -> list[dict[str, str]]:
    """The headers: the order that a click asks for, and the order that the list has."""
    name, minus = results.sort.removeprefix("-"), results.sort.startswith("-")
    headers = []
    for sort, label, falls, kind in _COLUMNS:
        first, second = (f"-{sort}", sort) if falls else (sort, f"-{sort}")
        order = ("descending" if minus else "ascending") if sort and sort == name else "none"
        # A third click ends the sorting of a search, whose best order is by relevance.
        following = {first: second, second: "" if results.contained is not None else first}
        headers.append(
            {
                "label": label,
                "order": order if sort else "",
                "next": following[results.sort] if order != "none" else first if sort else "",
                "kind": kind,
            }
        )
    return headers


def _row(
    stored: StoredPaper, tldr: StoredTldr | None, added: Mapping[int, str], find: Highlighter
) -> dict[str, Any]:
    from assistant.library import STAR

    paper = stored.paper
    tags = [tag for tag in paper.tags if tag.casefold() != STAR]
    authors = ", ".join(map(_short_name, paper.authors[:_MOST_AUTHORS]))
    shown = (stored.shown_title, ", ".join(paper.authors), tldr.text if tldr else "")
    snippet = "" if any(map(find, shown)) else find.snippet(stored.abstract)
    venue = str(paper.reference.get("container-title", ""))
    return {
        "number": stored.number,
        "id": stored.id,
        "title": stored.shown_title,
        "authors": authors + (" …" if len(paper.authors) > _MOST_AUTHORS else ""),
        "all_authors": ", ".join(paper.authors),
        "year": paper.year,
        "venue": venue or ("arXiv" if paper.arxiv else ""),
        "added": added.get(stored.number, "")[:10],
        "tldr": tldr.text if tldr else "",
        "snippet": snippet,
        "no_tldr": _("No TL;DR yet") if stored.abstract else _("No abstract"),
        "starred": len(tags) < len(paper.tags),
        "tags": tags[:_MOST_ROW_TAGS],
        "more_tags": max(0, len(tags) - _MOST_ROW_TAGS),
    }


def _short_name(name: str) -> str:
    """The family name, if it is certain."""
    from assistant.exporting.record import family_and_given

    before, comma = name.partition(",")[:2]
    parts = None if comma else family_and_given(name)
    return before if comma else parts[0] if parts else name
