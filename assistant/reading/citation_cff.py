"""CITATION.cff: how to cite a software or a data set, in YAML.

https://github.com/citation-file-format/citation-file-format/blob/main/schema-guide.md. A file is
about one work: that which its authors want cited, `preferred-citation`, or the software itself.
Works under `references` are those that it builds on; like the list of references of an article they
are kept with it, and are no papers of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from assistant.paper import Paper
from assistant.reading.format import Format, NoPaper, Skip
from assistant.reading.pages import joined_pages
from assistant.reading.record import paper_of
from assistant.reading.source import LONGEST_YAML, NOT_TEXT, UNREADABLE, Source
from assistant.reading.verbatim import verbatim
from assistant.reading.work_types import csl_type
from assistant.reference import CUSTOM, ENTRY_TYPE

NAME = "cff"
_VERSION = re.compile(r"""^["']?cff-version["']?[ \t]*:""", re.MULTILINE)
# By key of a reference: the paths that may have it.
_TEXTS = {
    "container-title": "journal collection-title",
    "volume": "volume",
    "volume-title": "volume-title",
    "issue": "issue",
    "number-of-pages": "pages",
    "number": "number",
    "section": "section",
    "edition": "edition",
    "publisher": "publisher.name institution.name database-provider.name",
    "publisher-place": "publisher.city institution.city location.name",
    "event-title": "conference.name",
    "event-place": "conference.city conference.location",
    "ISBN": "isbn",
    "ISSN": "issn",
    "PMCID": "pmcid",
    "title-short": "abbreviation",
    "language": "languages",
    "license": "license",
    "version": "version",
    "medium": "medium",
    "genre": "thesis-type",
    "status": "status",
    "note": "notes",
    "source": "database",
}
_ROLES = {
    "editor": "editors",
    "collection-editor": "editors-series",
    "translator": "translators",
    "recipient": "recipients",
    "contributor": "contact",
}
_TYPES = {
    "data": "dataset", "software-code": "software", "software-container": "software",
    "software-executable": "software", "software-virtual-machine": "software",
    "edited-work": "book", "catalogue": "book", "manual": "book", "proceedings": "book",
    "serial": "periodical", "slides": "speech", "sound-recording": "song",
    "film-broadcast": "motion_picture", "art": "graphic", "historical-work": "classic",
    "legal-rule": "legislation", "government-document": "report", "grant": "document",
    "press-release": "document", "encyclopedia": "book", "dictionary": "book",
}  # fmt: skip
_PERSON = {
    "family": "family-names",
    "given": "given-names",
    "non-dropping-particle": "name-particle",
    "suffix": "name-suffix",
}
_OF_PAPER = frozenset(
    """title abstract doi keywords date-released date-published year month type start end
    cff-version""".split()  # noqa: SIM905
)


def _matches(head: str) -> bool:
    return _VERSION.search(head) is not None and "title" in head


def _read(source: Source, skip: Skip) -> Iterator[Paper]:
    from assistant.reading.yaml_values import yaml_value  # PyYAML is slow to import

    try:
        text = source.text(largest=LONGEST_YAML)
        if UNREADABLE in text:
            raise NoPaper(NOT_TEXT)
        value = yaml_value(text)
        if not isinstance(value, dict):
            raise NoPaper("not an object with the fields of a work")
        yield _paper(value, source.name)
    except NoPaper as error:
        skip(1, str(error))


def _paper(file: dict[str, Any], source: str) -> Paper:
    preferred = file.get("preferred-citation")
    is_preferred = isinstance(preferred, dict) and bool(preferred.get("title"))
    work = preferred if is_preferred and isinstance(preferred, dict) else file
    people = _people(work.get("authors"))
    reference = _reference(work)
    if people:
        reference["author"] = people
    if is_preferred:
        # The software that the file is about.
        rest = {key: value for key, value in file.items() if key != "preferred-citation"}
        reference[CUSTOM] = {**reference.get(CUSTOM, {}), f"{NAME}-software": verbatim(rest)}
    return paper_of(
        source,
        title=_text(work, "title"),
        abstract=_text(work, "abstract"),
        published=_date(work),
        doi=[_text(work, "doi"), *_identifiers(work, "doi")],
        arxiv=_identifiers(work, "other"),
        pmid=_text(work, "pmid"),
        url=[_text(work, key) for key in ("url", "repository-code", "repository")],
        tags=work.get("keywords") or (),
        reference=reference,
    )


def _reference(work: dict[str, Any]) -> dict[str, Any]:
    written = _text(work, "type") or "software"
    reference: dict[str, Any] = {"type": _TYPES.get(written) or csl_type(written) or "document"}
    used = {*_OF_PAPER}
    for key, paths in _TEXTS.items():
        path = next((path for path in paths.split() if _text(work, path)), "")
        if path:
            reference[key] = _text(work, path)
            used.add(path)
    for role, key in _ROLES.items():
        if people := _people(work.get(key)):
            reference[role] = people
            used |= {key} if _has_only_names(work[key]) else set()
    if _has_only_names(work.get("authors")):
        used.add("authors")
    if "license" in used and isinstance(work["license"], list):
        used.remove("license")
    reference["page"] = joined_pages(_text(work, "start"), _text(work, "end"))
    reference["event-date"] = _text(work, "conference.date-start")
    kept = verbatim({**work, ENTRY_TYPE: _text(work, "type")}, used)
    return reference | ({CUSTOM: {NAME: kept}} if kept else {})


def _text(work: dict[str, Any], path: str) -> str:
    """The text at `key` or `key.inner`; several are joined."""
    key, _, inner = path.partition(".")
    value = work.get(key)
    if inner:
        value = value.get(inner) if isinstance(value, dict) else None
    if isinstance(value, list):
        return ", ".join(item for item in value if isinstance(item, str))
    return value.strip() if isinstance(value, str) else ""


def _date(work: dict[str, Any]) -> str:
    for key in ("date-released", "date-published", "issue-date"):
        if date := _text(work, key):
            return date
    year, month = _text(work, "year"), _text(work, "month")
    return f"{year}-{month.zfill(2)}" if month else year


def _identifiers(work: dict[str, Any], kind: str) -> list[str]:
    listed = work.get("identifiers")
    return [
        str(it.get("value"))
        for it in (listed if isinstance(listed, list) else [])
        if isinstance(it, dict) and it.get("type") == kind
    ]


def _people(value: Any) -> list[dict[str, str]]:
    """CSL names of persons and entities."""
    found = []
    for person in value if isinstance(value, list) else []:
        if not isinstance(person, dict):
            continue
        name = {part: text for part, key in _PERSON.items() if (text := _text(person, key))}
        if "family" not in name and "given" not in name:
            name = {"literal": _text(person, "name") or _text(person, "alias")}
        found.append(name)
    return found


def _has_only_names(value: Any) -> bool:
    people = value if isinstance(value, list) else []
    names = {*_PERSON.values(), "name"}
    return all(isinstance(person, dict) and person.keys() <= names for person in people)


FORMAT = Format(
    "CITATION.cff",
    "a CITATION.cff file with a title and authors",
    _matches,
    _read,
)
