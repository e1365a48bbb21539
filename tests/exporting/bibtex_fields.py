"""BibTeX read in the plainest way, to compare files field by field without the reader."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

_ENTRY = re.compile(r"^[ \t]*@[ \t]*(\w+)[ \t]*[{(]", re.MULTILINE)
_NAME = re.compile(r"[\s,]*([^\s=,{}\"#]+)\s*=\s*")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    '"': "\u0308", "v": "\u030c", "c": "\u0327", "k": "\u0328",
}  # fmt: skip
_LETTERS = {"ss": "ß", "o": "ø", "l": "ł", "L": "Ł", "ae": "æ", "i": "ı", "textbackslash": "\\"}
_ACCENT = re.compile(r"""\\(?:([`'^~="])|([uvck])(?=[ {]))\s?\{?\\?([A-Za-z])(?:\{\})?\}?""")
_DASHES = re.compile("[-\u2013\u2014]+")


@dataclass(frozen=True)
class Entry:
    """An entry as it is written; macros are filled in."""

    kind: str
    fields: dict[str, str]


def entries(text: str) -> dict[str, Entry]:
    """Entries of a well-formed file by their keys."""
    macros = dict(zip(_MONTHS, _MONTHS, strict=True))
    found: dict[str, Entry] = {}
    at = 0
    while begin := _ENTRY.search(text, at):
        kind, at = begin[1].lower(), begin.end()
        if kind in ("comment", "preamble"):
            continue
        key = ""
        if kind != "string":
            comma = text.index(",", at)
            key, at = text[at:comma].strip(), comma
        fields: dict[str, str] = {}
        while name := _NAME.match(text, at):
            value, at = _value(text, name.end(), macros)
            fields.setdefault(name[1].lower(), value)
        if kind == "string":
            macros |= fields
        elif key not in found:
            found[key] = Entry(kind, fields)
    return found


def _value(text: str, at: int, macros: dict[str, str]) -> tuple[str, int]:
    parts = []
    while True:
        if text[at] in '{"':
            end = at + 1
            depth = 0
            close = "}" if text[at] == "{" else '"'
            while depth or text[end] != close:
                depth += (text[end] == "{") - (text[end] == "}")
                end += 1
            parts.append(text[at + 1 : end])
            at = end + 1
        else:
            word = re.compile(r"[^\s,#{}]+").match(text, at)
            assert word, text[at : at + 40]
            parts.append(macros.get(word[0].lower(), word[0]))
            at = word.end()
        more = re.compile(r"\s*#\s*").match(text, at)
        if not more:
            return "".join(parts), at
        at = more.end()


def meaning(name: str, value: str) -> object:
    """What a field says, without regard to LaTeX, white space and the order of names' parts."""
    if name in ("author", "authors", "editor", "translator", "bookauthor", "director"):
        return [_words(" ".join(reversed(it.split(",")))) for it in _listed(value)]
    if name == "keywords":
        return [_words(tag) for tag in re.split("[,;]", html.unescape(value)) if tag.strip()]
    return _words(value)


def _listed(value: str) -> list[str]:
    """Names; an `and` in braces separates none."""
    parts = re.split(r"\s+and\s+", " ".join(value.split()), flags=re.IGNORECASE)
    names: list[str] = []
    for part in parts:
        if names and names[-1].count("{") > names[-1].count("}"):
            names[-1] += f" and {part}"
        else:
            names.append(part)
    # Commas in braces separate no parts.
    return [it.replace(",", "") if it.startswith("{") and it.endswith("}") else it for it in names]


def _words(value: str) -> str:
    value = _ACCENT.sub(lambda it: it[3] + _ACCENTS[it[1] or it[2]], value)
    value = re.sub(r"\\([a-zA-Z]+)(?:\{\})?\s?", lambda it: _LETTERS.get(it[1], ""), value)
    value = html.unescape(re.sub(r"\\([&%#_$])", r"\1", value))
    value = _DASHES.sub("-", re.sub(r"[{}\\]", "", value).replace("~", " "))
    value = value.replace("\u2060", "").replace("\u2019", "'").replace("''", '"')
    return unicodedata.normalize("NFC", " ".join(value.split()))
