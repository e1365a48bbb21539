"""Questions are answered while the index is rebuilt, and removed papers leave all files."""

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
from patience import PATIENCE_S

from assistant.library import Hit, Library, StoredTldr
from assistant.library.chroma_build import start
from assistant.library.chroma_collection import ChromaCollection
from assistant.library.chroma_index import ChromaIndex
from assistant.library.vector_index import ExactIndex
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.progress import Progress

MakePapers = Callable[..., list[Paper]]
QUESTION = "penguins folding in Kyoto"
FAR_BEHIND = "assistant.library.chroma_index._MAX_BEHIND"


class Held:
    """A call that waits in its thread until it is released."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.released = threading.Event()

    def wait(self) -> None:
        self.reached.set()
        assert self.released.wait(PATIENCE_S), "what had to happen meanwhile waited for this"


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Every process that builds a Chroma collection waits before it begins."""
    held = Held()
    run = ChromaIndex._run_process

    def waiting(*arguments: Any) -> None:
        held.wait()
        run(*arguments)

    monkeypatch.setattr(ChromaIndex, "_run_process", waiting)
    yield held
    held.released.set()


@pytest.fixture
def filled(library: Library, make_papers: MakePapers) -> Library:
    library.add(make_papers(60))
    library.vectors.embed_missing()
    assert library.search(QUESTION)[0].vector_rank
    return library


def numbers(hits: Sequence[Hit]) -> list[int]:
    return [hit.stored.number for hit in hits]


