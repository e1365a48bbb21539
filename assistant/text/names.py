"""Text -> the names and acronyms in it, and whether another text bears a name."""

from __future__ import annotations

import re
import unicodedata

from assistant.text.sentences import sentence_spans

_TOKEN = re.compile(r"[^\W_][\w+#@'’]*(?:[-.–][^\W_][\w+#@'’]*)*")
_POSSESSIVE = re.compile(r"['’]s?$|['’]\w{1,2}$")
_NOT_WORD = re.compile(r"[\W_]+")
_INITIAL = re.compile(r"[^\W\d_]+")
_SHORTEST_ACRONYM = 3


def names(text: str) -> list[str]:
    """Words of `text` that name something: `CodeBERT`, `GPT-2`, `LRS`, `Gemini`, `kGym`.

    That is a word with a capital behind its first letter, with letters and digits, or with a
    capital first letter that is not the first word of a sentence.
    """
    plain = unicodedata.normalize("NFKC", text)
    found: dict[str, None] = {}
    for start, end in sentence_spans(plain):
        for position, match in enumerate(_TOKEN.finditer(plain, start, end)):
            token = _POSSESSIVE.sub("", match[0])
            if _is_name(token, first=position == 0):
                found[token] = None
    return list(found)


def bears(text: str, name: str) -> bool:
    """Whether `text` contains `name`, in any case, hyphenation or number, or spells it out.

    The words `large language model` spell out `LLM` and `LLMs`.
    """
    folded = {_fold(token) for token in _TOKEN.findall(unicodedata.normalize("NFKC", text))}
    parts = {_fold(part) for token in _TOKEN.findall(text) for part in re.split(r"[-.–]", token)}
    wanted = _fold(name)
    if wanted in folded or wanted in parts:
        return True
    pieces = [part for part in re.split(r"[-–]", name) if part]
    # `GPT-4` is not there because `GPT-2` and `4-bit` are.
    numbered = any(piece.isdigit() for piece in pieces)
    if not numbered and all(_fold(piece) in folded | parts for piece in pieces):
        return True
    if "-" in name and f" {_words(name)} " in f" {_words(text)} ":
        return True
    acronym = name[:-1] if name.endswith("s") else name
    if len(acronym) < _SHORTEST_ACRONYM or not (acronym.isupper() and acronym.isalpha()):
        return False
    initials = "".join(word[0].lower() for word in _INITIAL.findall(text))
    return acronym.lower() in initials


def _is_name(token: str, *, first: bool) -> bool:
    if not any(character.isalpha() for character in token) or len(token) < 2:
        return False
    if any(character.isupper() for character in token[1:]):
        # `Multi-Layer` and the like at the beginning of a sentence are ordinary words.
        return not (first and all(part.istitle() for part in re.split(r"[-–]", token)))
    if token[0].isalpha() and any(character.isdigit() for character in token):
        return True
    return token[0].isupper() and not first


def _fold(token: str) -> str:
    folded = _NOT_WORD.sub("", _POSSESSIVE.sub("", token).casefold())
    return folded[:-1] if folded.endswith("s") and len(folded) > 3 else folded


def _words(text: str) -> str:
    return _NOT_WORD.sub(" ", text.casefold()).strip()
