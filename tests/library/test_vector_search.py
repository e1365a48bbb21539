"""Questions are answered while the index is built, rebuilt, purged or behind the catalogue."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assistant.library import Hit, Library
from assistant.library.chroma_builder import build
from assistant.library.chroma_collection import ChromaCollection, ChromaUnusable
from assistant.library.chroma_index import ChromaIndex
from assistant.library.vector_index import MemoryIndex
from assistant.library.vector_search import VectorSearch
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.progress import NO_PROGRESS, Progress

MakePapers = Callable[..., list[Paper]]
QUESTION = "penguins folding in Kyoto"
# A question that waits for what is held fails after this time instead of never.
DEADLOCK_S = 60
IN_PROCESS = "assistant.library.chroma_builder.MAX_IN_THREAD"


class Held:
    """A call that waits in its thread until it is released."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.released = threading.Event()

    def wait(self) -> None:
        self.reached.set()
        assert self.released.wait(DEADLOCK_S), "what had to happen meanwhile waited for this"


@pytest.fixture
def held() -> Iterator[Held]:
    held = Held()
    yield held
    held.released.set()


@pytest.fixture
def held_build(held: Held, monkeypatch: pytest.MonkeyPatch) -> Held:
    """Every build of a Chroma collection waits."""

    def waiting(*arguments: Any) -> None:
        held.wait()
        build(*arguments)

    monkeypatch.setattr("assistant.library.chroma_index.build", waiting)
    return held


@pytest.fixture
def held_update(held: Held, monkeypatch: pytest.MonkeyPatch) -> Held:
    """Every small update of a Chroma collection waits."""
    follow = ChromaIndex._follow

    def waiting(*arguments: Any) -> None:
        held.wait()
        follow(*arguments)

    monkeypatch.setattr(ChromaIndex, "_follow", waiting)
    return held


@pytest.fixture
def filled(library: Library, make_papers: MakePapers) -> Library:
    library.add(make_papers(60))
    library.vectors.embed_missing()
    assert library.search(QUESTION)[0].vector_rank
    return library


def numbers(hits: Sequence[Hit]) -> list[int]:
    return [hit.stored.number for hit in hits]


