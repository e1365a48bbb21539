"""Names of authors as exports write them -> as people say them, the given name first.

Exports write names in every order, several in one text, and with addresses, numbers and institutes
beside them. Names of groups ("Ministry of Health, Labour and Welfare") have commas of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.reading.cleaning import one_line
from assistant.reading.markup import plain
from assistant.reading.name_parts import (
    COMMA,
    GROUP_WORDS,
    LONGEST_NAME,
    begun,
    clean,
    has_group_word,
    has_place,
    is_nobody,
    outside_brackets,
)
from assistant.text.word_lists import word_list

# A list of authors. The largest collaborations have 5,000 authors.
_LONGEST_TEXT = 1_000_000

# Scripts whose names have the family name first and no space.
_CJK = "\u2e80-\u2fff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_IN_CJK = re.compile(rf"[{_CJK}·・]+")
_CJK_LETTER = re.compile(rf"[{_CJK}]")
_COMPOUND_FAMILIES = re.compile(
    "欧阳|歐陽|司马|司馬|诸葛|諸葛|上官|司徒|东方|東方|夏侯|皇甫|尉迟|尉遲|公孙|公孫|慕容|令狐|长孙|長孫"
    "|宇文|端木|남궁|황보|제갈|선우|독고"
)
_CJK_COMMAS = str.maketrans({"，": ",", "、": ",", "；": ";", "﹐": ",", "﹔": ";"})

_SUFFIX = re.compile(
    r"(?:jr|jun|sr|sen|i{2,3}|iv|vi{0,3}|[2-5](?:nd|rd|th)|filho|neto)\.?", re.IGNORECASE
)
# Words that tell that a name is more than given and family name; nearly no name has one.
_RARE = GROUP_WORDS | frozenset(word_list("rare_name_words"))
_ORDINARY = re.compile(
    r"[A-Za-z][A-Za-z.'-]*(?: [A-Za-z][A-Za-z.'-]*)*(?:, ?([A-Za-z. '-]*[A-Za-z.]))?"
)
_SMALL_WORDS = re.compile(r"\b(?:of|for|the|on|in|to)\b")
_UPPER = rf"[^\W\d_a-zß-öø-ÿа-я{_CJK}]"
_INITIAL = rf"(?:{_UPPER}{{1,3}}\.?|{_UPPER}[a-zа-я]{{0,2}}\.)"
_INITIALS = re.compile(rf"{_INITIAL}(?:[\s‐-]*{_INITIAL}){{0,5}}")
_INDENTED = re.compile(r"[ \t]").match
_DOTTED = re.compile(r"(?:[A-Z]\.-?){2,5}")
_AND = re.compile(r"\s*,?\s+(?:and|&)\s+", re.IGNORECASE)
_MOST_INITIALS = 20

_GIVEN_KEYS = ("given", "first", "firstname", "givenname", "givennames", "forename", "forenames")
_MIDDLE_KEYS = ("middle", "middlename", "middlenames")
_FAMILY_KEYS = ("family", "last", "lastname", "familyname", "surname", "keyname")
_PARTICLE_KEYS = ("droppingparticle", "nondroppingparticle", "prefix", "particle")
_WHOLE_KEYS = (
    *("collectivename", "literal", "fullname", "name", "displayname", "text", "authorname"),
    *("author", "personororg", "rawauthorname", "creator", "creatorname", "value"),
)
_NO_LETTER = re.compile(r"[\W_]+")


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
    if _CJK_LETTER.search(text):
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
        and all("," in line or " " in line or _IN_CJK.fullmatch(line) for line in lines)
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
    if _IN_CJK.fullmatch(first) and _IN_CJK.fullmatch(second):
        return len(second) < 4 and (
            len(first) == 1 or _COMPOUND_FAMILIES.fullmatch(first) is not None
        )
    if has_place(second):
        return True
    if _is_initials(second) or _SUFFIX.fullmatch(second):
        return True
    if _INITIALS.match(first) and "." in first:
        return False
    words = [word for word in first.split() if not word.islower()]
    return len(words) <= 1 or (len(words) == 2 and " " not in second)


def _with_suffixes(pieces: Sequence[str]) -> list[str]:
    """`pieces` with "Jr." and its like after the piece before them."""
    found: list[str] = []
    for piece in pieces:
        if found and _SUFFIX.fullmatch(piece) and len(piece) > 1:
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
        if waiting and _is_initials(initials):
            names[-1] += f", {piece}"
            waiting = False
        else:
            names.append(piece)
            waiting = not _is_initials(initials)
    return names


def _family_like(text: str) -> bool:
    """Whether a text may be a family name: one word, or one with particles."""
    return len([word for word in text.split() if not word.islower()]) == 1


def _is_full_name(text: str) -> bool:
    return " " in text and not has_group_word(text) and not _SMALL_WORDS.search(text)


def _is_initials(text: str) -> bool:
    return len(text) <= _MOST_INITIALS and _INITIALS.fullmatch(text) is not None


def given_first(name: str) -> str:
    """One name as people say it: `Last, First` and `Last, First, Jr.` with the given name first.

    Without what `clean` removes. A comma at the end marks a group, as in RIS. Chinese, Japanese and
    Korean names have no space.
    """
    ordinary = _ORDINARY.fullmatch(name)
    if ordinary and len(name) <= LONGEST_NAME and _RARE.isdisjoint(name.lower().split()):
        if given := ordinary[1]:
            return f"{given} {name[: ordinary.start(1)].rstrip(', ')}"
        return name
    is_group = name.rstrip().endswith(",")
    name = clean(name)
    if "," not in name or is_group:
        return name
    parts = [part for part in COMMA.split(name) if part]
    if _names_group(parts):
        return name
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[1]):
        parts[1], parts[2] = parts[2], parts[1]
    if len(parts) == 2:
        if _SUFFIX.fullmatch(parts[1]) and (" " in parts[0] or not _is_initials(parts[1])):
            return " ".join(parts)
        return joined(parts[1], parts[0])
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[2]):
        return joined(parts[1], parts[0], parts[2])
    return name


def cleaned(name: str) -> str:
    """One name that is in its order, without what `clean` removes."""
    ordinary = _ORDINARY.fullmatch(name)
    if ordinary and len(name) <= LONGEST_NAME and _RARE.isdisjoint(name.lower().split()):
        return name
    return clean(name)


def joined(given: str, family: str, suffix: str = "") -> str:
    """The name with these parts, any of which may be ""."""
    if family and given and _IN_CJK.fullmatch(family) and _IN_CJK.fullmatch(given):
        return f"{family}{given}{suffix}"
    return " ".join(part for part in (given, family, suffix) if part)


def _names_group(parts: Sequence[str]) -> bool:
    """Whether a name with commas is that of a group; "Press, William" is not."""
    return any(" " in part and has_group_word(part) for part in parts) or any(
        part.lower().rstrip(".") in GROUP_WORDS for part in parts[1:]
    )


def _bare(name: str) -> str:
    return name.strip(" \t\r,;")


def of_object(person: Mapping[str, Any], depth: int = 3) -> str:
    """The name in an object, such as `{"first": "Ada", "last": "Lovelace"}` or `{"name": ...}`.

    "" for one that is no author, such as an editor.
    """
    values = _by_letters(person)
    if str(values.get("creatortype") or "author").lower() != "author":
        return ""
    family = _text(values, _FAMILY_KEYS)
    if not family:
        whole = _text(values, _WHOLE_KEYS, depth)
        given = _text(values, _GIVEN_KEYS)
        kind = str(values.get("nametype") or "").lower()
        is_group = kind.startswith("org")
        return clean(whole, is_group=True) if is_group else given_first(whole or given)
    given = " ".join(filter(None, (_text(values, _GIVEN_KEYS), _text(values, _MIDDLE_KEYS))))
    particles = [_text(values, (key,)) for key in _PARTICLE_KEYS]
    given, family = clean(given or _text(values, ("initials",))), clean(family)
    return joined(given, " ".join(filter(None, (*particles, family))), _text(values, ("suffix",)))


def _by_letters(person: Mapping[str, Any]) -> dict[str, Any]:
    return {_NO_LETTER.sub("", str(key)).lower(): value for key, value in person.items()}


def _text(values: Mapping[str, Any], keys: Iterable[str], depth: int = 0) -> str:
    """The text under the first of `keys` that has one; a list's texts are joined."""
    for key in keys:
        value = values.get(key)
        if isinstance(value, list):
            value = " ".join(item for item in value if isinstance(item, str))
        if isinstance(value, Mapping) and depth:
            value = of_object(value, depth - 1)
        if isinstance(value, str) and value.strip():
            return one_line(value)
    return ""


