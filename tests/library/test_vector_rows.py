from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.embedder import Vectors
from assistant.errors import LibraryDamaged
from assistant.library import Library
from assistant.library.binary_index import BinaryIndex
from assistant.library.catalog import Catalog
from assistant.library.chunks import Chunk
from assistant.library.database import Database
from assistant.library.records import StoredPaper
from assistant.library.vector_index import ExactIndex
from assistant.library.vector_rows import VectorBatch, VectorRows, best_cosines, means
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper

MakePapers = Callable[..., list[Paper]]


@pytest.fixture
def database(tmp_path: Path, make_papers: MakePapers) -> Iterator[Database]:
    opened = Database(tmp_path / "catalog.sqlite")
    Catalog(opened).add_batch([paper.model_copy(update={"doi": f"10.1/{i}"}) for i, paper in
                         enumerate(make_papers(6), start=1)])  # fmt: skip
    yield opened
    opened.close()


def two_chunks(stored: StoredPaper) -> tuple[StoredPaper, list[Chunk]]:
    return stored, [Chunk(0, 3, "a"), Chunk(3, 9, "b")]


def fill(database: Database, fingerprint: str = "f") -> Vectors:
    rows = VectorRows(database)
    rows.claim(fingerprint)
    papers = [two_chunks(stored) for stored in Catalog(database).all()]
    vectors = np.random.default_rng(7).normal(size=(12, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert rows.add(fingerprint, papers, vectors) == 6
    return vectors


def longer(number: int) -> Paper:
    return Paper(title="T", abstract="Much longer. " * 40, doi=f"10.1/{number}")


def test_vectors_come_back_as_they_were(database: Database) -> None:
    vectors = fill(database)
    rows = VectorRows(database)
    assert rows.count() == 12
    assert rows.missing() == 0
    batch = rows.added_after(0, 100)
    assert np.array_equal(batch.vectors, vectors)
    assert batch.papers.tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert rows.added_after(int(batch.chunks[4]), 2).papers.tolist() == [3, 4]
    assert np.array_equal(rows.of_papers([2, 99]).vectors, vectors[2:4])
    with database.read() as connection:
        spans = connection.execute("SELECT start_at, end_at FROM chunks WHERE paper = 1").fetchall()
    assert spans == [(0, 3), (3, 9)]


def test_a_changed_abstract_loses_its_vectors_and_says_so(database: Database) -> None:
    fill(database)
    rows = VectorRows(database)
    before = rows.state()
    Catalog(database).add_batch([longer(2)])
    assert rows.missing() == 1
    assert rows.count() == 10
    assert rows.removed_after(before.entry) == [3, 4]
    assert rows.removed_after(rows.state().entry) == []
    assert rows.state().generation == before.generation


def test_numbers_are_never_given_twice(database: Database) -> None:
    fill(database)
    rows = VectorRows(database)
    Catalog(database).add_batch([longer(6)])  # drops the last chunks
    (stored,) = [s for s in Catalog(database).all() if s.number == 6]
    rows.add("f", [(stored, [Chunk(0, 3, "a")])], np.ones((1, 8), dtype=np.float32))
    assert rows.added_after(0, 100).chunks[-1] == 13


def test_another_embedder_starts_a_new_generation(database: Database) -> None:
    fill(database)
    rows = VectorRows(database)
    before = rows.state()
    assert rows.claim("f") == 0
    assert rows.state() == before
    assert rows.claim("g") == 12
    assert rows.missing() == 6
    after = rows.state()
    assert after.fingerprint == "g"
    assert after.generation != before.generation
    assert rows.removed_after(0) == []


def test_only_what_still_fits_is_stored(database: Database) -> None:
    rows = VectorRows(database)
    rows.claim("f")
    stored = list(Catalog(database).all())
    vectors = np.ones((2, 8), dtype=np.float32)
    assert rows.add("f", [two_chunks(stored[0])], vectors) == 1
    assert rows.add("f", [two_chunks(stored[0])], vectors) == 0, "somebody else was faster"
    Catalog(database).add_batch([longer(2)])
    assert rows.add("f", [two_chunks(stored[1])], vectors) == 0, "it has other text by now"
    assert rows.add("g", [two_chunks(stored[2])], vectors) == 0, "another embedder's vectors"
    assert rows.count() == 2


def expect(vectors: Vectors, kept: list[int], query: Vectors) -> list[int]:
    cosines = vectors @ query
    return [i // 2 + 1 for i in sorted(kept, key=lambda i: -cosines[i])]


def test_the_exact_index_follows_the_rows(database: Database) -> None:
    vectors = fill(database)
    index = ExactIndex(VectorRows(database))
    query = vectors[5]
    assert index.nearest(query, 5) == []
    index.refresh()
    found = index.nearest(query, 5)
    assert [paper for paper, _ in found] == expect(vectors, list(range(12)), query)[:5]
    assert found[0][1] == pytest.approx(1.0)
    assert len(index.nearest(query, 100)) == 12

    Catalog(database).add_batch([longer(3)])
    index.refresh()
    kept = [i for i in range(12) if i not in (4, 5)]
    assert [paper for paper, _ in index.nearest(query, 100)] == expect(vectors, kept, query)

    (stored,) = [s for s in Catalog(database).all() if s.number == 3]
    VectorRows(database).add("f", [(stored, [Chunk(0, 3, "a")])], query[None])
    index.refresh()
    assert index.nearest(query, 1)[0][0] == 3

    VectorRows(database).claim("g")
    index.refresh()
    assert index.nearest(query, 5) == []
    index.close()


def test_loading_in_several_batches(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.library.vector_index._BATCH", 5)
    vectors = fill(database)
    index = ExactIndex(VectorRows(database))
    index.refresh()
    assert [paper for paper, _ in index.nearest(vectors[0], 100)] == expect(
        vectors, list(range(12)), vectors[0]
    )


def test_cosines_are_those_of_the_best_chunk(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.vector_rows._PAPERS_AT_ONCE", 2)
    vectors = fill(database)
    rows = VectorRows(database)
    Catalog(database).add_batch([longer(6)])  # loses its chunks
    cosines = rows.cosines(vectors[0], [1, 2, 3, 4, 5, 6, 99])
    assert cosines[1] == pytest.approx(1.0, abs=1e-6)
    assert cosines[4] == pytest.approx(float(max(vectors[6] @ vectors[0], vectors[7] @ vectors[0])))
    assert sorted(cosines) == [1, 2, 3, 4, 5]
    assert rows.cosines(vectors[0], []) == {}
    assert rows.without_chunks([6, 1, 99]) == {6, 99}


def test_the_mean_of_a_paper_has_length_one(database: Database) -> None:
    vectors = fill(database)
    found = means(VectorRows(database).of_papers([2, 3]))
    assert sorted(found) == [2, 3]
    both = vectors[2] + vectors[3]
    assert found[2] == pytest.approx(both / np.linalg.norm(both), abs=1e-6)


def test_vectors_that_cancel_out_have_no_mean() -> None:
    one = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    batch = VectorBatch(np.arange(3), np.array([7, 7, 8]), one)
    assert sorted(means(batch)) == [8]


def test_an_empty_batch(database: Database) -> None:
    empty = VectorRows(database).of_papers([])
    assert best_cosines(empty, np.ones(8, dtype=np.float32)) == {}
    assert means(empty) == {}


def test_a_damaged_vector_is_said_and_not_searched(database: Database) -> None:
    rows = VectorRows(database)
    rows.claim("fake")
    papers = [(paper, [Chunk(0, 0, "")]) for paper in list(Catalog(database).all())[:2]]
    rows.add("fake", papers, np.eye(2, 384, dtype=np.float32))
    with database.write() as connection:
        connection.execute("UPDATE chunks SET vector = x'0102' WHERE paper = 1")
    with pytest.raises(LibraryDamaged, match="check --repair"):
        rows.of_papers([1, 2])


def test_vectors_of_another_length_are_not_compared(tmp_path: Path) -> None:
    embedder = HashingEmbedder(64)
    with Library.open(tmp_path / "library", embedder) as library:
        library.add([Paper(title="Glaciers", abstract="They melt.")])
        library.vectors.embed_missing()
        rows = library.vectors.rows
        other = HashingEmbedder(24).embed(["glaciers"])[0]
        assert rows.are_comparable(embedder.embed(["glaciers"])[0])
        assert not rows.are_comparable(other)
        assert rows.cosines(other, [1]) == {}
        for index in (ExactIndex(rows), BinaryIndex(rows, None)):
            index.refresh()
            assert index.nearest(other, 3) == []
        assert library.vectors.index.nearest_papers(other, 3) == []
        # The embedder is replaced while a question is embedded.
        replaced: list[bool] = []
        of_query = library.vectors.of_query

        def replace_then(text: str) -> object:
            vector = of_query(text)
            if not replaced:
                replaced.append(True)
                library.use_embedder(HashingEmbedder(24), None)
            return vector

        library.vectors.of_query = replace_then  # type: ignore[method-assign,assignment]
        assert library.search("glaciers")[0].similarity is not None


def test_former_generations_are_known(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", HashingEmbedder(64)) as library:
        rows = library.vectors.rows
        former = rows.state().generation
        assert not rows.was_generation(former)
        library.use_embedder(HashingEmbedder(24), None)
        assert rows.was_generation(former) and not rows.was_generation("another")
