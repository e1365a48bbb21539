"""The tagged formats: RIS, PubMed, Web of Science, EndNote, RefWorks and Cochrane.

Their tags, and which of them begin and end a record:
https://en.wikipedia.org/wiki/RIS_(file_format),
https://www.nlm.nih.gov/bsd/mms/medlineelements.html,
https://images.webofknowledge.com/images/help/WOS/hs_wos_fieldtags.html,
https://en.wikipedia.org/wiki/Refer_(software)
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.paper import Paper
from assistant.reading import dates, fields
from assistant.reading import tagged_layouts as layouts
from assistant.reading.fields import given_first
from assistant.reading.markup import plain
from assistant.reading.record import paper_of
from assistant.reading.tagged import Record, tagged_format


def _split(lines: Iterable[str]) -> list[str]:
    return [part for line in lines for part in line.split(";")]


_PMID_NOTE = re.compile(r"\bPMID:?\s*([1-9]\d{0,8})\b", re.ASCII)
_PUBMED_ADDRESS = re.compile(
    r"https?://(?:pubmed\.ncbi\.nlm\.nih\.gov|www\.ncbi\.nlm\.nih\.gov/pubmed"
    r"|europepmc\.org/(?:abstract|article)/MED)/([1-9]\d{0,8})\b",
    re.ASCII,
)
_BETWEEN_ADDRESSES = re.compile(r";(?=https?://)|\s+")


def _ris(record: Record, source: str) -> Paper:
    """Programs write titles, abstracts, authors and dates under one of two or three tags each."""
    addresses = [
        address.rstrip(";")
        for value in record.all("UR", "LK")
        for address in _BETWEEN_ADDRESSES.split(value)
    ]
    journals = map(fields.arxiv_of_journal, record.all("JO", "JF", "T2", "N1"))
    return paper_of(
        source,
        title=record.first("TI", "T1", "CT", "BT"),
        abstract=record.text("AB", "N2"),
        authors=map(given_first, _split(record.lines("AU") or record.lines("A1"))),
        published=dates.most_exact(record.all("PY", "Y1", "DA")),
        arxiv=[*addresses, *journals],
        doi=record.all("DO", "M3") + addresses,
        pmid=_ris_pmids(record, addresses),
        url=addresses,
        # EndNote writes the second keyword and those after it on lines of their own.
        tags=[tag.strip().removeprefix("*") for tag in _split(map(plain, record.lines("KW")))],
    )


def _ris_pmids(record: Record, addresses: list[str]) -> list[str]:
    """A number is PubMed's if its record says so, in one of the ways that programs have for it."""
    said = fields.is_pubmed(record.all("DB", "DP"))
    notes = map(_PMID_NOTE.search, record.all("AN", "N1", "M1", "ID", "U2"))
    pages = map(_PUBMED_ADDRESS.match, addresses)
    return [record.first("AN") if said else "", *(it[1] for it in (*notes, *pages) if it)]


RIS = tagged_format(
    "RIS",
    'RIS: records from "TY  - " to "ER  - " with a title (TI) and an abstract (AB)',
    layouts.RIS_FIRST,
    layouts.ris,
    _ris,
    proof=layouts.RIS_PROOF,
)

_ARTICLE_DOI = re.compile(r"(10\.\d{4,9}/\S+)\s*\[doi\]", re.IGNORECASE)


def _pubmed(record: Record, source: str) -> Paper:
    numbers = record.all("LID", "AID", "SO")
    people = record.all("FAU") or record.all("AU")
    return paper_of(
        source,
        title=record.first("TI", "BTI", "TT"),
        abstract=record.first("AB", "OAB"),
        authors=[*map(given_first, people), *record.all("CN")],
        published=dates.iso(record.first("DP")),
        # The kind of each number follows it in brackets.
        arxiv=[number.partition("[")[0] for number in numbers],
        doi=[found[1] for number in numbers if (found := _ARTICLE_DOI.match(number))],
        pmid=record.first("PMID"),
        # An asterisk marks a main topic; aspects of a topic follow its slash.
        tags=[
            *(word.strip(" *") for word in record.all("OT")),
            *(heading.split("/")[0].strip(" *") for heading in record.all("MH")),
        ],
    )


