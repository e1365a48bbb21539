"""Whether a claim compares the same with the same: `A outperforms B` is not `B outperforms A`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.verification.alignment import Alignment
from assistant.verification.tokens import Token

# Stems of verbs whose subject is above their object.
_VERBS = frozenset({"outperform", "underperform", "surpass", "exceed", "beat", "defeat", "domin"})
_COMPARING = frozenset({"compar", "relat", "superior", "inferior", "prefer"})
_ENDS = frozenset({",", ";", ":", ".", "(", ")", "but", "which", "while", "whereas", "that"})
# Behind these the other side of a comparison is over.
_PHRASE_ENDS = frozenset(
    [
        "in",
        "on",
        "at",
        "for",
        "by",
        "across",
        "when",
        "under",
        "and",
        "as",
        "with",
        "to",
        "from",
        "over",
        "during",
        "after",
        "before",
    ]
)
_MOST = 6


@dataclass(frozen=True)
class _Comparison:
    left: frozenset[str]
    right: frozenset[str]


def comparison_reversed(aligned: Alignment) -> bool:
    """Whether the two sides of a comparison of the claim stand the other way round there."""
    there = _comparisons(aligned.source)
    return any(
        there and not any(_agrees(here, other) for other in there)
        for here in _comparisons(aligned.claim)
    )


def _agrees(here: _Comparison, there: _Comparison) -> bool:
    left, right = there.left - there.right, there.right - there.left
    same = len(here.left & left) + len(here.right & right)
    turned = len(here.left & right) + len(here.right & left)
    return turned == 0 or same > turned


def _comparisons(found: Sequence[Token]) -> list[_Comparison]:
    comparisons = []
    for n, token in enumerate(found):
        following = found[n + 1].text if n + 1 < len(found) else ""
        if token.text in ("than", "vs") or token.key in _VERBS:
            start = n + 1
        elif token.key in _COMPARING and following in ("to", "with"):
            start = n + 2
        else:
            continue
        left, right = _left(found, n), _right(found, start)
        if token.key in _VERBS and following == "by":  # `A is outperformed by B`
            left, right = _right(found, n + 2), left
        if not left and n and token.key in _COMPARING:
            left = frozenset()
        comparisons.append(_Comparison(left, right))
    return comparisons


def _left(found: Sequence[Token], end: int) -> frozenset[str]:
    keys: list[str] = []
    for n in range(end - 1, -1, -1):
        if found[n].text in (_ENDS - {","}) | {"and"} and keys:
            break
        if found[n].content:
            keys.append(found[n].key)
    return frozenset(keys)


def _right(found: Sequence[Token], start: int) -> frozenset[str]:
    keys: list[str] = []
    for n in range(start, len(found)):
        if (found[n].text in _ENDS or found[n].text in _PHRASE_ENDS) and keys:
            break
        if found[n].content:
            keys.append(found[n].key)
        if len(keys) == _MOST:
            break
    return frozenset(keys)
