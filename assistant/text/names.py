"""Text -> the names and acronyms in it, and the facts that another text does not contain."""

from __future__ import annotations

import re
import unicodedata

from assistant.text.numbers import UNITS, Number, numbers
from assistant.text.sentences import sentence_spans

_TOKEN = re.compile(r"[^\W_][\w+#@'’]*(?:[-.–][^\W_][\w+#@'’]*)*")
_POSSESSIVE = re.compile(r"['’]s?$|['’]\w{1,2}$")
_NOT_WORD = re.compile(r"[\W_]+")
_INITIAL = re.compile(r"[^\W\d_]+")
_BLEND_PART = re.compile(r"[A-Z][a-z]+")
_SHORTEST_ACRONYM = 3
# `one` is a pronoun more often than a number.
_PRONOUN = Number("1")


def names(text: str) -> list[str]:
    """The words of `text` that name something: `CodeBERT`, `GPT-2`, `LRS`, `Gemini`, `kGym`.

    A name has a capital after its first letter, or letters and digits, or starts with a capital
    within a sentence.
    """
    plain = unicodedata.normalize("NFKC", text)
    found: dict[str, None] = {}
    for start, end in sentence_spans(plain):
        for position, match in enumerate(_TOKEN.finditer(plain, start, end)):
            token = _POSSESSIVE.sub("", match[0])
            if _is_name(token, first=position == 0):
                found[token] = None
    return list(found)


def mentions(text: str, name: str) -> bool:
    """Whether `text` contains `name` or spells it out: `large language model` for `LLMs`.

    Case, hyphenation and a plural s make no difference.
    """
    folded = {_fold(token) for token in _TOKEN.findall(unicodedata.normalize("NFKC", text))}
    parts = {_fold(part) for token in _TOKEN.findall(text) for part in re.split(r"[-.–]", token)}
    wanted = _fold(name)
    if wanted in folded or wanted in parts:
        return True
    pieces = [part for part in re.split(r"[-–]", name) if part]
    # `GPT-2` and `4-bit` do not mention `GPT-4`.
    numbered = any(piece.isdigit() for piece in pieces)
    if not numbered and all(_fold(piece) in folded | parts for piece in pieces):
        return True
    if "-" in name and f" {_words(name)} " in f" {_words(text)} ":
        return True
    if _is_blend_of(name, text):
        return True
    acronym = name[:-1] if name.endswith("s") else name
    if len(acronym) < _SHORTEST_ACRONYM or not (acronym.isupper() and acronym.isalpha()):
        return False
    initials = "".join(word[0].lower() for word in _INITIAL.findall(text))
    return acronym.lower() in initials


def _is_blend_of(name: str, text: str) -> bool:
    """Whether `name` is made of the beginnings of adjacent words: `ResNet` of `residual nets`."""
    name = name.removesuffix("s")
    parts = [part.casefold() for part in _BLEND_PART.findall(name)]
    if len(parts) < 2 or "".join(parts) != name.casefold() or not all(map(_is_blend_part, parts)):
        return False
    words = [word.casefold() for word in _INITIAL.findall(text)]
    return any(
        all(word.startswith(part) for word, part in zip(words[n:], parts, strict=False))
        for n in range(len(words) - len(parts) + 1)
    )


def _is_blend_part(part: str) -> bool:
    return len(part) >= _SHORTEST_ACRONYM


def missing_facts(text: str, source: str) -> list[str]:
    """The numbers (with their units) and names in `text` that `source` does not contain."""
    given = numbers(source)
    missing = [
        f"{number.value} {number.unit}".strip()
        for number in numbers(text)
        if number != _PRONOUN and not any(number.stated_by(other) for other in given)
    ]
    return missing + [
        name for name in names(text) if name.lower() not in UNITS and not mentions(source, name)
    ]


def _is_name(token: str, *, first: bool) -> bool:
    if not any(character.isalpha() for character in token) or len(token) < 2:
        return False
    if any(character.isupper() for character in token[1:]):
        # Words like `Multi-Layer` at the beginning of a sentence are ordinary.
        return not (
            first and all(part.istitle() and part.isalpha() for part in re.split(r"[-–]", token))
        )
    if token[0].isalpha() and any(character.isdigit() for character in token):
        return True
    return token[0].isupper() and not first


def _fold(token: str) -> str:
    folded = _NOT_WORD.sub("", _POSSESSIVE.sub("", token).casefold())
    return folded[:-1] if folded.endswith("s") and len(folded) > 3 else folded


def _words(text: str) -> str:
    return _NOT_WORD.sub(" ", text.casefold()).strip()
