"""One name, as exports write it in a text or in parts -> as people say it, or in CSL's terms.

Names of groups ("Ministry of Health, Labour and Welfare") have commas of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.reading.cleaning import one_line
from assistant.reading.markup import plain
from assistant.reading.name_objects import NameParts
from assistant.reading.name_parts import (
    COMMA,
    GROUP_WORDS,
    LONGEST_NAME,
    clean,
    has_group_word,
    is_nobody,
)
from assistant.reference import EAST_ASIAN, CslName, display_name
from assistant.text.word_lists import word_list

SUFFIX = re.compile(
    r"(?:jr|jun|sr|sen|i{2,3}|iv|vi{0,3}|[2-5](?:nd|rd|th)|filho|neto)\.?", re.IGNORECASE
)
# Words that tell that a name is more than given and family name; nearly no name has one.
_RARE = GROUP_WORDS | frozenset(word_list("rare_name_words"))
_ORDINARY = re.compile(
    r"[A-Za-z][A-Za-z.'-]*(?: [A-Za-z][A-Za-z.'-]*)*(?:, ?([A-Za-z. '-]*[A-Za-z.]))?"
)
# Several names without commas, with a line between them.
_ORDINARY_LIST = re.compile(
    r"[A-Za-z][A-Za-z.'-]*+(?: [A-Za-z][A-Za-z.'-]*+)*+"
    r"(?:\|[A-Za-z][A-Za-z.'-]*+(?: [A-Za-z][A-Za-z.'-]*+)*+)*+"
)
_DOTTED = re.compile(r"(?:[A-Z]\.-?){2,5}")
_UPPER = rf"[^\W\d_a-zß-öø-ÿа-я{EAST_ASIAN}]"
_INITIAL = rf"(?:{_UPPER}{{1,3}}\.?|{_UPPER}[a-zа-я]{{0,2}}\.)"
INITIALS = re.compile(rf"{_INITIAL}(?:[\s‐-]*{_INITIAL}){{0,5}}")
_MOST_INITIALS = 20
CSL_NAME_KEYS = (
    "family", "given", "suffix", "dropping-particle", "non-dropping-particle", "literal",
)  # fmt: skip


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
    if names_group(parts):
        return name
    if len(parts) == 3 and SUFFIX.fullmatch(parts[1]):
        parts[1], parts[2] = parts[2], parts[1]
    if len(parts) == 2:
        if SUFFIX.fullmatch(parts[1]) and (" " in parts[0] or not is_initials(parts[1])):
            return " ".join(parts)
        return display_name({"family": parts[0], "given": parts[1]})
    if len(parts) == 3 and SUFFIX.fullmatch(parts[2]):
        return display_name(dict(zip(("family", "given", "suffix"), parts, strict=True)))
    return name


def cleaned(name: str) -> str:
    """One name that is in its order, without what `clean` removes."""
    ordinary = _ORDINARY.fullmatch(name)
    if ordinary and len(name) <= LONGEST_NAME and _RARE.isdisjoint(name.lower().split()):
        return name
    return clean(name)


def are_ordinary_names(names: Sequence[object]) -> bool:
    """Whether all are names of one person in their order, which stay as they are.

    Most are, and one look at all of them takes a fraction of the time.
    """
    if not all(isinstance(name, str) and len(name) <= LONGEST_NAME for name in names):
        return False
    whole = "|".join(names)  # type: ignore[arg-type]
    return (
        _ORDINARY_LIST.fullmatch(whole) is not None
        and "--" not in whole
        and _RARE.isdisjoint(whole.lower().replace("|", " ").split())
    )


def csl_name(text: str) -> CslName:
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
    if is_whole or (has_group_word(name) and (len(parts) == 1 or names_group(parts))):
        return {"literal": name}
    if len(parts) == 3 and SUFFIX.fullmatch(parts[1]):
        parts[1], parts[2] = parts[2], parts[1]
    suffix = ""
    if len(parts) > 1 and SUFFIX.fullmatch(parts[-1]) and (len(parts) == 3 or " " in parts[0]):
        suffix = parts.pop()
    if len(parts) == 2:
        return _csl(parts[0], parts[1], suffix)
    words = name.split() if len(parts) != 1 else parts[0].split()
    if len(parts) > 2 or len(words) < 2:
        return {"literal": name}
    if not suffix and len(words) > 2 and SUFFIX.fullmatch(words[-1]) and not words[-1].islower():
        suffix = words.pop()
    is_short = (len(words[-1]) < 4 and words[-1].isupper()) or _DOTTED.fullmatch(words[-1])
    if is_short and not words[0].isupper() and len(words[0]) > 1:
        # "van der Berg CD", as PubMed has it, "van der Berg C.D." as Embase.
        return _csl(" ".join(words[:-1]), words[-1], suffix)
    begin = len(words) - 1
    while begin > 1 and words[begin - 1].islower():
        begin -= 1
    return _csl(" ".join(words[begin:]), " ".join(words[:begin]), suffix)


def _csl(family: str, given: str, suffix: str) -> CslName:
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


def csl_of_parts(parts: NameParts) -> CslName:
    """The CSL name with these parts, each without what `clean` removes; {} if it is nobody's."""
    if not parts.family:
        if parts.is_group and parts.whole:
            return {"literal": clean(parts.whole, is_group=True)}
        return csl_name(parts.with_comma or parts.whole)
    name = {
        "family": cleaned(parts.family),
        "given": cleaned(parts.given),
        "suffix": cleaned(parts.suffix),
        "dropping-particle": cleaned(parts.dropping_particle),
        "non-dropping-particle": cleaned(parts.particle),
    }
    return {term: value for term, value in name.items() if value}


def clean_csl_name(person: object) -> CslName:
    """A CSL name, or the text of one, without markup; {} if it is nobody's or has no name.

    What is a name's part is known here, so that nothing is taken away from it.
    """
    parts = person if isinstance(person, Mapping) else {"literal": person}
    name = {
        key: text
        for key, part in parts.items()
        if key in CSL_NAME_KEYS and isinstance(part, str) and (text := one_line(plain(part)))
    }
    is_name = "family" in name or "literal" in name or "given" in name
    return name if is_name and not is_nobody(display_name(name)) else {}


def names_group(parts: Sequence[str]) -> bool:
    """Whether a name with commas is that of a group; "Press, William" is not."""
    return any(" " in part and has_group_word(part) for part in parts) or any(
        part.lower().rstrip(".") in GROUP_WORDS for part in parts[1:]
    )


def is_initials(text: str) -> bool:
    """Whether a text is initials of given names: "G.-N.", "J. R. R.", "MD"."""
    return len(text) <= _MOST_INITIALS and INITIALS.fullmatch(text) is not None
