"""CSL items -> references: each field has its place, and what has none is kept as it is written.

`custom["csl"]` has, as JSON (see `assistant.text.json_text`), fields that CSL does not know, and
those that a reference or a Paper holds only in part: dates that are ranges or uncertain, names with
more than their parts, titles with italics. An export writes them again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assistant.paper import Paper
from assistant.reading import fields, reference_fields
from assistant.reading.markup import plain
from assistant.reading.service_keys import CSL
from assistant.reading.verbatim import verbatim
from assistant.reading.work_types import CSL_TYPES, csl_type
from assistant.reference import CUSTOM, DATES, ENTRY_TYPE, NAMES, TEXTS

NAME = "csl"
"""The name under which `custom` has what CSL items have besides."""
_KEYS = frozenset({*TEXTS, *NAMES, *DATES}) - {"keyword"}  # keywords are tags of the Paper
# What programs wrote before CSL had a name for it.
_OLD_NAMES = {
    "event": "event-title",
    "journalAbbreviation": "container-title-short",
    "shortTitle": "title-short",
}
_ESCAPE = "&#8288;"  # written by our exports, see `assistant.exporting.escaping`
# Exports of ours call an item by the key of its paper.
_OUR_ID = re.compile(r"doi:10\.[^A-Z\s]+|arxiv:\S+|pmid:\d+|text:[0-9a-f]{16}")
_YAML_DATE = frozenset({"year", "month", "day", "season"})
_CITATION_KEY = re.compile(r"(?!ITEM-\d+$)[^\W\d_][\w:.+-]{0,100}")


def csl_paper(item: Mapping[str, Any], source: str) -> Paper:
    """The paper in a CSL item, with dates as YAML has them too: `{year: 2017, month: 6}`.

    Raises:
        NoPaper: as `paper_of`.
    """
    item = {
        key: _with_parts(value) if key == "issued" or key in DATES else value
        for key, value in item.items()
    }
    return CSL.paper(item, source, csl_reference(item))


def _with_parts(value: Any) -> Any:
    """A date as CSL JSON has it; `value` if it is none of YAML's."""
    dates = value if isinstance(value, list) else [value]
    parts = []
    for date in dates:
        if not isinstance(date, dict) or not date.keys() <= _YAML_DATE or "year" not in date:
            return value
        known = (date.get("year"), date.get("month"), date.get("day"))
        parts.append([part for part in known if part is not None])
    season = {"season": dates[0]["season"]} if "season" in dates[0] else {}
    return {"date-parts": parts, **season}


def csl_reference(item: Mapping[str, Any], name: str = NAME) -> dict[str, Any]:
    """The reference of a CSL item, for `paper_of`.

    `name` is that of the format in `custom`.
    """
    reference: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for key, value in item.items():
        if key == "type":
            _add_type(str(value), reference, kept)
        elif key == CUSTOM and isinstance(value, dict):
            continue
        elif key in _KEYS:
            reference[key] = one_value(key, value)
            if not is_exact(key, value):
                kept[key] = value
        elif key == "id":
            if not _OUR_ID.fullmatch(str(value)):
                kept[key] = value
        elif not is_exact(key, value):
            kept[key] = value
        if key in _OLD_NAMES and _OLD_NAMES[key] not in item:
            reference[_OLD_NAMES[key]] = value
    identifier = str(item.get("id") or "")
    if "citation-key" not in reference and _CITATION_KEY.fullmatch(identifier):
        reference["citation-key"] = identifier
    custom, rest = _custom(item.get(CUSTOM))
    kept |= {CUSTOM: rest} if rest else {}
    written = {**custom.pop(NAME, {}), **verbatim(kept, typed=True)}
    if written:
        custom[name] = written
    return reference | ({CUSTOM: custom} if custom else {})


def is_exact(key: str, value: Any) -> bool:
    """Whether a Paper and its reference hold this value of an item as it is written."""
    if _is_escaped(value):
        return True
    if key in ("abstract", "arxiv"):
        return isinstance(value, str)  # the markup of an abstract is removed for good
    if key == "title":
        return isinstance(value, str) and fields.one_line(plain(value)) == fields.one_line(value)
    if key in _READ:
        return _READ[key](value) is not None
    if key == "keyword":
        return isinstance(value, str) and ", ".join(fields.tags(value)) == value
    if key == "issued" or key in DATES:
        return reference_fields.cleaned({DATES[0]: value}) == {DATES[0]: _parts(value)}
    if key not in _KEYS:
        return False
    expected = str(value).strip() if isinstance(value, str | int | float) else value
    known = reference_fields.cleaned({key: one_value(key, value)})
    return known == ({key: expected} if expected else {})


def _is_escaped(value: Any) -> bool:
    """Whether an export of ours escaped a text, a name or a tag: it is read as it was."""
    if isinstance(value, str):
        return _ESCAPE in value
    listed = value if isinstance(value, list) else []
    parts = (part for it in listed for part in (it.values() if isinstance(it, dict) else [it]))
    return any(isinstance(part, str) and _ESCAPE in part for part in parts)


_READ = {"DOI": fields.doi, "PMID": fields.pmid, "URL": fields.url}


def _parts(value: Any) -> Any:
    """A CSL date with its parts as numbers, which many programs write as texts."""
    try:
        parts = [[int(part) for part in value["date-parts"][0]]]
    except (TypeError, ValueError, KeyError, IndexError, OverflowError):
        return value
    whole = set(value) == {"date-parts"} and len(value["date-parts"]) == 1
    return {"date-parts": parts} if whole else value


def published(value: Any) -> str:
    """The date of publication in an `issued` of CSL, in ISO 8601; "" if there is none."""
    return CSL.published({"issued": value}) or ""


def one_value(key: str, value: Any) -> Any:
    """A field of an item as a reference has it: one text, or names that are divided or whole."""
    if key in TEXTS and isinstance(value, list):
        return ", ".join(str(item) for item in value if isinstance(item, str | int))
    return _divided(value) if key in NAMES else value


def _divided(value: Any) -> Any:
    """CSL names without the text for the whole of one that is divided into its parts."""
    if not isinstance(value, list):
        return value
    return [
        {key: part for key, part in name.items() if key != "literal"}
        if isinstance(name, dict) and name.get("family")
        else name
        for name in value
    ]


def _add_type(written: str, reference: dict[str, Any], kept: dict[str, Any]) -> None:
    if written in CSL_TYPES:
        reference["type"] = written
    elif written:
        reference["type"] = csl_type(written) or "document"
        kept[ENTRY_TYPE] = written


def _custom(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an item has as `custom`: fields of other formats that we wrote there, and the rest."""
    ours: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, entries in value.items() if isinstance(value, dict) else ():
        if isinstance(entries, dict) and all(map(_is_verbatim, entries.values())):
            ours[name] = dict(entries)
        elif name != "arXiv":
            rest[name] = entries
    return ours, rest


def _is_verbatim(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, str)
