"""Answers that compare: evidence for each of the two sides, so that both are heard."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from assistant.answering.question import Question
from assistant.answering.retrieval import RetrievedEvidence, retrieve_evidence, says_something

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.answer import Evidence
    from assistant.library import Filters, Library


def compare(
    question: Question, sides: Sequence[str], library: Library, limit: int, filters: Filters
) -> RetrievedEvidence:
    """Evidence for the comparison of `sides` that `question` asks for.

    Each side gives the best sentences of the paper that fits it best, in turns. It is as likely an
    answer as the side that fits worse, or as the evidence for the question as a whole.
    """
    together = retrieve_evidence(question, library, limit, filters)
    halves = [retrieve_evidence(Question.of(side), library, 2 * limit, filters) for side in sides]
    turns = zip_longest(*(_best(half, max(1, limit // 2)) for half in halves))
    evidence = dict.fromkeys(source for source in chain.from_iterable(turns) if source)
    return RetrievedEvidence(
        evidence=tuple(evidence),
        nearest=together.nearest,
        odds=max(together.odds, min(half.odds for half in halves)),
        whole=True,
        headed=True,
    )


def _best(half: RetrievedEvidence, count: int) -> list[Evidence]:
    """The first `count` sentences of the best paper, those that say something first."""
    paper = half.evidence[0].stored.number if half.evidence else None
    own = [source for source in half.evidence if source.stored.number == paper]
    own.sort(key=lambda source: not says_something(source.sentence))
    return own[:count]
