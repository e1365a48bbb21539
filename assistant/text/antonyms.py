"""Words that turn a statement round when one stands in for the other: `increase`, `decrease`."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from itertools import permutations
from pathlib import Path

from assistant.text.words import stem

# A group of opposites on each line, `one side | other side`: every word of a side is an opposite of
# every word of the others. Words are looked up by their stems, so one form of each is enough unless
# its stems differ.
_FILE = Path(__file__).with_name("antonyms.txt")

# Before a word these make its opposite: `efficient`, `inefficient`.
_PREFIXES = ("un", "in", "im", "ir", "il", "non", "dis", "mis", "de", "anti", "hypo", "under")
_SHORTEST_REST = 5


@lru_cache(maxsize=1)
def _table() -> dict[str, frozenset[str]]:
    table: defaultdict[str, set[str]] = defaultdict(set)
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        sides = [{stem(word) for word in side.split()} for side in line.split("|")]
        for one, other in permutations(sides, 2):
            for word in one:
                table[word].update(other - one)
    return {word: frozenset(found) for word, found in table.items()}


@lru_cache(maxsize=65_536)
def antonyms(stemmed: str) -> frozenset[str]:
    """The stems of the opposites of the word with the stem `stemmed`.

    That are the listed ones, and the word with a prefix that denies it, or without the one it has;
    a prefix denies only in front of five letters or more.
    """
    found = set(_table().get(stemmed, ()))
    if len(stemmed) >= _SHORTEST_REST:
        found.update(prefix + stemmed for prefix in _PREFIXES)
    found.update(
        stemmed.removeprefix(prefix)
        for prefix in _PREFIXES
        if stemmed.startswith(prefix) and len(stemmed) - len(prefix) >= _SHORTEST_REST
    )
    return frozenset(found)
