"""An acronym in one text and its words in the other, written in one way in both."""

from __future__ import annotations

import re

_ACRONYM = re.compile(r"(?<![\w-])[A-Z]{3,10}(?=s?(?![\w-]))")
# Words within a name that give it no letter: `area under the curve`.
_SILENT = r"(?:(?:of|the|and|for|in|on|to|a|with)\s+)?"


def unified(claim: str, source: str) -> tuple[str, str]:
    """Both texts, with the words of an acronym replaced by it where only the other text has it."""
    for acronym in _only_in(claim, source):
        source = _shortened(source, acronym)
    for acronym in _only_in(source, claim):
        if not _spelled(acronym).search(source):
            claim = _shortened(claim, acronym)
    return claim, source


def _only_in(text: str, other: str) -> list[str]:
    there = set(_ACRONYM.findall(other))
    return [name for name in dict.fromkeys(_ACRONYM.findall(text)) if name not in there]


def _shortened(text: str, acronym: str) -> str:
    return _spelled(acronym).sub(acronym, text)


def _spelled(acronym: str) -> re.Pattern[str]:
    words = rf"[-\s]+{_SILENT}".join(rf"{letter}[a-z]+" for letter in acronym.lower())
    return re.compile(rf"\b{words}\b", re.IGNORECASE)
