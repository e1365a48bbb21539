"""The parts of a name in an object of JSON or YAML, whatever its program calls them.

Keys are compared without capitals and signs: "firstName", "first_name" and "given-names" are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from assistant.reading.cleaning import folded

_GIVEN = ("given", "first", "firstname", "givenname", "givennames", "forename", "forenames")
_MIDDLE = ("middle", "middlename", "middlenames")
_FAMILY = ("family", "last", "lastname", "familyname", "familynames", "surname", "keyname")
_PARTICLES = ("nondroppingparticle", "prefix", "particle", "nameparticle")
_SUFFIXES = ("suffix", "namesuffix")
_WHOLE = (
    *("collectivename", "literal", "fullname", "name", "displayname", "text", "authorname"),
    *("author", "personororg", "rawauthorname", "creator", "creatorname", "value"),
)


class NameParts(NamedTuple):
    """The parts of a name, each on one line, "" if there is none.

    `whole` is a name that is not divided; it is "" if there is a family name. `with_comma` is the
    first such name with a comma in it: OpenAlex has "Ada Fern", and "Fern, Ada" as it was printed.
    `is_group` says that its program calls it the name of an organization.
    """

    family: str = ""
    given: str = ""
    suffix: str = ""
    dropping_particle: str = ""
    particle: str = ""
    whole: str = ""
    with_comma: str = ""
    is_group: bool = False
    is_author: bool = True


def name_parts(person: Mapping[str, Any], depth: int = 3) -> NameParts:
    """The parts in an object, or in one inside it, such as `{"author": {"name": ...}}`."""
    values = {folded(str(key)): value for key, value in person.items() if value}
    is_author = str(values.get("creatortype") or "author").lower() == "author"
    family = _text(values, _FAMILY)
    given = _text(values, _GIVEN)
    if middle := _text(values, _MIDDLE):
        given = f"{given} {middle}".strip()
    if family:
        return NameParts(
            family,
            given or _text(values, ("initials",)),
            _text(values, _SUFFIXES),
            _text(values, ("droppingparticle",)),
            " ".join(filter(None, (_text(values, (key,)) for key in _PARTICLES))),
            is_author=is_author,
        )
    is_group = str(values.get("nametype") or "").lower().startswith("org")
    whole = with_comma = ""
    for key in _WHOLE:
        if key not in values:
            continue
        value = values[key]
        if isinstance(value, Mapping) and depth and not whole:
            inner = name_parts(value, depth - 1)
            is_group |= inner.is_group
            is_author &= inner.is_author
            if inner.family:
                return inner._replace(is_group=is_group, is_author=is_author)
            whole, with_comma = inner.whole, inner.with_comma
        elif text := _text(values, (key,)):
            whole = whole or text
            with_comma = with_comma or (text if "," in text else "")
    return NameParts(
        whole=whole or given, with_comma=with_comma, is_group=is_group, is_author=is_author
    )


def _text(values: Mapping[str, Any], keys: Iterable[str]) -> str:
    """The text under the first of `keys` that has one; a list's texts are joined."""
    for key in keys:
        value = values.get(key)
        if isinstance(value, list):
            value = " ".join(item for item in value if isinstance(item, str))
        if isinstance(value, str) and value.strip():
            # Nothing is removed before `clean` repairs mojibake, which can have a soft hyphen.
            return " ".join(value.split())
    return ""
