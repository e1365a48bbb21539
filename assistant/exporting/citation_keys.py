"""Citation keys such as `vaswani2017attention`."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from assistant.exporting.fields import Fields
from assistant.exporting.names import family_and_given
from assistant.text.words import STOP_WORDS

_NOT_IN_KEYS = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"[^\W_]+")
_LONGEST_PART = 30
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class CitationKeys:
    """Gives every paper of one file a key of its own.

    A key says nothing but what the paper says, so a paper has the same in every file; only where
    that is taken, letters follow: `a`, `b` ... `z`, `aa`.
    """

    def __init__(self) -> None:
        """Nothing is taken yet."""
        # How many letters' worth of papers a key was wanted by; memory grows by one key a paper.
        self._wanted: dict[str, int] = {}

    def key(self, paper: Fields) -> str:
        """The key of the next paper of the file."""
        base = key = _base(paper)
        while key in self._wanted:
            self._wanted[base] += 1
            key = base + _suffix(self._wanted[base])
        self._wanted[key] = 0
        return key


def _base(paper: Fields) -> str:
    author = ""
    if paper.authors:
        parts = family_and_given(paper.authors[0])
        author = _ascii(parts[0] if parts else paper.authors[0])
    words = (word.lower() for word in _WORD.findall(paper.title))
    title = next((key for word in words if word not in STOP_WORDS and (key := _ascii(word))), "")
    if not author and not title:
        # Nothing of it can be written in ASCII, which older programs need.
        return f"paper{hashlib.sha256(paper.id.encode()).hexdigest()[:8]}"
    return f"{author}{paper.published[:4]}{title}"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower())
    return _NOT_IN_KEYS.sub("", plain)[:_LONGEST_PART]


def _suffix(number: int) -> str:
    """1 is a, 26 is z, 27 is aa."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, len(_LETTERS))
        letters = _LETTERS[letter] + letters
    return letters
