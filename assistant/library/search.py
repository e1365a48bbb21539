"""Hybrid search: the BM25 ranking and the nearest vectors, fused by reciprocal rank."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.library.catalog import Catalog
from assistant.library.records import Hit
from assistant.library.vector_search import VectorSearch
from assistant.library.vectors import Matrix, VectorRows

# Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet and individual rank
# learning methods", SIGIR 2009, use this constant.
_FUSION = 60
# How much of each ranking is fused.
_DEPTH = 50


def search(
    query: str,
    vector: Matrix | None,
    limit: int,
    catalog: Catalog,
    rows: VectorRows,
    vectors: VectorSearch,
) -> list[Hit]:
    """The `limit` best papers for `query`, whose embedding `vector` is; None: full text alone."""
    depth = max(_DEPTH, limit)
    by_words = catalog.ranked(query, depth)
    nearest = vectors.nearest_papers(vector, depth) if vector is not None else []
    bm25_rank = {number: rank for rank, number in enumerate(by_words, start=1)}
    vector_rank = {number: rank for rank, (number, _) in enumerate(nearest, start=1)}
    scores = fused(by_words, [number for number, _ in nearest])
    best = sorted(scores, key=lambda number: (-scores[number], number))[:limit]
    similarity = dict(nearest)
    if vector is not None:
        similarity |= _similarities([n for n in best if n not in similarity], vector, rows)
    papers = catalog.by_number(best)
    return [
        Hit(
            stored=papers[number],
            score=scores[number],
            bm25_rank=bm25_rank.get(number),
            vector_rank=vector_rank.get(number),
            similarity=similarity.get(number),
        )
        for number in best
        if number in papers  # else it was merged into another one just now
    ]


def fused(*rankings: Sequence[int]) -> dict[int, float]:
    """Score of each paper: the sum of 1 / (60 + rank) over the rankings that have it."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, number in enumerate(ranking, start=1):
            scores[number] = scores.get(number, 0.0) + 1.0 / (_FUSION + rank)
    return scores


def _similarities(numbers: Sequence[int], vector: Matrix, rows: VectorRows) -> dict[int, float]:
    """Best chunk's cosine of papers that only their words brought up."""
    best: dict[int, float] = {}
    if not numbers:
        return best
    batch = rows.of_papers(numbers)
    if not len(batch.chunks):
        return best
    for paper, cosine in zip(batch.papers.tolist(), (batch.vectors @ vector).tolist(), strict=True):
        best[paper] = max(cosine, best.get(paper, -1.0))
    return best
