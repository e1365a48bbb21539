"""Vectors -> places in the plane: what is near in meaning is near in the picture.

This is t-SNE (L. van der Maaten and G. Hinton, "Visualizing data using t-SNE", JMLR 9, 2008) as it
is done today: the start is the plane in which the vectors differ most and the steps are as long as
D. Kobak and P. Berens advise ("The art of using t-SNE for single-cell transcriptomics", Nature
Communications 10, 2019); likeness to far ones counts as nothing; the pushing apart is computed on a
grid (see `repulsion`). At the end, attraction stays a little stronger than the theory says, which
leaves room between groups (J. N. Böhm, P. Berens and D. Kobak, "Attraction-repulsion spectrum in
neighbor embeddings", JMLR 23, 2022). Nothing is drawn at random: the same vectors in the same order
have the same places.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assistant.mapping.repulsion import repulsion
from assistant.progress import NO_PROGRESS, Progress
from assistant.topics.clustering import Floats, Rows, nearest_neighbours

Points = npt.NDArray[np.float64]

# Below that many there is no neighbourhood to keep: they lie where they differ most.
FEWEST_EMBEDDED = 8
# How many neighbours count, smoothly; three times as many are looked at.
PERPLEXITY = 15.0
_EARLY, _EARLY_EXAGGERATION = 100, 12.0
_LATE, _LATE_EXAGGERATION = 300, 1.2
_MOMENTUM = 0.8
_LEAST_GAIN = 0.01
# Nothing flies away from the map.
_LONGEST_STEP = 2.0
# Length of the start, so short that every group can still go anywhere.
_START = 1e-2
_BISECTIONS = 40
# So many spots on a side, about two for each pixel that shows them.
_SPOTS = 1000


def layout(vectors: Floats, progress: Progress = NO_PROGRESS) -> Points:
    """Places for `vectors` of shape (n, dimension), n > 0, with rows of length 1.

    The result has shape (n, 2); its longer side lies along the first axis and runs from 0 to 1, the
    other is centred on 0.5. Every step of the descent is reported; after a stop the places are
    those of the last step.
    """
    points = _plane(vectors)
    if len(vectors) >= FEWEST_EMBEDDED:
        points = _embedded(vectors, points, progress)
    return _parted(_framed(points))


def _plane(vectors: Floats) -> Points:
    """The vectors in the plane in which they differ most: their first two principal components."""
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :2]
    # An axis has no direction of its own: its longest part points forward.
    longest = np.abs(axes).argmax(axis=0)
    return np.asarray(centred @ (axes * np.sign(axes[longest, [0, 1]])), np.float64)


def _embedded(vectors: Floats, start: Points, progress: Progress) -> Points:
    count = len(vectors)
    perplexity = min(PERPLEXITY, (count - 1) / 3)
    steps = _EARLY + _LATE
    progress.report(0, steps)
    near, cosines = nearest_neighbours(vectors, min(count - 1, int(3 * perplexity)), progress)
    shares = _likeness(2.0 - 2.0 * cosines.astype(np.float64), perplexity) / (2 * count)
    scale = max(float(start[:, 0].std()), 1e-6)
    # Papers with the same vector start apart, or nothing would ever part them.
    points = start / scale * _START + _spiral(count) * (_START / 100)
    step, gains = np.zeros_like(points), np.ones_like(points)
    for number in range(steps):
        if progress.stop_requested:
            break
        pull = _EARLY_EXAGGERATION if number < _EARLY else _LATE_EXAGGERATION
        pushed, total = repulsion(points)
        slope = 4 * (pull * _attraction(points, near, shares) - pushed / total)
        # What goes on in its direction goes faster, what turns back slower.
        gains = np.where(np.sign(slope) == np.sign(step), gains * 0.8, gains + 0.2)
        np.maximum(gains, _LEAST_GAIN, out=gains)
        # Steps that are much longer would overshoot.
        step = _MOMENTUM * step - count / pull * gains * slope
        length = np.sqrt((step**2).sum(axis=1, keepdims=True))
        step *= np.minimum(1.0, _LONGEST_STEP / np.maximum(length, _LONGEST_STEP))
        points = points + step
        points -= points.mean(axis=0)
        progress.report(number + 1, steps)
    return points


def _likeness(distances: Points, perplexity: float) -> Points:
    """Shares that fall with the squared `distances`, shape (n, k), and sum to 1 in each row.

    How fast they fall is found by halving, so that each row's entropy is that of `perplexity`
    equal neighbours.
    """
    distances = distances - distances.min(axis=1, keepdims=True)
    wanted = np.log(perplexity)
    low = np.full((len(distances), 1), -10.0)
    high = np.full((len(distances), 1), 25.0)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        shares = np.exp(-distances * np.exp(middle))
        total = shares.sum(axis=1, keepdims=True)
        spread = (distances * shares).sum(axis=1, keepdims=True) / total
        entropy = np.log(total) + np.exp(middle) * spread
        low = np.where(entropy > wanted, middle, low)
        high = np.where(entropy > wanted, high, middle)
    return np.asarray(shares / total)


def _attraction(points: Points, near: Rows, shares: Points) -> Points:
    """What draws each point away from those that it is like; the slope, so it points outward."""
    x, y = points[:, 0], points[:, 1]
    right = x[:, None] - x[near]
    down = y[:, None] - y[near]
    pull = shares / (1 + right**2 + down**2)
    ends = near.ravel()
    found = []
    for part in (right * pull, down * pull):
        found.append(part.sum(axis=1) - np.bincount(ends, part.ravel(), len(points)))
    return np.stack(found, axis=1)


def _spiral(count: int) -> Points:
    """Places that fill a disc of radius 1 evenly, no two of which are the same."""
    number = np.arange(count)
    return np.asarray(np.sqrt((number + 0.5) / count)[:, None] * _directions(number))


def _directions(numbers: Rows) -> Points:
    """A direction of length 1 for each number; those of any that follow each other are spread."""
    angles = numbers * (np.pi * (3 - np.sqrt(5)))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _framed(points: Points) -> Points:
    """The points turned so that they are wide rather than high, in a square from 0 to 1."""
    centred = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    turned = centred @ axes[:, ::-1]
    low, high = turned.min(axis=0), turned.max(axis=0)
    side = float((high - low).max())
    if side < 1e-9:
        return np.full_like(points, 0.5)
    return np.asarray((turned - (low + high) / 2) / side + 0.5)


def _parted(points: Points) -> Points:
    """The points, those that lie on one spot side by side around it."""
    _, spots = np.unique((points * _SPOTS).round(), axis=0, return_inverse=True)
    order = np.argsort(spots, kind="stable")
    found = spots[order]
    starts = np.searchsorted(found, found)
    rank = np.empty(len(points), np.intp)
    rank[order] = np.arange(len(points)) - starts
    beside = points + (np.sqrt(rank) / _SPOTS)[:, None] * _directions(rank)
    return np.asarray(np.clip(beside, 0.0, 1.0))
