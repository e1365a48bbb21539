"""What the user decided about duplicates: these records are one paper, those are not.

A record is named by one of its anchors, so a decision holds for later imports too.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable

from assistant.library.clustering import grouped
from assistant.library.evidence import Distinction
from assistant.paper import Paper, text_key

Marks = frozenset[str]


def content_of(record: Paper) -> str:
    """All of `record` but its source, as text that is equal for equal records."""
    content = record.model_dump(mode="json", exclude={"source"}, exclude_defaults=True)
    return json.dumps(content, sort_keys=True)


def content_names(record: Paper) -> tuple[str, str, str]:
    """Three names of `record`, each more exact than the one before.

    Of title, authors and year; of these with volume, issue, pages, edition and ISBN; and of all of
    its content except source and tags.
    """
    fields = Distinction([record]).fields
    published = [f"{name} {value}" for name in sorted(fields) for value in sorted(fields[name])]
    content = content_of(record.model_copy(update={"tags": ()}))
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    # The first word makes them differ from all keys.
    about = ("content", record.title, *record.authors, record.year)
    return text_key(*about), text_key(*about, *published), f"record:{digest}"


def anchors(record: Paper) -> tuple[str, ...]:
    """Everything that can name `record` in a decision, the most lasting first."""
    return tuple(dict.fromkeys((*record.keys, *content_names(record))))


class Decisions:
    """The decisions of a catalogue, held in memory: they are made by hand, so there are few."""

    def __init__(self, rows: Iterable[tuple[str, str, int]] = ()) -> None:
        """Prepare rows of two anchors and whether they are of the same paper."""
        same: list[tuple[str, str]] = []
        self._different: dict[str, set[str]] = defaultdict(set)
        for one, other, is_same in rows:
            if is_same:
                same.append((one, other))
            else:
                self._different[one].add(other)
                self._different[other].add(one)
        self._labels: dict[str, str] = {}
        self._merged: dict[str, set[str]] = {}
        for pairs in grouped(same, lambda pair: pair):
            names = {name for pair in pairs for name in pair}
            label = f"merged:{min(names)}"
            self._merged[label] = names
            self._labels.update(dict.fromkeys(names, label))
        self._known = self._different.keys() | self._labels.keys()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._known)

    def marks(self, record: Paper) -> Marks:
        """The anchors of `record` that a decision names."""
        return frozenset(self._known.intersection(anchors(record))) if self._known else frozenset()

    def labels(self, marks: Marks) -> frozenset[str]:
        """Names that records share if the user merged their papers."""
        return frozenset(self._labels[mark] for mark in marks if mark in self._labels)

    def related(self, marks: Marks) -> set[str]:
        """The anchors of other records on which the user decided together with `marks`."""
        found = {name for mark in marks for name in self._different.get(mark, ())}
        return found.union(*(self._merged[label] for label in self.labels(marks)))

    def different(self, one: Marks, other: Marks) -> bool:
        """Whether the user decided that records with these marks are different papers."""
        if not self._different or not one or not other:
            return False
        theirs = other - one
        return any(
            not theirs.isdisjoint(self._different[mark])
            for mark in one - other
            if mark in self._different
        )

    def contradictory(self, many: Collection[Marks]) -> bool:
        """Whether any two records with these marks are `different`; many are compared at once."""
        having: dict[str, set[int]] = defaultdict(set)
        for index, marks in enumerate(many):
            for mark in marks & self._different.keys():
                having[mark].add(index)
        return any(
            having[mark] - having[other] and having[other] - having[mark]
            for mark in having
            for other in self._different[mark] & having.keys()
        )


NO_DECISIONS = Decisions()


def load_decisions(connection: sqlite3.Connection) -> Decisions:
    """The decisions of the catalogue."""
    rows = connection.execute("SELECT one, other, same FROM decisions").fetchall()
    return Decisions(rows) if rows else NO_DECISIONS
