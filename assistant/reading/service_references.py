"""References out of the records of scholarly services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.reading import service_fields as services
from assistant.reading import service_keys
from assistant.reading.csl_items import csl_reference, is_exact
from assistant.reading.field_names import reference_of_fields
from assistant.reading.names import csl_person, is_divided
from assistant.reading.pages import joined_pages
from assistant.reading.retraction import status_of_words
from assistant.reading.service_fields import Service
from assistant.reading.service_keys import (
    CSL,
    OPENALEX,
    SEMANTIC_SCHOLAR,
    Keys,
    Record,
    has_role_of_author,
    scalars,
    values_at,
)
from assistant.reading.work_types import csl_type
from assistant.reading.zotero_items import zotero_reference
from assistant.reference import CUSTOM, ENTRY_TYPE, RETRACTED

# Keys that Crossref adds to those of CSL.
_CROSSREF = frozenset(
    """indexed reference-count references-count is-referenced-by-count member deposited prefix
    content-domain""".split()  # noqa: SIM905
)
_NAME_KEYS = frozenset(
    """name given family suffix sequence firstName lastName givenName familyName fullName full_name
    first_name last_name author_order position initials literal first last middle nameType
    affiliation nameIdentifiers""".split()  # noqa: SIM905
)
_AUTHORS = ("author", "authors", "creators", "authorList", "authorships", "z_authors")
# Read as fields of the Paper.
_OF_PAPER = frozenset(
    """title titles dctitle display_title abstract abstractText abstractNote dcdescription
    description doi DOI dois dcdoi url URL pmid PMID authorString dccreator""".split()  # noqa: SIM905
)
_TAGS = frozenset(
    """keywords keyword tags subjects subject dcsubject keywordList meshHeadingList fieldsOfStudy
    s2FieldsOfStudy categories""".split()  # noqa: SIM905
)
_OPENALEX_SOURCE = "primary_location.source"


def reference_of(keys: Keys, record: Record) -> dict[str, Any]:
    """The reference in a record of the service with these keys, for `paper_of`.

    Its authors are not in it, except those of CSL and Crossref; see `author_of`.
    """
    if keys is CSL:
        is_crossref = not _CROSSREF.isdisjoint(record) or isinstance(record.get("title"), list)
        return _of_crossref(record) if is_crossref else csl_reference(record)
    if keys is SEMANTIC_SCHOLAR:
        return _of_service(services.SEMANTIC_SCHOLAR, keys, record)
    if keys is OPENALEX:
        return _of_openalex(record)
    if "itemType" in record:
        return zotero_reference(record)
    known = (it for it in services.OTHERS if any(mark in record for mark in it.marks.split()))
    return _of_service(next(known, Service("json", "")), keys, record)


def author_of(record: Record) -> list[dict[str, str]]:
    """The authors of a record as CSL names, where it divides their names into parts."""
    people: Any = next((record[key] for key in _AUTHORS if record.get(key)), None)
    while isinstance(people, dict):
        people = people.get("author") or people.get("authors")
    if not isinstance(people, list) or not any(map(is_divided, people)):
        return []
    return [csl_person(person) for person in people if has_role_of_author(person)]


def _of_crossref(record: Record) -> dict[str, Any]:
    """The reference of Crossref, whose keys are CSL's; chapters have two containers."""
    reference = _of_service(services.CROSSREF, CSL, record)
    containers = [text for text in _at(record, "container-title") if text]
    if len(containers) > 1:
        # The series is first, then the book.
        reference.setdefault("collection-title", containers[0])
    if containers:
        reference["container-title"] = containers[min(len(containers), 2) - 1]
    if author := author_of(record):
        reference["author"] = author
    if event := service_keys.CSL.published({"issued": (record.get("event") or {}).get("start")}):
        reference["event-date"] = event
    title = next(_at(record, "title"), "")
    if title and not is_exact("title", title):
        # Its italics are written again, see `csl_items`.
        reference.setdefault(CUSTOM, {})["csl"] = {"title": title}
    return reference


