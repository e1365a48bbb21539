"""The XML of EndNote, which other reference managers export too.

Every text in it may be cut into `<style>` elements.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from assistant.paper import Paper
from assistant.reading import dates, fields
from assistant.reading.identifiers import serial_numbers
from assistant.reading.pages import full_pages
from assistant.reading.record import paper_of
from assistant.reading.single_names import csl_name
from assistant.reading.work_types import csl_type
from assistant.reading.xml_records import first_text, root, text, texts, xml_format

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
    reference = _reference(record)
    dois = texts(record, "electronic-resource-num")
    pmid = first_text(record, "accession-num") if fields.is_pubmed(database) else None
    return paper_of(
        source,
        title=first_text(record, "titles/title"),
        abstract=first_text(record, "abstract"),
        published=dates.most_exact([year, day, f"{year} {day}"]),
        arxiv=addresses,
        doi=dois + addresses,
        pmid=pmid,
        url=addresses,
        tags=[
            tag.strip(" *")
            for value in texts(record, "keywords/keyword")
            for tag in _BETWEEN.split(value)
        ],
        reference=reference,
        stated={"doi": dois, "pmid": pmid, "serial": first_text(record, "isbn")},
    )


# Fields by their elements; the first that has a text counts.
_FIELDS = {
    "container-title": (
        "titles/secondary-title",
        "periodical/full-title",
        "alt-periodical/full-title",
    ),
    "container-title-short": ("periodical/abbr-1", "titles/alt-title", "alt-periodical/abbr-1"),
    "collection-title": ("titles/tertiary-title",),
    "title-short": ("titles/short-title",),
    "original-title": ("titles/translated-title", "orig-pub"),
    "volume": ("volume",),
    "publisher": ("publisher",),
    "publisher-place": ("pub-location",),
    "edition": ("edition",),
    "section": ("section",),
    "number-of-volumes": ("num-vols",),
    "language": ("language",),
    "call-number": ("call-num",),
    "citation-key": ("label",),
    "genre": ("work-type",),
    "accessed": ("access-date",),
    "source": ("remote-database-name",),
    "reviewed-title": ("reviewed-item",),
    "PMCID": ("custom2",),
}
_ROLES = {
    "author": "contributors/authors/author",
    "editor": "contributors/secondary-authors/author",
    "collection-editor": "contributors/tertiary-authors/author",
    "translator": "contributors/subsidiary-authors/author",
    "original-author": "contributors/translated-authors/author",
}
# Elements with a field of their own, or of the program and not of the work.
_TOLD = frozenset(
    """database source-app rec-number foreign-keys ref-type contributors titles periodical
    alt-periodical pages volume number dates abstract keywords urls electronic-resource-num isbn
    publisher pub-location edition section num-vols language call-num label work-type access-date
    remote-database-name reviewed-item notes accession-num""".split()  # noqa: SIM905
)


def _reference(record: Element) -> dict[str, Any]:
    """The rest of the record; elements without a field of CSL are kept under their own names."""
    kind = record.find("ref-type")
    name = kind.get("name", "") if kind is not None else ""
    csl = csl_type(name)
    reference: dict[str, Any] = {key: first_text(record, *paths) for key, paths in _FIELDS.items()}
    if not reference["PMCID"].upper().startswith("PMC"):
        del reference["PMCID"]
    reference["accessed"] = dates.iso(reference["accessed"])
    for role, path in _ROLES.items():
        reference[role] = [csl_name(text) for text in texts(record, path)]
    pages = first_text(record, "pages")
    number = first_text(record, "number")
    has_issues = csl in ("", "article-journal", "article-magazine", "article-newspaper")
    reference |= {
        "type": csl,
        "page": full_pages(pages),
        "issue" if has_issues else "number": number,
        "note": "\n".join(texts(record, "notes")),
        **serial_numbers(first_text(record, "isbn")),
    }
    custom: dict[str, Any] = {"entry-type": name, "accession-num": texts(record, "accession-num")}
    for element in record:
        if element.tag not in _TOLD and (value := text(element)) != reference.get("PMCID"):
            custom.setdefault(element.tag, []).append(value)
    reference["custom"] = {"endnote": custom}
    return reference


FORMAT = xml_format(
    "EndNote XML",
    "EndNote XML: <xml><records> with a <record> for each paper, with its abstract",
    _matches,
    frozenset({"record"}),
    _paper,
)
