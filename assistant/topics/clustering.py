"""Vectors -> clusters of similar ones: spherical k-means over vectors smoothed by their neighbours.

Smoothing moves each vector toward its nearest neighbours, so that related papers in different words
end up together. Random choices use a fixed seed: the same vectors in the same order give the same
clusters. docs/topics.md has the figures that decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import prod

import numpy as np
import numpy.typing as npt

from assistant.progress import NO_PROGRESS, Progress

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]

_SEED = 0
_RESTARTS = 10
_MAX_ITERATIONS = 30
# An iteration that moves no larger share of the vectors is the last one.
_CONVERGED = 0.002
_NEIGHBOURS = 10
# Finding neighbours takes time quadratic in the number of vectors; above this, vectors are not
# smoothed.
_MOST_SMOOTHED = 20_000
# Leading directions that k-means uses: as good as all of them, and faster.
_DIRECTIONS = 48
# Two clusters are merged if the mean cosine between them reaches this share of that within them.
_SEPARATE = 0.9
# A vector is an outlier if its mean cosine with the rest of its cluster is below this share of the
# median, or below the second figure, which 1 of 10 pairs of MiniLM's vectors of papers from
# different fields reach.
_LEAST_SHARE = 0.6
_LEAST_COSINE = 0.15
_SMALLEST_CLUSTER = 2
# Bounds the memory of a comparison with all other vectors.
_BLOCK = 512


def cluster(vectors: Floats, count: int) -> list[list[int]]:
    """The rows of `vectors` in at most `count` clusters, the largest first; outliers are in none.

    Clusters that are not separate are merged, so similar vectors alone are one cluster.

    `vectors` has shape (n, dimension) and rows of length 1. A cluster lists its rows in ascending
    order.
    """
    if len(vectors) < _SMALLEST_CLUSTER:
        return []
    labels = _k_means(_leading_directions(_smoothed(vectors)), count)
    clusters = _merged(vectors, [np.flatnonzero(labels == label) for label in np.unique(labels)])
    return sorted(_without_outliers(vectors, clusters), key=lambda rows: (-len(rows), rows))


def unit(rows: Floats) -> Floats:
    """`rows` scaled to length 1; rows of length 0 stay as they are."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, np.finfo(np.float32).tiny), np.float32)


def nearest_neighbours(
    vectors: Floats, count: int, progress: Progress = NO_PROGRESS
) -> tuple[Rows, Floats]:
    """The `count` nearest other rows of each row of `vectors`, nearest first, and their cosines.

    `vectors` has shape (n, dimension) and rows of length 1, and `count` is below n. Both results
    have shape (n, count). Ties are in row order. The search is exact; after a stop the remaining
    rows are 0.
    """
    neighbours = np.zeros((len(vectors), count), np.intp)
    cosines = np.zeros((len(vectors), count), np.float32)
    for start in range(0, len(vectors), _BLOCK):
        if progress.stop_requested:
            break
        block = vectors[start : start + _BLOCK] @ vectors.T
        rows = np.arange(len(block))
        block[rows, start + rows] = -np.inf
        found = np.sort(np.argpartition(-block, count - 1, axis=1)[:, :count], axis=1)
        near = np.take_along_axis(block, found, axis=1)
        order = np.argsort(-near, axis=1, kind="stable")
        neighbours[start : start + len(block)] = np.take_along_axis(found, order, axis=1)
        cosines[start : start + len(block)] = np.take_along_axis(near, order, axis=1)
    return neighbours, cosines


