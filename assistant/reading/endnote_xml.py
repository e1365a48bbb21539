"""The XML of EndNote, which other reference managers export too.

Every text in it may be cut into `<style>` elements.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from assistant.paper import Paper
from assistant.reading import dates, fields
from assistant.reading.record import paper_of
from assistant.reading.xml_records import first_text, root, texts, xml_format

_OWN = re.compile(r"<(?:ref-type|titles|contributors|source-app|foreign-keys)[\s/>]")
_BETWEEN = re.compile(r"[;\r\n]+")


def _matches(head: str) -> bool:
    """The root element is EndNote's, and so are some of those in it."""
    return (
        root(head) in ("xml", "records")
        and re.search(r"<records[\s>]", head) is not None
        and _OWN.search(head) is not None
    )


def _paper(record: Element, source: str) -> Paper:
    database = texts(record, "database", "remote-database-name", "remote-database-provider")
    urls = texts(record, "urls/related-urls/url", "urls/web-urls/url")
    addresses = [address for value in urls for address in value.split()]
    # The year; the month and day may be beside it, with or without the year.
    year, day = first_text(record, "dates/year"), first_text(record, "dates/pub-dates/date")
    return paper_of(
        source,
        title=first_text(record, "titles/title"),
        abstract=first_text(record, "abstract"),
        authors=map(fields.given_first, texts(record, "contributors/authors/author")),
        published=dates.most_exact([year, day, f"{year} {day}"]),
        arxiv=addresses,
        doi=texts(record, "electronic-resource-num") + addresses,
        pmid=first_text(record, "accession-num") if fields.is_pubmed(database) else None,
        url=addresses,
        tags=[
            tag.strip(" *")
            for value in texts(record, "keywords/keyword")
            for tag in _BETWEEN.split(value)
        ],
    )


FORMAT = xml_format(
    "EndNote XML",
    "EndNote XML: <xml><records> with a <record> for each paper, with its abstract",
    _matches,
    frozenset({"record"}),
    _paper,
)
