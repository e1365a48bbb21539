"""Aligns the tokens of a claim with those of its evidence, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from assistant.text.word_lists import word_list
from assistant.verification.tokens import Token

# Score of a pair of equal tokens, and the bonus (as a factor) for directly following another pair:
# adjacent words count more than the same words from all over a sentence.
_PAIR_SCORES = {"word": 1.0, "number": 1.0, "function": 0.15, "mark": 0.05}
_ADJACENT_BONUS = 0.3

_PARTICIPLE = re.compile(r"(?:ed|en|wn|ght|ept|und|uilt|ade|ung|ven|lt|nt|one|un|ut|rit)$")
_PREPOSITIONS = frozenset(word_list("prepositions"))
# Maximum number of reorderings of one claim.
_MAX_REORDERINGS = 8


class Gap(NamedTuple):
    """Tokens of the source that the claim omits, by the positions of the pairs around them."""

    claim_before: int
    claim_after: int
    source_before: int
    source_after: int


@dataclass(frozen=True)
class Alignment:
    """The tokens of a claim and of its evidence.

    `pairs` are positions (in the claim, in the source) of equal tokens, increasing on both sides;
    `score` is the sum of their scores.
    """

    claim: tuple[Token, ...]
    source: tuple[Token, ...]
    pairs: tuple[tuple[int, int], ...]
    score: float

    @cached_property
    def to_source(self) -> dict[int, int]:
        """Position in the source for each aligned position of the claim."""
        return dict(self.pairs)

    @cached_property
    def to_claim(self) -> dict[int, int]:
        """Position in the claim for each aligned position of the source."""
        return {there: here for here, there in self.pairs}

    @cached_property
    def source_keys(self) -> frozenset[str]:
        """The keys of the source's tokens that are not numbers."""
        return frozenset(token.key for token in self.source if token.number is None)

    def in_source(self, token: Token) -> bool:
        """Whether the source contains `token` anywhere."""
        if token.number is not None:
            return any(token.matches(other) for other in self.source)
        return token.key in self.source_keys

    @cached_property
    def unaligned(self) -> tuple[int, ...]:
        """Positions of content tokens of the claim that are not aligned."""
        return tuple(
            n for n, token in enumerate(self.claim) if token.content and n not in self.to_source
        )

    @cached_property
    def moved(self) -> tuple[int, ...]:
        """The unaligned positions whose token is elsewhere in the source."""
        return tuple(n for n in self.unaligned if self.in_source(self.claim[n]))

    @cached_property
    def new(self) -> tuple[int, ...]:
        """The unaligned positions whose token is not in the source."""
        return tuple(n for n in self.unaligned if not self.in_source(self.claim[n]))

    @cached_property
    def substitutes(self) -> tuple[int, ...]:
        """The unaligned positions that replace content of the source between two aligned tokens."""
        solid = [n for n, token in enumerate(self.claim) if token.content and n in self.to_source]
        substitutes = []
        for n in self.unaligned:
            before = max((m for m in solid if m < n), default=None)
            after = min((m for m in solid if m > n), default=None)
            if before is None or after is None:
                continue
            between = self.source[self.to_source[before] + 1 : self.to_source[after]]
            if any(token.content for token in between):
                substitutes.append(n)
        return tuple(substitutes)

    def gaps(self) -> Iterator[Gap]:
        """Where the claim omits tokens of the source between two consecutive pairs of content.

        Pairs of function words are ignored, because they are often accidental.
        """
        solid = [(here, there) for here, there in self.pairs if self.claim[here].content]
        for (here, there), (next_here, next_there) in pairwise(solid):
            if next_there - there > 1:
                yield Gap(here, next_here, there, next_there)


def align(claim: Sequence[Token], source: Sequence[Token]) -> Alignment:
    """The best alignment of `claim`, or of a reordering of it with the same meaning.

    If words of the claim are elsewhere in `source`, reorderings are tried: passive voice to active
    voice, in the claim or in the source, and an adjunct moved from one end to the other.
    """
    best = _align_in_order(tuple(claim), tuple(source))
    if not best.moved:
        return best
    for order in _reorderings(best.claim):
        best = max(best, _align_in_order(order, best.source), key=lambda found: found.score)
    for order in _to_active_voice(best.source):
        best = max(best, _align_in_order(tuple(claim), order), key=lambda found: found.score)
    return best


