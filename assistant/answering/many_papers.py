"""Answers about many papers: a list of those that fit a topic, an overview of what they say.

Every paper that fits gives one sentence, the one that says most about the topic; nothing is
written, so nothing can be wrong but the choice.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from assistant.answering.evidence import Found, as_evidence, near_papers, says_something
from assistant.answering.ranking import rank
from assistant.text.words import vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.question import Question
    from assistant.library import Filters, Hit, Library

# Papers that are looked at, and the most that an overview quotes.
LOOKED_AT = 50
LISTED = 25
OVERVIEW = 6
# A paper fits when its cosine with the topic and half the share of the topic's words in it make
# this much together, and this share of the best paper's. Chosen on benchmarks/questions.jsonl.
_FITS = 0.72
_OF_BEST = 0.62
_WORDS = 0.5
_FITS_BY_WORDS = 0.45  # without vectors: all, or nearly all of the words


def list_papers(topic: Question, library: Library, filters: Filters) -> Found:
    """Every paper that fits `topic`, with its best sentence."""
    return _fitting(topic, library, filters, LISTED)


def overview(topic: Question, library: Library, filters: Filters) -> Found:
    """What the papers that fit `topic` best say about it."""
    return _fitting(topic, library, filters, OVERVIEW)


def _fitting(topic: Question, library: Library, filters: Filters, most: int) -> Found:
    hits = library.search(topic.text, LOOKED_AT, filters)
    if not topic.words and filters.given:
        fits = {hit.stored.number: 1.0 for hit in hits}  # `author:hinton` alone says it all
    else:
        fits = _fits(topic, hits)
    chosen = sorted(
        (hit for hit in hits if hit.stored.number in fits), key=lambda hit: -fits[hit.stored.number]
    )
    left_out = len(chosen) - most
    chosen = chosen[:most]
    ranking = rank(topic, chosen, library.embed_words, every_paper=True)
    best: dict[int, int] = {}
    rows = range(len(ranking.candidates))
    for row in sorted(rows, key=lambda row: not says_something(ranking.candidates[row].sentence)):
        best.setdefault(ranking.candidates[row].hit.stored.number, row)
    numbers = [hit.stored.number for hit in chosen if hit.stored.number in best]
    return Found(
        evidence=tuple(as_evidence(ranking, best[n], min(1.0, fits[n])) for n in numbers),
        nearest=near_papers(hits),
        odds=math.inf if numbers else -math.inf,
        whole=True,
        headed=True,
        note=f"{left_out} more papers fit less well and are left out." if left_out > 0 else None,
    )


def _fits(topic: Question, hits: Sequence[Hit]) -> dict[int, float]:
    """How well the papers that fit do so, by number."""
    texts = {
        hit.stored.number: vocabulary(f"{hit.stored.title} {hit.stored.abstract}") for hit in hits
    }
    weights = {
        word: math.log(1 + len(hits) / (1 + sum(word in text for text in texts.values())))
        for word in topic.words
    }
    total = sum(weights.values()) or 1.0
    found = {}
    for hit in hits:
        text = texts[hit.stored.number]
        share = sum(weight for word, weight in weights.items() if word in text) / total
        found[hit.stored.number] = _WORDS * share + (hit.similarity or 0.0)
    best = max(found.values(), default=0.0)
    least = _FITS if any(hit.similarity is not None for hit in hits) else _FITS_BY_WORDS
    return {n: fit for n, fit in found.items() if fit >= max(least, _OF_BEST * best)}
