"""Rules that reject a claim which joins parts of different clauses of its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.text.words import stem
from assistant.verification.alignment import Alignment, Gap
from assistant.verification.number_binding import without_parentheses
from assistant.verification.tokens import Token

_COORDINATORS = frozenset({"and", "or", ","})
_BREAKS = frozenset({"and", "or", ",", ";", ":", ".", "(", ")"})
_CONTRASTS = frozenset(
    {"but", "while", "whereas", "although", "though", "however", ";", ".", "unlike", "despite"}
)
# Words that begin a clause with its own subject or object.
_CLAUSE_STARTS = frozenset({"that", "which", "who", "where", "when", "because", "since", "whose"})
_PRONOUNS = frozenset({"it", "they", "he", "she", "we"})
_CONDITIONS = frozenset({"if", "unless", "except"})
# Words between the conjunction of a list and its last item.
_BEFORE_ITEM = frozenset(
    """a an the its their our especially particularly finally also even""".split()  # noqa: SIM905
)
_RESPECTIVELY = stem("respectively")


def is_spliced(aligned: Alignment) -> bool:
    """Whether two neighbouring words of the claim belong to different clauses of the evidence.

    The claim can omit words within a clause; a parenthesis or a part between commas; a whole list
    item with its conjunction or comma; the start of a sentence that continues with a pronoun.
    """
    return any(_joins_clauses(aligned, gap) for gap in aligned.gaps()) or _splits_respectively(
        aligned
    )


def joins_a_number(aligned: Alignment) -> bool:
    """Whether the claim has a number, and goes from one clause to what the next one does.

    `A won 99% of its games, and it beat B` is not `A won 99% of its games against B`.
    """
    has_number = any(token.number is not None for token in aligned.claim)
    return has_number and any(_drops_a_subject(_omitted(aligned, gap)) for gap in aligned.gaps())


def dropped_conditions(aligned: Alignment) -> list[str]:
    """`if`, `unless` or `except` of the evidence that the claim omits, but not what they govern."""
    texts = {token.text for token in aligned.claim}
    dropped = []
    for n, token in enumerate(aligned.source):
        if token.text in _CONDITIONS and token.text not in texts:
            after = range(n + 1, len(aligned.source))
            governed = [m for m in after if aligned.source[m].content][:2]
            if governed and all(m in aligned.to_claim for m in governed):
                dropped.append(token.text)
    return dropped


def _joins_clauses(aligned: Alignment, gap: Gap) -> bool:
    omitted = _omitted(aligned, gap)
    texts = [token.text for token in omitted]
    if not any(text in _BREAKS or text in _CONTRASTS for text in texts):
        return False
    between = [token.text for token in aligned.claim[gap.claim_before + 1 : gap.claim_after]]
    contrast = any(text in _CONTRASTS for text in texts)
    if not any(token.content for token in omitted):
        # Only the conjunction is omitted; another conjunction can replace a contrast.
        return contrast and not any(text in _CONTRASTS | _COORDINATORS for text in between)
    if texts[0] == texts[-1] == ",":  # a part between commas
        return False
    if contrast:
        return not _starts_new_clause(omitted, between)
    if texts[0] == "," and texts[1:2] in (["which"], ["who"]) and not _BREAKS & {*texts[2:]}:
        return False  # `X, which makes Y` -> `X makes Y`
    if any(text in _CLAUSE_STARTS for text in texts):
        return True
    if _drops_a_subject(omitted):
        return True  # `A won, and it beat B` -> `A won B`
    if texts[0] in _COORDINATORS or texts[-1] in _COORDINATORS:
        return False
    # `a, b and the c` -> `the c`: the article is between the conjunction and the item.
    remaining = [text for text in texts if text not in _BEFORE_ITEM]
    return not (remaining and remaining[-1] in _COORDINATORS)


def _omitted(aligned: Alignment, gap: Gap) -> list[Token]:
    """What the claim omits within `gap`, without complete parentheses."""
    return without_parentheses(
        [
            aligned.source[n]
            for n in range(gap.source_before + 1, gap.source_after)
            if n not in aligned.to_claim
        ]
    )


def _drops_a_subject(omitted: Sequence[Token]) -> bool:
    """Whether a clause with a pronoun as its subject lost this and its verb."""
    rest = [token for token in omitted if token.text not in _COORDINATORS]
    return bool(rest) and rest[0].text in _PRONOUNS and any(token.content for token in rest)


def _starts_new_clause(omitted: Sequence[Token], between: Sequence[str]) -> bool:
    """Whether the claim continues with a clause of its own where the evidence does."""
    contrasts = [n for n, token in enumerate(omitted) if token.text in _CONTRASTS]
    rest = [token for token in omitted[contrasts[-1] + 1 :] if token.kind != "mark"]
    if not all(token.kind == "function" for token in rest):
        return False
    # `A is small, but it is fast` -> `A is fast`; `A is small while having ears` -> `A has ears`.
    return any(text in _CONTRASTS | {"and", ","} for text in between) or any(
        token.text in ("it", "they", "having") for token in rest
    )


def _splits_respectively(aligned: Alignment) -> bool:
    """Whether the claim picks items from lists that `respectively` ties together."""
    end = next((n for n, token in enumerate(aligned.source) if token.key == _RESPECTIVELY), None)
    if end is None:
        return False
    if end in aligned.to_claim:
        return any(aligned.claim[n].content for n in aligned.moved)
    start = max((n for n in range(end) if aligned.source[n].text in (".", ";")), default=-1)
    opening = [n for n in range(end) if aligned.source[n].text == "("]
    closing = [n for n in range(end) if aligned.source[n].text == ")"]
    if len(opening) > len(closing):
        start = opening[-1]  # it applies only within its parentheses
    return any(
        start < gap.source_before and gap.source_after < end
        and any(t.content for t in aligned.source[gap.source_before + 1 : gap.source_after])
        for gap in aligned.gaps()
    )  # fmt: skip
