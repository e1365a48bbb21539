"""Rules that reject a claim which contradicts its evidence: negation, antonyms, comparisons.

Examples: `it does not help` for `it helps`, `increase` for `decrease`, `B outperforms A` for
`A outperforms B`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.text.antonyms import antonyms
from assistant.text.word_lists import word_list
from assistant.text.words import stem
from assistant.verification.alignment import Alignment
from assistant.verification.tokens import SCOPE_ENDS, Token, scope

# --- Negation ------------------------------------------------------------------------------------

_NEGATIONS = frozenset(
    {"not", "no", "never", "neither", "nor", "none", "without", "nothing", "unabl"}
)
_NEGATIVE_VERBS = frozenset({"lack", "fail", "unabl"})
# Negations that a claim may not add, and how close they are to the word that they negate.
_ADDED_NEGATIONS = frozenset({"not", "never"})
_ADJACENT = 2
# With one of these, the evidence denies something, perhaps in a clause that leaves out its verb.
_DENIALS = frozenset({"not", "neither", "none", "nor", "never"})
# Words around an affirmed word with which it may mean the same as a negated one.
_WEAKENING = _NEGATIONS | _NEGATIVE_VERBS | frozenset(map(stem, word_list("weakening_words")))
# A negation precedes the negated word by at most this many tokens.
_NEGATION_DISTANCE = 8


def negation_differs(aligned: Alignment) -> bool:
    """Whether the claim negates something that its evidence affirms, or the reverse."""
    claim, source = aligned.claim, aligned.source
    if _negation_count(claim) > _negation_count(source):
        return True
    for cue in _negation_cues(source):
        negated = _negation_scope(source, cue)
        in_claim = next((aligned.to_claim[n] for n in negated if n in aligned.to_claim), None)
        if in_claim is not None and not _is_negated(claim, in_claim):
            return True
        # In a reordered sentence the negated word is elsewhere in the claim, without a negation.
        if (
            negated
            and negated[0] not in aligned.to_claim
            and _affirms(claim, source[negated[0]])
            and not _affirms(source, source[negated[0]])
        ):
            return True
    for cue in _negation_cues(claim):
        in_source = [
            aligned.to_source[n] for n in _negation_scope(claim, cue) if n in aligned.to_source
        ]
        if not in_source or not _is_negated(source, in_source[0]):
            return True
    return False


def adds_negation(aligned: Alignment) -> bool:
    """Whether the claim negates a word next to a negation that the evidence only affirms.

    Unlike `negation_differs`, this is about one word and its neighbour: `do not match` for `match`.
    """
    claim, source = aligned.claim, aligned.source
    if any(token.key in _DENIALS for token in source):
        return False
    for cue in _negation_cues(claim):
        if claim[cue].key not in _ADDED_NEGATIONS or claim[max(0, cue - 1)].text == "or":
            continue
        negated = _negation_scope(claim, cue)[:1]
        if not negated or abs(negated[0] - cue) > _ADJACENT or negated[0] not in aligned.to_source:
            continue
        word = source[aligned.to_source[negated[0]]]
        if _affirms(source, word) and not _denies(source, word):
            return True
    return False


def _negation_count(tokens: Sequence[Token]) -> int:
    return sum(token.key in _NEGATIONS for token in tokens)


def _negation_cues(tokens: Sequence[Token]) -> list[int]:
    """Positions of negations and negative verbs, except in `not only`."""
    return [
        n
        for n, token in enumerate(tokens)
        if (token.key in _NEGATIONS or token.key in _NEGATIVE_VERBS)
        and not (n + 1 < len(tokens) and tokens[n + 1].text == "only")
    ]


def _negation_scope(tokens: Sequence[Token], cue: int) -> list[int]:
    positions = scope(tokens, cue, SCOPE_ENDS | {"but"}, _NEGATIVE_VERBS)
    # Without a word after it, as in `it does not.`, the cue negates the last word before it.
    return positions or [n for n in range(cue - 1, -1, -1) if tokens[n].kind == "word"][:1]


def _is_negated(tokens: Sequence[Token], position: int) -> bool:
    return any(
        position in _negation_scope(tokens, cue) and abs(position - cue) <= _NEGATION_DISTANCE
        for cue in _negation_cues(tokens)
    )


def _denies(tokens: Sequence[Token], word: Token) -> bool:
    """Whether `word` occurs in `tokens` with anything before or after it that weakens it."""
    return any(
        token.key == word.key and _WEAKENING.intersection(one.key for one in _around(tokens, n))
        for n, token in enumerate(tokens)
    )


def _around(tokens: Sequence[Token], position: int) -> Sequence[Token]:
    return tokens[max(0, position - _NEGATION_DISTANCE) : position + _NEGATION_DISTANCE]


def _affirms(tokens: Sequence[Token], word: Token) -> bool:
    """Whether `tokens` contain `word` without a negation."""
    return any(
        token.key == word.key and token.kind == "word" and not _is_negated(tokens, n)
        for n, token in enumerate(tokens)
    )


# --- Antonyms ------------------------------------------------------------------------------------

# Content words on each side of a word that show what it belongs to.
_NEIGHBOURS = 2
# Additional distance, in tokens, across punctuation or a contrast.
_CLAUSE_DISTANCE = 4
# Same stem as `activate` or `accord`, but no antonym.
_NO_ANTONYM = frozenset({"activity", "activities", "active", "actively", "accordingly"})


def reversed_words(aligned: Alignment) -> list[str]:
    """The words of the claim that replace their antonym in the evidence.

    Either the evidence has only the antonym, at a position that the claim omits, or the neighbours
    of the word are closer to the antonym in the evidence.
    """
    positions: defaultdict[str, list[int]] = defaultdict(list)
    for n, token in enumerate(aligned.source):
        if _may_have_antonym(token):
            positions[stem(token.text)].append(n)
    reversed_: list[str] = []
    for n, token in enumerate(aligned.claim):
        if not _may_have_antonym(token):
            continue
        opposite = [at for other in antonyms(stem(token.text)) for at in positions.get(other, ())]
        if not opposite:
            continue
        if n in aligned.to_source:
            is_reversed = not _keeps_neighbours(aligned, n, opposite)
        elif token.key in aligned.source_keys:
            # Moved, possibly to the place of its antonym.
            is_reversed = token.kind == "word"
        else:
            is_reversed = any(at not in aligned.to_claim for at in opposite)
        if is_reversed:
            reversed_.append(token.text)
    return reversed_


def _may_have_antonym(token: Token) -> bool:
    return token.kind in ("word", "function") and token.text not in _NO_ANTONYM


def _keeps_neighbours(aligned: Alignment, n: int, opposite: list[int]) -> bool:
    """Whether most neighbours of the claim's word `n` are closer to it than to `opposite`."""
    if aligned.claim[n].kind == "function":
        return True
    own = aligned.to_source[n]
    if aligned.to_source.get(n - 1) == own - 1 or aligned.to_source.get(n + 1) == own + 1:
        return True
    words = [m for m, token in enumerate(aligned.claim) if token.content and m != n]
    before, after = [m for m in words if m < n], [m for m in words if m > n]
    closer = []
    for m in before[-_NEIGHBOURS:] + after[:_NEIGHBOURS]:
        places = _source_positions(aligned, m)
        if places and places.isdisjoint((own, *opposite)):
            to_own = min(_distance(aligned, at, own) for at in places)
            to_opposite = min(_distance(aligned, at, o) for at in places for o in opposite)
            closer.append(to_own <= to_opposite)
    return 2 * sum(closer) >= len(closer)


