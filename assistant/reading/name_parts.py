"""One name without what exports write beside it, and which names are those of groups.

Addresses, ORCIDs, institutes, degrees and footnote marks are beside names. Some names are nobody's.
"""

from __future__ import annotations

import re

from assistant.reading.cleaning import one_line
from assistant.reading.markup import plain
from assistant.text.word_lists import word_list

# Characters of one name: those of groups have some hundred.
LONGEST_NAME = 1_000

# What an ordinary name has none of.
_UNUSUAL = re.compile(
    r"[^\w\s,.'’‐-]|[\d_¹²³]|\.\.|(?<![\w'’])(?:and|et al|dr|prof|mrs?|ms)\b", re.IGNORECASE
)
_MAIL = re.compile(
    r"[<(\[]?\s*(?:(?:e-?mail|mailto)\s*:?\s*)?[^\s()<>\[\],;:@]+@[^\s()<>\[\],;:@]+\s*[>)\]]?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[<(\[]?\s*https?://[^\s()<>\[\],;]+\s*[>)\]]?", re.IGNORECASE)
_ORCID = re.compile(
    r"[<(\[]?\s*(?:orcid(?:\.org)?(?: id)?[\s:/]*)?\b\d{4}-\d{4}-\d{4}-\d{3}[\dx]\b\s*[>)\]]?"
    r"|\borcid\b[\s:]*",
    re.IGNORECASE,
)
_MARKS = re.compile(
    r"[*†‡§¶∗⁎✉#⋆★⁰¹²³⁴-⁹]+|(?<=[^\W\d_])[\d,]*\d(?=[\s,;]|$)|\s\d{4}$"
    r"|(?<=[^\W\d_]\s)\d{1,2}(?:\s?,\s?\d{1,2})*$"
)
_OPENING = {"(": ")", "[": "]", "（": "）"}
ET_AL = r"et\.?\s*al(?:ii)?\.?"
_NOBODY = re.compile(
    rf"(?:and\s+|&\s*|,\s*)*(?:{ET_AL}|(?:the\s+)?others|(?:\.\s?){{2,}}|…|-+|\?+"
    r"|\[?anonymous(?:\s+authors?)?\]?|\[?anon\.?\]?|unknown(?:\s+authors?)?|n/a|null|none"
    r"|\[?no authors?(?:\s+(?:names?|ids?))?(?:\s+(?:available|found|listed))?\]?)[\s,.]*",
    re.IGNORECASE,
)
_NOBODY_STARTS = frozenset("aeotunwx&.,-?…[ ")
_BEFORE = re.compile(
    r"(?:(?:and|&)\s+|(?:\.\s?){2,}|…\s*|(?:prof|dr|mr|mrs|ms)\.\s*|(?:prof|dr)\s)+", re.IGNORECASE
)
_AFTER = re.compile(
    rf"[\s,]*(?:\b{ET_AL}(?!\w)|\band others|(?:\.\s?){{3,}}|…|[,;:]|\s(?:and|&))\s*$",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"(?:P[Hh]\.?\s?D|M\.?D|D\.?\s?Phil|[MBD]\.?\s?Sc|[MB]\.?A|M\.?P\.?H|M\.?B\.?A|MBBS|DDS|DVM"
    r"|Pharm\.?\s?D|R\.?N|FRCP|FACS|FACP|Esq|M\.?S|Dr|Prof|Professor|[Ee]ds?|[Ee]ditors?)\.?"
)
COMMA = re.compile(r"\s*,\s*")
# Words of the names of groups and of places of work; persons have none of them in their names.
_PLACES = frozenset(word_list("place_words"))
_PLACES_OF = re.compile(
    r"\b(?:school of|college of|cent(?:er|re) (?:for|of)|research cent(?:er|re))\b"
)
# Small words that no person has in a name: "Volcano and Interior Center, Institute of Geology".
_NOT_OF_PERSONS = re.compile(r"\b(?:and|of|for|the)\b")
_COMPANIES = frozenset(("inc", "ltd", "gmbh", "llc", "corp", "corporation", "company", "plc"))
GROUP_WORDS = _PLACES | _COMPANIES | frozenset(word_list("group_words"))
"""Words that no person has in a name, in lower case."""


def clean(name: str, *, is_group: bool = False) -> str:
    """One name without markup, addresses, ORCID, affiliation, footnote marks and degrees.

    "" if it is nobody's, such as "et al." or "Anonymous". Where its source says that it is that of
    a group (`is_group`), only the markup is removed.
    """
    name = one_line(plain(name))
    if len(name) > LONGEST_NAME:
        return name
    if name[:1].lower() in _NOBODY_STARTS and is_nobody(name):
        return ""
    if is_group:
        return name
    if _UNUSUAL.search(name):
        name = _without_asides(name)
    elif name.endswith(","):
        name = name.rstrip(", ")
    if "," in name:
        name = _without_places(name)
    return "" if is_nobody(name) else name


def is_nobody(name: str) -> bool:
    """Whether a name is "et al.", "...", "Anonymous" or the like."""
    return len(name) < 60 and _NOBODY.fullmatch(name) is not None


def _without_asides(name: str) -> str:
    bare = " ".join(_ORCID.sub(" ", _ADDRESS.sub(" ", _MAIL.sub(" ", name))).split())
    outside = outside_brackets(bare).strip(" ,;:")
    if not outside and bare.startswith("("):
        # In RSS an author is an e-mail address, with the name after it.
        outside = bare.strip("() ")
    begin, colon, rest = outside.partition(": ")
    if colon and has_place(rest) and not has_group_word(begin):
        outside = begin
    is_group = has_group_word(outside.partition(",")[0])
    name = bare if is_group else _MARKS.sub("", outside)
    return " ".join(_AFTER.sub("", begun(name)).split()).strip(" ;:")


def begun(name: str) -> str:
    """`name` without an "and" or a "Dr." before it."""
    found = _BEFORE.match(name)
    return name[found.end() :] if found else name


def _without_places(name: str) -> str:
    """`name` up to a comma that an institute follows, and without degrees."""
    first, *rest = COMMA.split(name)
    if (
        has_group_word(first)
        or _NOT_OF_PERSONS.search(first)
        or not _COMPANIES.isdisjoint(_words(rest[-1]))
    ):
        return name
    kept = [first]
    for part in rest:
        if has_place(part) and (" " in part or len(kept) > 1 or " " in first):
            break
        if not (_DEGREE.fullmatch(part) and (" " in first or len(kept) > 1)):
            kept.append(part)
    return ", ".join(kept)


def outside_brackets(text: str) -> str:
    """`text` outside of brackets, which may be nested; an unclosed one hides the rest."""
    if not any(mark in text for mark in _OPENING):
        return text
    expected: list[str] = []
    kept = []
    for character in text:
        if closing := _OPENING.get(character):
            expected.append(closing)
        elif expected and character == expected[-1]:
            expected.pop()
        elif not expected:
            kept.append(character)
    return "".join(kept)


def has_group_word(text: str) -> bool:
    """Whether a word in `text` tells that it names a group, or a place of work."""
    return not GROUP_WORDS.isdisjoint(_words(text)) or _PLACES_OF.search(text.lower()) is not None


def has_place(text: str) -> bool:
    """Whether a word in `text` tells that it names a place of work."""
    return not _PLACES.isdisjoint(_words(text)) or _PLACES_OF.search(text.lower()) is not None


def _words(text: str) -> list[str]:
    return text.lower().replace(",", " ").replace(".", " ").split()
