"""A claim laid along its evidence: which token says which, in order, and what is left over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from assistant.verification.tokens import Token

# What a pair of tokens is worth, and more when the pair before it stands right beside it too:
# words that stay together weigh more than the same words picked from all over a sentence.
_WORTH = {"word": 1.0, "number": 1.0, "small": 0.15, "mark": 0.05}
_TOGETHER = 0.3

_BE = frozenset({"is"})
_PARTICIPLE = re.compile(r"(?:ed|en|wn|ght|ept|und|uilt|ade|ung|ven|lt|nt|one|un|ut|rit)$")
_PREPOSITIONS = frozenset(
    """in on at for with by from during after before using across among under over within without
    through via against to of between as since per despite unlike towards into when while if
    compared""".split()  # noqa: SIM905
)
# More orders of one claim are not tried.
_MOST_ORDERS = 8


@dataclass(frozen=True)
class Alignment:
    """The tokens of a claim and of its evidence; `pairs` are positions, rising on both sides."""

    claim: tuple[Token, ...]
    source: tuple[Token, ...]
    pairs: tuple[tuple[int, int], ...]
    worth: float

    @cached_property
    def place(self) -> dict[int, int]:
        """Where in the evidence a token of the claim is."""
        return dict(self.pairs)

    @cached_property
    def said(self) -> dict[int, int]:
        """Where in the claim a token of the evidence is."""
        return {there: here for here, there in self.pairs}

    @cached_property
    def source_keys(self) -> frozenset[str]:
        """What can be found in the evidence, in any order."""
        return frozenset(token.key for token in self.source if token.number is None)

    def in_source(self, token: Token) -> bool:
        """Whether the evidence has `token` at all."""
        if token.number is not None:
            return any(token.same(other) for other in self.source)
        return token.key in self.source_keys

    @cached_property
    def left(self) -> tuple[int, ...]:
        """Positions of the claim's content that is not in its place in the evidence."""
        return tuple(
            n for n, token in enumerate(self.claim) if token.content and n not in self.place
        )

    @cached_property
    def moved(self) -> tuple[int, ...]:
        """Those of them that the evidence has elsewhere."""
        return tuple(n for n in self.left if self.in_source(self.claim[n]))

    @cached_property
    def new(self) -> tuple[int, ...]:
        """Those of them that the evidence does not have."""
        return tuple(n for n in self.left if not self.in_source(self.claim[n]))

    @cached_property
    def substitutes(self) -> tuple[int, ...]:
        """Those of `left` that stand between two neighbours in place of other content there."""
        solid = [n for n, token in enumerate(self.claim) if token.content and n in self.place]
        found = []
        for n in self.left:
            before = max((m for m in solid if m < n), default=None)
            after = min((m for m in solid if m > n), default=None)
            if before is None or after is None:
                continue
            between = self.source[self.place[before] + 1 : self.place[after]]
            if any(token.content for token in between):
                found.append(n)
        return tuple(found)

    def gaps(self) -> Iterator[tuple[int, int, int, int]]:
        """What was left out between two neighbouring pairs: (here, next here, there, next there).

        Only pairs of content, so that a small word found by chance joins nothing.
        """
        solid = [(here, there) for here, there in self.pairs if self.claim[here].content]
        for (here, there), (next_here, next_there) in pairwise(solid):
            if next_there - there > 1:
                yield here, next_here, there, next_there


def align(claim: Sequence[Token], source: Sequence[Token]) -> Alignment:
    """The best alignment of `claim`, or of one of its other orders that mean the same.

    Other orders are tried when words are left over that `source` has elsewhere: the passive voice
    turned active, in the claim or in the evidence, and an adjunct moved from one end to the other.
    """
    best = _aligned(tuple(claim), tuple(source))
    if not best.moved:
        return best
    for order in _orders(best.claim):
        best = max(best, _aligned(order, best.source), key=lambda found: found.worth)
    for order in _active(best.source):
        best = max(best, _aligned(tuple(claim), order), key=lambda found: found.worth)
    return best


