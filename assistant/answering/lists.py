"""Answers about many papers: a list of those that fit a topic, an overview of what they say.

Every paper that fits gives one sentence, the one that says most about the topic; nothing is
written, so nothing can be wrong but the choice.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from assistant.answering.reranker import rerank
from assistant.answering.retrieval import (
    RetrievedEvidence,
    as_evidence,
    embed_for,
    near_papers,
    says_something,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.answering.question import Question
    from assistant.answering.reranker import RankedSentences
    from assistant.library import Filters, Library

# Papers that are looked at, and the most that an overview quotes.
LOOKED_AT = 50
LISTED = 25
OVERVIEW = 6
# A paper fits when its cosine with the topic, how near its words are to the topic's, and a quarter
# of the share of the topic's words that it has make this much together, and this share of the best
# paper's. Chosen on the tuning half of benchmarks/questions.jsonl.
_FITS = 0.85
_OF_BEST = 0.75
_WORDS = 0.25
_FITS_BY_WORDS = 0.75  # without vectors that share alone counts


def list_papers(topic: Question, library: Library, filters: Filters) -> RetrievedEvidence:
    """Every paper that fits `topic`, with its best sentence."""
    return _fitting(topic, library, filters, LISTED)


def overview(topic: Question, library: Library, filters: Filters) -> RetrievedEvidence:
    """What the papers that fit `topic` best say about it."""
    return _fitting(topic, library, filters, OVERVIEW)


def _fitting(topic: Question, library: Library, filters: Filters, most: int) -> RetrievedEvidence:
    hits = library.search(topic.text, LOOKED_AT, filters)
    ranking = rerank(topic, hits, embed_for(library), every_paper=True)
    rows = range(len(ranking.candidates))
    best: dict[int, int] = {}
    for row in sorted(rows, key=lambda row: not says_something(ranking.candidates[row].sentence)):
        best.setdefault(ranking.candidates[row].hit.stored.number, row)
    # `author:hinton` alone says it all.
    fits = _fits(ranking, best) if topic.words else dict.fromkeys(best, 1.0)
    chosen = sorted(fits, key=lambda number: -fits[number])
    left_out = len(chosen) - most
    return RetrievedEvidence(
        evidence=tuple(as_evidence(ranking, best[n], min(1.0, fits[n])) for n in chosen[:most]),
        nearest=near_papers(hits),
        odds=math.inf if chosen else -math.inf,
        whole=True,
        headed=True,
        note=f"{left_out} more papers fit less well and are left out." if left_out > 0 else None,
    )


def _fits(ranking: RankedSentences, rows: Mapping[int, int]) -> dict[int, float]:
    """How well the papers that fit do so, by number; `rows` are their sentences in `ranking`."""
    found = {number: _fit(ranking, row) for number, row in rows.items()}
    least = _FITS if ranking.with_vectors else _FITS_BY_WORDS
    best = max(found.values(), default=0.0)
    return {n: fit for n, fit in found.items() if fit >= max(least, _OF_BEST * best)}


def _fit(ranking: RankedSentences, row: int) -> float:
    words = float(ranking.feature("paper_words")[row])
    if not ranking.with_vectors:
        return words
    near = ranking.feature("paper_cosine")[row] + ranking.feature("paper_nearest_words")[row]
    return float(near) + _WORDS * words
