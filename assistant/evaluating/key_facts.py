"""Key facts: texts that a right answer contains, found however they are spaced and capitalized."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from assistant.errors import UsageError

# Letters of a word that is found only as a whole, or with an s.
_SHORT = 3
# From here on are scripts without spaces between words.
_NO_SPACES = "\u0e00"
_PUNCTUATION = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | dict.fromkeys("\u2018\u2019", "'")
    | dict.fromkeys("\u201c\u201d", '"')
)


@dataclass(frozen=True)
class KeyFact:
    """A pattern that a text has to contain, and how the fact was written."""

    written: str
    pattern: re.Pattern[str]

    @classmethod
    def parse(cls, written: str) -> KeyFact:
        """The fact that `written` has, or one of its alternatives between bars.

        A number is not found inside a longer one: `5%` is not in `15%` or `0.5%`. A fact starts
        where a word starts, and its last word may go on if it has more than three letters: `doubl`
        is in `doubled`, but `rod` is not in `product` or `rodent`.

        Raises:
            UsageError: an alternative is empty.
        """
        alternatives = [_folded(one) for one in written.split("|")]
        if not all(alternatives):
            raise UsageError(f"The text {written!r} has an empty alternative. Write one|other.")
        return cls.of("|".join(map(_pattern, alternatives)), written)

    @classmethod
    def of(cls, pattern: str, written: str | None = None) -> KeyFact:
        """The fact of a regular expression, which is searched without regard to case."""
        return cls(pattern if written is None else written, re.compile(pattern, re.IGNORECASE))

    def is_in(self, text: str) -> bool:
        """Whether `text` contains the fact."""
        return self.pattern.search(_folded(text)) is not None


def _folded(text: str) -> str:
    """`text` with single spaces, compatible characters, and plain hyphens and quotation marks."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_PUNCTUATION).split())


def _pattern(text: str) -> str:
    first, last, last_word = text[0], text[-1], text.split()[-1]
    before = after = ""
    if first.isdigit():
        before = r"(?<!\d)(?<!\d[.,])"
    elif first.isalpha() and first < _NO_SPACES:
        before = r"(?<!\w)"
    if last.isdigit():
        after = r"(?!\d|[.,]\d)"
    elif last_word.isalpha() and len(last_word) <= _SHORT and last < _NO_SPACES:
        after = r"s?(?!\w)"
    return before + re.escape(text) + after