def _aligned(claim: tuple[Token, ...], source: tuple[Token, ...]) -> Alignment:
    """The alignment worth most: dynamic programming over positions, like a longest subsequence."""
    at: dict[str, list[int]] = {}
    numbered = []
    for n, token in enumerate(source):
        if token.number is not None:
            numbered.append(n)
        else:
            at.setdefault(token.key, []).append(n)
    width = len(source) + 1
    # best[j]: worth of what ends before position j of the source. ends[i][j]: of what ends with
    # the pair (i, j), and the row before it remembers how it came.
    best = [0.0] * width
    ends: list[dict[int, tuple[float, bool]]] = []
    bests = [best]
    for token in claim:
        if token.number is not None:
            matching = [n for n in numbered if token.same(source[n])]
        else:
            matching = at.get(token.key, [])
        row: dict[int, tuple[float, bool]] = {}
        worth = _WORTH[token.kind]
        before = ends[-1] if ends else {}
        for n in matching:
            alone = best[n] + worth
            beside = before.get(n - 1)
            if beside is not None and beside[0] + worth + _TOGETHER * worth > alone:
                row[n] = (beside[0] + worth + _TOGETHER * worth, True)
            else:
                row[n] = (alone, False)
        ends.append(row)
        if row:
            fresh = best[:]
            most = 0.0
            for n in range(1, width):
                found = row.get(n - 1)
                if found is not None and found[0] > most:
                    most = found[0]
                if most > fresh[n]:
                    fresh[n] = most
            best = fresh
        bests.append(best)
    return Alignment(claim, source, tuple(_traced(ends, bests)), best[-1])


def _traced(
    ends: Sequence[dict[int, tuple[float, bool]]], bests: Sequence[Sequence[float]]
) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    here, there, joined = len(ends), len(bests[0]) - 1, False
    while here > 0 and there > 0:
        row = ends[here - 1]
        if joined:
            pairs.append((here - 1, there - 1))
            joined = row[there - 1][1]
            here, there = here - 1, there - 1
        elif bests[here][there] == bests[here - 1][there]:
            here -= 1
        elif bests[here][there] == bests[here][there - 1]:
            there -= 1
        else:
            joined = True  # the pair (here - 1, there - 1) ends the best one: taken next
    return pairs[::-1]


def _orders(claim: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """Other orders in which `claim` says the same."""
    found = _active(claim)
    body = claim[:-1] if claim and claim[-1].text == "." else claim
    # `On X, A is B` and `A is B on X`
    comma = next((n for n, token in enumerate(body) if token.text == ","), None)
    if comma and body[0].text in _PREPOSITIONS:
        found.append((*body[comma + 1 :], *body[:comma]))
    elif body and body[0].text in _PREPOSITIONS:  # the comma is left out
        found += [(*body[n:], *body[:n]) for n in range(2, min(6, len(body)))]
    starts = [n for n, token in enumerate(body) if n > 2 and token.text in _PREPOSITIONS]
    found += [(*body[n:], *body[:n]) for n in starts[-3:]]
    return found[:_MOST_ORDERS]


def _active(found: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """`found`, if in the passive voice, turned active: `X is verb by Y` becomes `Y verb X`.

    Without one who acts it becomes `verb X`.
    """
    orders: list[tuple[Token, ...]] = []
    for n, token in enumerate(found[:-1]):
        if token.key not in _BE:
            continue
        verb = next(
            (
                at
                for at in range(n + 1, min(n + 4, len(found)))
                if found[at].kind == "word" and _PARTICIPLE.search(found[at].text)
            ),
            None,
        )
        if verb is None:
            continue
        start = _clause_start(found, n)
        lead, patient = found[:start], found[start:n]
        by = next((at for at in range(verb, len(found)) if found[at].text == "by"), None)
        if by is not None:
            end = _phrase_end(found, by + 1)
            orders.append(
                (*lead, *found[by + 1 : end], *found[n + 1 : verb + 1], *patient,
                 *found[verb + 1 : by], *found[end:])
            )  # fmt: skip
        orders.append((*lead, *found[n + 1 : verb + 1], *patient, *found[verb + 1 :]))
    return orders[: _MOST_ORDERS // 2]


def _clause_start(found: Sequence[Token], end: int) -> int:
    for n in range(end - 1, -1, -1):
        if found[n].text in {",", ";", ":", "that", "and", "but", "which", "."}:
            return n + 1
    return 0


def _phrase_end(found: Sequence[Token], start: int) -> int:
    for n in range(start + 1, len(found)):
        if found[n].kind == "mark" or found[n].text in _PREPOSITIONS - {"of"}:
            return n
    return len(found)
