"""Names as people write them -> given and family name, where that can be told without loss."""

from __future__ import annotations

import re

_ORGANISATION = re.compile(
    r"\b(?:team|group|collaboration|consortium|committee|initiative|network|project|society"
    r"|association|institute|university|foundation|agency|council|organi[sz]ation|laborator\w+"
    r"|labs?|research|ai|inc|ltd|gmbh|the|of|for|and|et)\b",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|i{2,3}|iv|[2-4](?:nd|rd|th))\.?", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r"[^\w\s.'’‐-]|[\d_]")


def family_and_given(name: str) -> tuple[str, str] | None:
    """The two parts of `Given Family`, which with a space between are `name` again.

    None for what is no such name, or might be that of an organisation. Small words before the last
    belong to the family name: `Jan van der Berg`.
    """
    words = name.split(" ")
    if (
        len(words) < 2
        or _NOT_IN_NAMES.search(name)
        or _ORGANISATION.search(name)
        or _SUFFIX.fullmatch(words[-1])
        or not words[-1][:1].isupper()
    ):
        return None
    begin = len(words) - 1
    while begin > 1 and words[begin - 1].islower():
        begin -= 1
    return " ".join(words[begin:]), " ".join(words[:begin])
