"""The text that PubMed exports, in files that end in `.nbib` or `.txt`.

https://www.nlm.nih.gov/bsd/mms/medlineelements.html: a tag of four places, a hyphen, a value that
goes on in lines that are indented; blank lines stand between records, which begin with `PMID`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.paper import Paper
from assistant.reading import dates, fields, names, tagged
from assistant.reading.format import OnFailure
from assistant.reading.record import paper_of
from assistant.reading.source import Source

_TAG = re.compile(r"(?=[A-Z0-9 ]{4}-)([A-Z][A-Z0-9]{1,3}) *-[ \t]?(.*)")
_FIRST = re.compile(r"PMID- ?[1-9]\d*\s*$|PMC - ?PMC\d+\s*$", re.ASCII)
# PubMed Central begins its records with its own number, so no one tag begins all.
_LAYOUT = tagged.Layout(_TAG, once=frozenset({"PMID", "PMC", "OWN", "STAT", "TI"}))
_DOI = re.compile(r"(10\.\d{4,9}/\S+)\s*\[doi\]", re.IGNORECASE)


class Medline:
    """Records that begin with `PMID- `."""

    name = "PubMed text"
    expected = 'PubMed text (.nbib): records that begin with "PMID- ", with a title and an abstract'

    def matches(self, head: str) -> bool:
        """The first record opens with its number in PubMed."""
        return tagged.opens(head, _FIRST, _TAG)

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield a paper for every record that has a title."""
        return tagged.papers(source, _LAYOUT, lambda it: _paper(it, source.name), on_failure)


def _paper(record: tagged.Record, source: str) -> Paper:
    numbers = record.all("LID", "AID", "SO")
    people = record.all("FAU") or record.all("AU")
    return paper_of(
        source,
        title=record.first("TI", "BTI", "TT"),
        abstract=record.first("AB", "OAB"),
        authors=[*map(names.given_first, people), *record.all("CN")],
        published=dates.iso(record.first("DP")),
        # After each number stands in brackets of what kind it is.
        arxiv=next(filter(None, (fields.arxiv(it.partition("[")[0]) for it in numbers)), None),
        doi=next((found[1] for it in numbers if (found := _DOI.match(it))), None),
        pmid=record.first("PMID"),
        # An asterisk marks a main topic; after the slash stand aspects of the topic.
        tags=[
            *(word.strip(" *") for word in record.all("OT")),
            *(heading.split("/")[0].strip(" *") for heading in record.all("MH")),
        ],
    )