def _source_positions(aligned: Alignment, n: int) -> set[int]:
    """Where the claim's token `n` is in the evidence: all its positions if it is not aligned."""
    if n in aligned.to_source:
        return {aligned.to_source[n]}
    token = aligned.claim[n]
    return {at for at, other in enumerate(aligned.source) if token.matches(other)}


def _distance(aligned: Alignment, one: int, other: int) -> int:
    first, last = min(one, other), max(one, other)
    boundaries = sum(
        token.kind == "mark" or token.text in ("but", "while", "whereas")
        for token in aligned.source[first:last]
    )
    return last - first + _CLAUSE_DISTANCE * boundaries


# --- Comparisons ---------------------------------------------------------------------------------

# Stems of verbs that rank their subject above (or below) their object.
_COMPARING_VERBS = frozenset(
    {"outperform", "underperform", "surpass", "exceed", "beat", "defeat", "domin"}
)
# Stems of words that compare together with `to` or `with`.
_COMPARING_WORDS = frozenset({"compar", "relat", "superior", "inferior", "prefer"})
_CLAUSE_ENDS = SCOPE_ENDS | {"but", "which", "while", "whereas", "that"}
# Words after which the right side of a comparison has ended.
_PHRASE_ENDS = frozenset(
    """in on at for by across when under and as with to from over during after before""".split()  # noqa: SIM905
)
_MAX_SIDE_WORDS = 6


@dataclass(frozen=True)
class _Comparison:
    """The keys of the content words on both sides."""

    left: frozenset[str]
    right: frozenset[str]


def comparison_is_reversed(aligned: Alignment) -> bool:
    """Whether a comparison of the claim has its sides swapped relative to the evidence."""
    in_source = _comparisons(aligned.source)
    return any(
        in_source and not any(_agree(comparison, other) for other in in_source)
        for comparison in _comparisons(aligned.claim)
    )


def _agree(one: _Comparison, other: _Comparison) -> bool:
    left, right = other.left - other.right, other.right - other.left
    same = len(one.left & left) + len(one.right & right)
    swapped = len(one.left & right) + len(one.right & left)
    return swapped == 0 or same > swapped


def _comparisons(tokens: Sequence[Token]) -> list[_Comparison]:
    comparisons = []
    for n, token in enumerate(tokens):
        following = tokens[n + 1].text if n + 1 < len(tokens) else ""
        if token.text in ("than", "vs") or token.key in _COMPARING_VERBS:
            start = n + 1
        elif token.key in _COMPARING_WORDS and following in ("to", "with"):
            start = n + 2
        else:
            continue
        left, right = _left_side(tokens, n), _right_side(tokens, start)
        if token.key in _COMPARING_VERBS and following == "by":  # `A is outperformed by B`
            left, right = _right_side(tokens, n + 2), left
        comparisons.append(_Comparison(left, right))
    return comparisons


def _left_side(tokens: Sequence[Token], end: int) -> frozenset[str]:
    keys: list[str] = []
    for n in range(end - 1, -1, -1):
        if tokens[n].text in (_CLAUSE_ENDS - {","}) | {"and"} and keys:
            break
        if tokens[n].content:
            keys.append(tokens[n].key)
    return frozenset(keys)


def _right_side(tokens: Sequence[Token], start: int) -> frozenset[str]:
    keys: list[str] = []
    for n in range(start, len(tokens)):
        if tokens[n].text in _CLAUSE_ENDS | _PHRASE_ENDS and keys:
            break
        if tokens[n].content:
            keys.append(tokens[n].key)
        if len(keys) == _MAX_SIDE_WORDS:
            break
    return frozenset(keys)
