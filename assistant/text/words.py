"""Text -> words that can be compared: stems of what has content, without the small words."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from typing import Any

from assistant.text.numbers import UNITS
from assistant.text.word_lists import word_list

STOP_WORDS = frozenset(word_list("stop_words"))

# The stemmer leaves these forms apart: comparatives and irregular verbs.
_BASE_FORMS = {
    "better": "good", "best": "good", "worse": "bad", "worst": "bad",
    **{
        word + ending: word
        for word in ("small", "fast", "slow", "high", "low", "long", "short", "cheap", "strong",
                     "weak", "hard", "new", "old", "great", "deep", "quick", "tough", "near")
        for ending in ("er", "est")
    },
    "became": "become", "began": "begin", "begun": "begin", "built": "build", "chosen": "choose",
    "chose": "choose", "drawn": "draw", "driven": "drive", "fell": "fall", "found": "find",
    "gave": "give", "grew": "grow", "grown": "grow", "held": "hold", "kept": "keep",
    "knew": "know", "known": "know", "led": "lead", "made": "make", "met": "meet", "ran": "run",
    "rose": "rise", "seen": "see", "saw": "see", "shown": "show", "sought": "seek",
    "taken": "take", "took": "take", "taught": "teach", "thought": "think",
    "wrote": "write", "written": "write",
    "larger": "large", "largest": "large", "bigger": "big", "biggest": "big", "fewer": "few",
    "simpler": "simple", "simplest": "simple", "easier": "easy", "easiest": "easy",
    "earlier": "early", "earliest": "early", "wider": "wide", "finer": "fine",
}  # fmt: skip

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*(?:-[^\W_]+(?:['’][^\W_]+)*)*")
_NUMBER = re.compile(rf"\d+(?:{'|'.join(map(re.escape, UNITS))}|[kmbt])?")
_POSSESSIVE = re.compile(r"['’]s$|n?['’]t$")
_APOSTROPHES = re.compile(r"['’]")

_stemmer_lock = threading.Lock()  # a snowball stemmer keeps the word it works on in itself
_stemmer: Any = None


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The English stem of a lower case `word` (Snowball's English stemmer)."""
    global _stemmer
    with _stemmer_lock:
        if _stemmer is None:
            import snowballstemmer

            _stemmer = snowballstemmer.stemmer("english")
        stemmed: str = _stemmer.stemWord(_BASE_FORMS.get(word, word))
        return stemmed


def content_words(text: str) -> list[str]:
    """The stems of the words with content, in order; numbers and small words are left out.

    The parts of a hyphenated word are words of their own.
    """
    return [word for _, word in located_words(text)]


def located_words(text: str) -> list[tuple[int, str]]:
    """The content words with the position of each in the NFKC form of `text`."""
    return [
        (position, stem(part))
        for position, token in _tokens(text)
        for part in token.split("-")
        if part not in STOP_WORDS
        and not _NUMBER.fullmatch(part)
        and (len(part) > 1 or not part.isascii())
    ]


@lru_cache(maxsize=4096)  # every question looks at the same sentences again
def vocabulary(text: str) -> frozenset[str]:
    """Every stem of `text`; hyphenated words count as their parts and written together too."""
    found: set[str] = set()
    for _, token in _tokens(text):
        parts = token.split("-")
        found.update(stem(part) for part in parts)
        if len(parts) > 1:
            found.add(stem("".join(parts)))
    return frozenset(found)


def _tokens(text: str) -> list[tuple[int, str]]:
    plain = unicodedata.normalize("NFKC", text).lower()
    found = [
        (match.start(), _APOSTROPHES.sub("", _POSSESSIVE.sub("", match[0])))
        for match in _TOKEN.finditer(plain)
    ]
    return [(position, token) for position, token in found if token]
