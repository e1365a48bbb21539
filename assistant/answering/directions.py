"""Whether a claim turns round what its evidence says: `increase` for `decrease`."""

from __future__ import annotations

from assistant.answering.alignment import Alignment
from assistant.answering.tokens import Token
from assistant.text.opposites import are_opposite
from assistant.text.words import stem

# So many words with content on each side say what a word belongs to.
_NEIGHBOURS = 2
_MARK_PARTS = 4

# The same stem as `activate` or `loser`, but no direction.
_NO_DIRECTION = frozenset({"activity", "activities", "active", "actively", "accordingly"})


def turned(aligned: Alignment) -> list[str]:
    """The words of the claim whose opposite is what the evidence says.

    That is a word that is not in the evidence while its opposite is, and is not said; or one whose
    neighbours stand nearer to its opposite there.
    """
    found = []
    for n, token in enumerate(aligned.claim):
        if token.kind not in ("word", "small") or token.text in _NO_DIRECTION:
            continue
        key = stem(token.text)
        against = [
            at
            for at, other in enumerate(aligned.source)
            if other.kind in ("word", "small")
            and other.text not in _NO_DIRECTION
            and are_opposite(key, stem(other.text))
        ]
        if not against:
            continue
        if n in aligned.place:
            if not _keeps_company(aligned, n, against):
                found.append(token.text)
        elif any(at not in aligned.said for at in against) and not (
            token.kind == "small" and _has(aligned, token)
        ):
            found.append(token.text)
    return found


def _has(aligned: Alignment, token: Token) -> bool:
    return token.key in aligned.source_keys


def _keeps_company(aligned: Alignment, n: int, against: list[int]) -> bool:
    """Whether most neighbours of the claim's word `n` are as near to it there as to an opposite."""
    if aligned.claim[n].kind == "small":
        return True
    own = aligned.place[n]
    neighbours = [
        at
        for side in (range(n - 1, -1, -1), range(n + 1, len(aligned.claim)))
        for at in [m for m in side if aligned.claim[m].content and m in aligned.place][:_NEIGHBOURS]
    ]
    near = [
        _distance(aligned, aligned.place[at], own)
        <= min(_distance(aligned, aligned.place[at], other) for other in against)
        for at in neighbours
    ]
    return 2 * sum(near) >= len(near)


def _distance(aligned: Alignment, one: int, other: int) -> int:
    first, last = min(one, other), max(one, other)
    marks = sum(
        token.kind == "mark" or token.text in ("but", "while", "whereas")
        for token in aligned.source[first:last]
    )
    return last - first + _MARK_PARTS * marks
