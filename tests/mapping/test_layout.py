"""Places in the plane: what is alike lies together, and every number of papers has a picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from assistant.mapping.layout import layout
from assistant.mapping.repulsion import repulsion
from assistant.progress import Progress, Report
from assistant.topics.clustering import Floats, nearest_neighbours, unit

Points = npt.NDArray[np.float64]


def groups_of(count: int, groups: int, dimension: int = 32) -> tuple[Floats, list[int]]:
    """Vectors of length 1 around as many directions, and the group of each."""
    draw = np.random.default_rng(7)
    centres = draw.standard_normal((groups, dimension)) * 2
    labels = np.arange(count) % groups
    noise = draw.standard_normal((count, dimension))
    return unit((centres[labels] + noise).astype(np.float32)), labels.tolist()


def near_on_the_map(points: Points, count: int) -> npt.NDArray[np.intp]:
    apart = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.argsort(apart, axis=1)[:, :count]


@pytest.mark.parametrize("scale", [1.0, 12.0])
def test_points_push_each_other_as_pair_by_pair(scale: float) -> None:
    points = np.random.default_rng(1).standard_normal((900, 2)) * scale
    apart = points[:, None] - points[None]
    near = 1 / (1 + (apart**2).sum(axis=2))
    exact = (apart * (near**2)[:, :, None]).sum(axis=1)
    pushed, total = repulsion(points)
    assert np.linalg.norm(pushed - exact) < 0.05 * np.linalg.norm(exact)
    assert total == pytest.approx(near.sum() - 900, rel=0.02)


def test_what_is_alike_lies_together() -> None:
    vectors, labels = groups_of(400, 5)
    points = layout(vectors)
    own = np.array(labels)
    assert (own[near_on_the_map(points, 5)] == own[:, None]).mean() > 0.97
    assert points.min() >= 0
    assert points.max() <= 1
    # The longer side goes from end to end, and lies along the first axis.
    spans = points.max(axis=0) - points.min(axis=0)
    assert spans[0] == pytest.approx(1)
    assert spans[1] <= 1


def test_more_of_the_neighbourhood_is_kept_than_by_the_plane_alone() -> None:
    vectors, _ = groups_of(300, 12)
    centred = vectors - vectors.mean(axis=0)
    plane = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
    wanted, _ = nearest_neighbours(vectors, 10)

    def kept(points: Points) -> float:
        found = near_on_the_map(points, 10)
        return float(
            np.mean([len({*one} & {*two}) for one, two in zip(wanted, found, strict=True)])
        )

    assert kept(layout(vectors)) > 1.5 * kept(plane.astype(np.float64))


def test_the_same_vectors_have_the_same_places() -> None:
    vectors, _ = groups_of(300, 4)
    assert (layout(vectors) == layout(vectors.copy())).all()


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 9, 30])
def test_few_papers_have_places_of_their_own(count: int) -> None:
    vectors, _ = groups_of(count, min(count, 3))
    points = layout(vectors)
    assert points.shape == (count, 2)
    assert np.isfinite(points).all()
    assert len({*map(tuple, points.round(4).tolist())}) == count
    assert points.min() >= 0
    assert points.max() <= 1


@pytest.mark.parametrize("count", [1, 2, 5, 40, 400])
def test_papers_with_the_same_vector_lie_apart(count: int) -> None:
    vectors = np.zeros((count, 8), np.float32)
    vectors[:, 3] = 1
    points = layout(vectors)
    assert np.isfinite(points).all()
    assert len({*map(tuple, points.round(5).tolist())}) == count
    assert points.min() >= 0
    assert points.max() <= 1


def test_drawing_can_be_stopped() -> None:
    vectors, _ = groups_of(200, 4)
    reports: list[int] = []

    def stop_at_20(report: Report) -> None:
        reports.append(report.done)
        if report.done == 20:
            progress.stop()

    progress = Progress(stop_at_20)
    assert layout(vectors, progress).shape == (200, 2)
    assert reports[-1] == 20


def test_drawing_can_be_stopped_before_the_first_step() -> None:
    vectors, _ = groups_of(200, 4)
    progress = Progress()
    progress.stop()
    assert np.isfinite(layout(vectors, progress)).all()
