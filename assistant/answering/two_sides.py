"""Answers that compare: evidence for each of the two sides, so that both are heard."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answering.evidence import Found, find_evidence
from assistant.answering.question import Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.answer import Evidence
    from assistant.library import Filters, Library


def compare(
    question: Question, sides: Sequence[str], library: Library, limit: int, filters: Filters
) -> Found:
    """Evidence for the comparison of `sides` that `question` asks for.

    The best sentences for the whole question come first if they speak of both sides; else each
    side gives its own. A side that the library has nothing about makes it a refusal.
    """
    together = find_evidence(question, library, limit, filters)
    halves = [
        find_evidence(Question.of(side), library, max(1, limit // 2), filters) for side in sides
    ]
    if not all(half.evidence for half in halves):
        return replace(together, evidence=(), odds=-1.0)
    chosen: dict[tuple[int, int], Evidence] = {}
    for rank in range(max(1, limit // 2)):
        for half in halves:
            for source in half.evidence[rank : rank + 1]:
                chosen.setdefault((source.stored.number, source.start), source)
    for source in together.evidence[:1]:
        chosen.setdefault((source.stored.number, source.start), source)
    evidence = tuple(chosen.values())[: limit + 1]
    return Found(
        evidence=evidence,
        nearest=together.nearest,
        odds=max(together.odds, min(half.odds for half in halves)),
        whole=True,
        headed=True,
    )
