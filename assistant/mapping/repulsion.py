"""How points of the plane push each other away, all at once: by a grid and the Fourier transform.

After G. C. Linderman, M. Rachh, J. G. Hoskins, S. Steinerberger and Y. Kluger, "Fast
interpolation-based t-SNE for improved visualization of single-cell RNA-seq data", Nature Methods
16 (2019): every point is spread over the nodes around it, the nodes push each other by a
convolution, and the points read off what their nodes feel. Time grows with the number of points and
the area that they cover, not with the number of pairs.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_Places = npt.NDArray[np.intp]

# Distance of two nodes: the forces change over distances of 1.
_SPACING = 0.33
# Wider maps have wider meshes.
_MOST_NODES = 290
# Numbers of nodes on a side: the transform has twice as many, and likes small factors.
_SIDES = tuple(
    sorted(
        {
            2**two * 3**three * 5**five
            for two in range(4, 10)
            for three in range(4)
            for five in range(3)
            if 2**two * 3**three * 5**five <= 2 * _MOST_NODES
        }
    )
)
# Fewer points are compared pair by pair: as fast, and right however far apart they lie.
_FEW = 250
# Each point is spread over so many nodes on each axis: interpolation by cubic polynomials.
_SPREAD = 4


def repulsion(points: Floats) -> tuple[Floats, float]:
    """What pushes each of `points`, shape (n, 2), away from all others, and the sum to divide by.

    That is the sum over the others of (y - y') / (1 + d²)², d being their distance, and the sum of
    1 / (1 + d²) over all pairs in both orders. With many points both are some hundredths off.
    """
    if len(points) <= _FEW:
        return _pair_by_pair(points)
    low = points.min(axis=0)
    span = float((points.max(axis=0) - low).max())
    spacing = max(_SPACING, span / (_MOST_NODES - _SPREAD))
    # The spacing goes up in steps, so that the kernels can be kept.
    if spacing > _SPACING:
        spacing = _SPACING * 1.1 ** np.ceil(np.log(spacing / _SPACING) / np.log(1.1))
    needed = int(span / spacing) + 1 + _SPREAD
    side = next(one for one in _SIDES if one >= needed)
    columns, weights = _spread((points - low) / spacing + 1.0)
    places = (columns[0][:, :, None] * side + columns[1][:, None, :]).reshape(len(points), -1)
    shares = (weights[0][:, :, None] * weights[1][:, None, :]).reshape(len(points), -1)
    charges = np.bincount(places.ravel(), shares.ravel(), side * side).reshape(side, side)
    spectrum = np.fft.rfft2(charges.astype(np.float32), (2 * side, 2 * side))
    felt = np.fft.irfft2(_kernels(side, spacing) * spectrum, (2 * side, 2 * side))
    nodes = felt[:, :side, :side].reshape(3, -1)
    read = (nodes[:, places] * shares).sum(axis=2)
    # Every point has met itself at distance 0.
    return read[1:].T.astype(np.float64), max(float(read[0].sum()) - len(points), 1e-12)


def _pair_by_pair(points: Floats) -> tuple[Floats, float]:
    apart = points[:, None, :] - points[None, :, :]
    near = 1 / (1 + (apart**2).sum(axis=2))
    pushed = (apart * (near**2)[:, :, None]).sum(axis=1)
    return pushed, max(float(near.sum()) - len(points), 1e-12)


def _spread(points: Floats) -> tuple[list[_Places], list[Floats]]:
    """For each axis the nodes around each point and their shares, each of shape (n, 4)."""
    columns, weights = [], []
    for axis in range(2):
        first = np.floor(points[:, axis]).astype(np.intp)
        t = points[:, axis] - first
        # Lagrange's polynomials through nodes at -1, 0, 1 and 2.
        shares = (
            -t * (t - 1) * (t - 2) / 6,
            (t + 1) * (t - 1) * (t - 2) / 2,
            -(t + 1) * t * (t - 2) / 2,
            (t + 1) * t * (t - 1) / 6,
        )
        columns.append(first[:, None] + np.arange(-1, _SPREAD - 1))
        weights.append(np.stack(shares, axis=1))
    return columns, weights


@lru_cache(maxsize=4)
def _kernels(side: int, spacing: float) -> npt.NDArray[np.complex64]:
    """The transforms of 1 / (1 + d²) and of the two parts of y / (1 + d²)²."""
    # Positions run round: the second half stands for what lies before.
    at = np.fft.fftfreq(2 * side, 1 / (2 * side)) * spacing
    down, right = at[:, None], at[None, :]
    near = 1 / (1 + down**2 + right**2)
    kernels = np.stack([near, down * near**2, right * near**2]).astype(np.float32)
    return np.asarray(np.fft.rfft2(kernels), np.complex64)
