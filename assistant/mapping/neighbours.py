"""Vectors -> the nearest others of each, compared exactly, a block of rows at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assistant.progress import NO_PROGRESS, Progress

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]

# Bounds the memory of a comparison: so many rows with all others.
_ROWS_AT_ONCE = 512


def nearest(vectors: Floats, count: int, progress: Progress = NO_PROGRESS) -> tuple[Rows, Floats]:
    """The `count` nearest other rows of each row of `vectors`, and their cosines; nearest first.

    `vectors` has shape (n, dimension) and rows of length 1, `count` is below n; both results have
    shape (n, count). Of equally near ones the first come first. Rows that are not reached before a
    stop are 0.
    """
    places = np.zeros((len(vectors), count), np.intp)
    cosines = np.zeros((len(vectors), count), np.float32)
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        if progress.stop_requested:
            break
        block = vectors[start : start + _ROWS_AT_ONCE] @ vectors.T
        rows = np.arange(len(block))
        block[rows, start + rows] = -np.inf
        found = np.sort(np.argpartition(-block, count - 1, axis=1)[:, :count], axis=1)
        near = np.take_along_axis(block, found, axis=1)
        order = np.argsort(-near, axis=1, kind="stable")
        places[start : start + len(block)] = np.take_along_axis(found, order, axis=1)
        cosines[start : start + len(block)] = np.take_along_axis(near, order, axis=1)
    return places, cosines
