"""New papers -> a digest: what is most for the reader, then topic by topic.

The same papers give the same digest, in whatever order they come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from assistant.digesting.groups import alike
from assistant.digesting.naming import names_of
from assistant.library import StoredPaper
from assistant.text.sanitizing import sanitized
from assistant.text.topics import OTHER, group_by_topic

Vector = npt.NDArray[np.float32]
Liked = tuple[StoredPaper, Vector]

OTHERS = "Others"
MOST_FOR_YOU = 6
# Of those so many because of one liked paper: the others have their say too.
_MOST_FOR_ONE = 3
MOST_SHOWN = 100
# More should not be compared with each other: time and memory grow with the square of their number.
MOST_GROUPED = 2_000
# Cosine from which on a paper is said to be similar to another one, by MiniLM's vectors: 7% of the
# pairs of 73 papers about computing are, and 0.3% of the pairs of 1,000 from all of medicine.
SIMILAR = 0.55
# Where fewer have a vector, all are grouped by their words.
_LEAST_WITH_VECTOR = 0.8
# A topic is as near to the reader as its nearest papers are on average, so many of them.
_NEAREST = 3


@dataclass(frozen=True)
class Item:
    """A new paper; `vector` has length 1 and is None where the library has none yet."""

    stored: StoredPaper
    vector: Vector | None = None


@dataclass(frozen=True)
class Entry:
    """A paper of the digest.

    `similar_to` is the liked paper that it is like, None if it is like none; `likeness` the cosine
    with the nearest one. `topic` names its group, "" if it has none. `tldr` is its line, if it has
    one.
    """

    stored: StoredPaper
    similar_to: StoredPaper | None
    likeness: float
    topic: str = ""
    tldr: str | None = None


@dataclass(frozen=True)
class Section:
    """The papers of a topic that are shown, and how many `more` there are."""

    name: str
    entries: tuple[Entry, ...]
    more: int


@dataclass(frozen=True)
class Digest:
    """What is new since the day `since` (None: ever) until the day `until`, both ISO 8601.

    `count` is the number of new papers; every one is in `for_you`, in a section, or counted as
    `more` by a section or, where a topic is not shown at all, by the digest.
    """

    count: int
    for_you: tuple[Entry, ...]
    sections: tuple[Section, ...]
    more: int
    since: str | None
    until: str

    @property
    def shown(self) -> list[Entry]:
        """Every entry, in the order in which they are read."""
        return [*self.for_you, *(entry for part in self.sections for entry in part.entries)]

    def with_tldrs(self, lines: Mapping[int, str]) -> Digest:
        """The digest with the `lines` of papers, by their numbers."""

        def told(entries: Sequence[Entry]) -> tuple[Entry, ...]:
            return tuple(replace(one, tldr=lines.get(one.stored.number)) for one in entries)

        sections = tuple(replace(part, entries=told(part.entries)) for part in self.sections)
        return replace(self, for_you=told(self.for_you), sections=sections)


def grouped(
    items: Sequence[Item],
    liked: Sequence[Liked] = (),
    *,
    since: str | None = None,
    until: str,
    limit: int = MOST_SHOWN,
    beyond: int = 0,
) -> Digest:
    """The digest of `items`, of which `limit` are shown.

    `liked` are papers that the reader starred or tagged, the dearest first, with vectors of length
    1. Papers that are like one of them come first, and so do their topics. `beyond` is how many new
    papers there are that are no items: at most MOST_GROUPED should be.
    """
    kept = sorted(items, key=lambda item: (item.stored.id, item.stored.number))
    entries = _entries(kept, liked)
    topics = _topics(kept)
    for name, members in topics:
        for place in members:
            entries[place] = replace(entries[place], topic=name)
    for_you = _for_you(entries, min(MOST_FOR_YOU, limit))
    chosen = {entry.stored.number for entry in for_you}
    placed = {place for _, members in topics for place in members}
    others = [place for place in range(len(kept)) if place not in placed]
    ranked = sorted(
        ((name, [entries[place] for place in members]) for name, members in topics), key=_rank
    )
    groups = [*ranked, (OTHERS, [entries[place] for place in others])]
    left = [
        (name, sorted((one for one in group if one.stored.number not in chosen), key=_order))
        for name, group in groups
    ]
    left = [(name, group) for name, group in left if group]
    shares = _shares([len(group) for _, group in left], limit - len(for_you))
    sections = tuple(
        Section(name, tuple(group[:share]), len(group) - share)
        for (name, group), share in zip(left, shares, strict=True)
        if share
    )
    shown = len(for_you) + sum(len(part.entries) + part.more for part in sections)
    count = len(items) + beyond
    return Digest(count, tuple(for_you), sections, count - shown, since, until)


def _entries(items: Sequence[Item], liked: Sequence[Liked]) -> list[Entry]:
    """The entries of `items`, without their topics."""
    if not liked:
        return [Entry(item.stored, None, 0.0) for item in items]
    dear = np.array([vector for _, vector in liked])
    own = np.array([stored.number for stored, _ in liked])
    entries = []
    for item in items:
        best, likeness = None, 0.0
        if item.vector is not None:
            # A paper that is both new and liked is not like itself.
            cosines = np.where(own == item.stored.number, -1.0, dear @ item.vector)
            nearest = int(cosines.argmax())
            likeness = max(0.0, float(cosines[nearest]))
            best = liked[nearest][0] if likeness >= SIMILAR else None
        entries.append(Entry(item.stored, best, likeness))
    return entries


def _for_you(entries: Sequence[Entry], most: int) -> list[Entry]:
    """The entries that are most like liked papers."""
    chosen: list[Entry] = []
    because: Counter[int] = Counter()
    for entry in sorted(entries, key=_order):
        if entry.similar_to and because[entry.similar_to.number] < _MOST_FOR_ONE:
            because[entry.similar_to.number] += 1
            chosen.append(entry)
    return chosen[:most]


def _topics(items: Sequence[Item]) -> list[tuple[str, list[int]]]:
    """The groups of `items` that have a name, as places in it."""
    texts = [f"{sanitized(item.stored.title)}\n{item.stored.abstract}" for item in items]
    places = [place for place, item in enumerate(items) if item.vector is not None]
    if len(places) >= _LEAST_WITH_VECTOR * len(items):
        vectors = [item.vector for item in items if item.vector is not None]
        rows = alike(np.array(vectors, np.float32)) if vectors else []
        groups = [[places[row] for row in group] for group in rows]
    else:
        groups = [list(topic.members) for topic in group_by_topic(texts) if topic.name != OTHER]
    named = zip(names_of(texts, groups), groups, strict=True)
    return [(name, members) for name, members in named if name]


def _rank(group: tuple[str, list[Entry]]) -> tuple[float, int, str]:
    """Topics near to the reader come first, then large ones."""
    name, entries = group
    nearest = sorted((entry.likeness for entry in entries), reverse=True)[:_NEAREST]
    mean = sum(nearest) / _NEAREST
    return (-mean if mean >= SIMILAR else 0.0, -len(entries), name)


def _order(entry: Entry) -> tuple[float, int, str, int]:
    """What is like a liked paper comes first, then the latest."""
    near = -entry.likeness if entry.similar_to else 0.0
    date = (entry.stored.paper.published or "").replace("-", "")
    return near, -int(f"{date:0<8}"), entry.stored.title.casefold(), entry.stored.number


def _shares(sizes: Sequence[int], room: int) -> list[int]:
    """How many of each group are shown: the same number of each, and at most `room` in all.

    What small groups leave is given to the large ones; without room for one of each, the first
    groups have one.
    """
    shares = [0] * len(sizes)
    while room > 0 and any(share < size for share, size in zip(shares, sizes, strict=True)):
        for number, size in enumerate(sizes):
            if shares[number] < size and room > 0:
                shares[number] += 1
                room -= 1
    return shares
