"""The plain text that Web of Science exports ("Field Tagged").

https://images.webofknowledge.com/images/help/WOS/hs_wos_fieldtags.html: two letters, a space, a
value that goes on in lines indented by three spaces; a record goes from `PT` to `ER`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.paper import Paper
from assistant.reading import dates, names, tagged
from assistant.reading.format import OnFailure
from assistant.reading.record import paper_of
from assistant.reading.source import Source

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|$)")
_FIRST = re.compile(r"PT [A-Z]\s*$")
_LAYOUT = tagged.Layout(
    _TAG,
    begins=frozenset({"PT"}),
    ends=frozenset({"ER", "EF"}),
    outside=frozenset({"FN", "VR"}),
)


class WebOfScience:
    """Records from `PT` to `ER`."""

    name = "Web of Science text"
    expected = 'Web of Science plain text: records from "PT J" to "ER" with a title and an abstract'

    def matches(self, head: str) -> bool:
        """The first record opens with the type of its publication."""
        return tagged.opens(head, _FIRST, _TAG)

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield a paper for every record that has a title."""
        return tagged.papers(source, _LAYOUT, lambda it: _paper(it, source.name), on_failure)


def _paper(record: tagged.Record, source: str) -> Paper:
    people = record.lines("AF") or record.lines("AU")
    year = record.first("PY")
    return paper_of(
        source,
        title=record.first("TI"),
        abstract=record.first("AB"),
        authors=[*map(names.given_first, people), *record.lines("CA")],
        # What is out before its issue has no year yet, but a date of early access.
        published=dates.iso(f"{year} {record.first('PD')}" if year else record.first("EA")),
        doi=record.first("DI", "D2"),
        pmid=record.first("PM"),
        tags=[tag for words in record.all("DE", "ID") for tag in words.split(";")],
    )
