"""Marks the words of a search in titles, names and TL;DRs; finds the part of an abstract to show.

Words are compared as the full-text index does: by their stems, without case and accents.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.text.words import stem

_WORD = re.compile(r"[^\W_]+")
# Characters of an abstract before the first match, and in all.
_BEFORE, _LONGEST = 16, 220

Spans = list[tuple[int, int]]


class Highlighter:
    """Finds the words and phrases of a search in texts.

    Each of `parts` is a word or a phrase, and whether it may be the beginning of a longer word.
    """

    def __init__(self, parts: Sequence[tuple[str, bool]]) -> None:
        self._parts = [(part.split(" "), unfinished) for part, unfinished in parts]

    def __call__(self, text: str) -> Spans:
        """The spans of the matches in `text`, in order and without overlaps."""
        if not self._parts:
            return []
        tokens = list(_WORD.finditer(text))
        words = [_folded(token[0]) for token in tokens]
        marked: set[int] = set()
        for wanted, unfinished in self._parts:
            for start in range(len(words) - len(wanted) + 1):
                if _matches(words[start : start + len(wanted)], wanted, unfinished):
                    marked.update(range(start, start + len(wanted)))
        spans: Spans = []
        for place in sorted(marked):
            begin, end = tokens[place].span()
            if place - 1 in marked and spans:
                begin, _ = spans.pop()
            spans.append((begin, end))
        return spans

    def snippet(self, text: str) -> str:
        """The part of `text` around the first match; "" without a match."""
        flat = " ".join(text.split())
        spans = self(flat)
        if not spans:
            return ""
        begin = max(0, spans[0][0] - _BEFORE)
        if begin:
            begin = flat.rfind(" ", 0, begin + 1) + 1
        end = begin + _LONGEST
        shown = flat[begin:end]
        if end < len(flat):
            shown = f"{shown.rpartition(' ')[0] or shown} …"
        return f"… {shown}" if begin else shown


def _folded(word: str) -> str:
    from assistant.library.name_matching import fold

    return fold(word)


def _matches(words: Sequence[str], wanted: Sequence[str], unfinished: bool) -> bool:
    *others, last = zip(words, map(_folded, wanted), strict=True)
    word, ending = last
    return all(_same(one, other) for one, other in others) and (
        _same(word, ending) or (unfinished and word.startswith(ending))
    )


def _same(one: str, other: str) -> bool:
    return one == other or stem(one) == stem(other)
