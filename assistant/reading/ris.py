"""RIS, which nearly every publisher's page and reference manager can export.

https://en.wikipedia.org/wiki/RIS_(file_format): two letters, two spaces, a hyphen, a value; a
record goes from `TY` to `ER`. Programs write titles, abstracts, authors and dates under one of two
or three tags each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.paper import Paper
from assistant.reading import dates, fields, names, tagged
from assistant.reading.format import OnFailure
from assistant.reading.markup import plain
from assistant.reading.record import paper_of
from assistant.reading.source import Source

# With fewer spaces than the format asks for, a tag must be one we read: `MS - multiple sclerosis`
# in an abstract is none.
_TAG = re.compile(
    r"[ \t]{0,4}([A-Z][A-Z0-9](?=  -)"
    r"|(?:A[123BDNU]|BT|C[1-8TY]|D[ABOP]|E[DPRT]|I[DS]|J[AFO]|KW|L[123AK]|M[1-3]|N[12]|P[BY]|S[NPT]"
    r"|T[123AIY]|U[1-5R]|VL|Y[12])(?=[ \t]{0,4}-(?:\s|$)))[ \t]*-[ \t]?(.*)"
)
_FIRST = re.compile(r"[ \t]{0,4}TY(?:  |[ \t]{0,4}(?=-(?:\s|$)))-")
_LAYOUT = tagged.Layout(_TAG, begins=frozenset({"TY"}), ends=frozenset({"ER"}))
_PUBMED = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)
_PMID_NOTE = re.compile(r"\bPMID:?\s*([1-9]\d{0,8})\b", re.ASCII)
_PUBMED_ADDRESS = re.compile(
    r"https?://(?:pubmed\.ncbi\.nlm\.nih\.gov|www\.ncbi\.nlm\.nih\.gov/pubmed"
    r"|europepmc\.org/(?:abstract|article)/MED)/([1-9]\d{0,8})\b",
    re.ASCII,
)
_BETWEEN_ADDRESSES = re.compile(r";(?=https?://)|\s+")


class Ris:
    """Records from `TY  -` to `ER  -`."""

    name = "RIS"
    expected = 'RIS: records from "TY  - " to "ER  - " with a title (TI) and an abstract (AB)'

    def matches(self, head: str) -> bool:
        """The first record opens with its type, whatever a program has written above it."""
        return tagged.opens(head, _FIRST, _TAG)

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield a paper for every record that has a title."""
        return tagged.papers(source, _LAYOUT, lambda it: _paper(it, source.name), on_failure)


def _paper(record: tagged.Record, source: str) -> Paper:
    addresses = [
        address.rstrip(";")
        for value in record.all("UR", "LK")
        for address in _BETWEEN_ADDRESSES.split(value)
    ]
    return paper_of(
        source,
        title=record.first("TI", "T1", "CT", "BT"),
        abstract=_abstract(record),
        authors=[
            names.given_first(name)
            for value in record.lines("AU") or record.lines("A1")
            for name in value.split(";")
        ],
        published=dates.most_exact(record.all("PY", "Y1", "DA")),
        arxiv=next(filter(None, (*map(fields.arxiv, addresses), *_arxivs(record))), None),
        doi=next(filter(None, map(fields.doi, record.all("DO", "M3") + addresses)), None),
        pmid=_pmid(record, addresses),
        url=next(filter(None, map(fields.url, addresses)), None),
        # EndNote writes the second keyword and those after it on lines of their own; an asterisk
        # marks a main one.
        tags=[
            # A star in front marks the main topics of PubMed.
            tag.strip().removeprefix("*")
            for line in record.lines("KW")
            for tag in plain(line).split(";")
        ],
    )


def _abstract(record: tagged.Record) -> str:
    """All of it, which some programs write in parts; a second tag only repeats it."""
    return "\n".join(record.all("AB", join="\n") or record.all("N2", join="\n"))


def _arxivs(record: tagged.Record) -> Iterator[str | None]:
    return map(fields.arxiv_of_journal, record.all("JO", "JF", "T2", "N1"))


def _pmid(record: tagged.Record, addresses: list[str]) -> str | None:
    """A number is PubMed's if its record says so, in one of the ways that programs have for it."""
    number = record.first("AN")
    if any(map(_PUBMED.search, record.all("DB", "DP"))) and fields.pmid(number):
        return fields.pmid(number)
    found = next(
        filter(None, map(_PMID_NOTE.search, record.all("AN", "N1", "M1", "ID", "U2"))), None
    )
    found = found or next(filter(None, map(_PUBMED_ADDRESS.match, addresses)), None)
    return found[1] if found else None
