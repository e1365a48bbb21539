"""Works in the JSON of ORCID's public API -> flat records, which are read as those of a service.

https://info.orcid.org/documentation/integration-guide/working-with-works/. A group of summaries is
one work that several services added; the first summary is the one its author prefers. Nearly each
value is inside an object, `{"value": "..."}`.
"""

from __future__ import annotations

from typing import Any

from assistant.reading.titles import with_subtitle

_IDENTIFIERS = {
    "doi": "doi",
    "pmid": "pmid",
    "pmc": "pmcid",
    "arxiv": "arxiv",
    "isbn": "isbn",
    "issn": "issn",
}
_DATE_PARTS = ("year", "month", "day")


def flat(value: Any) -> dict[str, Any]:
    """The record of a work, a group of summaries or an item of a bulk answer; {} of any other."""
    if not isinstance(value, dict):
        return {}
    summaries = value.get("work-summary")
    if isinstance(summaries, list) and summaries and isinstance(summaries[0], dict):
        value = summaries[0]
    elif isinstance(value.get("work"), dict):
        value = value["work"]
    title = value.get("title")
    if "put-code" not in value or not isinstance(title, dict):
        return {}
    record = {key: it for key, it in value.items() if key not in ("title", "external-ids")}
    subtitle = _value(title.get("subtitle"))
    record["title"] = with_subtitle(_value(title.get("title")), subtitle)
    record["translated-title"] = _value(title.get("translated-title"))
    record["journal-title"] = _value(value.get("journal-title"))
    record["abstract"] = _value(value.get("short-description"))
    record["url"] = _value(value.get("url"))
    record["date"] = _date(value.get("publication-date"))
    contributors = value.get("contributors")
    people = contributors.get("contributor") if isinstance(contributors, dict) else None
    record["authors"] = [
        name
        for person in people or ()
        if isinstance(person, dict) and (name := _value(person.get("credit-name")))
    ]
    for kind, identifier in _identifiers(value.get("external-ids")):
        record.setdefault(kind, identifier)
    for key in ("short-description", "publication-date"):
        record.pop(key, None)
    return record


def _value(value: Any) -> str:
    found = value.get("value") if isinstance(value, dict) else value
    return str(found) if isinstance(found, str | int) else ""


def _date(value: Any) -> str:
    parts = [_value(value.get(part)) for part in _DATE_PARTS] if isinstance(value, dict) else []
    known = []
    for part in parts:
        if not part.isdecimal():
            break
        known.append(part.zfill(2))
    return "-".join(known)


def _identifiers(value: Any) -> list[tuple[str, str]]:
    """Identifiers of the work, and ISBN and ISSN of the book or journal that it is part of."""
    listed = value.get("external-id") if isinstance(value, dict) else None
    found = []
    for it in listed if isinstance(listed, list) else []:
        kind = _IDENTIFIERS.get(str(it.get("external-id-type"))) if isinstance(it, dict) else None
        relation = str(it.get("external-id-relationship") or "self").lower() if kind else ""
        if kind and (relation == "self" or kind in ("isbn", "issn")):
            found.append((kind, str(it.get("external-id-value"))))
    return found