def _of_openalex(record: Record) -> dict[str, Any]:
    reference = _of_service(services.OPENALEX, OPENALEX, record)
    source = next((it for it in values_at(record, _OPENALEX_SOURCE) if isinstance(it, dict)), {})
    name = next(_at(source, "display_name"), "")
    if name:
        # arXiv and PubMed Central are archives.
        is_archive = source.get("type") == "repository"
        reference["archive" if is_archive else "container-title"] = name
        if is_archive and reference.get("type") == "article-journal":
            reference["type"] = "article"
    if record.get("is_retracted") is True:
        reference["status"] = RETRACTED
    return reference


def _of_service(service: Service, keys: Keys, record: Record) -> dict[str, Any]:
    published = keys.published(record) or ""
    rest = {
        key: value
        for key, value in record.items()
        if not _is_read(service, key, value) and not _is_date(value, published)
    }
    reference = reference_of_fields(rest, service.name)
    custom = dict(reference.pop(CUSTOM, {}).get(service.name, {}))
    found = _named(service, record)
    # What the service says in one place, and otherwise in another.
    custom |= {key: reference[key] for key in found if reference.get(key, found[key]) != found[key]}
    written = "; ".join(dict.fromkeys(_at(record, service.types)))
    if written:
        custom[ENTRY_TYPE] = written
        if type_found := csl_type(written):
            found["type"] = type_found
        if "retracted" in written.casefold():
            found["status"] = RETRACTED
    reference |= found
    return reference | ({CUSTOM: {service.name: custom}} if custom else {})


def _is_read(service: Service, key: str, value: Any) -> bool:
    """Whether the value of a key is in the Paper or at the paths of the service."""
    if key in service.dropped.split() or key in _TAGS:
        return True
    if key in _AUTHORS:
        return _has_only_names(value)
    if any(key in paths.split() for paths in service.several.values()):
        return True
    is_one = not isinstance(value, list) or len(value) < 2
    return is_one and (key in service.used.split() or key in _OF_PAPER)


def _has_only_names(value: Any) -> bool:
    """Whether people have nothing besides their names, such as affiliations."""
    while isinstance(value, dict):
        value = value.get("author") or value.get("authors")
    people = value if isinstance(value, list) else []
    return not any(
        isinstance(person, dict) and any(person[key] for key in person.keys() - _NAME_KEYS)
        for person in people
    )


def _is_date(value: Any, published: str) -> bool:
    """Whether a value says the date of publication, or its year, and nothing else."""
    if isinstance(value, dict) and value.keys() == {"date-parts"}:
        return service_keys.CSL.published({"issued": value}) == published
    return (
        isinstance(value, str | int)
        and bool(published)
        and (str(value) in (published, published[:4]))
    )


def _named(service: Service, record: Record) -> dict[str, Any]:
    """What is at the paths of the service."""
    found: dict[str, Any] = {}
    for key, paths in service.texts.items():
        if text := next(_at(record, paths), ""):
            found[key] = text
    for key, paths in service.several.items():
        if texts := list(dict.fromkeys(_at(record, paths))):
            found[key] = ", ".join(texts)
    begin, end = (next(_at(record, paths), "") for paths in service.pages)
    if begin:
        found.setdefault("page", joined_pages(begin, end))
    for role, paths in service.people.items():
        people = next(iter(values_at(record, paths)), None)
        if isinstance(people, list):
            found[role] = [csl_person(person) for person in people]
    for role, (path, key, value) in service.roles.items():
        found[role] = [
            csl_person(person)
            for person in values_at(record, path)
            if isinstance(person, dict) and value in _texts_of(person.get(key))
        ]
    if status := status_of_words(_at(record, service.status)):
        found["status"] = status
    pmcid = found.get("PMCID", "").rstrip("/").rpartition("/")[2]
    if pmcid:
        found["PMCID"] = f"PMC{pmcid}" if pmcid.isdecimal() else pmcid
    return found


def _at(record: Record, paths: str) -> Iterator[str]:
    """The texts and numbers at several paths, as texts."""
    for path in paths.split():
        for value in values_at(record, path):
            for scalar in scalars(value):
                yield str(scalar).strip()


def _texts_of(value: Any) -> list[str]:
    return [str(scalar) for scalar in scalars(value)]