def _align_in_order(claim: tuple[Token, ...], source: tuple[Token, ...]) -> Alignment:
    """The alignment with the highest score, by dynamic programming (a weighted longest common
    subsequence)."""
    positions: dict[str, list[int]] = {}
    number_positions = []
    for n, token in enumerate(source):
        if token.number is not None:
            number_positions.append(n)
        else:
            positions.setdefault(token.key, []).append(n)
    width = len(source) + 1
    # best[j]: highest score of the claim so far against source[:j]. ends[i][j]: highest score of an
    # alignment that ends with the pair (i, j), and whether the pair follows (i - 1, j - 1).
    best = [0.0] * width
    ends: list[dict[int, tuple[float, bool]]] = []
    bests = [best]
    for token in claim:
        if token.number is not None:
            matching = [n for n in number_positions if token.matches(source[n])]
        else:
            matching = positions.get(token.key, [])
        row: dict[int, tuple[float, bool]] = {}
        score = _PAIR_SCORES[token.kind]
        previous = ends[-1] if ends else {}
        for n in matching:
            separate = best[n] + score
            adjacent = previous.get(n - 1)
            if adjacent is not None and adjacent[0] + score + _ADJACENT_BONUS * score > separate:
                row[n] = (adjacent[0] + score + _ADJACENT_BONUS * score, True)
            else:
                row[n] = (separate, False)
        ends.append(row)
        if row:
            updated = best[:]
            highest = 0.0
            for n in range(1, width):
                end = row.get(n - 1)
                if end is not None and end[0] > highest:
                    highest = end[0]
                if highest > updated[n]:
                    updated[n] = highest
            best = updated
        bests.append(best)
    return Alignment(claim, source, tuple(_trace_back(ends, bests)), best[-1])


def _trace_back(
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
            joined = True  # the next step takes the pair (here - 1, there - 1)
    return pairs[::-1]


def _reorderings(claim: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """Reorderings of `claim` with the same meaning."""
    orders = _to_active_voice(claim)
    body = claim[:-1] if claim and claim[-1].text == "." else claim
    # `On X, A is B` becomes `A is B on X`.
    comma = next((n for n, token in enumerate(body) if token.text == ","), None)
    if comma and body[0].text in _PREPOSITIONS:
        orders.append((*body[comma + 1 :], *body[:comma]))
    elif body and body[0].text in _PREPOSITIONS:  # without a comma
        orders += [(*body[n:], *body[:n]) for n in range(2, min(6, len(body)))]
    starts = [n for n, token in enumerate(body) if n > 2 and token.text in _PREPOSITIONS]
    orders += [(*body[n:], *body[:n]) for n in starts[-3:]]
    return orders[:_MAX_REORDERINGS]


def _to_active_voice(tokens: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """Active forms of passive clauses: `X is VERBed by Y` becomes `Y VERBed X`.

    Without an agent it becomes `VERBed X`.
    """
    orders: list[tuple[Token, ...]] = []
    for n, token in enumerate(tokens[:-1]):
        if token.key != "is":
            continue
        verb = next(
            (
                at
                for at in range(n + 1, min(n + 4, len(tokens)))
                if tokens[at].kind == "word" and _PARTICIPLE.search(tokens[at].text)
            ),
            None,
        )
        if verb is None:
            continue
        start = _clause_start(tokens, n)
        lead, patient = tokens[:start], tokens[start:n]
        by = next((at for at in range(verb, len(tokens)) if tokens[at].text == "by"), None)
        if by is not None:
            end = _phrase_end(tokens, by + 1)
            orders.append(
                (*lead, *tokens[by + 1 : end], *tokens[n + 1 : verb + 1], *patient,
                 *tokens[verb + 1 : by], *tokens[end:])
            )  # fmt: skip
        orders.append((*lead, *tokens[n + 1 : verb + 1], *patient, *tokens[verb + 1 :]))
    return orders[: _MAX_REORDERINGS // 2]


def _clause_start(tokens: Sequence[Token], end: int) -> int:
    """Position where the clause that contains position `end` begins."""
    for n in range(end - 1, -1, -1):
        if tokens[n].text in {",", ";", ":", "that", "and", "but", "which", "."}:
            return n + 1
    return 0


def _phrase_end(tokens: Sequence[Token], start: int) -> int:
    """Position after the phrase that begins at `start`."""
    for n in range(start + 1, len(tokens)):
        if tokens[n].kind == "mark" or tokens[n].text in _PREPOSITIONS - {"of"}:
            return n
    return len(tokens)