def index_of(library: Library) -> ChromaIndex:
    index = library.vectors.index._opened()
    assert isinstance(index, ChromaIndex)
    return index


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_question_is_answered_while_removed_papers_are_purged(
    filled: Library, held_build: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = filled.search(QUESTION)[0].stored.number
    with filled._database.read() as connection:
        (vector,) = connection.execute(
            "SELECT vector FROM chunks WHERE paper = ?", (first,)
        ).fetchone()
    filled.remove([first])
    expected = filled.search(QUESTION)
    assert first not in numbers(expected)
    filled.vectors.index.wait()
    monkeypatch.setattr(MemoryIndex, "update", None)  # the index that is there has to answer
    with ThreadPoolExecutor(1) as pool:
        purge = pool.submit(filled.purge_removed)
        assert held_build.reached.wait(DEADLOCK_S)
        assert filled.search(QUESTION) == expected
        assert not purge.done()
        held_build.released.set()
        assert purge.result()
    assert filled.search(QUESTION) == expected
    filled.close()
    assert vector not in content(filled.folder)


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_a_question_is_answered_while_the_index_is_rebuilt(
    filled: Library,
    embedder: HashingEmbedder,
    notes: list[str],
    held_build: Held,
    damage: str,
) -> None:
    before = numbers(filled.search(QUESTION))
    filled.close()
    if damage == "missing":
        shutil.rmtree(filled.folder / "chroma")
    else:
        for file in (filled.folder / "chroma").rglob("chroma.sqlite3"):
            file.write_bytes(b"damaged" * 1000)
    with Library.open(filled.folder, embedder, notes.append) as library:
        hits = library.search(QUESTION)
        assert held_build.reached.wait(DEADLOCK_S)
        assert numbers(library.search(QUESTION)) == numbers(hits) == before
        assert all(hit.vector_rank for hit in hits[:5])
        assert index_of(library).state is None
        held_build.released.set()
        library.vectors.index.wait()
        assert index_of(library).state == library.vectors.rows.state()
        assert numbers(library.search(QUESTION)) == before
    assert len(notes) == (damage == "damaged")


def test_what_the_index_has_not_reached_is_found(
    filled: Library, make_papers: MakePapers, held_update: Held
) -> None:
    """New vectors are compared with the question, removed ones left out."""
    first = filled.search(QUESTION)[0].stored.number
    filled.add([Paper(title="Okapi songs", abstract="An okapi sings.")])
    filled.remove([first])
    index = index_of(filled)
    with ThreadPoolExecutor(1) as pool:
        embedding = pool.submit(filled.vectors.embed_missing)
        assert held_update.reached.wait(DEADLOCK_S)
        assert filled.search("an okapi sings")[0].vector_rank == 1
        hits = filled.search(QUESTION)
        assert first not in numbers(hits)
        assert index.state != filled.vectors.rows.state()
        held_update.released.set()
        embedding.result()
    assert filled.search(QUESTION) == hits
    filled.vectors.index.wait()
    assert index.state == filled.vectors.rows.state()
    assert filled.search(QUESTION) == hits


def test_an_index_that_is_far_behind_is_not_used(
    filled: Library, make_papers: MakePapers, held_update: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.vector_search._MAX_BEHIND", 1)
    filled.add([Paper(title=f"Okapi song {i}", abstract="An okapi sings.") for i in range(3)])
    with ThreadPoolExecutor(1) as pool:
        embedding = pool.submit(filled.vectors.embed_missing)
        assert held_update.reached.wait(DEADLOCK_S)
        assert {hit.vector_rank for hit in filled.search("an okapi sings", 3)} == {1, 2, 3}
        held_update.released.set()
        embedding.result()
    assert filled.search("an okapi sings")
    filled.vectors.index.wait()
    assert index_of(filled).state == filled.vectors.rows.state()


def test_a_memory_index_answers_while_it_is_updated(
    folder: Path,
    embedder: HashingEmbedder,
    make_papers: MakePapers,
    held: Held,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assistant.library.vector_search.MAX_IN_CHROMA", 20)
    with Library.open(folder, embedder) as library:
        library.add(make_papers(40))
        library.vectors.embed_missing()
        before = numbers(library.search(QUESTION))
        updated = MemoryIndex._updated

        def waiting(*arguments: Any) -> Any:
            held.wait()
            return updated(*arguments)

        monkeypatch.setattr(MemoryIndex, "_updated", waiting)
        library.add([Paper(title="Okapi songs", abstract="An okapi sings.")])
        library.vectors.rows.request_purge()
        with ThreadPoolExecutor(1) as pool:
            embedding = pool.submit(library.vectors.embed_missing)
            assert held.reached.wait(DEADLOCK_S)
            assert library.search("an okapi sings")[0].vector_rank == 1
            assert numbers(library.search(QUESTION)) == before
            held.released.set()
            embedding.result()


def test_a_large_build_is_made_by_a_process_of_its_own(
    filled: Library, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch, notes: list[str]
) -> None:
    before = filled.search(QUESTION)
    filled.close()
    shutil.rmtree(filled.folder / "chroma")
    monkeypatch.setattr(IN_PROCESS, 10)
    monkeypatch.setattr(ChromaCollection, "upsert", None)  # not here
    with Library.open(filled.folder, embedder, notes.append) as library:
        assert numbers(library.search(QUESTION)) == numbers(before)
        library.vectors.index.wait()
        assert index_of(library).state == library.vectors.rows.state()
        assert library.search(QUESTION) == before
    assert notes == []


def test_a_build_that_is_stopped_leaves_nothing(
    filled: Library, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch, notes: list[str]
) -> None:
    monkeypatch.setattr(IN_PROCESS, 10)
    filled.remove([1])
    filled.close()
    real = subprocess.Popen
    started: list[subprocess.Popen[bytes]] = []

    def sleeping(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        code = "import time; time.sleep(600)"
        started.append(real([sys.executable, "-c", code], **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", sleeping)
    progress = Progress()
    with (
        Library.open(filled.folder, embedder, notes.append) as library,
        ThreadPoolExecutor(1) as pool,
    ):
        purge = pool.submit(library.purge_removed, progress)
        while not started:
            assert not purge.done()
        progress.stop()
        assert not purge.result()
        assert library.purge_pending
        assert library.search(QUESTION)[0].vector_rank
    assert started[0].poll() is not None, "closing the library ends it"
    assert len(list((filled.folder / "chroma").iterdir())) == 1
    monkeypatch.undo()
    with Library.open(filled.folder, embedder, notes.append) as library:
        assert library.purge_removed()
        assert not library.purge_pending
    assert notes == []


def test_a_build_that_fails_says_why(
    filled: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IN_PROCESS, 10)
    rows = filled.vectors.rows
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ChromaUnusable, match="Not a directory"):
        build(rows, rows.state(), tmp_path / "file" / "chroma", NO_PROGRESS)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python"))
    with pytest.raises(ChromaUnusable, match="cannot be started"):
        build(rows, rows.state(), tmp_path / "chroma", NO_PROGRESS)


def test_where_chroma_cannot_be_rebuilt_nothing_of_removed_papers_stays(
    filled: Library, monkeypatch: pytest.MonkeyPatch, notes: list[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no Chroma today")

    monkeypatch.setattr("chromadb.PersistentClient", broken)
    filled.remove([1])
    assert filled.purge_removed()
    assert not list((filled.folder / "chroma").iterdir())
    assert filled.search(QUESTION)[0].vector_rank
    (note,) = notes
    assert "Chroma cannot be used (no Chroma today)" in note


def test_another_process_purges_its_index_when_it_searches(
    filled: Library, embedder: HashingEmbedder
) -> None:
    with Library.open(filled.folder, embedder) as second:
        assert second.vectors.index._opened().__class__.__name__ == "ExactIndex"
        with filled._database.read() as connection:
            (vector,) = connection.execute("SELECT vector FROM chunks WHERE paper = 1").fetchone()
        second.remove([1])
        assert not second.purge_removed(), "the first one has Chroma open"
        assert second.purge_pending
    assert vector in content(filled.folder / "chroma")
    filled.search(QUESTION)
    filled.vectors.index.wait()
    assert vector not in content(filled.folder / "chroma")
    assert filled.purge_removed()
    assert not filled.purge_pending


def test_an_update_that_fails_is_tried_again_at_the_next_question(
    filled: Library, make_papers: MakePapers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(threading, "excepthook", lambda *_: None)
    monkeypatch.setattr(VectorSearch, "_update", failing)
    filled.add(make_papers(5, first=60))
    filled.vectors.embed_missing()
    assert index_of(filled).state != filled.vectors.rows.state()
    monkeypatch.undo()
    filled.search(QUESTION)
    filled.vectors.index.wait()
    assert index_of(filled).state == filled.vectors.rows.state()
