from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.library.catalog import Catalog
from assistant.library.chroma_collection import ChromaCollection, ChromaUnusable
from assistant.library.chroma_index import ChromaHeld, ChromaIndex
from assistant.library.chunks import Chunk
from assistant.library.database import Database
from assistant.library.removal import remove_papers
from assistant.library.vector_index import ExactIndex
from assistant.library.vector_rows import VectorBatch, VectorRows
from assistant.paper import Paper

# Chroma writes its vector files every thousand vectors, so damage needs more than that.
COUNT = 1_300
DIMENSION = 16


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library folder whose Chroma index is in step and closed."""
    folder = tmp_path_factory.mktemp("filled")
    database = Database(folder / "catalog.sqlite")
    Catalog(database).add_batch(
        [Paper(title=f"T{i}", abstract="A.", doi=f"10.1/{i}") for i in range(1, COUNT + 1)]
    )
    rows = VectorRows(database)
    rows.claim("f")
    vectors = np.random.default_rng(3).normal(size=(COUNT, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows.add("f", [(s, [Chunk(0, 2, "a")]) for s in Catalog(database).all()], vectors)
    index = ChromaIndex(folder, rows, fail)
    index.refresh()
    index.close()
    database.close()
    return folder


def fail(note: str) -> None:
    raise AssertionError(f"nothing should have been said: {note}")


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "library"
    shutil.copytree(filled, copy)  # copies the times of the files, too
    return copy


@pytest.fixture
def rows(folder: Path) -> Iterator[VectorRows]:
    database = Database(folder / "catalog.sqlite")
    yield VectorRows(database)
    database.close()


def check(index: ChromaIndex, rows: VectorRows) -> None:
    """The index finds what comparing with every vector finds."""
    exact = ExactIndex(rows)
    exact.refresh()
    index.refresh()
    for query in rows.added_after(rows.state().chunk - 8, 8).vectors:
        expected, found = exact.nearest(query, 10), index.nearest(query, 10)
        assert [paper for paper, _ in found] == [paper for paper, _ in expected]
        assert [cosine for _, cosine in found] == pytest.approx(
            [cosine for _, cosine in expected], abs=1e-5
        )


def test_a_sound_index_is_opened_as_it_is(folder: Path, rows: VectorRows) -> None:
    before = {f: f.stat().st_mtime_ns for f in (folder / "chroma").glob("*/*/*")}
    assert before
    for _ in range(2):
        index = ChromaIndex(folder, rows, fail)
        check(index, rows)
        index.close()
    assert {f: f.stat().st_mtime_ns for f in (folder / "chroma").glob("*/*/*")} == before


def chroma_file(folder: Path, name: str) -> Path:
    (found,) = (folder / "chroma").rglob(name)
    return found


def delete_all(folder: Path) -> None:
    shutil.rmtree(folder / "chroma")


def delete_state(folder: Path) -> None:
    chroma_file(folder, "state.json").unlink()


def garbage_database(folder: Path) -> None:
    chroma_file(folder, "chroma.sqlite3").write_bytes(b"garbage" * 10_000)


def empty_database(folder: Path) -> None:
    chroma_file(folder, "chroma.sqlite3").write_bytes(b"")


def cut_vectors(folder: Path) -> None:
    path = chroma_file(folder, "data_level0.bin")
    os.truncate(path, path.stat().st_size // 2)


def garbage_vectors(folder: Path) -> None:
    path = chroma_file(folder, "data_level0.bin")
    path.write_bytes(b"\xa5" * path.stat().st_size)


def lost_names(folder: Path) -> None:
    chroma_file(folder, "index_metadata.pickle").unlink()


def a_file_instead(folder: Path) -> None:
    shutil.rmtree(folder / "chroma")
    (folder / "chroma").write_text("not a folder")


@pytest.mark.parametrize(
    "damage",
    [
        delete_state,
        garbage_database,
        empty_database,
        cut_vectors,
        garbage_vectors,
        lost_names,
        a_file_instead,
    ],
)
def test_a_damaged_index_is_rebuilt_and_that_is_said_in_one_line(
    folder: Path, rows: VectorRows, damage: Callable[[Path], None]
) -> None:
    damage(folder)
    notes: list[str] = []
    index = ChromaIndex(folder, rows, notes.append)
    check(index, rows)
    (note,) = notes
    assert "rebuilt from the catalogue (1300 vectors, nothing was embedded again)" in note
    assert "\n" not in note
    index.close()
    again = ChromaIndex(folder, rows, fail)
    check(again, rows)
    again.close()
    assert len(list((folder / "chroma").iterdir())) == 1


def test_a_missing_index_is_built_without_a_note(folder: Path, rows: VectorRows) -> None:
    delete_all(folder)
    index = ChromaIndex(folder, rows, fail)
    check(index, rows)
    index.close()


class PanicException(BaseException):
    """As pyo3 names what a panic in Rust raises."""


@pytest.mark.parametrize("failure", [PanicException, RuntimeError])
@pytest.mark.parametrize("method", ["query", "count"])
def test_a_failure_while_searching_rebuilds(
    folder: Path,
    rows: VectorRows,
    failure: type[BaseException],
    method: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    notes: list[str] = []
    index = ChromaIndex(folder, rows, notes.append)
    assert index._build is not None

    def broken(*_: object, **__: object) -> None:
        raise failure("called `Option::unwrap()` on a `None` value\nand more")

    monkeypatch.setattr(index._build.collection._chroma, method, broken)
    check(index, rows)
    (note,) = notes
    assert "was damaged (called `Option::unwrap()` on a `None` value)" in note
    index.close()


def test_an_interrupt_is_no_damage(
    folder: Path, rows: VectorRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = ChromaIndex(folder, rows, fail)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    assert index._build is not None
    monkeypatch.setattr(index._build.collection._chroma, "query", interrupted)
    with pytest.raises(KeyboardInterrupt):
        index.nearest(np.ones(DIMENSION, dtype=np.float32), 3)
    index.close()


def test_an_interrupted_rebuild_is_begun_again(
    folder: Path, rows: VectorRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[str] = []
    index = ChromaIndex(folder, rows, notes.append)
    upsert = ChromaCollection.upsert
    calls = 0

    def interrupted(self: ChromaCollection, batch: VectorBatch) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        upsert(self, batch)

    monkeypatch.setattr(ChromaCollection, "upsert", interrupted)
    assert index._build is not None
    monkeypatch.setattr(index._build.collection._chroma, "query", None)  # cannot be called
    with pytest.raises(KeyboardInterrupt):
        index.nearest(np.ones(DIMENSION, dtype=np.float32), 3)
    check(index, rows)
    index.close()
    with pytest.raises(ChromaUnusable, match="closed"):
        index.refresh()
    again = ChromaIndex(folder, rows, fail)
    check(again, rows)
    again.close()


def longer(number: int) -> Paper:
    return Paper(title="T", abstract=f"Longer {number}. " * 9, doi=f"10.1/{number}")


def test_it_follows_what_is_added_and_removed(folder: Path, rows: VectorRows) -> None:
    database = rows._database
    index = ChromaIndex(folder, rows, fail)
    catalog = Catalog(database)
    catalog.add_batch([longer(i) for i in (1, 2, COUNT)])
    check(index, rows)
    changed = [s for s in catalog.all() if s.number in (1, 2, COUNT)]
    vectors = np.eye(3, DIMENSION, dtype=np.float32)
    assert rows.add("f", [(s, [Chunk(0, 2, "a")]) for s in changed], vectors) == 3
    check(index, rows)
    ((paper, cosine),) = index.nearest(vectors[2], 1)
    assert paper == COUNT
    assert cosine == pytest.approx(1.0)
    index.close()
    index = ChromaIndex(folder, rows, fail)
    check(index, rows)
    index.close()


def test_what_changed_while_nobody_had_it_open_is_caught_up(folder: Path, rows: VectorRows) -> None:
    catalog = Catalog(rows._database)
    catalog.add_batch([longer(i) for i in range(1, 600)])
    assert rows.count() == COUNT - 599
    index = ChromaIndex(folder, rows, fail)
    check(index, rows)
    index.close()


def test_a_new_generation_starts_afresh_without_a_word(folder: Path, rows: VectorRows) -> None:
    index = ChromaIndex(folder, rows, fail)
    rows.claim("another embedder")
    check(index, rows)
    assert index.nearest(np.ones(DIMENSION, dtype=np.float32), 3) == []
    stored = list(Catalog(rows._database).all())[:2]
    wider = np.eye(2, DIMENSION * 2, dtype=np.float32)
    rows.add("another embedder", [(s, [Chunk(0, 2, "a")]) for s in stored], wider)
    check(index, rows)
    assert [paper for paper, _ in index.nearest(wider[1], 5)] == [2, 1]
    index.close()


def test_an_index_of_another_history_is_rebuilt(folder: Path, rows: VectorRows) -> None:
    """A catalogue that was copied earlier comes back, whose numbers and counts match."""
    copy = folder / "copy.sqlite"
    with rows._database.read() as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    catalog = Catalog(rows._database)
    remove_papers(rows._database, [5])
    catalog.add_batch([Paper(title="New", abstract="B.", doi="10.1/new")])
    (new,) = catalog.by_number([COUNT + 1]).values()
    rows.add("f", [(new, [Chunk(0, 2, "a")])], np.eye(1, DIMENSION, dtype=np.float32))
    index = ChromaIndex(folder, rows, fail)
    check(index, rows)
    index.close()
    restored = Database(copy)
    try:
        copied = VectorRows(restored)
        assert copied.count() == rows.count()
        notes: list[str] = []
        index = ChromaIndex(folder, copied, notes.append)
        check(index, copied)
        assert COUNT + 1 not in [
            paper for paper, _ in index.nearest(np.ones(DIMENSION, dtype=np.float32), COUNT)
        ]
        index.close()
        assert len(notes) == 1
        assert "belongs to another catalogue" in notes[0]
    finally:
        restored.close()


def test_an_interrupted_update_continues_with_its_own_catalogue_only(
    folder: Path, rows: VectorRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = folder / "copy.sqlite"
    with rows._database.read() as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    index = ChromaIndex(folder, rows, fail)
    catalog = Catalog(rows._database)
    catalog.add_batch([longer(1)])
    (changed,) = catalog.by_number([1]).values()
    rows.add("f", [(changed, [Chunk(0, 2, "a")])], np.eye(1, DIMENSION, dtype=np.float32))

    def interrupted(self: ChromaCollection, batch: VectorBatch) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ChromaCollection, "upsert", interrupted)
    with pytest.raises(KeyboardInterrupt):
        index.refresh()
    index.close()
    monkeypatch.undo()
    again = folder.with_name("again")
    shutil.copytree(folder, again)
    index = ChromaIndex(folder, rows, fail)
    check(index, rows)
    index.close()
    restored = Database(copy)
    try:
        notes: list[str] = []
        index = ChromaIndex(again, VectorRows(restored), notes.append)
        check(index, VectorRows(restored))
        index.close()
        assert len(notes) == 1
    finally:
        restored.close()


def test_a_lost_vector_is_noticed(folder: Path, rows: VectorRows) -> None:
    notes: list[str] = []
    index = ChromaIndex(folder, rows, notes.append)
    assert index._build is not None
    index._build.collection.delete([5])
    Catalog(rows._database).add_batch([longer(1)])
    check(index, rows)
    assert len(notes) == 1
    assert "it has 1298 vectors, the catalogue 1299" in notes[0]
    index.close()


def test_one_process_at_a_time(folder: Path, rows: VectorRows) -> None:
    index = ChromaIndex(folder, rows, fail)
    with pytest.raises(ChromaHeld):
        ChromaIndex(folder, rows, fail)
    check(index, rows)
    index.close()
    index.close()
    ChromaIndex(folder, rows, fail).close()


def test_where_chroma_cannot_be_rebuilt_it_is_unusable(
    folder: Path, rows: VectorRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete_all(folder)

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("chromadb.PersistentClient", broken)
    index = ChromaIndex(folder, rows, fail)
    with pytest.raises(ChromaUnusable, match="No space left"):
        index.refresh()
    index.close()
    monkeypatch.undo()
    notes: list[str] = []
    index = ChromaIndex(folder, rows, notes.append)  # the lock was given back
    check(index, rows)
    index.close()
