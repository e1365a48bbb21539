"""Comparison of names and labels without case and accents."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence

# Letters that Unicode does not decompose into a base letter and an accent.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_GAPS = re.compile(r"[\s_\-‐‑–]+")
_WORD = re.compile(r"[^\W_]+")
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,3}")
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "2nd", "3rd"}


def fold(text: str) -> str:
    """Fold case, accents and word separators: `Machine-Learning` becomes `machine learning`."""
    if text.isascii():
        small = text.lower()
        if small.isprintable() and "-" not in small and "_" not in small and "  " not in small:
            return small.strip()  # most names: an import feels the time of the pattern
        return _GAPS.sub(" ", small).strip()
    text = text.encode(errors="replace").decode()  # a terminal can pass invalid text
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _GAPS.sub(" ", letters.translate(_PLAIN)).strip()


def name_words(name: str) -> list[str]:
    """The folded words of a person's name: `O'Brien, Zoë` has `o`, `brien` and `zoe`."""
    return _WORD.findall(fold(name))


def family_name(name: str) -> str:
    """The last word of the family name: `smith` of `John Smith`, `Smith, John` and `Smith JA`."""
    words = [word for word in name_words(_divided(name)[0]) if word not in _SUFFIXES]
    return words[-1] if words else ""


def first_initial(name: str) -> str:
    """The first letter of the given names: `j` in the examples of `family_name`; "" if unknown."""
    family, given = _divided(name)
    words = name_words(given) or name_words(family)[:-1]
    return words[0][0] if words else ""


def _divided(name: str) -> tuple[str, str]:
    """Family name and given names; both are in the first where nothing divides them."""
    before, comma, after = name.partition(",")
    if comma:
        return before, after
    head, _, last = name.rpartition(" ")
    if head and _INITIALS.fullmatch(last):
        return head, last
    return name, ""


def full_words(words: Sequence[str]) -> list[str]:
    """The words of a name except its initials; all words if it has initials only."""
    return [word for word in words if len(word) > 1] or list(words)


def matches_name(names: Iterable[str], wanted: str) -> bool:
    """Whether one of `names` has every word of `wanted`, in any order.

    An initial matches every word that begins with it, on either side: `G. Hinton` matches
    `Hinton, Geoffrey`. At least one word that is not an initial has to match in full.
    """
    words = name_words(wanted)
    return any(_matches(name_words(name), words) for name in names)


def _matches(name: list[str], wanted: list[str]) -> bool:
    return any(word in name for word in full_words(wanted)) and all(
        any(_words_match(word, other) for other in name) for word in wanted
    )


def _words_match(one: str, other: str) -> bool:
    if len(one) == 1 or len(other) == 1:
        return one[0] == other[0]
    return one == other


# Functions for SQL statements


def sql_name_words(name: str) -> str:
    """`name_words` as a JSON array."""
    return json.dumps(name_words(name), ensure_ascii=False)


def sql_family_name(name: str | None) -> str:
    """`family_name`; "" for NULL."""
    return family_name(name) if name else ""


def sql_matches_name(names: str, wanted: str) -> int:
    """`matches_name` for a JSON array of names."""
    return int(matches_name(json.loads(names), wanted))