def csl_people(texts: Iterable[str]) -> list[dict[str, str]]:
    """The CSL names in texts where a comma divides one name; without those of nobody."""
    return [name for text in texts for one in _listed(text) if (name := csl_name(one))]


def csl_name(text: str) -> dict[str, str]:
    """One name in the terms of CSL: `family`, `given`, `suffix`, `non-dropping-particle`.

    From a name in either order. Those of groups, in braces or with a comma at the end, and those
    with no plain family name are `{"literal": name}`; nobody's is {}.
    """
    ordinary = _ORDINARY.fullmatch(text)
    if ordinary and ordinary[1] and _RARE.isdisjoint(text.lower().split()):
        # Nearly all names of exports; an import feels the time that the others take.
        family, given = text.partition(",")[0], ordinary[1].strip()
        if family.istitle() and given.title() == given:
            return {"family": family, "given": given}
        return _csl(family, given, "")
    bare = text.strip()
    is_whole = bare.endswith(",") or (bare.startswith("{") and bare.endswith("}"))
    name = clean(bare)
    if not name:
        return {}
    parts = [part for part in COMMA.split(name) if part]
    if is_whole or (has_group_word(name) and (len(parts) == 1 or _names_group(parts))):
        return {"literal": name}
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[1]):
        parts[1], parts[2] = parts[2], parts[1]
    suffix = ""
    if len(parts) > 1 and _SUFFIX.fullmatch(parts[-1]) and (len(parts) == 3 or " " in parts[0]):
        suffix = parts.pop()
    if len(parts) == 2:
        return _csl(parts[0], parts[1], suffix)
    words = name.split() if len(parts) != 1 else parts[0].split()
    if len(parts) > 2 or len(words) < 2:
        return {"literal": name}
    if not suffix and len(words) > 2 and _SUFFIX.fullmatch(words[-1]) and not words[-1].islower():
        suffix = words.pop()
    is_short = (len(words[-1]) < 4 and words[-1].isupper()) or _DOTTED.fullmatch(words[-1])
    if is_short and not words[0].isupper() and len(words[0]) > 1:
        # "van der Berg CD", as PubMed has it, "van der Berg C.D." as Embase.
        return _csl(" ".join(words[:-1]), words[-1], suffix)
    begin = len(words) - 1
    while begin > 1 and words[begin - 1].islower():
        begin -= 1
    return _csl(" ".join(words[begin:]), " ".join(words[:begin]), suffix)


def _csl(family: str, given: str, suffix: str) -> dict[str, str]:
    words, others = family.split(), given.split()
    begin = 0
    while begin < len(words) - 1 and words[begin].islower():
        begin += 1
    end = len(others)
    while end > 1 and others[end - 1].islower():
        end -= 1  # "Humboldt, Alexander von"
    terms = {
        "family": " ".join(words[begin:]),
        "given": " ".join(others[:end]),
        "suffix": suffix,
        "non-dropping-particle": " ".join((*others[end:], *words[:begin])),
    }
    return {term: value for term, value in terms.items() if value}
