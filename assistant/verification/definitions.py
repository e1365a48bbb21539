"""Rule that rejects `X is a Y` where the evidence says of something else that it is a Y."""

from __future__ import annotations

from collections.abc import Collection

from assistant.verification.alignment import Alignment
from assistant.verification.number_binding import without_parentheses

# A longer subject is no name: `the most common use of X in Y`.
_MAX_SUBJECT = 5
# X stands at most this many tokens before Y, or right after it (`a language called X`).
_BEFORE, _AFTER = 12, 8
# Tokens between two words of Y.
_MAX_GAP = 6
_ARTICLES = frozenset({"a", "the"})
# The name does not follow these any more: `a language called X and the tool Y`.
_NEW_PHRASE = frozenset({"and", "or", "but", "which"})
# A clause that ends here says nothing of what follows.
_ENDS = frozenset({".", ";", "!", "?"})


def is_of_another(aligned: Alignment, ignored: Collection[str]) -> bool:
    """Whether the claim defines something by what the evidence says of something else.

    `ignored` are keys of words in the subject that name nothing, such as `method`.
    """
    claim = sorted(aligned.claim, key=lambda token: token.start)
    copula = next((n for n, token in enumerate(claim[:-2]) if token.key == "is"), None)
    if copula is None or claim[copula + 1].key not in _ARTICLES:
        return False
    named = without_parentheses(claim[:copula])
    subject = [token for token in named if token.content and token.key not in ignored]
    marks = any(token.kind == "mark" for token in named)
    if not subject or len(subject) > _MAX_SUBJECT or marks:
        return False
    # Otherwise the title names the subject, which another rule checks.
    if not all(aligned.in_source(token) for token in subject):
        return False
    starts = {token.start for token in claim[copula + 1 :]}
    described = sorted(
        there
        for here, there in aligned.pairs
        if aligned.claim[here].start in starts and aligned.claim[here].content
    )
    if not described:
        return False
    head = end = described[0]
    for position in described:
        # A word of Y that the evidence repeats further on does not belong to the description.
        if position - end <= _MAX_GAP:
            end = position
    # `a growth factor (X), a hormone` names it in parentheses.
    before = aligned.source[max(0, head - _BEFORE) : head]
    before = (*without_parentheses(aligned.source[:head])[-_BEFORE:], *before)
    stop = max((n for n, token in enumerate(before) if token.text in _ENDS), default=-1)
    after = aligned.source[end + 1 : end + 1 + _AFTER]
    ends = (n for n, token in enumerate(after) if token.kind == "mark" or token.key in _NEW_PHRASE)
    near = (*before[stop + 1 :], *aligned.source[head : end + 1], *after[: next(ends, None)])
    keys = {token.key for token in near}
    return not all(token.key in keys for token in subject)
