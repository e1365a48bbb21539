"""Citation keys such as `vaswani2017attention`."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from assistant.exporting.record import ExportRecord, family_and_given
from assistant.text.words import STOP_WORDS

_NOT_IN_KEYS = re.compile(r"[^a-z0-9]+")
# What would end a key, or what LaTeX cannot cite.
_NOT_IN_OWN_KEYS = re.compile(r"[\s,={}\"\\%#~]+")
_LONGEST_KEY = 200
_WORD = re.compile(r"[^\W_]+")
_LONGEST_PART = 30
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class CitationKeys:
    """Assigns a unique key to every paper of a file.

    The key that the paper came with is kept; other keys depend on the paper only, so they are the
    same in every file. If an earlier paper of the file has the same key, except for capitals, a
    suffix is appended: `a`, `b` ... `z`, `aa`.
    """

    def __init__(self) -> None:
        # Key in small letters -> number of suffixes in use.
        self._suffixes: dict[str, int] = {}

    def key(self, record: ExportRecord) -> str:
        """The key of the next paper in the file."""
        key = base = _own(record) or _base(record)
        lower = base.lower()
        while key.lower() in self._suffixes:
            self._suffixes[lower] += 1
            key = base + _suffix(self._suffixes[lower])
        self._suffixes[key.lower()] = 0
        return key


def _own(record: ExportRecord) -> str:
    """The citation key of the user's; "" if there is none that can be one."""
    key = _NOT_IN_OWN_KEYS.sub("", record.reference.get("citation-key", ""))
    return key if len(key) <= _LONGEST_KEY else ""


def _base(record: ExportRecord) -> str:
    author = ""
    if record.authors:
        parts = family_and_given(record.authors[0])
        author = _ascii(parts[0] if parts else record.authors[0])
    words = (word.lower() for word in _WORD.findall(record.title))
    title = next((key for word in words if word not in STOP_WORDS and (key := _ascii(word))), "")
    if not author and not title:
        # Older programs require ASCII keys, but author and title contain no ASCII letters.
        return f"paper{hashlib.sha256(record.id.encode()).hexdigest()[:8]}"
    return f"{author}{record.published[:4]}{title}"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower())
    return _NOT_IN_KEYS.sub("", plain)[:_LONGEST_PART]


def _suffix(number: int) -> str:
    """1 -> `a`, 26 -> `z`, 27 -> `aa`."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, len(_LETTERS))
        letters = _LETTERS[letter] + letters
    return letters
