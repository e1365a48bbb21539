"""Clusters of vectors, and nearest neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.topics.clustering import Floats, cluster, nearest_neighbours, normalized


def clouds(count: int, members: int, dimension: int = 64) -> Floats:
    """`members` vectors around each of `count` orthogonal directions."""
    noise = np.random.default_rng(1).standard_normal((count * members, dimension))
    return normalized(
        (np.repeat(np.eye(count, dimension), members, axis=0) + 0.05 * noise).astype("f4")
    )


def row_sets(clusters: list[list[int]], order: list[int]) -> set[frozenset[int]]:
    return {frozenset(order[row] for row in rows) for rows in clusters}


def test_similar_vectors_are_together_the_largest_cluster_first() -> None:
    vectors = clouds(3, 12)[[*range(24), *range(24, 29)]]
    assert cluster(vectors, 3) == [[*range(12)], [*range(12, 24)], [*range(24, 29)]]


def test_a_vector_unlike_all_others_is_in_no_cluster() -> None:
    vectors = np.vstack([clouds(2, 6), np.eye(64, dtype="f4")[40:41]])
    assert cluster(vectors, 3) == [[*range(6)], [*range(6, 12)]]
    assert cluster(np.eye(2, dtype="f4"), 1) == []


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_vectors_have_no_cluster(count: int) -> None:
    assert cluster(np.ones((count, 8), np.float32), 3) == []


def test_similar_vectors_alone_are_one_cluster() -> None:
    vectors = clouds(1, 40)
    assert cluster(vectors, 6) == [[*range(40)]]
    assert cluster(np.vstack([vectors[:5], clouds(2, 5)[5:]]), 4) == [[*range(5)], [*range(5, 10)]]


def test_copies_are_one_cluster() -> None:
    assert cluster(np.tile(clouds(1, 1), (30, 1)), 8) == [[*range(30)]]


@pytest.mark.parametrize("seed", range(4))
def test_separate_clouds_are_found_in_any_order(seed: int) -> None:
    vectors = clouds(6, 9)
    order = np.random.default_rng(seed).permutation(len(vectors)).tolist()
    expected = {frozenset(range(9 * n, 9 * n + 9)) for n in range(6)}
    assert row_sets(cluster(vectors[order], 6), order) == expected


def test_there_are_at_most_as_many_clusters_as_asked_for() -> None:
    assert len(cluster(clouds(40, 12), 24)) == 24


def test_neighbours_are_exact_in_order_and_never_the_row_itself() -> None:
    vectors = normalized(np.random.default_rng(2).standard_normal((700, 16)).astype("f4"))
    rows, cosines = nearest_neighbours(vectors, 5)
    exact = vectors @ vectors.T
    np.fill_diagonal(exact, -np.inf)
    assert (rows == np.argsort(-exact, axis=1, kind="stable")[:, :5]).all()
    assert np.allclose(cosines, np.sort(exact, axis=1)[:, :-6:-1], atol=1e-5)


def test_ties_are_in_row_order() -> None:
    same = normalized(np.ones((5, 3), np.float32))
    assert nearest_neighbours(same, 4)[0].tolist()[2] == [0, 1, 3, 4]
