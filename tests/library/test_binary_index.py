from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.embedder import Vectors
from assistant.library import Library
from assistant.library.binary_index import FILE, BinaryIndex
from assistant.library.catalog import Catalog
from assistant.library.chunks import Chunk
from assistant.library.database import Database
from assistant.library.removal import remove_papers
from assistant.library.vector_index import ExactIndex
from assistant.library.vector_rows import VectorRows
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper

MakePapers = Callable[..., list[Paper]]
COUNT = 3_000


@pytest.fixture
def rows(tmp_path: Path, make_papers: MakePapers) -> Iterator[VectorRows]:
    database = Database(tmp_path / "catalog.sqlite")
    catalog = Catalog(database)
    catalog.add_batch(make_papers(COUNT))
    rows = VectorRows(database)
    rows.claim("fake")
    papers = [(stored, [Chunk(0, 1, "")]) for stored in catalog.all()]
    rows.add("fake", papers, clustered(COUNT))
    yield rows
    database.close()


def clustered(count: int) -> Vectors:
    """Vectors of length 1 around some centres, as those of texts are."""
    chance = np.random.default_rng(7)
    centres = chance.normal(size=(30, 384))
    found = centres[chance.integers(30, size=count)] + 0.7 * chance.normal(size=(count, 384))
    unit: Vectors = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_it_finds_nearly_what_comparing_with_all_finds(rows: VectorRows, tmp_path: Path) -> None:
    exact, compact = ExactIndex(rows), BinaryIndex(rows, tmp_path)
    exact.refresh()
    compact.refresh()
    found = hits = 0
    for vector in clustered(40):
        near = dict(exact.nearest(vector, 50))
        compared = dict(compact.nearest(vector, 50))
        assert len(compared) == 50
        assert list(compared.values()) == sorted(compared.values(), reverse=True)
        for paper, cosine in compared.items():
            if paper in near:
                assert cosine == pytest.approx(near[paper], abs=1e-5)
        found, hits = found + len(near), hits + len(near.keys() & compared.keys())
    assert hits / found > 0.97


def test_the_file_is_taken_for_what_it_is(
    rows: VectorRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = BinaryIndex(rows, tmp_path)
    index.refresh()
    vector = clustered(1)[0]
    expected = index.nearest(vector, 9)
    read: list[int] = []
    added_after = rows.added_after

    def counting(chunk: int, limit: int):  # type: ignore[no-untyped-def]
        read.append(chunk)
        return added_after(chunk, limit)

    monkeypatch.setattr(rows, "added_after", counting)
    again = BinaryIndex(rows, tmp_path)
    again.refresh()
    assert (again.nearest(vector, 9), read) == (expected, [])
    for damaged in (b"", b"PK\x03\x04 nothing", (tmp_path / FILE).read_bytes()[:5000]):
        (tmp_path / FILE).write_bytes(damaged)
        index = BinaryIndex(rows, tmp_path)
        index.refresh()
        assert index.nearest(vector, 9) == expected
        assert (tmp_path / FILE).stat().st_size > len(damaged)  # written anew


def test_it_follows_additions_removals_and_generations(
    rows: VectorRows, tmp_path: Path, make_papers: MakePapers
) -> None:
    index = BinaryIndex(rows, None)
    index.refresh()
    vector = clustered(1)[0]
    (best, _), *_ = index.nearest(vector, 1)
    catalog = Catalog(rows._database)
    remove_papers(rows._database, [best])
    catalog.add_batch(make_papers(1, first=COUNT))
    (stored,) = catalog.by_number([COUNT + 1]).values()
    rows.add("fake", [(stored, [Chunk(0, 1, "")])], vector.reshape(1, -1))
    index.refresh()
    ((paper, cosine),) = index.nearest(vector, 1)
    assert paper == COUNT + 1
    assert cosine == pytest.approx(1.0)
    assert best not in dict(index.nearest(vector, COUNT))
    rows.claim("another")
    index.refresh()
    assert index.nearest(vector, 5) == []
    assert not (tmp_path / FILE).exists()


def add_papers(
    rows: VectorRows, vectors: Vectors, first: int, make_papers: MakePapers
) -> list[int]:
    """Add a paper for each of `vectors`; return their numbers."""
    catalog = Catalog(rows._database)
    before = catalog.last_number()
    catalog.add_batch(make_papers(len(vectors), first=first))
    numbers = list(range(before + 1, before + 1 + len(vectors)))
    added = [(stored, [Chunk(0, 1, "")]) for stored in catalog.by_number(numbers).values()]
    rows.add("fake", added, vectors)
    return numbers


def test_the_file_of_another_history_is_not_used(
    rows: VectorRows, tmp_path: Path, make_papers: MakePapers
) -> None:
    """A copy of the catalogue gets as many new vectors as the catalogue that made the file."""
    copy = tmp_path / "copy.sqlite"
    with rows._database.read() as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    chance = np.random.default_rng(5)
    first, second = chance.normal(size=(2, 150, 384)).astype(np.float32)
    add_papers(rows, first, COUNT, make_papers)
    BinaryIndex(rows, tmp_path).refresh()
    restored = Database(copy)
    try:
        copied = VectorRows(restored)
        numbers = add_papers(copied, second, 2 * COUNT, make_papers)
        assert copied.state().chunk == rows.state().chunk
        assert copied.state().generation == rows.state().generation
        index = BinaryIndex(copied, tmp_path)
        index.refresh()
        found = [index.nearest(vector, 1)[0][0] for vector in second]
        assert found == numbers
        assert not index.check()
    finally:
        restored.close()


def test_a_file_that_does_not_match_is_found_and_replaced(rows: VectorRows, tmp_path: Path) -> None:
    index = BinaryIndex(rows, tmp_path)
    index.refresh()
    assert not index.check()
    with np.load(tmp_path / FILE) as saved:
        content = dict(saved)
    content["codes"][7] ^= 0xFF
    with (tmp_path / FILE).open("wb") as file:
        np.savez(file, **content)
    index = BinaryIndex(rows, tmp_path)
    index.refresh()
    assert index.check()
    assert not index.check()
    assert not BinaryIndex(rows, tmp_path).check()


def test_a_check_of_the_library_repairs_it(
    folder: Path, make_papers: MakePapers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.vector_search.MOST_IN_CHROMA", 20)
    with Library.open(folder, HashingEmbedder()) as library:
        library.add(make_papers(40))
        library.vectors.embed_missing()
    with np.load(folder / FILE) as saved:
        content = dict(saved)
    content["papers"] = content["papers"][::-1]
    with (folder / FILE).open("wb") as file:
        np.savez(file, **content)
    notes: list[str] = []
    for expected in (1, 1):
        with Library.open(folder, HashingEmbedder(), notes.append) as library:
            assert library.check() == []
        assert len(notes) == expected
    assert "did not match the catalogue; it was rebuilt from it (40 vectors" in notes[0]


def test_a_large_library_uses_it(
    folder: Path, make_papers: MakePapers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.vector_search.MOST_IN_CHROMA", 20)
    with Library.open(folder, HashingEmbedder()) as library:
        library.add(make_papers(40))
        library.vectors.embed_missing()
    with Library.open(folder, HashingEmbedder()) as library:
        hits = library.search("penguins folding in Kyoto", 5)
        assert {hit.vector_rank for hit in hits} & {1, 2, 3}
        assert (folder / FILE).exists()
        library.remove([hits[0].stored.number])
        library.purge_removed()
        assert hits[0].stored.number not in [hit.stored.number for hit in library.search("folding")]
