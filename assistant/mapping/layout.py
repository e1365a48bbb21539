"""A 2-D layout of vectors by t-SNE: similar vectors get nearby points.

L. van der Maaten and G. Hinton, "Visualizing data using t-SNE", JMLR 9, 2008, with these later
improvements:

- Initialization with principal components and the learning rate follow D. Kobak and P. Berens,
  "The art of using t-SNE for single-cell transcriptomics", Nature Communications 10, 2019.
- Affinities are computed for nearest neighbours only; the others are 0.
- Repulsive forces are interpolated on a grid (see `repulsion`).
- A weak exaggeration remains until the end, which leaves space between clusters (J. N. Böhm,
  P. Berens and D. Kobak, "Attraction-repulsion spectrum in neighbor embeddings", JMLR 23, 2022).

Nothing is random: the same vectors in the same order get the same layout.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assistant.mapping.repulsion import repulsive_forces
from assistant.progress import NO_PROGRESS, Progress
from assistant.topics.clustering import Floats, Rows, nearest_neighbours

Points = npt.NDArray[np.float64]

# Fewer vectors have no neighbourhoods to preserve; the layout is their principal components.
MIN_TSNE_VECTORS = 8
# Effective number of neighbours. Affinities are computed for three times as many.
PERPLEXITY = 15.0
_EARLY_STEPS, _EARLY_EXAGGERATION = 100, 12.0
_LATE_STEPS, _LATE_EXAGGERATION = 300, 1.2
_MOMENTUM = 0.8
_MIN_GAIN = 0.01
# Limits how far a point moves in one step, so that none leaves the others far behind.
_MAX_STEP = 2.0
# Standard deviation of the initial points: so small that clusters can still change places.
_INITIAL_SCALE = 1e-2
_BISECTION_STEPS = 40
# Cells along a side of the map, about two per pixel. Only one point of a cell stays in place.
_CELLS = 1000


def tsne_layout(vectors: Floats, progress: Progress = NO_PROGRESS) -> Points:
    """Place `vectors`, which have shape (n, dimension), n > 0, and rows of length 1.

    The points have shape (n, 2). Their longer side lies along the first axis, from 0 to 1; the
    other one is centred on 0.5. Every step is reported to `progress`. After a stop, the result is
    the layout of the last step.
    """
    points = _principal_components(vectors)
    if len(vectors) >= MIN_TSNE_VECTORS:
        points = _tsne(vectors, points, progress)
    return _without_overlaps(_fit_to_unit_square(points))


def golden_angle_directions(numbers: Rows) -> Points:
    """A unit vector for each number; those of consecutive numbers are spread over the circle."""
    angles = numbers * (np.pi * (3 - np.sqrt(5)))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _principal_components(vectors: Floats) -> Points:
    """The first two principal components."""
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :2]
    # The sign of an axis is arbitrary; make its largest component positive.
    largest = np.abs(axes).argmax(axis=0)
    return np.asarray(centred @ (axes * np.sign(axes[largest, [0, 1]])), np.float64)


def _tsne(vectors: Floats, initial: Points, progress: Progress) -> Points:
    """Gradient descent with momentum and adaptive gains, from `initial` points."""
    count = len(vectors)
    perplexity = min(PERPLEXITY, (count - 1) / 3)
    steps = _EARLY_STEPS + _LATE_STEPS
    progress.report(0, steps)
    neighbours, cosines = nearest_neighbours(vectors, min(count - 1, int(3 * perplexity)), progress)
    affinities = _affinities(2.0 - 2.0 * cosines.astype(np.float64), perplexity) / (2 * count)
    scale = max(float(initial[:, 0].std()), 1e-6)
    # The spiral gives equal vectors different points; equal points would never separate.
    points = initial / scale * _INITIAL_SCALE + _spiral(count) * (_INITIAL_SCALE / 100)
    update, gains = np.zeros_like(points), np.ones_like(points)
    for step in range(steps):
        if progress.stop_requested:
            break
        exaggeration = _EARLY_EXAGGERATION if step < _EARLY_STEPS else _LATE_EXAGGERATION
        repulsion, normalization = repulsive_forces(points)
        attraction = _attractive_forces(points, neighbours, affinities)
        gradient = 4 * (exaggeration * attraction - repulsion / normalization)
        # Momentum subtracts the gradient, so equal signs mean that the direction has changed.
        gains = np.where(np.sign(gradient) == np.sign(update), gains * 0.8, gains + 0.2)
        np.maximum(gains, _MIN_GAIN, out=gains)
        # A higher learning rate overshoots.
        update = _MOMENTUM * update - count / exaggeration * gains * gradient
        length = np.sqrt((update**2).sum(axis=1, keepdims=True))
        update *= np.minimum(1.0, _MAX_STEP / np.maximum(length, _MAX_STEP))
        points = points + update
        points -= points.mean(axis=0)
        progress.report(step + 1, steps)
    return points


def _affinities(distances: Points, perplexity: float) -> Points:
    """The affinity of each vector to its neighbours; rows sum to 1.

    `distances` are squared, shape (n, k). Bisection finds the bandwidth of each row's Gaussian
    kernel at which the row's entropy is log(perplexity).
    """
    distances = distances - distances.min(axis=1, keepdims=True)
    target = np.log(perplexity)
    low = np.full((len(distances), 1), -10.0)
    high = np.full((len(distances), 1), 25.0)
    for _ in range(_BISECTION_STEPS):
        middle = (low + high) / 2
        kernel = np.exp(-distances * np.exp(middle))
        total = kernel.sum(axis=1, keepdims=True)
        mean_distance = (distances * kernel).sum(axis=1, keepdims=True) / total
        entropy = np.log(total) + np.exp(middle) * mean_distance
        low = np.where(entropy > target, middle, low)
        high = np.where(entropy > target, high, middle)
    return np.asarray(kernel / total)


def _attractive_forces(points: Points, neighbours: Rows, affinities: Points) -> Points:
    """The attractive part of the gradient, which points away from the neighbours."""
    x, y = points[:, 0], points[:, 1]
    dx = x[:, None] - x[neighbours]
    dy = y[:, None] - y[neighbours]
    weights = affinities / (1 + dx**2 + dy**2)
    targets = neighbours.ravel()
    forces = [
        # Affinities are symmetric: every pair acts on both of its points.
        force.sum(axis=1) - np.bincount(targets, force.ravel(), len(points))
        for force in (dx * weights, dy * weights)
    ]
    return np.stack(forces, axis=1)


def _spiral(count: int) -> Points:
    """Distinct points that fill the unit disc evenly (a sunflower spiral)."""
    numbers = np.arange(count)
    radii = np.sqrt((numbers + 0.5) / count)[:, None]
    return np.asarray(radii * golden_angle_directions(numbers))


def _fit_to_unit_square(points: Points) -> Points:
    """Rotate `points` so that their largest variance is horizontal, and scale them to 0...1."""
    centred = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    rotated = centred @ axes[:, ::-1]
    low, high = rotated.min(axis=0), rotated.max(axis=0)
    side = float((high - low).max())
    if side < 1e-9:
        return np.full_like(points, 0.5)
    return np.asarray((rotated - (low + high) / 2) / side + 0.5)


def _without_overlaps(points: Points) -> Points:
    """Move points that share a grid cell apart, in a spiral around the first one."""
    _, cells = np.unique((points * _CELLS).round(), axis=0, return_inverse=True)
    order = np.argsort(cells, kind="stable")
    sorted_cells = cells[order]
    starts = np.searchsorted(sorted_cells, sorted_cells)
    # The position of each point among those of its cell.
    rank = np.empty(len(points), np.intp)
    rank[order] = np.arange(len(points)) - starts
    moved = points + (np.sqrt(rank) / _CELLS)[:, None] * golden_angle_directions(rank)
    return np.asarray(np.clip(moved, 0.0, 1.0))
