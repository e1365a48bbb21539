"""The repulsive forces of t-SNE, interpolated on a grid with the fast Fourier transform.

G. C. Linderman, M. Rachh, J. G. Hoskins, S. Steinerberger and Y. Kluger, "Fast interpolation-based
t-SNE for improved visualization of single-cell RNA-seq data", Nature Methods 16, 2019. Each point
is distributed over the grid nodes around it, a convolution computes the forces at the nodes, and
these are interpolated at the points. The time grows with the number of points and with the area of
the grid, not with the number of pairs.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_Indices = npt.NDArray[np.intp]

# Distance of neighbouring nodes; the kernels change over distances of about 1.
_SPACING = 0.33
# Maximum number of nodes on a side; wide layouts get a larger spacing instead.
_MAX_NODES = 290
# Grid sizes with small prime factors, for which the FFT is fast. It has twice this size.
_GRID_SIZES = tuple(
    sorted(
        {
            2**two * 3**three * 5**five
            for two in range(4, 10)
            for three in range(4)
            for five in range(3)
            if 2**two * 3**three * 5**five <= 2 * _MAX_NODES
        }
    )
)
# For at most this many points, all pairs are computed: as fast as the grid, and exact.
_MAX_EXACT = 250
# Nodes per point and axis, for cubic interpolation.
_NODES_PER_AXIS = 4


def repulsive_forces(points: Floats) -> tuple[Floats, float]:
    """The unnormalized repulsive force on each of `points`, shape (n, 2), and the normalization.

    The force on y is the sum of (y - y') / (1 + d²)² over all other points y' at distance d. The
    normalization is the sum of 1 / (1 + d²) over all ordered pairs. Above 250 points, both are
    approximate, with an error of a few percent.
    """
    if len(points) <= _MAX_EXACT:
        return _exact_forces(points)
    low = points.min(axis=0)
    span = float((points.max(axis=0) - low).max())
    spacing = max(_SPACING, span / (_MAX_NODES - _NODES_PER_AXIS))
    # Spacings are rounded up to few different values, so that their kernels can be cached.
    if spacing > _SPACING:
        spacing = _SPACING * 1.1 ** np.ceil(np.log(spacing / _SPACING) / np.log(1.1))
    required = int(span / spacing) + 1 + _NODES_PER_AXIS
    size = next(one for one in _GRID_SIZES if one >= required)
    nodes, weights = _interpolation((points - low) / spacing + 1.0, size)
    charges = np.bincount(nodes.ravel(), weights.ravel(), size * size).reshape(size, size)
    spectrum = np.fft.rfft2(charges.astype(np.float32), (2 * size, 2 * size))
    potentials = np.fft.irfft2(_kernel_spectra(size, spacing) * spectrum, (2 * size, 2 * size))
    at_nodes = potentials[:, :size, :size].reshape(3, -1)
    at_points = (at_nodes[:, nodes] * weights).sum(axis=2)
    # The sum includes each point's potential at itself, which is 1.
    normalization = max(float(at_points[0].sum()) - len(points), 1e-12)
    return at_points[1:].T.astype(np.float64), normalization


def _exact_forces(points: Floats) -> tuple[Floats, float]:
    differences = points[:, None, :] - points[None, :, :]
    kernel = 1 / (1 + (differences**2).sum(axis=2))
    forces = (differences * (kernel**2)[:, :, None]).sum(axis=1)
    return forces, max(float(kernel.sum()) - len(points), 1e-12)


def _interpolation(points: Floats, size: int) -> tuple[_Indices, Floats]:
    """The 16 nodes around each point and their weights, each of shape (n, 16).

    `points` are in units of the spacing. Node (column, row) of the grid has the index
    column * `size` + row.
    """
    nodes, weights = [], []
    for axis in range(2):
        first = np.floor(points[:, axis]).astype(np.intp)
        t = points[:, axis] - first
        # Lagrange polynomials for the nodes -1, 0, 1 and 2.
        polynomials = (
            -t * (t - 1) * (t - 2) / 6,
            (t + 1) * (t - 1) * (t - 2) / 2,
            -(t + 1) * t * (t - 2) / 2,
            (t + 1) * t * (t - 1) / 6,
        )
        nodes.append(first[:, None] + np.arange(-1, _NODES_PER_AXIS - 1))
        weights.append(np.stack(polynomials, axis=1))
    indices = nodes[0][:, :, None] * size + nodes[1][:, None, :]
    products = weights[0][:, :, None] * weights[1][:, None, :]
    return indices.reshape(len(points), -1), products.reshape(len(points), -1)


@lru_cache(maxsize=4)
def _kernel_spectra(size: int, spacing: float) -> npt.NDArray[np.complex64]:
    """The Fourier transforms of 1 / (1 + d²) and of both components of y / (1 + d²)²."""
    # The convolution is circular: the second half holds the negative offsets.
    offsets = np.fft.fftfreq(2 * size, 1 / (2 * size)) * spacing
    first, second = offsets[:, None], offsets[None, :]
    kernel = 1 / (1 + first**2 + second**2)
    kernels = np.stack([kernel, first * kernel**2, second * kernel**2]).astype(np.float32)
    return np.asarray(np.fft.rfft2(kernels), np.complex64)
