"""Lists of names as BibTeX and BibLaTeX write them -> CSL names.

BibTeX divides a name by the case of its words: those in small letters belong to the family name.
Braces keep words together; a name within braces is that of an organization.

`names` and `single_names` do not read these: BibTeX defines what a particle is, and how a name is
divided, and our exports rely on it. Other programs follow no rules, so there the words decide.
"""

from __future__ import annotations

import re

from assistant.reading.latex import without_conditionals, without_latex
from assistant.reading.name_parts import ET_AL, has_group_word
from assistant.reading.names import people
from assistant.reading.single_names import SUFFIX, csl_name
from assistant.reference import CslName, has_east_asian

_SEPARATORS = re.compile(r"\s+and\s+|[{}]|;|,", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_OTHERS = re.compile(rf"(?:others|{ET_AL})", re.IGNORECASE)
_ET_AL = re.compile(rf",?\s+{ET_AL}$", re.IGNORECASE)
_ROMAN = re.compile(r"[ivx]{1,4}\.?", re.IGNORECASE)
_SURE_JUNIOR = re.compile(r"[JjSs]r\.?")
_NAME_PARTS = re.compile(r"(?:(?:given|prefix|family|suffix)(?:-i)?|use\w+)\s*=\s*", re.IGNORECASE)
_WORD = re.compile(r"[^\s~{}\\]+|[{}]|\\.|[\s~]+|\\", re.DOTALL)
_MARKED = re.compile(r"[{}\\~,$]")
_LONGEST_NAME = 10_000


def names(value: str) -> tuple[list[CslName], bool]:
    """The names of a field, and whether it says that there are others."""
    found: list[CslName] = []
    others = False
    value = without_conditionals(" ".join(value.split()))
    if has_east_asian(value) and "," in value and not _AND.search(value):
        # "谢文,王小林" is two people, "林, 育文" is one.
        return [csl_name(name) for name in people(_text(value))], False
    for written in _listed(value):
        if _OTHERS.fullmatch(written.strip("{} ")):
            others = True
            continue
        kept = _ET_AL.sub("", written) if written[-1] in ".lLiI" else written
        others |= kept != written
        if name := _name(kept):
            found.append(name)
    return found, others


def _listed(value: str) -> list[str]:
    """The parts of a list that are names."""
    if value.startswith("{") and _is_group(value) and (inner := _people_in_braces(value)):
        return inner
    if "{" not in value and "}" not in value:
        plainly = [name for part in _AND.split(value) if (name := part.strip())]
        if len(plainly) > 1 or not (";" in value or "," in value):
            return plainly
    listed = _split(value, "and")
    if len(listed) == 1:
        # Not BibTeX, but met: "A. Author; B. Author" and "Ada Author, Ben Author, Cy Author".
        listed = _split(value, ";")
        parts = _split(value, ",")
        if len(listed) == 1 and len(parts) > 2 and all(" " in part for part in parts):
            listed = parts
    return listed


def _people_in_braces(value: str) -> list[str]:
    """The names of a list in a second pair of braces, such as `{Nowik, U. and Mishra, A.}`."""
    inner = _split(value[1:-1], "and")
    is_list = len(inner) > 1 and all(one.count(",") == 1 for one in inner)
    return inner if is_list and not any(map(has_group_word, inner)) else []


def _split(value: str, separator: str, empty: bool = False) -> list[str]:
    """Parts of `value` between separators that are in no braces; `empty` keeps those too."""
    parts, depth, done = [], 0, 0
    for found in _SEPARATORS.finditer(value):
        mark = found[0].strip().lower()
        depth = max(0, depth + (mark == "{") - (mark == "}"))
        if mark == separator and depth == 0:
            parts.append(value[done : found.start()].strip())
            done = found.end()
    return [part for part in (*parts, value[done:].strip()) if part or empty]


def _name(written: str) -> CslName:
    if len(written) > _LONGEST_NAME:
        return _cleaned(literal=written)
    if not _MARKED.search(written):
        return _in_order(written.split())
    if _is_group(written):
        return _cleaned(literal=written)
    parts = _split(written, ",", empty=True)
    if all(_NAME_PARTS.match(part) for part in parts):
        return _named_parts(parts)
    if len(parts) == 1:
        return _in_order(_words(written))
    last, *rest = parts
    if len(rest) == 1 and _SURE_JUNIOR.fullmatch(rest[0]):
        rest.append("")
    if len(rest) == 1:
        return _family_first(last, rest[0])
    junior, first = rest[0], " ".join(filter(None, rest[1:]))
    if len(rest) == 2 and junior and _is_group(junior):
        return _family_first(last, first, junior)
    if first and not _is_junior(junior) and _is_junior(first):
        junior, first = first, junior
    if _is_junior(junior):
        return _family_first(last, first, junior)
    return _cleaned(literal=" ".join(filter(None, parts)))


def _is_junior(text: str) -> bool:
    """Whether it is a suffix; between two commas even "V" is, which alone may be an initial."""
    return SUFFIX.fullmatch(text) is not None or _ROMAN.fullmatch(text) is not None


def _named_parts(parts: list[str]) -> CslName:
    named = {key.strip().lower(): value for key, _, value in (it.partition("=") for it in parts)}
    given, prefix, family, suffix = (
        named.get(key, "").strip('" ') for key in ("given", "prefix", "family", "suffix")
    )
    particle = "non-dropping-particle"
    return _cleaned(**{"given": given, particle: prefix, "family": family, "suffix": suffix})


def _family_first(last: str, first: str, suffix: str = "") -> CslName:
    words = last.split() if not _MARKED.search(last) else _words(last)
    begin = max((n + 1 for n, word in enumerate(words[:-1]) if _is_small(word)), default=0)
    particle = "non-dropping-particle"
    parts = {particle: " ".join(words[:begin]), "family": " ".join(words[begin:])}
    return _cleaned(given=first, suffix=suffix, **parts)


def _in_order(words: list[str]) -> CslName:
    """`First von Last`: the particle is from the first to the last word in small letters."""
    text = " ".join(words)
    if len(words) > 1 and has_east_asian(text):
        return _cleaned(literal=text)  # either part may be the family name
    small = [n for n, word in enumerate(words[:-1]) if _is_small(word)]
    begin = small[0] if small else max(0, len(words) - 1)
    end = small[-1] + 1 if small else begin
    return _cleaned(
        **{
            "given": " ".join(words[:begin]),
            "non-dropping-particle": " ".join(words[begin:end]),
            "family": " ".join(words[end:]),
        }
    )


def _words(text: str) -> list[str]:
    """The words of a name; what is in braces is of one word."""
    words, word, depth = [], "", 0
    for piece in _WORD.findall(text):
        depth = max(0, depth + (piece == "{") - (piece == "}"))
        if depth or not piece.strip(" ~\t\n"):
            if depth:
                word += piece
            elif word:
                words.append(word)
                word = ""
        else:
            word += piece
    return [*words, word] if word else words


def _is_small(word: str) -> bool:
    """Whether the first letter is small; those in braces count only with an accent."""
    if word[0] == "{" and word[1:2] != "\\":
        return False
    letter = next(filter(str.isalpha, without_latex(word, sure=True) if "\\" in word else word), "")
    return letter.islower()


def _is_group(text: str) -> bool:
    """Whether all of `text` is in one pair of braces, such as `{World Health Organization}`."""
    if text[0] != "{" or text[-1] != "}" or (text[1] == "\\" and " " not in text):
        return False  # `{\"O}` is a letter
    depth = 0
    for place, mark in enumerate(text, start=1):
        depth += (mark == "{") - (mark == "}")
        if depth == 0:
            return place == len(text)
    return False


def _cleaned(**parts: str) -> CslName:
    return {key: clean for key, part in parts.items() if part and (clean := _text(part))}


def _text(part: str) -> str:
    return without_latex(part, sure=True).strip() if _LATEX.search(part) else part


_LATEX = re.compile(r"[\\{}~$`]|--")
