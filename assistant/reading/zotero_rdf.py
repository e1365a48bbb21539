"""Zotero's RDF: the only export of Zotero that keeps everything.

A journal, a series or the book of a chapter is a node within its item, or a node of its own to
which items refer. Notes and attachments are nodes too, and are no papers.
https://github.com/zotero/translators/blob/master/Zotero%20RDF.js
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from assistant.paper import Paper
from assistant.reading import dates
from assistant.reading.format import Format, Skip, unreported
from assistant.reading.pages import full_pages
from assistant.reading.record import paper_of, papers_of
from assistant.reading.source import HEAD_BYTES, Source
from assistant.reading.work_types import csl_type
from assistant.reading.xml_records import first_text, records, root, text, texts
from assistant.reference import CslName

# Nodes that are works, and nodes that works are part of; `Description` is any other item.
_ITEMS = frozenset(
    """Article Book BookSection Document Thesis Report Manuscript Legislation Patent Image
    Illustration Recording MotionPicture Letter Interview UserItem Description Data
    Software Map Performance""".split()  # noqa: SIM905
)
_WHOLES = frozenset("Journal Periodical Series Book Proceedings Newspaper Magazine".split())  # noqa: SIM905
_ROLES = {
    "author": ("authors", "presenters", "programmers", "inventors", "artists", "performers"),
    "editor": ("editors",),
    "translator": ("translators",),
    "collection-editor": ("seriesEditors",),
    "reviewed-author": ("reviewedAuthors",),
    "container-author": ("bookAuthors",),
    "director": ("directors",),
    "interviewer": ("interviewers",),
    "contributor": ("contributors",),
}
_KEYS = ("DOI", "ISBN", "ISSN")
_NUMBER = re.compile(r"(DOI|ISBN|ISSN)\s+(\S.*)", re.IGNORECASE)
_KEY_LINE = re.compile(r"^\s*citation key\s*:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_NUMBER_LINE = re.compile(r"^\s*(pmc?id|doi|arxiv)\s*:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_Values = Mapping[str, str]


def _matches(head: str) -> bool:
    return root(head) == "RDF" and ("zotero.org" in head or "purl.org/net/biblio" in head)


def _read(source: Source, skip: Skip) -> Iterator[Paper]:
    # A journal may be described behind the articles that refer to it.
    data = b"\xef\xbb\xbf" + source.text().encode()

    def again() -> Source:
        stream = io.BufferedReader(io.BytesIO(data), HEAD_BYTES)
        return Source(stream, source.name, source.label)

    wholes: dict[str, _Values] = {}
    referred: set[str] = set()
    for _, node in records(again(), _ITEMS | _WHOLES, unreported):
        name = node.get("about")
        if name and node.tag in _WHOLES:
            wholes.setdefault(name, _whole(node))
        if node.tag in _ITEMS:
            parts = (part.get("resource") for part in node.iterfind("isPartOf"))
            referred.update(filter(None, parts))

    def items() -> Iterator[tuple[int, Element]]:
        for line, node in records(again(), _ITEMS, skip):
            kind = first_text(node, "itemType")
            is_whole = node.get("about") in referred and not kind
            if kind not in ("attachment", "note", "annotation") and not is_whole:
                yield line, node

    def paper(node: Element, name: str) -> Paper:
        return _paper(node, name, wholes)

    return papers_of(items(), paper, source.name, skip)


def _whole(node: Element) -> _Values:
    """What an item takes from the journal, book or series it is in."""
    return {
        "tag": node.tag,
        "title": first_text(node, "title"),
        "short": first_text(node, "alternative"),
        "volume": first_text(node, "volume"),
        "issue": first_text(node, "number", "issue"),
        "series-number": first_text(node, "identifier"),
        **_numbers(node),
    }


def _numbers(node: Element) -> dict[str, str]:
    """The DOI, ISBN and ISSN among the identifiers of a node."""
    found: dict[str, str] = {}
    for written in texts(node, "identifier"):
        if number := _NUMBER.fullmatch(written):
            found.setdefault(number[1].upper(), number[2].strip())
    return found


def _paper(node: Element, source: str, wholes: Mapping[str, _Values]) -> Paper:
    parts: list[_Values] = []
    for part in node.iterfind("isPartOf"):
        if known := wholes.get(part.get("resource", "")):
            parts.append(known)
        parts += map(_whole, part)
    numbers = _numbers(node)
    for whole in parts:
        numbers = {key: whole[key] for key in _KEYS if key in whole} | numbers
    series = next((part for part in parts if part["tag"] == "Series"), {})
    container = next((part for part in parts if part["tag"] != "Series"), {})
    note = first_text(node, "description")
    noted = {found[1].lower(): found[2] for found in _NUMBER_LINE.finditer(note)}
    key = _KEY_LINE.search(note)
    urls = texts(node, "identifier/URI/value")
    about = node.get("about", "")
    reference: dict[str, Any] = {
        "type": csl_type(first_text(node, "itemType")) or csl_type(node.tag),
        "citation-key": first_text(node, "citationKey") or (key[1] if key else ""),
        "container-title": container.get("title", "") or first_text(node, "publicationTitle"),
        "container-title-short": container.get("short", ""),
        "collection-title": series.get("title", ""),
        "collection-number": series.get("issue", ""),
        "volume": first_text(node, "volume") or container.get("volume", ""),
        "issue": container.get("issue", ""),
        "number": first_text(node, "number"),
        "page": full_pages(first_text(node, "pages")),
        "number-of-pages": first_text(node, "numPages"),
        "edition": first_text(node, "edition"),
        "version": first_text(node, "versionNumber"),
        "publisher": first_text(node, "publisher/Organization/name"),
        "publisher-place": first_text(node, "publisher/Organization/adr/Address/locality"),
        "event-title": first_text(node, "presentedAt/Conference/title"),
        "genre": first_text(node, "type"),
        "language": first_text(node, "language"),
        "title-short": first_text(node, "shortTitle"),
        "rights": first_text(node, "rights"),
        "source": first_text(node, "libraryCatalog"),
        "archive": first_text(node, "archive"),
        "archive_location": first_text(node, "coverage"),
        "call-number": first_text(node, "subject/LCC/value"),
        "accessed": dates.iso(first_text(node, "dateSubmitted")),
        "ISBN": numbers.get("ISBN", ""),
        "ISSN": numbers.get("ISSN", ""),
        "PMCID": noted.get("pmcid", ""),
        "note": note,
        "custom": {"zotero": {"itemType": first_text(node, "itemType")}},
        **_people(node),
    }
    return paper_of(
        source,
        title=first_text(node, "title"),
        abstract=first_text(node, "abstract"),
        published=dates.most_exact(texts(node, "date")),
        arxiv=[noted.get("arxiv", ""), first_text(node, "archiveID"), *urls, about],
        doi=[numbers.get("DOI", ""), noted.get("doi", ""), *urls],
        pmid=noted.get("pmid"),
        url=[*urls, about],
        tags=[
            text(it)
            for path in ("subject", "subject/AutomaticTag/value")
            for it in node.iterfind(path)
            if len(it) == 0
        ],
        reference=reference,
        stated={"doi": [numbers.get("DOI", ""), noted.get("doi", "")], "pmid": noted.get("pmid")},
    )


def _people(node: Element) -> dict[str, list[CslName]]:
    people: dict[str, list[CslName]] = {}
    for role, names in _ROLES.items():
        for name in names:
            for person in node.iterfind(f"{name}/Seq/li/Person"):
                family = first_text(person, "surname") or first_text(person, "name")
                given = first_text(person, "givenName", "givenname")
                one = {"family": family, "given": given} if given else {"literal": family}
                people.setdefault(role, []).append(one)
    return people


FORMAT = Format(
    "Zotero RDF",
    "Zotero RDF: <rdf:RDF> with items such as <bib:Article>, as Zotero exports them",
    _matches,
    _read,
)
