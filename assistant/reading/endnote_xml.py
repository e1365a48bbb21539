"""The XML that EndNote exports, and other reference managers for it.

Every text in it may be cut into `<style>` elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assistant.paper import Paper
from assistant.reading import dates, fields, names, xml_records
from assistant.reading.format import OnFailure
from assistant.reading.record import paper_of, papers_of
from assistant.reading.source import Source

_RECORDS = frozenset({"record"})
_ROOTS = frozenset({"xml", "records"})
_OWN = re.compile(r"<(?:ref-type|titles|contributors|source-app|foreign-keys)[\s/>]")
_PUBMED = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)
_BETWEEN = re.compile(r"[;\r\n]+")


class EndNoteXml:
    """`<record>` elements in `<xml><records>`."""

    name = "EndNote XML"
    expected = "EndNote XML: <xml><records> with a <record> for each paper, with its abstract"

    def matches(self, head: str) -> bool:
        """The outermost element is EndNote's, and so are some of those in it."""
        return (
            xml_records.root(head) in _ROOTS
            and re.search(r"<records[\s>]", head) is not None
            and _OWN.search(head) is not None
        )

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield a paper for every record that has a title.

        Raises:
            FileUnreadable: it defines entities.
        """
        found = xml_records.records(source, _RECORDS, on_failure)
        yield from papers_of(found, _paper, source.name, on_failure)


def _paper(record: Element, source: str) -> Paper:
    database = _texts(record, "database", "remote-database-name", "remote-database-provider")
    number = next(iter(_texts(record, "accession-num")), "")
    addresses = [
        address
        for value in _texts(record, "urls/related-urls/url", "urls/web-urls/url")
        for address in value.split()
    ]
    return paper_of(
        source,
        title=next(iter(_texts(record, "titles/title")), ""),
        abstract=next(iter(_texts(record, "abstract")), ""),
        authors=[names.given_first(name) for name in _texts(record, "contributors/authors/author")],
        published=_date(record),
        arxiv=next(filter(None, map(fields.arxiv, addresses)), None),
        doi=next(
            filter(None, map(fields.doi, _texts(record, "electronic-resource-num") + addresses)),
            None,
        ),
        pmid=number if any(map(_PUBMED.search, database)) else None,
        url=next(filter(None, map(fields.url, addresses)), None),
        tags=[
            tag.strip(" *")
            for value in _texts(record, "keywords/keyword")
            for tag in _BETWEEN.split(value)
        ],
    )


def _date(record: Element) -> str | None:
    """The year, and month and day if the date beside it tells them, with or without the year."""
    year = next(iter(_texts(record, "dates/year")), "")
    day = next(iter(_texts(record, "dates/pub-dates/date")), "")
    return dates.most_exact([year, day, f"{year} {day}"])


def _texts(record: Element, *paths: str) -> list[str]:
    found = (xml_records.text(it) for path in paths for it in record.iterfind(path))
    return [text for text in found if text]