def vector_of(library: Library, number: int) -> bytes:
    vector = library._database.value("SELECT vector FROM chunks WHERE paper = ?", (number,))
    assert isinstance(vector, bytes)
    return vector


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_question_does_not_wait_while_removed_papers_are_purged(
    filled: Library, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = numbers(filled.search(QUESTION))[0]
    vector = vector_of(filled, first)
    filled.remove([first])
    expected = filled.search(QUESTION)
    assert first not in numbers(expected)
    monkeypatch.setattr(ExactIndex, "nearest", None)  # the present build has to answer
    with ThreadPoolExecutor(1) as pool:
        purge = pool.submit(filled.purge_removed)
        assert held.reached.wait(PATIENCE_S)
        assert filled.search(QUESTION) == expected
        filled.add([Paper(title="Okapi songs", abstract="An okapi sings.")])
        assert filled.search("an okapi sings")[0].vector_rank == 1, "it is followed meanwhile"
        assert not purge.done()
        held.released.set()
        assert purge.result()
    assert filled.search("an okapi sings")[0].vector_rank == 1
    assert vector not in content(filled.folder)


def test_nothing_of_a_removed_paper_is_in_any_file_after_the_purge(
    library: Library, make_papers: MakePapers
) -> None:
    library.add(make_papers(60))
    library.add(
        [
            Paper(
                title="Xylokarps",
                abstract="A quollophone hums.",
                authors=("Q. Zwyrtek",),
                doi="10.9/q",
            )
        ]
    )
    library.vectors.embed_missing()
    library.tldrs.save(
        StoredTldr(61, "Grumbleflick.", "model", "prompt", "generated", 1.0, "2026-01-01")
    )
    words = [b"xylokarp", b"quolloph", b"zwyrtek", b"grumblef", b"10.9/q"]
    vector = vector_of(library, 61)
    everything = content(library.folder)
    assert all(word in everything.lower() for word in words)
    assert everything.count(vector) > 1, "in the catalogue and in Chroma"
    library.remove([61])
    assert library.purge_due()
    assert library.purge_removed()
    assert not library.purge_due()
    left = content(library.folder)
    assert not [word for word in words if word in left.lower()]
    assert vector not in left


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_a_question_does_not_wait_for_a_rebuild(
    filled: Library,
    embedder: HashingEmbedder,
    notes: list[str],
    held: Held,
    damage: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = numbers(filled.search(QUESTION))
    filled.close()
    if damage == "missing":
        shutil.rmtree(filled.folder / "chroma")
    else:
        for file in (filled.folder / "chroma").rglob("chroma.sqlite3"):
            file.write_bytes(b"damaged" * 1000)
    monkeypatch.setattr(FAR_BEHIND, 10)
    monkeypatch.setattr(ChromaCollection, "upsert", None)  # not in this process
    with Library.open(filled.folder, embedder, notes.append) as library:
        hits = library.search(QUESTION)
        assert held.reached.wait(PATIENCE_S)
        assert numbers(library.search(QUESTION)) == numbers(hits) == before
        assert all(hit.vector_rank for hit in hits[:5])
        held.released.set()
        library.vectors.index.settle()
        monkeypatch.setattr(ExactIndex, "nearest", None)
        assert numbers(library.search(QUESTION)) == before
    assert len(notes) == (damage == "damaged")


def test_an_index_that_is_far_behind_is_rebuilt_in_the_background(
    filled: Library, make_papers: MakePapers, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.add(make_papers(20, first=60))
    monkeypatch.setattr(FAR_BEHIND, 10)
    with ThreadPoolExecutor(1) as pool:
        embedding = pool.submit(filled.vectors.embed_missing)
        assert held.reached.wait(PATIENCE_S)
        hits = filled.search("radar learning, part 79", 3)
        assert hits[0].vector_rank
        assert not embedding.done(), "the command ends with a complete index"
        held.released.set()
        embedding.result()
    assert filled.search("radar learning, part 79", 3) == hits


def test_a_rebuild_that_is_killed_is_resumed(
    filled: Library, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch, notes: list[str]
) -> None:
    vector = vector_of(filled, 1)
    filled.remove([1])
    started: list[subprocess.Popen[str]] = []

    def sleeping(*_: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", "import time; time.sleep(600)"]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    monkeypatch.setattr("assistant.library.chroma_index.start", sleeping)
    progress = Progress()
    with ThreadPoolExecutor(1) as pool:
        purge = pool.submit(filled.purge_removed, progress)
        while not started:
            assert not purge.done()
        progress.stop()
        assert not purge.result()
    assert filled.search(QUESTION)[0].vector_rank
    filled.close()
    assert started[0].poll() is not None, "closing the library ends it"
    monkeypatch.undo()
    (filled.folder / "chroma" / "leftover").mkdir()
    with Library.open(filled.folder, embedder, notes.append) as library:
        assert library.purge_due()
        assert library.purge_removed()
        assert not library.purge_due()
        assert library.search(QUESTION)[0].vector_rank
    assert vector not in content(filled.folder)
    assert len(list((filled.folder / "chroma").iterdir())) == 1
    assert notes == []


def test_a_rebuild_that_fails_says_why(
    filled: Library, monkeypatch: pytest.MonkeyPatch, notes: list[str]
) -> None:
    """And Chroma's files, which cannot be purged, are removed."""
    monkeypatch.setattr(sys, "executable", "/no/python")
    filled.remove([1])
    assert filled.purge_removed()
    assert not (filled.folder / "chroma").exists()
    assert filled.search(QUESTION)[0].vector_rank
    (note,) = notes
    assert "Chroma cannot be used ([Errno 2] No such file or directory: '/no/python')" in note


def test_the_builder_reports_its_error(filled: Library, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with start(filled.vectors.rows.catalog, tmp_path / "file" / "chroma") as process:
        output, _ = process.communicate()
    assert process.returncode == 1
    assert "Not a directory" in output.splitlines()[-1]


def test_another_process_purges_its_index_when_it_searches(
    filled: Library, embedder: HashingEmbedder
) -> None:
    vector = vector_of(filled, 1)
    with Library.open(filled.folder, embedder) as second:
        second.remove([1])
        assert not second.purge_removed(), "the first one has Chroma open"
        assert second.purge_due()
    assert vector in content(filled.folder / "chroma")
    filled.search(QUESTION)
    filled.vectors.index.settle()
    assert vector not in content(filled.folder / "chroma")
    assert filled.purge_removed()
    assert not filled.purge_due()


def test_a_purge_removes_indexes_of_other_sizes(
    filled: Library, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chroma's folder is from when the library was smaller, the signs from when it was larger."""
    filled.close()
    monkeypatch.setattr("assistant.library.vector_search.MOST_IN_CHROMA", 20)
    with Library.open(filled.folder, embedder) as library:
        library.remove([1])
        assert library.purge_removed()
        assert (library.folder / "signs.npz").exists()
        assert not (library.folder / "chroma").exists()
    monkeypatch.undo()
    with Library.open(filled.folder, embedder) as library:
        library.remove([2])
        assert library.purge_removed()
        assert not (library.folder / "signs.npz").exists()
        assert (library.folder / "chroma").exists()
