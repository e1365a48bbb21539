"""The plain text that the Cochrane Library exports: lines such as `TI: Title`.

Records stand under `Record #1 of 9` and begin with their number (`ID: CN-...`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.paper import Paper
from assistant.reading import dates, fields, names, tagged
from assistant.reading.format import OnFailure
from assistant.reading.record import paper_of
from assistant.reading.source import Source

# Only known ones: abstracts have lines such as "AIM: ...".
_TAG = re.compile(r"(ID|AU|TI|SO|YR|VL|NO|PG|PM|XR|PT|KY|DOI|AB|US|CC|Record #)(?::|\d)[ \t]?(.*)")
_FIRST = re.compile(r"ID:[ \t]?C[DN]-?\d")
_LAYOUT = tagged.Layout(_TAG, begins=frozenset({"ID"}), outside=frozenset({"Record #"}))
_PUBMED = re.compile(r"PUBMED\s+(\d+)", re.ASCII)


class Cochrane:
    """Records that begin with `ID: CN-`."""

    name = "Cochrane text"
    expected = 'Cochrane text: records from "ID: CN-..." with a title (TI:) and an abstract (AB:)'

    def matches(self, head: str) -> bool:
        """The first record opens with its number in the library."""
        return tagged.opens(head, _FIRST, _TAG)

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield a paper for every record that has a title."""
        return tagged.papers(source, _LAYOUT, lambda it: _paper(it, source.name), on_failure)


def _paper(record: tagged.Record, source: str) -> Paper:
    number = _PUBMED.search(record.first("PM"))
    return paper_of(
        source,
        title=record.first("TI"),
        abstract="\n".join(record.all("AB", join="\n")),
        authors=[names.given_first(name) for name in record.lines("AU")],
        published=dates.iso(record.first("YR")),
        doi=record.first("DOI"),
        pmid=number[1] if number else None,
        url=next(filter(None, map(fields.url, record.all("US"))), None),
        tags=[tag.strip(" *") for line in record.lines("KY") for tag in line.split(";")],
    )
