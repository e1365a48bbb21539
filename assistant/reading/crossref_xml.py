"""The XML that publishers deposit at Crossref and that its API returns (UNIXREF).

https://www.crossref.org/documentation/schema-library/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from assistant.paper import Paper
from assistant.reading import dates
from assistant.reading.format import Format, Skip
from assistant.reading.pages import full_pages, joined_pages
from assistant.reading.record import paper_of, papers_of
from assistant.reading.source import Source
from assistant.reading.titles import with_subtitle
from assistant.reading.xml_records import first_text, records, root, text, texts
from assistant.reference import CslName

# What holds works, and the works in it with their types. A whole that has none is a work itself.
_WORKS = {
    "journal": (("journal_article", "article-journal"),),
    "book": (("content_item", "chapter"),),
    "conference": (("conference_paper", "paper-conference"),),
    "report-paper": (("content_item", "chapter"),),
    "database": (("dataset", "dataset"),),
    "standard": (("content_item", "chapter"),),
    "dissertation": (),
    "posted_content": (),
    "peer_review": (),
    "pending_publication": (),
}
_WHOLE = {
    "book": "book",
    "report-paper": "report",
    "database": "dataset",
    "standard": "standard",
    "dissertation": "thesis",
    "posted_content": "article",
    "peer_review": "review",
    "pending_publication": "article-journal",
}
# Where a whole describes itself.
_METADATA = (
    "journal_metadata", "book_metadata", "book_series_metadata", "book_set_metadata",
    "proceedings_metadata", "proceedings_series_metadata", "report-paper_metadata",
    "report-paper_series_metadata", "database_metadata", "standard_metadata", "publication",
)  # fmt: skip
_Work = tuple[Element, Element, str]
_ROLES = {"author": "author", "editor": "editor", "translator": "translator", "chair": "chair"}


def _works(whole: Element) -> list[_Work]:
    """Each work of a whole, with the whole and its type."""
    found = [
        (work, whole, kind) for name, kind in _WORKS[whole.tag] for work in whole.iterfind(name)
    ]
    if not found and whole.tag in _WHOLE:
        found = [(whole, whole, _WHOLE[whole.tag])]
    return found


def _read(source: Source, skip: Skip) -> Iterator[Paper]:
    wholes = records(source, frozenset(_WORKS), skip)
    works = ((line, work) for line, whole in wholes for work in _works(whole))
    return papers_of(works, _paper, source.name, skip)


def _paper(work: _Work, source: str) -> Paper:
    one, whole, kind = work
    metadata = next((it for name in _METADATA if (it := whole.find(name)) is not None), whole)
    own = metadata if one is whole else one
    issue = whole.find("journal_issue")
    titles = texts(own, "titles/title") or texts(own, "proceedings_title", "title")
    reference: dict[str, Any] = {
        "type": kind,
        "original-title": first_text(own, "titles/original_language_title"),
        "container-title-short": first_text(metadata, "abbrev_title"),
        "collection-title": first_text(metadata, "series_metadata/titles/title"),
        "volume": _first(
            (whole, one), "journal_issue/journal_volume/volume", "book_metadata/volume", "volume"
        ),
        "issue": first_text(whole, "journal_issue/issue"),
        "page": _pages(own),
        "number": first_text(own, "publisher_item/item_number", "contract_number"),
        "publisher": _first(
            (metadata, whole), "publisher/publisher_name", "institution/institution_name"
        ),
        "publisher-place": first_text(metadata, "publisher/publisher_place"),
        "edition": first_text(metadata, "edition_number"),
        "ISBN": first_text(metadata, "isbn"),
        "ISSN": first_text(metadata, "issn", "series_metadata/issn"),
        "language": own.get("language", "") or metadata.get("language", ""),
        "genre": first_text(own, "degree"),
        "event-title": first_text(whole, "event_metadata/conference_name"),
        "event-place": first_text(whole, "event_metadata/conference_location"),
        **_people(own),
    }
    if one is not whole:
        reference["container-title"] = _container(metadata)
        editors = _people(metadata).get("editor", []) or _people(whole).get("editor", [])
        reference.setdefault("editor", editors)
    dois = texts(own, "doi_data/doi") or texts(one, "doi_data/doi")
    return paper_of(
        source,
        title=with_subtitle(titles[0] if titles else "", first_text(own, "titles/subtitle")),
        abstract="\n".join(map(_abstract, own.findall("abstract")[:1])),
        published=_date(own) or (_date(issue) if issue is not None else None) or _date(metadata),
        doi=dois,
        url=texts(own, "doi_data/resource"),
        reference=reference,
        stated={"doi": dois},
    )


def _container(metadata: Element) -> str:
    title = first_text(metadata, "full_title", "titles/title", "proceedings_title", "title")
    return with_subtitle(title, first_text(metadata, "titles/subtitle", "proceedings_subject"))


def _first(places: tuple[Element, ...], *paths: str) -> str:
    return next((found for place in places if (found := first_text(place, *paths))), "")


def _people(element: Element) -> dict[str, list[CslName]]:
    people: dict[str, list[CslName]] = {}
    for person in element.iterfind("contributors/*"):
        role = _ROLES.get(person.get("contributor_role", "author"), "contributor")
        if person.tag == "person_name":
            name = {
                "family": first_text(person, "surname"),
                "given": first_text(person, "given_name"),
                "suffix": first_text(person, "suffix"),
            }
        else:
            name = {"literal": text(person)}
        people.setdefault(role, []).append(name)
    return people


def _pages(work: Element) -> str:
    first, last = first_text(work, "pages/first_page"), first_text(work, "pages/last_page")
    pages = joined_pages(first, last)
    return full_pages(pages) if pages != first else first


def _abstract(abstract: Element) -> str:
    """Its paragraphs, with the titles of its sections before their texts."""
    parts: list[str] = []
    heading = ""
    for element in abstract.iter():
        if element.tag == "title":
            heading = text(element)
        elif element.tag == "p":
            is_heading = heading and heading.lower() not in ("abstract", "summary")
            parts.append(f"{heading}: {text(element)}" if is_heading else text(element))
            heading = ""
    return "\n".join(parts) or text(abstract)


def _date(element: Element) -> str | None:
    """The earliest date of publication, in print or online, else that of an approval."""
    for name in ("publication_date", "posted_date", "approval_date", "acceptance_date"):
        if found := [date for it in element.iterfind(name) if (date := _iso(it))]:
            return min(found)
    return None


def _iso(date: Element) -> str | None:
    """ISO 8601 of a date, as exact as it is; months from 21 on are seasons."""
    parts = [first_text(date, name).zfill(2) for name in ("year", "month", "day")]
    return dates.iso("-".join(part for part in parts if part.strip("0")))


FORMAT = Format(
    "Crossref XML",
    "Crossref XML: <doi_records> or a <doi_batch> with articles, chapters or other works",
    lambda head: (
        root(head)
        in (
            "doi_records",
            "doi_record",
            "doi_batch",
            "crossref_result",
            "crossref",
            "crossref_metadata",
        )
    ),
    _read,
)
