"""Fusion of BM25 scores, cosines and nearest neighbours into one score per paper.

docs/architecture.md has the figures behind the weights; `python -m benchmarks.retrieval` measures
them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from assistant.embedder import Vector

# Weight of a cosine; the BM25 score as a share of the best score has weight 1.
_COSINE = 2.0
# The share of a paper's score that comes from its nearest papers, and how many these are: relevant
# papers are close to each other (F. Diaz, "Regularizing ad hoc retrieval scores", CIKM 2005).
_NEIGHBOURS = 0.3
_NEAREST = 3


def fuse(
    bm25: Mapping[int, float], cosine: Mapping[int, float], vectors: Mapping[int, Vector]
) -> dict[int, float]:
    """Score of each paper that has a BM25 score (0 or more) or a cosine; higher is better.

    `vectors` are the papers' vectors of length 1. Each of the three may lack papers. A paper
    without a cosine gets the lowest cosine of the papers with a BM25 score, so that having a vector
    is no advantage in itself.
    """
    best = max(bm25.values(), default=0.0) or 1.0
    unknown = min((cosine[number] for number in bm25 if number in cosine), default=0.0)
    own = {
        number: bm25.get(number, 0.0) / best + _COSINE * cosine.get(number, unknown)
        for number in (*bm25, *(number for number in cosine if number not in bm25))
    }
    return own | _smoothed({number: own[number] for number in own if number in vectors}, vectors)


def _smoothed(own: Mapping[int, float], vectors: Mapping[int, Vector]) -> dict[int, float]:
    """Mix each score with those of the nearest papers, weighted by their cosines."""
    if len(own) <= _NEAREST:
        return dict(own)
    scores = np.array(list(own.values()))
    matrix = np.stack([vectors[number] for number in own])
    near = matrix @ matrix.T
    np.fill_diagonal(near, -1.0)
    nearest = np.argpartition(-near, _NEAREST, axis=1)[:, :_NEAREST]
    weights = np.maximum(np.take_along_axis(near, nearest, axis=1), 1e-6)
    around = (weights * scores[nearest]).sum(axis=1) / weights.sum(axis=1)
    smoothed = (1.0 - _NEIGHBOURS) * scores + _NEIGHBOURS * around
    return dict(zip(own, smoothed.tolist(), strict=True))