def _smoothed(vectors: Floats) -> Floats:
    """Each vector plus the mean of its nearest neighbours."""
    count = min(_NEIGHBOURS, len(vectors) // 4)
    if not count or len(vectors) > _MOST_SMOOTHED:
        return vectors
    neighbours, _ = nearest_neighbours(vectors, count)
    return unit(vectors + vectors[neighbours].mean(axis=1))


def _leading_directions(vectors: Floats) -> Floats:
    """The vectors in the directions that hold most of their length, scaled to length 1."""
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    return unit(vectors @ axes[:, ::-1][:, :_DIRECTIONS].astype(np.float32))


def _k_means(vectors: Floats, count: int) -> Rows:
    """The label of each row, from the best of several starts."""
    random = np.random.default_rng(_SEED)
    best, best_cosine = np.zeros(len(vectors), np.intp), -np.inf
    for _ in range(_RESTARTS):
        labels, cosine = _converged(vectors, _initial_centres(vectors, count, random))
        # Starts that reach the same clusters differ by rounding only; the first one stays.
        if cosine > best_cosine + 1e-6:
            best, best_cosine = labels, cosine
    return best


def _initial_centres(vectors: Floats, count: int, random: np.random.Generator) -> Floats:
    """Rows drawn with a probability proportional to their distance from the others (k-means++)."""
    chosen = [int(random.integers(len(vectors)))]
    distances = np.full(len(vectors), np.inf)
    for _ in range(count - 1):
        distances = np.minimum(distances, 1.0 - vectors @ vectors[chosen[-1]])
        distances[distances < 1e-6] = 0.0
        if not distances.any():
            break
        chosen.append(int(random.choice(len(vectors), p=distances / distances.sum())))
    return vectors[chosen]


def _converged(vectors: Floats, centres: Floats) -> tuple[Rows, float]:
    """The label of each row after iterating, and the mean cosine of rows and their centres."""
    labels = np.full(len(vectors), -1, np.intp)
    for _ in range(_MAX_ITERATIONS):
        cosines = vectors @ centres.T
        previous, labels = labels, cosines.argmax(axis=1)
        if np.count_nonzero(previous != labels) <= len(vectors) * _CONVERGED:
            break
        # A centre that is nearest to no row keeps its place.
        used = np.unique(labels)
        members = (labels == used[:, None]).astype(np.float32)
        centres[used] = unit(members @ vectors)
    return labels, float(cosines.max(axis=1).mean())


def _merged(vectors: Floats, clusters: list[Rows]) -> list[Rows]:
    """The clusters after merging those that are not separate, the closest pair first."""
    while len(clusters) > 1:
        means = [vectors[rows].mean(axis=0, dtype=np.float64) for rows in clusters]
        within = [float(_mean_cosines(vectors[rows]).mean()) for rows in clusters]
        closest, pair = -np.inf, (0, 0)
        for one, other in combinations(range(len(clusters)), 2):
            # A single row has no cosine within; two of them are compared with copies.
            scales = [within[n] for n in (one, other) if len(clusters[n]) > 1] or [1.0]
            scale = max(_LEAST_COSINE, prod(scales) ** (1 / len(scales)))
            closeness = float(means[one] @ means[other]) / scale
            if closeness > closest:
                closest, pair = closeness, (one, other)
        if closest < _SEPARATE:
            break
        joined = np.sort(np.concatenate([clusters[n] for n in pair]))
        clusters = [rows for n, rows in enumerate(clusters) if n not in pair] + [joined]
    return clusters


def _without_outliers(vectors: Floats, clusters: Sequence[Rows]) -> list[list[int]]:
    """The clusters of two rows and more without the rows that are unlike the rest."""
    cosines = [_mean_cosines(vectors[rows]) for rows in clusters]
    least = max(_LEAST_COSINE, _LEAST_SHARE * float(np.median(np.concatenate(cosines))))
    kept = [rows[cosine >= least].tolist() for rows, cosine in zip(clusters, cosines, strict=True)]
    return [rows for rows in kept if len(rows) >= _SMALLEST_CLUSTER]


def _mean_cosines(members: Floats) -> Floats:
    """The mean cosine of each row with the others."""
    products = members @ members.sum(axis=0, dtype=np.float64).astype(np.float32)
    return np.asarray((products - 1) / max(1, len(members) - 1), np.float32)
