"""Builds a digest of new papers: the most relevant ones first, then the others by topic.

The digest does not depend on the order of the papers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.languages import _, format_date, ngettext
from assistant.library import StoredPaper
from assistant.paper import STAR
from assistant.text.formatting import paper_link
from assistant.text.sanitizing import sanitized
from assistant.topics import OTHERS, group_by_topic
from assistant.topics.clustering import Floats

LikedPaper = tuple[StoredPaper, Floats]
"""A paper that the reader starred or tagged, and its vector of length 1."""

FOR_YOU = _("Most relevant to you")
MOST_FOR_YOU = 6
# At most this many of them are similar to the same liked paper.
_MOST_PER_LIKED = 3
MOST_SHOWN = 100
# Grouping takes time quadratic in the number of papers.
MOST_GROUPED = 2_000
# Minimum cosine for "similar to" (MiniLM): 7% of the pairs of 73 papers about computing reach it,
# and 0.3% of the pairs of 1,000 papers from all of medicine.
SIMILAR = 0.55
# The relevance of a topic is the mean cosine of this many of its most relevant papers.
_RANKED_BY = 3
_MOST_AUTHORS = 3
_MOST_TAGS = 4


@dataclass(frozen=True)
class NewPaper:
    """A new paper; `vector` has length 1, or is None if the library has none yet."""

    stored: StoredPaper
    vector: Floats | None = None


@dataclass(frozen=True)
class Entry:
    """A paper of the digest.

    `cosine` is that with the nearest liked paper. `similar_to` is that paper, or None if the cosine
    is too low. `topic` is "" for a paper in no topic.
    """

    stored: StoredPaper
    similar_to: StoredPaper | None
    cosine: float
    topic: str = ""
    tldr: str | None = None

    @property
    def link(self) -> str:
        """The paper's web address, or ""."""
        return paper_link(self.stored.paper)

    @property
    def authors(self) -> str:
        """The first authors and the number of the others: `A, B, C, … +4`."""
        names = [name for author in self.stored.paper.authors if (name := sanitized(author))]
        # One more name takes no more space than the count.
        if len(names) <= _MOST_AUTHORS + 1:
            return ", ".join(names)
        return f"{', '.join(names[:_MOST_AUTHORS])}, … +{len(names) - _MOST_AUTHORS}"

    @property
    def date(self) -> str:
        """The date of publication as text, or ""."""
        return format_date(self.stored.paper.published or "")

    @property
    def tags(self) -> list[str]:
        """The first tags, without the star."""
        tags = (sanitized(one) for one in self.stored.paper.tags if one.casefold() != STAR)
        return list(filter(None, tags))[:_MOST_TAGS]

    @property
    def byline(self) -> list[str]:
        """Authors, date and tags, without missing ones."""
        return [part for part in (self.authors, self.date, *self.tags) if part]


@dataclass(frozen=True)
class Section:
    """The shown papers of a topic, and the number of `more` papers that are not shown."""

    name: str
    entries: tuple[Entry, ...]
    more: int

    @property
    def more_text(self) -> str:
        """`and 12 more`, or "" if all are shown."""
        return _more(self.more)


@dataclass(frozen=True)
class Digest:
    """The new papers from the day `since` (None: no limit) to the day `until`, both ISO 8601.

    `count` is the number of new papers. Each of them is in `for_you` or in a section, or counted in
    `more`: that of its section or, if its topic is not shown, that of the digest.
    """

    count: int
    for_you: tuple[Entry, ...]
    sections: tuple[Section, ...]
    more: int
    since: str | None
    until: str

    @property
    def shown(self) -> list[Entry]:
        """Every entry in reading order."""
        return [*self.for_you, *(entry for section in self.sections for entry in section.entries)]

    @property
    def heading(self) -> str:
        """`New papers, 12 to 19 March 2026`."""
        until = str(format_date(self.until))
        if self.since is None:
            return _("New papers until {date}", date=until)
        since = str(format_date(self.since))
        if since == until:
            return _("New papers, {date}", date=until)
        # A common month or year is written once.
        for same in (until.partition(" ")[2], until.rpartition(" ")[2]):
            since = since.removesuffix(f" {same}")
        return _("New papers, {since} to {until}", since=since, until=until)

    @property
    def summary(self) -> str:
        """`73 papers in 8 topics`."""
        papers = ngettext("{count} paper", "{count} papers", self.count)
        topics = len({entry.topic for entry in self.shown if entry.topic})
        if topics < 2:
            return papers
        return _("{papers} in {topics} topics", papers=papers, topics=topics)

    @property
    def more_text(self) -> str:
        """`and 12 more on other topics`, or "" if all topics are shown."""
        return _("and {count} more on other topics", count=self.more) if self.more else ""

    def with_tldrs(self, tldrs: Mapping[int, str]) -> Digest:
        """The digest with these `tldrs`, by the numbers of their papers."""

        def updated(entries: Iterable[Entry]) -> tuple[Entry, ...]:
            return tuple(replace(one, tldr=tldrs.get(one.stored.number)) for one in entries)

        sections = tuple(replace(one, entries=updated(one.entries)) for one in self.sections)
        return replace(self, for_you=updated(self.for_you), sections=sections)


