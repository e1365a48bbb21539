"""The `[n]` of an answer: read out of what the model wrote, and given to claims that lack them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.verification.verifier import supported_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.answer import Evidence

_NUMBERS = r"\d+(?:\s*(?:,|;|and|&|-|–)\s*\d+)*"
_MARKER = re.compile(rf"\s*\[\s*{_NUMBERS}\s*\]", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
# How small models like to begin; it says nothing, and a quotation behind it is one no more.
_LEAD = re.compile(
    r"^(?:the\s+)?answer(?:\s+to\s+(?:the|this|your)\s+question)?(?:\s+is)?\s*:\s*", re.IGNORECASE
)
# A number of more digits is no citation.
_DIGITS = 6
_SPACE_BEFORE_MARK = re.compile(r"\s+([.,;:!?])")


def split_markers(text: str) -> tuple[str, tuple[int, ...]]:
    """`text` without its markers, and the numbers in them in order: `[1]`, `[1, 2]`, `[1-3]`.

    A lead such as "The answer is:" goes too.
    """
    cited: dict[int, None] = {}
    for marker in _MARKER.findall(text):
        for first, last in _RANGE.findall(marker):
            start = int(first[:_DIGITS])
            cited.update(dict.fromkeys(range(start, min(int(last[:_DIGITS]), start + 20) + 1)))
        numbers = re.findall(r"\d+", marker)
        cited.update((int(number), None) for number in numbers if len(number) <= _DIGITS)
    plain = _SPACE_BEFORE_MARK.sub(r"\1", _MARKER.sub("", text))
    return _LEAD.sub("", " ".join(plain.split())), tuple(cited)


def by_support(claim: str, evidence: Sequence[Evidence]) -> list[int]:
    """The numbers, from 1, of the evidence that has something of `claim`, the most first.

    To cite one of them: what a model put together from several without saying so is often wrong.
    """
    have = {
        n: len(supported_parts(claim, source.text)) for n, source in enumerate(evidence, start=1)
    }
    return sorted((n for n in have if have[n]), key=lambda n: -have[n])