PUBMED_TEXT = tagged_format(
    "PubMed text",
    'PubMed text (.nbib): records that begin with "PMID- ", with a title and an abstract',
    layouts.PUBMED_FIRST,
    layouts.PUBMED,
    _pubmed,
)


def _web_of_science(record: Record, source: str) -> Paper:
    year = record.first("PY")
    people = record.lines("AF") or record.lines("AU")
    return paper_of(
        source,
        title=record.first("TI"),
        abstract=record.first("AB"),
        authors=[*map(given_first, people), *record.lines("CA")],
        # A paper that is out before its issue has a date of early access, but no year.
        published=dates.iso(f"{year} {record.first('PD')}" if year else record.first("EA")),
        doi=record.first("DI", "D2"),
        pmid=record.first("PM"),
        tags=_split(record.all("DE", "ID")),
    )


WEB_OF_SCIENCE = tagged_format(
    "Web of Science text",
    'Web of Science plain text: records from "PT J" to "ER" with a title and an abstract',
    layouts.WEB_OF_SCIENCE_FIRST,
    layouts.web_of_science,
    _web_of_science,
)


def _endnote(record: Record, source: str) -> Paper:
    addresses = record.words("U", ">")
    year, day = record.first("D"), record.first("8")
    keywords = record.lines("K")
    said = fields.is_pubmed([*record.all("~", "W"), *addresses])
    return paper_of(
        source,
        title=record.first("T"),
        abstract=record.text("X"),
        authors=map(given_first, _split(record.lines("A"))),
        published=dates.most_exact([year, day, f"{year} {day}"]),
        arxiv=[*addresses, *map(fields.arxiv_of_journal, record.all("J", "B", "M", "Z"))],
        doi=record.all("R", "M") + addresses,
        pmid=record.first("M") if said else None,
        url=addresses,
        # EndNote has one keyword per line, others have all of them in one.
        tags=[
            word.strip(" *")
            for word in (fields.tags(keywords[0]) if len(keywords) == 1 else keywords)
        ],
    )


ENDNOTE = tagged_format(
    "EndNote tagged",
    "EndNote's tagged text (.enw): lines such as %T with a title and %X with an abstract",
    layouts.ENDNOTE_FIRST,
    layouts.endnote,
    _endnote,
)


def _refworks(record: Record, source: str) -> Paper:
    addresses = record.words("UL", "LK")
    return paper_of(
        source,
        title=record.first("T1"),
        abstract=record.text("AB"),
        authors=map(given_first, record.lines("A1")),
        published=dates.most_exact(record.all("YR", "FD")),
        arxiv=addresses,
        doi=record.all("DO") + addresses,
        pmid=record.first("PMID"),
        url=addresses,
        tags=_split(record.lines("K1")),
    )


REFWORKS = tagged_format(
    "RefWorks tagged",
    'RefWorks\' tagged text: records from "RT Journal Article" with a title (T1)',
    layouts.REFWORKS_FIRST,
    layouts.REFWORKS,
    _refworks,
)

_COCHRANE_PMID = re.compile(r"PUBMED\s+(\d+)", re.ASCII)


def _cochrane(record: Record, source: str) -> Paper:
    return paper_of(
        source,
        title=record.first("TI"),
        abstract=record.text("AB"),
        authors=map(given_first, record.lines("AU")),
        published=dates.iso(record.first("YR")),
        doi=record.first("DOI"),
        pmid=_COCHRANE_PMID.findall(record.first("PM")),
        url=record.all("US"),
        tags=[tag.strip(" *") for tag in _split(record.lines("KY"))],
    )


COCHRANE = tagged_format(
    "Cochrane text",
    'Cochrane text: records from "ID: CN-..." with a title (TI:) and an abstract (AB:)',
    layouts.COCHRANE_FIRST,
    layouts.COCHRANE,
    _cochrane,
)
