"""One score for each paper out of how its words and its meaning fit."""

from __future__ import annotations

# Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet and individual rank
# learning methods", SIGIR 2009, use this constant.
_FUSION = 60


def fuse(bm25: dict[int, float], cosine: dict[int, float]) -> dict[int, float]:
    """Score of each paper that has a BM25 score (0 or more) or a cosine; higher is better.

    A paper may lack either: its words may fit nothing, and it may have no vectors.
    """
    scores = dict.fromkeys((*bm25, *cosine), 0.0)
    for ranked in (bm25, cosine):
        order = sorted(ranked, key=lambda number: (-round(ranked[number], 5), number))
        for rank, number in enumerate(order, start=1):
            scores[number] += 1.0 / (_FUSION + rank)
    return scores
