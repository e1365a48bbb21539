"""Clusters of vectors: spherical k-means, after smoothing each vector with its neighbours.

Smoothing moves each vector toward its nearest neighbours, so that related papers in different words
come close. The random seed is fixed: the same vectors in the same order give the same clusters.
docs/digest.md describes the steps.
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
# Iteration stops when at most this share of the vectors changes its cluster.
_CONVERGED = 0.002
_NEIGHBOURS = 10
# Above this number vectors are not smoothed: finding neighbours takes quadratic time.
_MOST_SMOOTHED = 20_000
# Dimension of the vectors for k-means: as good as the full dimension, and faster.
_DIMENSIONS = 48
# Clusters are merged if the mean cosine between them is at least this share of that within them.
_MERGE_SHARE = 0.9
# A vector is an outlier if its mean cosine with the rest of its cluster is below this share of the
# median, or below _MIN_COSINE. 1 of 10 pairs of papers from different fields has a higher cosine
# (MiniLM).
_MIN_SHARE_OF_MEDIAN = 0.6
_MIN_COSINE = 0.15
_MIN_CLUSTER_SIZE = 2
# Bounds the memory of a comparison with all other vectors.
_BLOCK = 512


def cluster(vectors: Floats, count: int) -> list[list[int]]:
    """Group `vectors` into at most `count` clusters, the largest first, without outliers.

    Clusters that are close to each other are merged. `vectors` has shape (n, dimension) and rows of
    length 1. A cluster is a list of row numbers in ascending order.
    """
    if len(vectors) < _MIN_CLUSTER_SIZE:
        return []
    labels = _k_means(_reduced(_smoothed(vectors)), count)
    clusters = _merged(vectors, [np.flatnonzero(labels == label) for label in np.unique(labels)])
    return sorted(_without_outliers(vectors, clusters), key=lambda rows: (-len(rows), rows))


def normalized(rows: Floats) -> Floats:
    """`rows` scaled to length 1; rows of zeros stay zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, np.finfo(np.float32).tiny), np.float32)


def nearest_neighbours(
    vectors: Floats, count: int, progress: Progress = NO_PROGRESS
) -> tuple[Rows, Floats]:
    """The `count` nearest other rows of each row of `vectors`, nearest first, and their cosines.

    `vectors` has shape (n, dimension) and rows of length 1, and `count` is below n. Both results
    have shape (n, count). The search is exact, and ties are in row order. After a stop, the
    remaining rows are 0.
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
    return normalized(vectors + vectors[neighbours].mean(axis=1))


def _reduced(vectors: Floats) -> Floats:
    """`vectors` projected onto their first singular vectors, scaled to length 1."""
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    return normalized(vectors @ axes[:, ::-1][:, :_DIMENSIONS].astype(np.float32))


def _k_means(vectors: Floats, count: int) -> Rows:
    """The label of each row, from the best of several initializations."""
    random = np.random.default_rng(_SEED)
    best, best_cosine = np.zeros(len(vectors), np.intp), -np.inf
    for _ in range(_RESTARTS):
        labels, cosine = _lloyd(vectors, _initial_centres(vectors, count, random))
        # Equal clusterings may differ by rounding; keep the first one.
        if cosine > best_cosine + 1e-6:
            best, best_cosine = labels, cosine
    return best


def _initial_centres(vectors: Floats, count: int, random: np.random.Generator) -> Floats:
    """k-means++: rows drawn with a probability proportional to their distance from those drawn."""
    chosen = [int(random.integers(len(vectors)))]
    distances = np.full(len(vectors), np.inf)
    for _ in range(count - 1):
        distances = np.minimum(distances, 1.0 - vectors @ vectors[chosen[-1]])
        distances[distances < 1e-6] = 0.0
        if not distances.any():
            break
        chosen.append(int(random.choice(len(vectors), p=distances / distances.sum())))
    return vectors[chosen]


def _lloyd(vectors: Floats, centres: Floats) -> tuple[Rows, float]:
    """Lloyd's iterations: the label of each row, and the mean cosine of rows and their centres."""
    labels = np.full(len(vectors), -1, np.intp)
    for _ in range(_MAX_ITERATIONS):
        cosines = vectors @ centres.T
        previous, labels = labels, cosines.argmax(axis=1)
        if np.count_nonzero(previous != labels) <= len(vectors) * _CONVERGED:
            break
        # A centre without members stays unchanged.
        used = np.unique(labels)
        members = (labels == used[:, None]).astype(np.float32)
        centres[used] = normalized(members @ vectors)
    return labels, float(cosines.max(axis=1).mean())


def _merged(vectors: Floats, clusters: list[Rows]) -> list[Rows]:
    """Merge clusters that are close to each other, the closest pair first."""
    while len(clusters) > 1:
        means = [vectors[rows].mean(axis=0, dtype=np.float64) for rows in clusters]
        within = [float(_mean_cosines(vectors[rows]).mean()) for rows in clusters]
        closest, pair = -np.inf, (0, 0)
        for one, other in combinations(range(len(clusters)), 2):
            # A single row has no cosine within its cluster. Two of them need _MERGE_SHARE.
            scales = [within[n] for n in (one, other) if len(clusters[n]) > 1] or [1.0]
            scale = max(_MIN_COSINE, prod(scales) ** (1 / len(scales)))
            closeness = float(means[one] @ means[other]) / scale
            if closeness > closest:
                closest, pair = closeness, (one, other)
        if closest < _MERGE_SHARE:
            break
        joined = np.sort(np.concatenate([clusters[n] for n in pair]))
        clusters = [rows for n, rows in enumerate(clusters) if n not in pair] + [joined]
    return clusters


def _without_outliers(vectors: Floats, clusters: Sequence[Rows]) -> list[list[int]]:
    """The clusters without outliers; clusters of a single row are dropped."""
    cosines = [_mean_cosines(vectors[rows]) for rows in clusters]
    least = max(_MIN_COSINE, _MIN_SHARE_OF_MEDIAN * float(np.median(np.concatenate(cosines))))
    kept = [rows[cosine >= least].tolist() for rows, cosine in zip(clusters, cosines, strict=True)]
    return [rows for rows in kept if len(rows) >= _MIN_CLUSTER_SIZE]


def _mean_cosines(members: Floats) -> Floats:
    """The mean cosine of each row with the others."""
    products = members @ members.sum(axis=0, dtype=np.float64).astype(np.float32)
    return np.asarray((products - 1) / max(1, len(members) - 1), np.float32)