def build_digest(
    papers: Sequence[NewPaper],
    liked: Sequence[LikedPaper] = (),
    *,
    since: str | None = None,
    until: str,
    limit: int = MOST_SHOWN,
    not_grouped: int = 0,
    topics: Mapping[int, str] | None = None,
) -> Digest:
    """The digest of `papers`, of which at most `limit` are shown.

    Papers similar to one of `liked`, and their topics, come first. Between liked papers with the
    same cosine, the first one is named. `papers` should have at most MOST_GROUPED elements;
    `not_grouped` is the number of new papers beyond that. `topics` are the topics of papers by
    number, "" for none; without it, the new papers are grouped.
    """
    papers = sorted(papers, key=lambda paper: (paper.stored.id, paper.stored.number))
    entries = _entries(papers, liked)
    for name, members in _topics(papers, topics):
        for place in members:
            entries[place] = replace(entries[place], topic=name)
    for_you = _for_you(entries, min(MOST_FOR_YOU, limit))
    chosen = {entry.stored.number for entry in for_you}
    names = dict.fromkeys(entry.topic for entry in entries if entry.topic)
    groups = [(name, [entry for entry in entries if entry.topic == name]) for name in names]
    groups.sort(key=_topic_order)
    groups.append((OTHERS, [entry for entry in entries if not entry.topic]))
    rest = [
        (name, sorted((one for one in group if one.stored.number not in chosen), key=_entry_order))
        for name, group in groups
    ]
    rest = [(name, group) for name, group in rest if group]
    shares = _shares([len(group) for _, group in rest], limit - len(for_you))
    sections = tuple(
        Section(name, tuple(group[:share]), len(group) - share)
        for (name, group), share in zip(rest, shares, strict=True)
        if share
    )
    counted = len(for_you) + sum(len(one.entries) + one.more for one in sections)
    count = len(papers) + not_grouped
    return Digest(count, tuple(for_you), sections, count - counted, since, until)


def by_relevance(papers: Sequence[NewPaper], liked: Sequence[LikedPaper]) -> list[Entry]:
    """The entries of `papers`, those most similar to one of `liked` first, then the newest."""
    return sorted(_entries(papers, liked), key=_entry_order)


def _topics(
    papers: Sequence[NewPaper], known: Mapping[int, str] | None
) -> list[tuple[str, list[int]]]:
    """The topics of `papers`: their names, and the places of their papers."""
    if known:
        found: dict[str, list[int]] = {}
        for place, paper in enumerate(papers):
            if name := known.get(paper.stored.number):
                found.setdefault(name, []).append(place)
        return list(found.items())
    topics = group_by_topic(
        [f"{sanitized(paper.stored.title)}\n{paper.stored.abstract}" for paper in papers],
        [paper.vector for paper in papers],
    )
    return [(topic.name, list(topic.members)) for topic in topics]


def _entries(papers: Sequence[NewPaper], liked: Sequence[LikedPaper]) -> list[Entry]:
    """The entries of `papers`, without topics."""
    if not liked:
        return [Entry(paper.stored, None, 0.0) for paper in papers]
    vectors = np.array([vector for _, vector in liked])
    numbers = np.array([stored.number for stored, _ in liked])
    entries = []
    for paper in papers:
        similar_to, cosine = None, 0.0
        if paper.vector is not None:
            # A new paper may be liked; it is not compared with itself.
            cosines = np.where(numbers == paper.stored.number, -1.0, vectors @ paper.vector)
            nearest = int(cosines.argmax())
            cosine = max(0.0, float(cosines[nearest]))
            similar_to = liked[nearest][0] if cosine >= SIMILAR else None
        entries.append(Entry(paper.stored, similar_to, cosine))
    return entries


def _for_you(entries: Sequence[Entry], most: int) -> list[Entry]:
    """The entries most similar to liked papers."""
    chosen: list[Entry] = []
    per_liked: Counter[int] = Counter()
    for entry in sorted(entries, key=_entry_order):
        if entry.similar_to and per_liked[entry.similar_to.number] < _MOST_PER_LIKED:
            per_liked[entry.similar_to.number] += 1
            chosen.append(entry)
    return chosen[:most]


def _topic_order(group: tuple[str, list[Entry]]) -> tuple[float, int, str]:
    """Sort key: topics close to liked papers first, then large ones."""
    name, entries = group
    best = sorted((entry.cosine for entry in entries), reverse=True)[:_RANKED_BY]
    mean = sum(best) / _RANKED_BY
    return (-mean if mean >= SIMILAR else 0.0, -len(entries), name)


def _entry_order(entry: Entry) -> tuple[float, int, str, int]:
    """Sort key: papers similar to a liked one first, then the newest."""
    cosine = entry.cosine if entry.similar_to else 0.0
    date = (entry.stored.paper.published or "").replace("-", "")
    return -cosine, -int(f"{date:0<8}"), entry.stored.title.casefold(), entry.stored.number


def _shares(sizes: Sequence[int], available: int) -> list[int]:
    """The number of shown papers per group: distributed evenly, `available` in total.

    If there are more groups than `available`, the first groups get one each.
    """
    shares = [0] * len(sizes)
    while available > 0 and any(share < size for share, size in zip(shares, sizes, strict=True)):
        for number, size in enumerate(sizes):
            if shares[number] < size and available > 0:
                shares[number] += 1
                available -= 1
    return shares


def _more(count: int) -> str:
    return _("and {count} more", count=count) if count else ""
