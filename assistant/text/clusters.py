"""Points -> groups of points in nearly the same direction: k-means by angle.

Whatever is drawn is drawn from a fixed seed: the same points give the same groups.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

_SEED = 0
_STARTS = 10
_MOST_STEPS = 30
# Groups have settled when no larger share of the points changes its group.
_SETTLED = 0.002


def groups_by_angle(points: Floats, count: int) -> list[list[int]]:
    """The rows of `points` in `count` groups, or fewer if they are not that different.

    `points` has shape (n, dimension), n > 0, and rows of length 1. A group is the list of its rows.
    """
    draw = np.random.default_rng(_SEED)
    best, closest = np.zeros(len(points), np.intp), -np.inf
    for _ in range(_STARTS):
        labels, closeness = _cluster(points, _start(points, count, draw))
        # Two starts that come to the same groups differ by rounding only; the first one stays.
        if closeness > closest + 1e-6:
            best, closest = labels, closeness
    found = [np.flatnonzero(best == label).tolist() for label in range(count)]
    return [group for group in found if group]


def unit(rows: Floats) -> Floats:
    """`rows` with length 1; those of length 0 stay as they are."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, np.finfo(np.float32).tiny), np.float32)


def _start(points: Floats, count: int, draw: np.random.Generator) -> Floats:
    """Centres to begin with: each is a point, likelier when far from the others (k-means++)."""
    chosen = [int(draw.integers(len(points)))]
    distances = np.full(len(points), np.inf)
    for _ in range(count - 1):
        distances = np.minimum(distances, 1.0 - points @ points[chosen[-1]])
        distances[distances < 1e-6] = 0.0
        if not distances.any():
            break
        chosen.append(int(draw.choice(len(points), p=distances / distances.sum())))
    return points[chosen]


def _cluster(points: Floats, centres: Floats) -> tuple[Places, float]:
    """The number of the centre of every point, and how close they are to it on average."""
    labels = np.full(len(points), -1, np.intp)
    for _ in range(_MOST_STEPS):
        similar = points @ centres.T
        before, labels = labels, similar.argmax(axis=1)
        if np.count_nonzero(before != labels) <= len(points) * _SETTLED:
            break
        # A centre that is closest to no point stays where it is.
        taken = np.unique(labels)
        inside = (labels == taken[:, None]).astype(np.float32)
        centres[taken] = unit(inside @ points)
    return labels, float(similar.max(axis=1).mean())
