"""Vectors that are made while somebody waits, and in the background."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.embedder import Vectors
from assistant.errors import LibraryBusy, LibraryFull, ModelError
from assistant.library import Library, database
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper

MakePapers = Callable[..., list[Paper]]


class Clock:
    """Replaces the module `time`: only embedding takes any, on a busy machine too."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


class SlowEmbedder(HashingEmbedder):
    """Takes a while for each paper, and remembers how many it was asked for at once."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__()
        self.seconds = seconds
        self.clock: Clock | None = None
        self.batches: list[int] = []
        self.failure: Exception | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        papers = [text for text in texts if "\n" in text]
        if papers:
            self.batches.append(len(papers))
            if self.clock is None:
                time.sleep(self.seconds * len(papers))
            else:
                self.clock.now += self.seconds * len(papers)
            if self.failure:
                raise self.failure
        return super().embed(texts)


@pytest.fixture
def slow() -> SlowEmbedder:
    return SlowEmbedder()


@pytest.fixture
def clock(slow: SlowEmbedder, monkeypatch: pytest.MonkeyPatch) -> Clock:
    slow.clock = Clock()
    for module in ("paper_vectors", "search"):
        monkeypatch.setattr(f"assistant.library.{module}.time", slow.clock)
    return slow.clock


def embedded(library: Library) -> set[int]:
    return {s.number for s in library.papers.all()} - library.vectors.rows.without_chunks(
        range(10_000)
    )


def test_the_first_search_compares_by_meaning(
    folder: Path, slow: SlowEmbedder, make_papers: MakePapers
) -> None:
    with Library.open(folder, slow) as library:
        library.add(make_papers(20))
        with_all = Library.open(folder.with_name("other"), HashingEmbedder())
        with with_all:
            with_all.add(make_papers(20))
            with_all.vectors.embed_missing()
            expected = {
                hit.stored.number: hit.similarity
                for hit in with_all.search("penguins migrating in winter", 20)
            }
        hits = library.search("penguins migrating in winter", 3, budget_s=60)
        assert "Penguins" in hits[0].stored.title
        for hit in hits:
            assert hit.similarity == pytest.approx(expected[hit.stored.number], abs=1e-5)
        assert max(slow.batches) == 4
        # They are kept: the same search makes none again.
        made = list(slow.batches)
        again = library.search("penguins migrating in winter", 3)
        assert slow.batches == made
        assert [hit.stored for hit in again] == [hit.stored for hit in hits]


def test_the_best_by_words_come_first_and_the_budget_ends_it(
    folder: Path, slow: SlowEmbedder, clock: Clock, make_papers: MakePapers
) -> None:
    slow.seconds = 0.02
    with Library.open(folder, slow) as library:
        library.add(make_papers(400))
        ranked = [number for number, _ in library.papers.ranked("penguins in Kyoto", 50)]
        assert len(ranked) == 50
        library.search("penguins in Kyoto", budget_s=0)
        assert embedded(library) == set(ranked[:1]), "the first one is always made"
        started = clock.now
        library.search("penguins in Kyoto", budget_s=0.3)
        assert 0.24 < clock.now - started <= 0.3
        count = len(embedded(library))
        assert 13 <= count <= 16
        assert embedded(library) == set(ranked[:count])
        library.search("penguins in Kyoto", budget_s=60)
        assert max(slow.batches) == 4
        assert embedded(library) >= set(ranked)
        assert len(embedded(library)) == 50, "no more than the candidates"


@pytest.mark.usefixtures("clock")
def test_batches_are_as_small_as_the_time_that_is_left(
    folder: Path, slow: SlowEmbedder, make_papers: MakePapers
) -> None:
    """A computer that is busy, or slow, does not make the question wait for four papers."""
    slow.seconds = 0.2
    with Library.open(folder, slow) as library:
        library.add(make_papers(400))
        library.search("penguins in Kyoto", budget_s=0)  # now it is known how long a paper takes
        del slow.batches[:]
        library.search("penguins in Kyoto", budget_s=0.25)
        assert sum(slow.batches) <= 3
        assert slow.batches[0] <= 2


def test_an_irrelevant_paper_that_has_a_vector_does_not_win(
    folder: Path, make_papers: MakePapers
) -> None:
    with Library.open(folder, HashingEmbedder()) as library:
        library.add([Paper(title="Quantum chess", abstract="Knights are entangled.")])
        library.vectors.embed_missing()
        library.add(make_papers(60))
        assert "Penguins" in library.search("penguins in Kyoto", 1)[0].stored.title


def test_what_cannot_be_kept_is_used_all_the_same(
    folder: Path, slow: SlowEmbedder, make_papers: MakePapers, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    patiently = database._patiently

    def recorded(connection: sqlite3.Connection, seconds: float, statement: str) -> Any:
        asked.append(seconds)
        return patiently(connection, seconds, statement)

    monkeypatch.setattr(database, "_patiently", recorded)
    with Library.open(folder, slow) as library:
        library.add(make_papers(20))
        other = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        del asked[:]
        hits = library.search("penguins in winter", 3, budget_s=60)
        assert asked
        assert sum(asked) < 1, "it does not wait for the other program"
        assert all(hit.similarity is not None for hit in hits)
        other.execute("ROLLBACK")
        other.close()
        assert embedded(library) == set()
        library.search("penguins in winter", 3, budget_s=60)
        assert embedded(library)


def test_a_batch_of_this_process_that_is_being_written_is_not_waited_for(
    folder: Path, slow: SlowEmbedder, make_papers: MakePapers
) -> None:
    with Library.open(folder, slow) as library:
        library.add(make_papers(20))
        writing, done = threading.Event(), threading.Event()

        def write() -> None:
            with library._database.write():
                writing.set()
                assert done.wait(10)

        thread = threading.Thread(target=write)
        thread.start()
        assert writing.wait(10)
        assert library.search("penguins in winter")[0].similarity is not None
        done.set()
        thread.join()
        assert embedded(library) == set()


def test_the_rest_is_made_in_the_background_when_it_is_asked_for(
    folder: Path, slow: SlowEmbedder, make_papers: MakePapers
) -> None:
    with Library.open(folder, slow) as library:
        library.add(make_papers(200))
        ranked = {number for number, _ in library.papers.ranked("penguins in Kyoto", 50)}
        library.search("penguins in Kyoto", budget_s=0)
        library.vectors.wait()
        assert len(embedded(library)) == 1, "it was not asked for"
        library.search("penguins in Kyoto", budget_s=0, embed_rest=True)
        library.vectors.wait()
        assert embedded(library) == ranked
        assert library.search("penguins in Kyoto")[0].vector_rank is not None


def test_closing_ends_the_background(
    folder: Path, slow: SlowEmbedder, make_papers: MakePapers
) -> None:
    slow.seconds = 0.05
    library = Library.open(folder, slow)
    library.add(make_papers(200))
    library.search("penguins in Kyoto", budget_s=0, embed_rest=True)
    assert any(thread.name == "embed-candidates" for thread in threading.enumerate())
    library.close()
    assert not any(thread.name == "embed-candidates" for thread in threading.enumerate())
    with Library.open(folder, None) as again:
        assert len(embedded(again)) < 50


@pytest.mark.parametrize(
    "failure", [ModelError("out of memory"), LibraryFull("no space"), ZeroDivisionError("oh")]
)
def test_a_failure_in_the_background_is_reported_and_the_next_search_goes_on(
    folder: Path, slow: SlowEmbedder, make_papers: MakePapers, failure: Exception
) -> None:
    notes: list[str] = []
    with Library.open(folder, slow, notes.append) as library:
        library.add(make_papers(200))
        library.search("penguins", budget_s=0)
        slow.failure = failure
        library.vectors.embed_later(range(100, 150))
        library.vectors.wait()
        assert notes == [f"Papers found by a search could not be embedded: {failure}"]
        slow.failure = None
        assert len(embedded(library)) == 1
        library.vectors.embed_later([100])
        library.vectors.wait()
        assert 100 in embedded(library)


def test_a_busy_library_is_no_news(
    folder: Path, slow: SlowEmbedder, make_papers: MakePapers
) -> None:
    notes: list[str] = []
    with Library.open(folder, slow, notes.append) as library:
        library.add(make_papers(20))
        slow.failure = LibraryBusy("Another program writes.")
        library.vectors.embed_later([10])
        library.vectors.wait()
    assert notes == []


def test_many_threads_search_a_library_without_vectors(
    folder: Path, slow: SlowEmbedder, make_papers: MakePapers
) -> None:
    with Library.open(folder, slow) as library:
        library.add(make_papers(100))
        errors: list[BaseException] = []

        def ask(place: str) -> None:
            try:
                for _ in range(3):
                    assert library.search(f"penguins in {place}", embed_rest=True)
            except BaseException as error:
                errors.append(error)

        threads = [
            threading.Thread(target=ask, args=(p,)) for p in ("Kyoto", "Lagos", "orbit", "winter")
        ]
        for thread in threads:
            thread.start()
        library.vectors.embed_missing()
        for thread in threads:
            thread.join()
        library.vectors.wait()
        assert errors == []
        library.vectors.embed_missing()
        assert library.status().chunks == 100, "none has two vectors"
