"""Evidence for `What is X?`: the sentences that say so come before those that only speak of X."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answering.retrieval import RetrievedEvidence, retrieve_evidence

if TYPE_CHECKING:
    from assistant.answering.question import Question
    from assistant.library import Filters, Library

# So many more sentences are looked at.
_WIDER = 2
# How likely a sentence that defines the thing is the answer, at least.
_LIKELY = 0.9


def define(
    question: Question, thing: str, library: Library, limit: int, filters: Filters
) -> RetrievedEvidence:
    """Evidence for what `thing` is, or stands for."""
    found = retrieve_evidence(question, library, _WIDER * limit, filters)
    defining = [source for source in found.evidence if defines(source.text, thing)]
    others = [source for source in found.evidence if source not in defining]
    first = [replace(source, score=max(source.score, _LIKELY)) for source in defining[:1]]
    return replace(found, evidence=tuple([*first, *defining[1:], *others][:limit]))


def defines(sentence: str, thing: str) -> bool:
    """Whether `sentence` says what `thing` is: by name, in brackets, or by presenting it."""
    name = rf"(?<!\w){re.escape(thing)}(?!\w)"
    return (
        re.search(
            rf"\(\s*{name}s?\s*\)"
            rf"|{name}\s*\("
            rf"|{name},?\s+(?:is|are|was|refers|denotes|stands|means)\b"
            rf"|{name},\s+(?:an?|the)\b"
            rf"|\b(?:called|named|dubbed|termed|introduc\w+|present\w*|propos\w+|develop\w*"
            rf"|describ\w+)\b[^.]{{0,60}}?{name}",
            sentence,
            re.IGNORECASE,
        )
        is not None
    )
