"""Duplicate detection: which records describe the same paper. The order of records is irrelevant.

Records that share a key (`Paper.keys`: DOI, arXiv id, PMID, same title and abstract) are the same
paper, unless their titles and authors clearly differ: then the key is that of a book, and they are
its chapters. Records that share title, first author and approximate year are the same paper, unless
their identifiers, volumes, pages, editions or years show that there are several papers with that
title. Those stay separate, and the records that could belong to any of them form one more paper. So
a preprint and its published version become one paper. What the user decided precedes all of this.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from assistant.library.clustering import Pair, clusters, connected_by, grouped
from assistant.library.decisions import NO_DECISIONS, Decisions
from assistant.library.evidence import (
    Description,
    Distinction,
    agree,
    clearly_different,
    is_generic,
    main_title,
)
from assistant.library.name_matching import family_name
from assistant.paper import Paper, normalised

# Maximum number of years between a preprint and its published version.
MAX_YEARS_APART = 2
# If more papers share a title and first author, or a key, it says nothing ("Editorial").
MAX_SAME_TITLE = 20
# Records that share a key are compared pair by pair; if more of them differ, it says nothing.
_MAX_COMPARED = 60
# A title with fewer characters identifies a paper of an author only together with the year.
_SHORT = 20
# Records with the same title and abstract are of different works if so many fields differ.
_DIFFERING_FIELDS = 2


@dataclass(frozen=True)
class TitleKeys:
    """64-bit hashes of a record's title and the family name of its first author.

    `whole` is of the whole title, `main` of the title before its subtitle, with the year; None if
    these identify no paper, or there is no subtitle. `near` are the keys by which records are
    stored that may be of the same paper: of the same title, and with or without subtitle.
    """

    whole: int | None = None
    main: int | None = None
    bare: int | None = None
    without_subtitle: int | None = None

    @property
    def stored(self) -> list[int]:
        """The keys by which the record is found."""
        return [key for key in (self.whole, self.main) if key is not None]

    @property
    def near(self) -> list[int]:
        """The keys of records that may be of the same paper."""
        keys = (self.whole, self.bare, self.without_subtitle)
        return [key for key in keys if key is not None]


_NO_TITLE_KEYS = TitleKeys()


def title_keys(paper: Paper) -> TitleKeys:
    """The hashes of its title."""
    if not paper.authors:
        return _NO_TITLE_KEYS
    family = family_name(paper.authors[0])
    title = normalised(paper.title)
    whole = _whole_key(title, family, paper.year)
    if whole is None or not paper.published:
        return TitleKeys(whole)
    main = main_title(paper.title)
    if not main:
        if len(title) < _SHORT and is_generic(title):
            return TitleKeys(whole)
        return TitleKeys(whole, bare=_hash("main", title, family, paper.year))
    if len(main) < _SHORT and is_generic(main):
        return TitleKeys(whole)
    return TitleKeys(
        whole,
        main=_hash("main", main, family, paper.year),
        without_subtitle=_whole_key(main, family, paper.year),
    )


def sql_title_key(title: str, authors: str, published: str | None) -> int | None:
    """`TitleKeys.whole` for a catalogue row; `authors` is a JSON array."""
    return title_keys(_row(title, authors, published)).whole


def sql_main_title_key(title: str, authors: str, published: str | None) -> int | None:
    """`TitleKeys.main` for a catalogue row; `authors` is a JSON array."""
    return title_keys(_row(title, authors, published)).main


def _row(title: str, authors: str, published: str | None) -> Paper:
    return Paper.model_construct(
        title=title, authors=tuple(json.loads(authors)), published=published
    )


def _whole_key(title: str, family: str, year: str) -> int | None:
    words = [title, family]
    if len(title) < _SHORT:
        words.append(year)
    return _hash(*words) if all(words) else None


def _hash(*words: str) -> int:
    digest = hashlib.blake2b("\n".join(words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def partition(
    records: Sequence[Paper],
    crowded: Collection[str | int] = (),
    decisions: Decisions = NO_DECISIONS,
) -> list[list[int]]:
    """Group the indices of `records` by paper; groups and their members are in ascending order.

    `crowded` are keys and title keys that too many other papers have to say anything.
    """
    prepared = [_Record(index, paper, decisions) for index, paper in enumerate(records)]
    groups = _by_keys(prepared, set(crowded), decisions)
    groups = _by_titles(groups, crowded, decisions)
    return sorted(sorted(record.index for record in group) for group in groups)


class _Record:
    """A record with what is compared."""

    def __init__(self, index: int, paper: Paper, decisions: Decisions) -> None:
        self.index = index
        self.paper = paper
        self.keys = frozenset(paper.keys)
        self.titles = title_keys(paper)
        self.marks = decisions.marks(paper)
        self.labels = decisions.labels(self.marks)
        self.description = Description(paper)

    @cached_property
    def distinction(self) -> Distinction:
        """What distinguishes it from others with its title."""
        return Distinction([self.paper])

    def signature(self) -> tuple[object, ...]:
        """Equal for records that no comparison distinguishes."""
        own = self.description
        fields = tuple(sorted((name, *values) for name, values in self.distinction.fields.items()))
        return (own.title, self.paper.authors, own.page, own.is_part, self.marks, fields)


_Group = list[_Record]


def _by_keys(
    records: Sequence[_Record], crowded: set[str | int], decisions: Decisions
) -> list[_Group]:
    """Group records that share a key that is not in `crowded`, or that the user merged."""
    while True:
        groups: list[_Group] = []
        for component in _sharing_keys(records, frozenset(crowded)):
            groups += _divided(component, crowded, decisions)
        having = Counter(
            key for group in groups for key in {key for record in group for key in record.keys}
        )
        found = {key for key, count in having.items() if count > MAX_SAME_TITLE} - crowded
        if not found:
            return groups
        crowded = crowded | found


def _sharing_keys(records: Sequence[_Record], crowded: frozenset[str | int]) -> list[_Group]:
    return grouped(records, lambda record: (record.keys - crowded) | record.labels)


def _divided(component: _Group, crowded: set[str | int], decisions: Decisions) -> list[_Group]:
    """Divide records that are connected by keys where they clearly describe different papers."""
    if len(component) == 1:
        return [component]
    by_signature: dict[tuple[object, ...], _Group] = defaultdict(list)
    for record in component:
        by_signature[record.signature()].append(record)
    parts: list[_Group] = []
    for merged in grouped(by_signature.values(), lambda same: same[0].labels):
        # What the user merged is one, unless it was divided since.
        if decisions.contradictory([same[0].marks for same in merged]):
            parts += merged
        else:
            parts.append([record for same in merged for record in same])
    if len(parts) > _MAX_COMPARED:
        return parts
    conflicts: set[Pair] = set()
    strong: set[Pair] = set()
    for (i, one), (j, other) in combinations(enumerate(parts), 2):
        verdict = _compared(one, other, crowded, decisions)
        if verdict is not None:
            (strong if verdict else conflicts).add((i, j))
    if not conflicts:
        return [component]
    return [
        [record for number in cluster for record in parts[number]]
        for cluster in clusters(range(len(parts)), strong, conflicts)
    ]


def _compared(
    one: _Group, other: _Group, crowded: set[str | int], decisions: Decisions
) -> bool | None:
    """Whether two groups agree (True), describe different papers (False), or neither (None)."""
    verdicts: set[bool | None] = set()
    for first in one:
        for second in other:
            if decisions.different(first.marks, second.marks):
                return False
            shared = (first.keys & second.keys) - crowded
            if shared:
                verdicts.add(_verdict(first, second, shared))
    if True in verdicts:
        return True
    return False if verdicts == {False} else None


def _verdict(one: _Record, other: _Record, shared: Collection[str]) -> bool | None:
    """`_compared` for two records that share keys."""
    if all(key.startswith("text:") for key in shared):
        # Title and abstract, or without an abstract title, authors and year.
        differing = len(one.distinction.differing(other.distinction))
        years = one.distinction.years_apart(other.distinction) > 0
        enough = _DIFFERING_FIELDS if one.paper.abstract else 1
        return differing + (years and differing > 0) < enough
    if clearly_different(one.description, other.description):
        return False
    return agree(one.description, other.description) or None


def _by_titles(
    groups: list[_Group], crowded: Collection[str | int], decisions: Decisions
) -> list[_Group]:
    """Join groups that share title, first author and approximate year, if nothing contradicts."""
    whole, main, bare = (defaultdict[int, set[int]](set) for _ in range(3))
    for number, group in enumerate(groups):
        for record in group:
            keys = record.titles
            for key, numbers in ((keys.whole, whole), (keys.main, main)):
                if key is not None and key not in crowded:
                    numbers[key].add(number)
    for numbers in (whole, main):
        for key in [key for key, having in numbers.items() if len(having) > MAX_SAME_TITLE]:
            del numbers[key]
    for number, group in enumerate(groups):
        for record in group:
            keys = record.titles
            if keys.bare is not None and keys.bare in main and keys.whole in whole:
                bare[keys.bare].add(number)
    links = {pair for having in whole.values() for pair in combinations(sorted(having), 2)}
    other_subtitles: set[Pair] = set()
    for key, without in bare.items():
        other_subtitles |= set(combinations(sorted(main[key]), 2)) - links
        links |= {
            (min(one, other), max(one, other))
            for one in main[key]
            for other in without
            if one != other
        }
    return _joined(groups, links, other_subtitles, decisions)


def _joined(
    groups: list[_Group], links: set[Pair], other_subtitles: set[Pair], decisions: Decisions
) -> list[_Group]:
    """Join linked groups, except where groups that would become one paper contradict each other."""
    if not links:
        return groups
    found: list[_Group] = []
    for component in connected_by(range(len(groups)), links):
        if len(component) == 1:
            found.append(groups[component[0]])
            continue
        works = {
            number: Distinction(record.paper for record in groups[number]) for number in component
        }
        conflicts = {
            (one, other)
            for one, other in combinations(component, 2)
            if (one, other) in other_subtitles
            or _contradict(works[one], works[other])
            or any(
                decisions.different(first.marks, second.marks)
                for first in groups[one]
                for second in groups[other]
            )
        }
        named = {
            number
            for number in component
            if any(not key.startswith("text:") for record in groups[number] for key in record.keys)
        }
        found += (
            [record for number in cluster for record in groups[number]]
            for cluster in clusters(component, links - conflicts, conflicts, alone=named)
        )
    return found


def _contradict(one: Distinction, other: Distinction) -> bool:
    """Whether two works with one title are different papers."""
    return (
        bool(one.schemes_differing(other))
        or one.years_apart(other) > MAX_YEARS_APART
        or one.other_year(other)
        or bool(one.differing(other))
    )
