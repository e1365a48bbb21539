"""The tagged text of RefWorks: two letters, a space, a value; a record begins with `RT`.

Its abstracts may have lines that look like a tag ("AI systems ..."), so only known tags are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.paper import Paper
from assistant.reading import dates, fields, names, tagged
from assistant.reading.format import OnFailure
from assistant.reading.record import paper_of
from assistant.reading.source import Source

_TAG = re.compile(
    r"(RT|SR|ID|A[1-6BDNV]|T[1-3]|J[FO]|YR|FD|VO|IS|SP|OP|K1|NO|ED|P[BP]|S[FLN]|LA|C[LNR]|OT|LK|DO"
    r"|D[BS]|IP|R[DS]|ST|U[1-9L]|LL|W[PTV]|OL|PMID|PMCID)(?: (.*)|$)"
)
_FIRST = re.compile(r"RT [A-Z][A-Za-z]")
_LAYOUT = tagged.Layout(_TAG, begins=frozenset({"RT"}))


class RefWorks:
    """Records that begin with `RT` and their type."""

    name = "RefWorks tagged"
    expected = 'RefWorks\' tagged text: records from "RT Journal Article" with a title (T1)'

    def matches(self, head: str) -> bool:
        """The first record opens with its type."""
        return tagged.opens(head, _FIRST, _TAG)

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield a paper for every record that has a title."""
        return tagged.papers(source, _LAYOUT, lambda it: _paper(it, source.name), on_failure)


def _paper(record: tagged.Record, source: str) -> Paper:
    addresses = [address for value in record.all("UL", "LK") for address in value.split()]
    return paper_of(
        source,
        title=record.first("T1"),
        abstract="\n".join(record.all("AB", join="\n")),
        authors=[names.given_first(name) for name in record.lines("A1")],
        published=dates.most_exact(record.all("YR", "FD")),
        arxiv=next(filter(None, map(fields.arxiv, addresses)), None),
        doi=next(filter(None, map(fields.doi, record.all("DO") + addresses)), None),
        pmid=record.first("PMID"),
        url=next(filter(None, map(fields.url, addresses)), None),
        tags=[tag for line in record.lines("K1") for tag in line.split(";")],
    )
