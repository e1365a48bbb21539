"""Whether a claim denies what its evidence denies, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.verification.alignment import Alignment
from assistant.verification.tokens import Token

_CUES = frozenset({"not", "no", "never", "neither", "nor", "none", "without", "nothing", "unabl"})
_VERBS = frozenset({"lack", "fail", "unabl"})
# What is denied stands behind the word that denies, at most so many words with content away.
_REACH = 3
# A word that denies stands at most so many tokens before what it denies.
_BEFORE = 6
_ENDS = frozenset({",", ";", ":", ".", "but", "(", ")"})


def negation_differs(aligned: Alignment) -> bool:
    """Whether something is denied in the claim but not in its evidence, or there but not here."""
    claim, source = aligned.claim, aligned.source
    if _denials(claim) > _denials(source):
        return True
    for at in _cues(source):
        for head in _heads(source, at):
            here = aligned.said.get(head)
            if here is None:
                continue
            if not _is_denied(claim, here):
                return True
            break
        # What is left of a swapped sentence: the word is in the claim, in another place.
        heads = _heads(source, at)[:1]
        if (
            heads
            and heads[0] not in aligned.said
            and _names_it(claim, source[heads[0]])
            and not _names_it(source, source[heads[0]])
        ):
            return True
    for at in _cues(claim):
        there = [aligned.place[head] for head in _heads(claim, at) if head in aligned.place]
        if not there or not _is_denied(source, there[0]):
            return True
    return False


def _denials(found: Sequence[Token]) -> int:
    return sum(token.key in _CUES for token in found)


def _cues(found: Sequence[Token]) -> list[int]:
    return [
        n
        for n, token in enumerate(found)
        if (token.key in _CUES or token.key in _VERBS)
        and not (n + 1 < len(found) and found[n + 1].text == "only")
    ]


def _heads(found: Sequence[Token], cue: int) -> list[int]:
    heads: list[int] = []
    for n in range(cue + 1, len(found)):
        if found[n].text in _ENDS or len(heads) == _REACH:
            break
        if found[n].kind in ("word", "number") and found[n].key not in _VERBS:
            heads.append(n)
    if not heads:  # `it does not.`
        heads = [n for n in range(cue - 1, -1, -1) if found[n].kind == "word"][:1]
    return heads


def _is_denied(found: Sequence[Token], at: int) -> bool:
    return any(at in _heads(found, cue) and abs(at - cue) <= _BEFORE + 2 for cue in _cues(found))


def _names_it(claim: Sequence[Token], word: Token) -> bool:
    return any(
        token.key == word.key and token.kind == "word" and not _is_denied(claim, n)
        for n, token in enumerate(claim)
    )
