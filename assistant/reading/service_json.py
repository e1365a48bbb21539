"""JSON of web services, each with its own keys for the same things.

Europe PMC, INSPIRE, OpenReview, ADS and other Solr servers, CORE, BASE, bioRxiv, DataCite, Zenodo,
DBLP, IEEE, Mendeley and Zotero. A record may be inside another object (`metadata`, `content` ...),
and so may each of its values (`{"value": ...}`). Those with formats of their own are read by
`scholarly_json`.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

from assistant.paper import Paper
from assistant.reading import dates
from assistant.reading.fields import given_first
from assistant.reading.format import Format, Skip
from assistant.reading.json_documents import LISTS, outline, records
from assistant.reading.record import paper_of, papers_of
from assistant.reading.source import Source

_LISTS = LISTS | {
    *("hits", "hit", "resultList", "result", "response", "docs", "notes", "collection", "articles"),
}
_FOLDED = ("metadata", "content", "data", "attributes", "info")
# Keys that only these services use; one of them beside a title makes a record theirs.
_OWN = frozenset(
    """abstractText authorString authorList firstPublicationDate arxiv_eprints abstracts
    abstractNote bibcode dctitle descriptions authorids forum arxivId yearPublished identifiers
    creators author_corresponding index_terms ee""".split()  # noqa: SIM905
)
_TITLES = ("title", "titles", "dctitle", "display_title")
_ABSTRACTS = (
    *("abstractText", "abstract", "abstracts", "abstractNote", "dcdescription", "descriptions"),
    "description",
)
_AUTHORS = ("authorList", "authors", "author", "creators", "dccreator", "authorString")
_DATES = (
    *("firstPublicationDate", "publicationDate", "publication_date", "publishedDate", "pubdate"),
    *("preprint_date", "earliest_date", "dcdate", "date", "dates", "published", "issued"),
    *("publicationYear", "pubYear", "publication_year", "yearPublished", "year", "dcyear"),
    *("pdate", "cdate"),
)
_NUMBERS = ("arxivId", "arxiv_id", "arxiv_eprints", "arxiv", "identifier", "archiveID")
_ADDRESSES = ("url", "URL", "ee", "dclink", "html_url", "downloadUrl")
_TAGS = ("keywords", "keyword", "keywordList", "tags", "subjects", "dcsubject", "meshHeadingList")
# What a text or a list is folded into.
_INNER = (
    *("value", "title", "description", "subject", "tag", "descriptorName", "term", "text", "name"),
    *("date", "keyword", "meshHeading", "author", "authors"),
)
_GIVEN = ("firstName", "first_name", "givenName", "given")
_FAMILY = ("lastName", "last_name", "familyName", "family")
_WHOLE = ("collectiveName", "full_name", "fullName", "name", "text", "literal")
# Items of a library that are not papers.
_NO_PAPERS = frozenset({"attachment", "note", "annotation"})
_ARXIV_NOTE = re.compile(r"\barxiv:\s*(\S+)", re.IGNORECASE)
# DBLP numbers people of one name.
_NUMBERED = re.compile(r" \d{4}$")

_Record = dict[str, Any]


def _matches(head: str) -> bool:
    """The first record has a title and a key that only these services use."""
    start = head.lstrip()
    return (
        start.startswith(("{", "["))
        and not _is_plain_line(start)
        # The object around a record may be cut by the end of the head.
        and any(_is_record(outline(start, lists)) for lists in (_LISTS, _LISTS.union(_FOLDED)))
    )


def _read(source: Source, skip: Skip) -> Iterator[Paper]:
    found = records(source.chunks(), _is_record, skip, _LISTS)
    unfolded = ((number, _unfolded(value)) for number, value in found)
    papers = (it for it in unfolded if str(it[1].get("itemType")) not in _NO_PAPERS)
    return papers_of(papers, _paper, source.name, skip)


def _is_plain_line(text: str) -> bool:
    """Whether the first line is a record by itself, as JSON lines have it."""
    try:
        value = json.loads(text.split("\n", 1)[0])
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "title" in value


def _is_record(value: Any) -> bool:
    record = _unfolded(value)
    # OpenReview folds its values too.
    is_own = isinstance(record.get("title"), dict) or not _OWN.isdisjoint(record)
    return is_own and any(key in record for key in _TITLES)


def _unfolded(value: Any) -> _Record:
    """The keys of a record together with those of the object that it is folded into."""
    if not isinstance(value, dict):
        return {}
    within = [value[key] for key in _FOLDED if isinstance(value.get(key), dict)]
    return {key: it for part in (*within, value) for key, it in part.items()}


def _paper(record: _Record, source: str) -> Paper:
    named = record.get("identifiers")
    own: _Record = record | (named if isinstance(named, dict) else {})
    numbers = [text.removeprefix("oai:") for key in _NUMBERS for text in _texts(own.get(key))]
    numbers += _ARXIV_NOTE.findall(_first(own, "extra"))
    addresses = [address for key in _ADDRESSES for address in _texts(own.get(key))]
    return paper_of(
        source,
        title=_first(own, *_TITLES),
        abstract=_first(own, *_ABSTRACTS),
        authors=_people(own),
        published=dates.most_exact([text for key in _DATES for text in _dates(own.get(key))]),
        arxiv=[*numbers, *addresses],
        doi=_first(own, "doi", "DOI", "dois", "dcdoi"),
        pmid=_first(own, "pmid", "PMID"),
        url=addresses,
        tags=[tag for key in _TAGS for tag in _texts(own.get(key))],
    )


def _first(record: _Record, *keys: str) -> str:
    found = (text for key in keys for text in _texts(record.get(key)))
    return next(found, "")


def _texts(value: Any, depth: int = 4) -> Iterator[str]:
    """Each text in a value, also inside lists and objects with one of the keys `_INNER`."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        if str(value).strip():
            yield str(value)
    elif isinstance(value, list) and depth:
        for item in value:
            yield from _texts(item, depth - 1)
    elif isinstance(value, dict) and depth:
        inner = next((value[key] for key in _INNER if value.get(key)), None)
        yield from _texts(inner, depth - 1)


def _dates(value: Any) -> Iterator[str]:
    for text in _texts(value):
        # OpenReview counts milliseconds since 1970.
        if text.isdecimal() and 12 <= len(text) <= 13:
            moment = datetime.datetime.fromtimestamp(int(text) / 1000, datetime.UTC)
            yield moment.date().isoformat()
        else:
            yield text


def _people(record: _Record) -> list[str] | str:
    """Names as people write them, from the first key that has any."""
    for key in _AUTHORS:
        value = record.get(key)
        if isinstance(value, str) and value.strip():
            # Some separate names that have commas, "Smith, J.; Lee, A. B.", by semicolons.
            return [*map(given_first, value.split(";"))] if ";" in value else value.rstrip(" .")
        while isinstance(value, dict):
            value = next((value[inner] for inner in _INNER if inner in value), None)
        if isinstance(value, list) and (names := list(filter(None, map(_name, value)))):
            return names
    return []


def _name(person: Any) -> str:
    if not isinstance(person, dict):
        return given_first(_NUMBERED.sub("", next(_texts(person), "")))
    if person.get("creatorType", "author") != "author":
        return ""
    parts = [_first(person, *_GIVEN), _first(person, *_FAMILY)]
    if parts[1]:
        return " ".join(filter(None, parts))
    return given_first(_NUMBERED.sub("", _first(person, *_WHOLE)))


FORMAT = Format(
    "web services' JSON",
    "JSON as Europe PMC, INSPIRE, OpenReview, ADS, CORE, DataCite or Zotero answer it",
    _matches,
    _read,
)
