"""Whether a claim turns round what its evidence says: `increase` for `decrease`."""

from __future__ import annotations

from collections import defaultdict

from assistant.text.antonyms import antonyms
from assistant.text.words import stem
from assistant.verification.alignment import Alignment

# So many words with content on each side say what a word belongs to.
_NEIGHBOURS = 2
_MARK_PARTS = 4

# The same stem as `activate` or `loser`, but no direction.
_NO_DIRECTION = frozenset({"activity", "activities", "active", "actively", "accordingly"})


def direction_reversed(aligned: Alignment) -> list[str]:
    """The words of the claim whose opposite is what the evidence says.

    That is a word that is not in the evidence while its opposite is, and is not said; or one whose
    neighbours stand nearer to its opposite there.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for n, token in enumerate(aligned.source):
        if token.kind in ("word", "small") and token.text not in _NO_DIRECTION:
            places[stem(token.text)].append(n)
    found = []
    for n, token in enumerate(aligned.claim):
        if token.kind not in ("word", "small") or token.text in _NO_DIRECTION:
            continue
        key = stem(token.text)
        against = [at for other in antonyms(key) for at in places.get(other, ())]
        if not against:
            continue
        if n in aligned.place:
            if not _keeps_company(aligned, n, against):
                found.append(token.text)
        elif token.key in aligned.source_keys:
            # Moved, and so perhaps to where its opposite stood.
            if token.kind == "word":
                found.append(token.text)
        elif any(at not in aligned.said for at in against):
            found.append(token.text)
    return found


def _keeps_company(aligned: Alignment, n: int, against: list[int]) -> bool:
    """Whether most neighbours of the claim's word `n` are as near to it there as to an opposite."""
    if aligned.claim[n].kind == "small":
        return True
    own = aligned.place[n]
    if aligned.place.get(n - 1) == own - 1 or aligned.place.get(n + 1) == own + 1:
        return True
    words = [m for m, token in enumerate(aligned.claim) if token.content and m != n]
    beside = [m for m in words if m < n][-_NEIGHBOURS:] + [m for m in words if m > n][:_NEIGHBOURS]
    near = []
    for m in beside:
        there = _places(aligned, m)
        if there and there.isdisjoint((own, *against)):
            distance = min(_distance(aligned, at, own) for at in there)
            near.append(
                distance <= min(_distance(aligned, at, other) for at in there for other in against)
            )
    return 2 * sum(near) >= len(near)


def _places(aligned: Alignment, n: int) -> set[int]:
    """Where the claim's token `n` is in the evidence; all its places if it was moved."""
    if n in aligned.place:
        return {aligned.place[n]}
    token = aligned.claim[n]
    return {at for at, other in enumerate(aligned.source) if token.same(other)}


def _distance(aligned: Alignment, one: int, other: int) -> int:
    first, last = min(one, other), max(one, other)
    marks = sum(
        token.kind == "mark" or token.text in ("but", "while", "whereas")
        for token in aligned.source[first:last]
    )
    return last - first + _MARK_PARTS * marks
