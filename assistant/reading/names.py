"""Names of authors as exports write them -> as people say them, the given name first.

Exports write names in every order, several in one text, and with addresses, numbers and institutes
beside them. Names of groups ("Ministry of Health, Labour and Welfare") have commas of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.reading.markup import plain
from assistant.reading.name_objects import name_parts
from assistant.reading.name_parts import (
    COMMA,
    begun,
    clean,
    has_group_word,
    has_place,
    is_nobody,
    outside_brackets,
)
from assistant.reading.single_names import (
    INITIALS,
    SUFFIX,
    are_ordinary_names,
    csl_name,
    csl_of_parts,
    given_first,
    is_initials,
)
from assistant.reference import CslName, display_name, has_east_asian, is_east_asian

# A list of authors. The largest collaborations have 5,000 authors.
_LONGEST_TEXT = 1_000_000

_COMPOUND_FAMILIES = re.compile(
    "欧阳|歐陽|司马|司馬|诸葛|諸葛|上官|司徒|东方|東方|夏侯|皇甫|尉迟|尉遲|公孙|公孫|慕容|令狐|长孙|長孫"
    "|宇文|端木|남궁|황보|제갈|선우|독고"
)
_CJK_COMMAS = str.maketrans({"，": ",", "、": ",", "；": ";", "﹐": ",", "﹔": ";"})

_SMALL_WORDS = re.compile(r"\b(?:of|for|the|on|in|to)\b")
_INDENTED = re.compile(r"[ \t]").match
_AND = re.compile(r"\s*,?\s+(?:and|&)\s+", re.IGNORECASE)


def people(value: object, *, family_first: bool = False, depth: int = 3) -> list[str]:
    """The names in a text, a list of texts, or a list of objects with the parts of names.

    Each is written as people say it, the given name first. `family_first` says that a comma in a
    text divides one name, so that only semicolons and lines are between names. Lists within lists
    are read to this depth.
    """
    if isinstance(value, str):
        text = plain(value[:_LONGEST_TEXT])
        written = _listed(text) if family_first else split(text)
    elif isinstance(value, Mapping):
        return [name for name in (of_object(value),) if name]
    elif isinstance(value, Iterable) and depth:
        if isinstance(value, list) and are_ordinary_names(value):
            return value.copy()
        return [name for item in value for name in _of_item(item, depth - 1)]
    else:
        return []
    return [name for one in written if (name := given_first(one))]


def _of_item(item: object, depth: int) -> Iterable[str]:
    """The names in an item of a list, which is one name, unless it cannot be."""
    if isinstance(item, str):
        item = plain(item[:_LONGEST_TEXT])
        written = _listed(item)
        return [name for one in written if (name := given_first(one))]
    return people(item, depth=depth) if isinstance(item, Mapping | list) else ()


def _listed(text: str) -> Sequence[str]:
    """The names in a text where a comma divides one name: so several commas are of several."""
    if ";" in text or "\n" in text or "；" in text or "|" in text:
        return split(text)
    if text.rstrip().endswith(","):
        return (text,)  # a group, as in RIS
    people = _AND.split(text) if " and " in text or " & " in text else ()
    if text.count(",") > 2 or (people and all(" " in one.strip() for one in people)):
        return split(text)
    return (text,)


def split(text: str) -> list[str]:
    """The names in one text, each as it is written there; markup is removed before."""
    if has_east_asian(text):
        text = text.translate(_CJK_COMMAS)
    if "\n" in text:
        lines = [line for line in text.split("\n") if _bare(line)]
        is_wrapped = any(map(_INDENTED, lines)) and not all(map(_INDENTED, lines))
        lines = [_bare(line) for line in lines]
        if not is_wrapped and _is_a_name_each(lines):
            return lines
        # The comma at the end of a line is between names, too.
        text = " ".join(text.split()) if ";" not in text else text
    # Semicolons within brackets are between institutes.
    outside = outside_brackets(text) if "(" in text else text
    for mark in ";|":
        if mark in outside:
            parts = map(_bare, outside.split(mark))
            return [name for part in parts if part for name in _also_joined(part)]
    if "," not in text and _AND.search(text) is None:
        return [text.strip()]
    text = " ".join(outside_brackets(text).split())
    if pairs := _joined_by_and(text):
        return pairs
    pieces: list[str] = []
    for piece in filter(None, COMMA.split(text)):
        pieces += [piece] if has_group_word(piece) else _AND.split(begun(piece))
    pieces = [piece for piece in map(_bare, pieces) if piece and not is_nobody(piece)]
    if has_group_word(text) and not any(map(_is_full_name, pieces)):
        return [text]
    if len(pieces) == 2 and _AND.search(text) is None:
        return [", ".join(pieces)] if _is_divided(*pieces) else pieces
    return _paired(_with_suffixes(pieces))


def _also_joined(text: str) -> list[str]:
    """The names in one part of a list, whose last one may be two: "Lastow, Cara & Lasker, Dirk"."""
    names = _AND.split(text) if "&" in text or " and " in text.lower() else []
    if len(names) < 2 or has_group_word(text):
        return [text]
    is_each_whole = all(" " in name.strip() and name.count(",") < 2 for name in names)
    return names if is_each_whole else [text]


def _is_a_name_each(lines: Sequence[str]) -> bool:
    """Whether each of several lines is one name, and not a part of a text that was wrapped."""
    commas = {line.count(",") for line in lines}
    return (
        len(lines) > 1
        and commas in ({0}, {1})
        and all("," in line or " " in line or is_east_asian(line) for line in lines)
        and not any(_AND.search(line) or ";" in line for line in lines)
    )


def _joined_by_and(text: str) -> list[str]:
    """Names as BibTeX has them, "Smith, John and Ada Lovelace"; none of any other text."""
    names = _AND.split(text)
    if len(names) < 2:
        return []
    divided = [name.split(",") for name in names]
    if not any(len(parts) == 2 for parts in divided):
        return []
    is_so = all(
        len(parts) == 1 or (len(parts) == 2 and _is_divided(parts[0].strip(), parts[1].strip()))
        for parts in divided
    )
    return names if is_so and not any(map(has_group_word, names)) else []


def _is_divided(first: str, second: str) -> bool:
    """Whether two parts between commas are the family and given names of one person."""
    if is_east_asian(first) and is_east_asian(second):
        return len(second) < 4 and (
            len(first) == 1 or _COMPOUND_FAMILIES.fullmatch(first) is not None
        )
    if has_place(second):
        return True
    if is_initials(second) or SUFFIX.fullmatch(second):
        return True
    if INITIALS.match(first) and "." in first:
        return False
    words = [word for word in first.split() if not word.islower()]
    return len(words) <= 1 or (len(words) == 2 and " " not in second)


def _with_suffixes(pieces: Sequence[str]) -> list[str]:
    """`pieces` with "Jr." and its like after the piece before them."""
    found: list[str] = []
    for piece in pieces:
        if found and SUFFIX.fullmatch(piece) and len(piece) > 1:
            found[-1] += f", {piece}"
        else:
            found.append(piece)
    return found


def _paired(pieces: Sequence[str]) -> list[str]:
    """The names that are between commas: "Garner, G.N., Seward, F.A." or "A. One, B. Two"."""
    is_even = len(pieces) % 2 == 0 and len(pieces) >= 4
    if is_even and all(
        _is_divided(first, second) and _family_like(first)
        for first, second in zip(pieces[::2], pieces[1::2], strict=True)
    ):
        return [", ".join(pair) for pair in zip(pieces[::2], pieces[1::2], strict=True)]
    names: list[str] = []
    waiting = False  # for the initials of a family name
    for piece in pieces:
        initials = piece.partition(",")[0]
        if waiting and is_initials(initials):
            names[-1] += f", {piece}"
            waiting = False
        else:
            names.append(piece)
            waiting = not is_initials(initials)
    return names


def _family_like(text: str) -> bool:
    """Whether a text may be a family name: one word, or one with particles."""
    return len([word for word in text.split() if not word.islower()]) == 1


def _is_full_name(text: str) -> bool:
    return " " in text and not has_group_word(text) and not _SMALL_WORDS.search(text)


def _bare(name: str) -> str:
    return name.strip(" \t\r,;")


def of_object(person: Mapping[str, Any]) -> str:
    """The name in an object, such as `{"first": "Ada", "last": "Lovelace"}` or `{"name": ...}`.

    "" for one that is no author, such as an editor.
    """
    parts = name_parts(person)
    if not parts.is_author:
        return ""
    if parts.family:
        return display_name(csl_of_parts(parts))
    return clean(parts.whole, is_group=True) if parts.is_group else given_first(parts.whole)


def csl_people(texts: Iterable[str]) -> list[CslName]:
    """The CSL names in texts where a comma divides one name; without those of nobody."""
    return [name for text in texts for one in _listed(text) if (name := csl_name(one))]


def csl_person(person: object) -> CslName:
    """The CSL name in an object with its parts, or in a text; {} if there is none."""
    if isinstance(person, Mapping):
        return csl_of_parts(name_parts(person))
    return csl_name(person) if isinstance(person, str) else {}


def is_divided(person: object) -> bool:
    """Whether a person's name is in its parts, or has a comma between them."""
    if isinstance(person, Mapping):
        parts = name_parts(person)
        return bool(parts.family or parts.with_comma)
    return isinstance(person, str) and "," in person


def is_author(person: object) -> bool:
    """Whether a person is an author; Zotero lists editors among them, and says so."""
    return not isinstance(person, Mapping) or name_parts(person).is_author
