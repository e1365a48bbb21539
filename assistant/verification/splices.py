"""Whether a claim joins what stands in different clauses of its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.text.words import stem
from assistant.verification.alignment import Alignment
from assistant.verification.number_binding import without_brackets
from assistant.verification.tokens import Token

_COORDINATORS = frozenset({"and", "or", ","})
_BREAKS = frozenset({"and", "or", ",", ";", ":", ".", "(", ")"})
_CONTRASTS = frozenset(
    {"but", "while", "whereas", "although", "though", "however", ";", ".", "unlike", "despite"}
)
# With these a clause begins that has a subject or an object of its own.
_CLAUSES = frozenset({"that", "which", "who", "where", "when", "because", "since", "whose"})
_CONDITIONS = frozenset({"if", "unless", "except", "only"})
# Between the `and` of a row and its last member.
_BEFORE_MEMBER = frozenset(
    {
        "a",
        "an",
        "the",
        "its",
        "their",
        "our",
        "especially",
        "particularly",
        "finally",
        "also",
        "even",
    }
)
_RESPECTIVELY = stem("respectively")


def spliced(aligned: Alignment) -> bool:
    """Whether two neighbouring words of the claim are parted there by what belongs to one alone.

    What may be left out between them: words within a clause; a parenthesis or a part between
    commas; a whole member of a row, with its `and` or comma before or behind it; the beginning of a
    new sentence that goes on with a pronoun.
    """
    return any(
        _parts(aligned, here, next_here, there, next_there)
        for here, next_here, there, next_there in aligned.gaps()
    ) or _takes_apart(aligned)


def condition_dropped(aligned: Alignment) -> list[str]:
    """`if`, `unless`, `except` of the evidence that govern what the claim says without them."""
    kept = {token.text for token in aligned.claim}
    found = []
    for n, token in enumerate(aligned.source):
        if token.text in _CONDITIONS - {"only"} and token.text not in kept:
            heads = [m for m in range(n + 1, len(aligned.source)) if aligned.source[m].content][:2]
            if heads and all(m in aligned.said for m in heads):
                found.append(token.text)
    return found


def _parts(aligned: Alignment, here: int, next_here: int, there: int, next_there: int) -> bool:
    gap = without_brackets(
        [aligned.source[n] for n in range(there + 1, next_there) if n not in aligned.said]
    )
    texts = [token.text for token in gap]
    if not any(text in _BREAKS or text in _CONTRASTS for text in texts):
        return False
    joined = [token.text for token in aligned.claim[here + 1 : next_here]]
    if not any(token.content for token in gap):
        # Nothing is left out but how the two are joined; `and` for `but` does no harm.
        contrast = any(text in _CONTRASTS for text in texts)
        return contrast and not any(text in _CONTRASTS | _COORDINATORS for text in joined)
    if _is_parenthesis(texts):
        return False
    if any(text in _CONTRASTS for text in texts):
        return not _begins_anew(gap, joined)
    if texts[0] == "," and texts[1:2] in (["which"], ["who"]) and not _BREAKS & {*texts[2:]}:
        return False  # `X, which makes Y` -> `X makes Y`
    if any(text in _CLAUSES for text in texts):
        return True
    first, last = texts[0], texts[-1]
    if first in _COORDINATORS or last in _COORDINATORS:
        return False
    # `a, b and the c` -> `the c`: the article stands between.
    tail = [text for text in texts if text not in _BEFORE_MEMBER]
    return not (tail and tail[-1] in _COORDINATORS)


def _is_parenthesis(texts: Sequence[str]) -> bool:
    """`, ... ,`: a part that stands between marks."""
    return texts[0] == "," and texts[-1] == ","


def _begins_anew(gap: Sequence[Token], joined: Sequence[str]) -> bool:
    """Whether the claim goes on with a clause of its own where the evidence does."""
    marks = [n for n, token in enumerate(gap) if token.text in _CONTRASTS]
    rest = [token for token in gap[marks[-1] + 1 :] if token.kind != "mark"]
    goes_on = any(text in _CONTRASTS | {"and", ","} for text in joined)
    if not all(token.kind == "small" for token in rest):
        return False
    # `A is small, but it is fast` -> `A is fast`
    # and `A is small while having ears` -> `A has ears`
    return goes_on or any(token.text in ("it", "they", "having") for token in rest)


def _takes_apart(aligned: Alignment) -> bool:
    """Whether the claim picks from lists that belong together by `respectively`."""
    end = next((n for n, token in enumerate(aligned.source) if token.key == _RESPECTIVELY), None)
    if end is None:
        return False
    if end in aligned.said:
        return any(aligned.claim[n].content for n in aligned.moved)
    start = max((n for n in range(end) if aligned.source[n].text in (".", ";")), default=-1)
    opened = [n for n in range(end) if aligned.source[n].text == "("]
    closed = [n for n in range(end) if aligned.source[n].text == ")"]
    if len(opened) > len(closed):
        start = opened[-1]  # it is said of what is in its brackets
    return any(
        start < there and next_there < end
        and any(token.content for token in aligned.source[there + 1 : next_there])
        for _, _, there, next_there in aligned.gaps()
    )  # fmt: skip
