"""The t-SNE layout: quality, determinism, few or equal vectors, and stopping."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from assistant.mapping.layout import tsne_layout
from assistant.mapping.repulsion import repulsive_forces
from assistant.progress import Progress, Report
from assistant.topics.clustering import Floats, nearest_neighbours, normalized

Points = npt.NDArray[np.float64]


def clusters(count: int, centres: int, dimension: int = 32) -> tuple[Floats, list[int]]:
    """`count` vectors of length 1 around random `centres`, and the number of the centre of each."""
    rng = np.random.default_rng(7)
    means = rng.standard_normal((centres, dimension)) * 2
    labels = np.arange(count) % centres
    noise = rng.standard_normal((count, dimension))
    return normalized((means[labels] + noise).astype(np.float32)), labels.tolist()


def nearest_points(points: Points, count: int) -> npt.NDArray[np.intp]:
    distances = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1)[:, :count]


@pytest.mark.parametrize("scale", [1.0, 12.0])
def test_grid_repulsion_approximates_the_exact_forces(scale: float) -> None:
    points = np.random.default_rng(1).standard_normal((900, 2)) * scale
    differences = points[:, None] - points[None]
    kernel = 1 / (1 + (differences**2).sum(axis=2))
    exact = (differences * (kernel**2)[:, :, None]).sum(axis=1)
    forces, normalization = repulsive_forces(points)
    assert np.linalg.norm(forces - exact) < 0.05 * np.linalg.norm(exact)
    assert normalization == pytest.approx(kernel.sum() - 900, rel=0.02)


def test_similar_vectors_get_nearby_points() -> None:
    vectors, labels = clusters(400, 5)
    points = tsne_layout(vectors)
    label = np.array(labels)
    assert (label[nearest_points(points, 5)] == label[:, None]).mean() > 0.97
    assert points.min() >= 0
    assert points.max() <= 1
    # The longer side is horizontal and fills the width.
    spans = points.max(axis=0) - points.min(axis=0)
    assert spans[0] == pytest.approx(1)
    assert spans[1] <= 1


def test_more_neighbours_are_preserved_than_by_principal_components() -> None:
    vectors, _ = clusters(300, 12)
    centred = vectors - vectors.mean(axis=0)
    components = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
    expected, _ = nearest_neighbours(vectors, 10)

    def preserved(points: Points) -> float:
        found = nearest_points(points, 10)
        return float(
            np.mean([len({*one} & {*two}) for one, two in zip(expected, found, strict=True)])
        )

    assert preserved(tsne_layout(vectors)) > 1.5 * preserved(components.astype(np.float64))


def test_the_layout_is_deterministic() -> None:
    vectors, _ = clusters(300, 4)
    assert (tsne_layout(vectors) == tsne_layout(vectors.copy())).all()


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 9, 30])
def test_few_vectors_get_different_points(count: int) -> None:
    vectors, _ = clusters(count, min(count, 3))
    points = tsne_layout(vectors)
    assert points.shape == (count, 2)
    assert np.isfinite(points).all()
    assert len({*map(tuple, points.round(4).tolist())}) == count
    assert points.min() >= 0
    assert points.max() <= 1


@pytest.mark.parametrize("count", [1, 2, 5, 40, 400])
def test_equal_vectors_get_different_points(count: int) -> None:
    vectors = np.zeros((count, 8), np.float32)
    vectors[:, 3] = 1
    points = tsne_layout(vectors)
    assert np.isfinite(points).all()
    assert len({*map(tuple, points.round(5).tolist())}) == count
    assert points.min() >= 0
    assert points.max() <= 1


def test_stopping_during_the_descent() -> None:
    vectors, _ = clusters(200, 4)
    reports: list[int] = []

    def stop_at_20(report: Report) -> None:
        reports.append(report.done)
        if report.done == 20:
            progress.stop()

    progress = Progress(stop_at_20)
    assert tsne_layout(vectors, progress).shape == (200, 2)
    assert reports[-1] == 20


def test_stopping_before_the_first_step() -> None:
    vectors, _ = clusters(200, 4)
    progress = Progress()
    progress.stop()
    assert np.isfinite(tsne_layout(vectors, progress)).all()
