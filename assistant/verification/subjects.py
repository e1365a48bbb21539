"""Recognizes claims that say of the paper's own thing what the evidence says of something else."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from assistant.verification.alignment import Alignment
from assistant.verification.tokens import Token

# With these a subject is what others have made, or what was before.
_OF_OTHERS = frozenset(
    {
        *("existing", "previous", "prior", "conventional", "traditional", "earlier", "former"),
        *("most", "many", "previously", "classical", "standard"),
    }
)
_OWN = frozenset({"we", "our", "ours", "it", "they"})
_CLAUSE_ENDS = frozenset({".", "?", "!", ",", ";", ":"})
# `This requires`: a fact that an earlier sentence tells, not `this method requires`.
_AUXILIARIES = frozenset(
    {
        *("has", "had", "can", "could", "may", "might", "will", "would"),
        *("does", "did", "often", "also", "usually", "typically", "in"),
    }
)
# What ends like a verb of the third person: `this process`, `this analysis`, and `this is a tool`,
# which tells of the paper's own.
_NOUN_ENDING = re.compile(r"(?:ss|us|is|was|ics|series|species|bias|lens|atlas|canvas)$")


def is_said_of_others(aligned: Alignment, title: Collection[str]) -> bool:
    """Whether a word of the title stands in place of a subject that is not the paper's own.

    That is `This requires much coding`, where "this" is what an earlier sentence tells, and
    `Existing tools require much coding`.
    """
    first = next((n for n, token in enumerate(aligned.claim) if _is_aligned(aligned, n)), None)
    if first is None or not any(
        token.key in title and token.key not in aligned.source_keys
        for token in aligned.claim[:first]
    ):
        return False
    before = _of_its_clause(aligned.source[: aligned.to_source[first]])
    words = [token.text for token in before if token.kind in ("word", "function")]
    if not words or not _OWN.isdisjoint(words):
        return False
    claimed = {token.text for token in aligned.claim}
    if words[0] == "this" and len(words) > 1:
        second = words[1]
        is_verb = second.endswith("s") and not _NOUN_ENDING.search(second)
        return (second in _AUXILIARIES or is_verb) and "this" not in claimed
    return any(word in _OF_OTHERS and word not in claimed for word in words[:2])


def _is_aligned(aligned: Alignment, n: int) -> bool:
    return aligned.claim[n].content and n in aligned.to_source


def _of_its_clause(tokens: Sequence[Token]) -> Sequence[Token]:
    ends = [n for n, token in enumerate(tokens) if token.text in _CLAUSE_ENDS]
    return tokens[ends[-1] + 1 :] if ends else tokens
