"""Pairs of papers that are probably the same, but were not merged, with the reason."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from assistant.languages import _, ngettext
from assistant.library.candidate_pairs import (
    LONGEST,
    MOST_WORDS,
    MOST_YEARS_APART,
    SAME_WORD,
    candidate_pairs,
)
from assistant.library.database import Database
from assistant.library.decisions import Decisions, Marks, load_decisions
from assistant.library.evidence import (
    STOP_WORDS,
    Description,
    Distinction,
    authors_agree,
    clearly_different,
    main_title,
)
from assistant.library.identity import MAX_YEARS_APART
from assistant.library.name_matching import family_name
from assistant.library.paper_rows import COLUMNS, records_of, stored
from assistant.library.records import StoredPaper
from assistant.paper import Paper, normalised

# Papers and pairs that are held at a time.
_PAGE = 500
# A title with fewer characters says too little where authors are unknown.
_SHORT = 20
_FEWEST_WORDS = 3
_FEWEST_LETTERS = 3
_NAMES = {"doi": "DOI", "arxiv": "arXiv id", "pmid": "PMID"}


@dataclass(frozen=True)
class DuplicatePair:
    """Two papers that are probably the same; `reason` says why, as a phrase."""

    one: StoredPaper
    other: StoredPaper
    reason: str


def possible_duplicates(database: Database) -> Iterator[DuplicatePair]:
    """Yield the pairs in the order of import.

    Time and memory grow with the number of papers, not with its square. Nothing is locked between
    two pairs. Pairs that the user declared different are left out.
    """
    with database.read() as connection:
        decisions = load_decisions(connection)
    pairs = candidate_pairs(database)
    for start in range(0, len(pairs), _PAGE):
        page = [(int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in pairs[start : start + _PAGE]]
        papers = _load(database, {number for pair in page for number in pair})
        for one, other in page:
            if one in papers and other in papers:
                reason = _reason(papers[one], papers[other])
                if reason and not _decided(database, decisions, one, other):
                    yield DuplicatePair(papers[one].stored, papers[other].stored, reason)


def duplicates_of(
    database: Database, number: int, near: Iterable[int], limit: int
) -> list[DuplicatePair]:
    """At most `limit` of the papers `near` that are probably the same as the paper `number`."""
    with database.read() as connection:
        decisions = load_decisions(connection)
    papers = _load(database, {number, *near})
    own = papers.pop(number, None)
    found: list[DuplicatePair] = []
    if own is None:
        return found
    for other, paper in sorted(papers.items()):
        reason = _reason(own, paper)
        if reason and not _decided(database, decisions, number, other):
            found.append(DuplicatePair(own.stored, paper.stored, reason))
    return found[:limit]


def duplicates_of_record(
    database: Database, record: Paper, near: Iterable[int]
) -> list[DuplicatePair]:
    """The papers `near` that are probably the same as `record`, which is not in the library.

    Its number in the pairs is 0.
    """
    with database.read() as connection:
        decisions = load_decisions(connection)
        own = _Compared(StoredPaper(0, record.id, record))
        found = []
        for number, paper in sorted(_load(database, set(near)).items()):
            reason = _reason(own, paper)
            if reason and not any(
                decisions.different(decisions.marks(record), there)
                for there in (_marks(connection, decisions, number) if decisions else ())
            ):
                found.append(DuplicatePair(own.stored, paper.stored, reason))
    return found


class _Compared:
    """A paper with what is compared."""

    def __init__(self, paper: StoredPaper) -> None:
        self.stored = paper
        self.title = normalised(paper.title)
        self.main = main_title(paper.title)
        authors = paper.paper.authors
        self.family = family_name(authors[0]) if authors else ""
        self.described = Description(paper.paper)
        self.work = Distinction([paper.paper])


def _load(database: Database, numbers: set[int]) -> dict[int, _Compared]:
    rows = database.rows(
        f"SELECT {COLUMNS} FROM papers "  # noqa: S608
        "WHERE number IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(numbers)),),
    )
    return {row[0]: _Compared(stored(row)) for row in rows}


def _decided(database: Database, decisions: Decisions, one: int, other: int) -> bool:
    if not decisions:
        return False
    with database.read() as connection:
        here, there = (_marks(connection, decisions, number) for number in (one, other))
    return any(decisions.different(first, second) for first in here for second in there)


def _marks(connection: sqlite3.Connection, decisions: Decisions, number: int) -> list[Marks]:
    return [decisions.marks(record.paper) for record in records_of(connection, number)]


def _reason(one: _Compared, other: _Compared) -> str:
    """Why the two are probably the same; "" if they probably are not."""
    here, there = one.work, other.work
    years = here.years_apart(there)
    differing = here.differing(there)
    if here.other_year(there) or len(differing) > 1 or (differing and years):
        return ""
    for scheme in here.schemes_shared(there):
        if not clearly_different(one.described, other.described):
            return _("same {identifier}", identifier=_NAMES[scheme])
    contradicting = here.schemes_differing(there)
    same_author = bool(one.family) and one.family == other.family
    if one.title == other.title:
        return _of_one_title(
            one, other, years, [*differing, *(_NAMES[scheme] for scheme in contradicting)]
        )
    if contradicting or differing or years > MAX_YEARS_APART:
        return ""
    if same_author and (one.main == other.title or other.main == one.title):
        return _("same first author; one title has a subtitle")
    if (same_author or not (one.family and other.family)) and _same_words(one.title, other.title):
        return (
            _("same first author; the titles differ in spelling")
            if same_author
            else _("the titles differ in spelling; the authors of one are unknown")
        )
    if same_author and not years and here.same_pages(there):
        return _("same first author, volume and page")
    return ""


def _of_one_title(one: _Compared, other: _Compared, years: int, differing: Sequence[str]) -> str:
    """`_reason` for papers with the same title."""
    if one.family == other.family:
        if years > (0 if differing else MOST_YEARS_APART) or not one.family:
            return ""
        if differing:
            return _(
                "same title and first author; the {identifiers} differ",
                identifiers=" and ".join(f"{name}s" for name in differing),
            )
        if years > MAX_YEARS_APART:
            return ngettext(
                "same title and first author; {count} year apart",
                "same title and first author; {count} years apart",
                years,
            )
        return _("same title and first author")
    if differing or years > MAX_YEARS_APART or len(one.title) < _SHORT:
        return ""
    if not one.family or not other.family:
        return _("same title; the authors of one are unknown")
    if authors_agree(one.described, other.described):
        return _("same title and authors, in another order")
    if not years and _similar(one.family, other.family):
        return _("same title and year; the names of the first authors differ in spelling")
    return ""


def _same_words(one: str, other: str) -> bool:
    """Whether two normalised titles differ only in typing errors, spaces and stop words."""
    ours, theirs = one.split()[:MOST_WORDS], other.split()[:MOST_WORDS]
    if min(len(ours), len(theirs)) < _FEWEST_WORDS:
        return False
    for kind, i, j, k, m in SequenceMatcher(None, ours, theirs, False).get_opcodes():
        if kind == "equal":
            continue
        here, there = ours[i:j], theirs[k:m]
        if STOP_WORDS.issuperset((*here, *there)):
            continue
        if not _similar("".join(here), "".join(there)):
            return False
    return True


def _similar(one: str, other: str) -> bool:
    """Whether two words differ in a typing error; digits and very short words have to be equal."""
    if one == other:
        return True
    if any(map(str.isdigit, one + other)) or min(len(one), len(other)) < _FEWEST_LETTERS:
        return False
    if sorted(one) == sorted(other):
        return True
    return SequenceMatcher(None, one[:LONGEST], other[:LONGEST], False).ratio() >= SAME_WORD
