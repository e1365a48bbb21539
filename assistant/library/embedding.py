"""Making vectors: of every paper that has none, or of those that a search needs at once."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.errors import (
    AssistantError,
    LibraryBusy,
    LibraryError,
    LibraryFull,
    LibraryReadOnly,
)
from assistant.library.catalog import Catalog
from assistant.library.chunks import Chunk, Chunker
from assistant.library.full_text import MAX_CHARACTERS
from assistant.library.records import StoredPaper
from assistant.library.vectors import EmbedderLike, Matrix, VectorBatch, VectorRows, means

# Papers embedded at once and committed together.
_BATCH = 64
# The most while somebody waits, and the seconds that one paper takes until it is known better.
_SMALL_BATCH = 4
_SECONDS_A_PAPER = 0.04
# How long a search waits for its turn to keep the vectors it has made.
_PATIENCE_S = 0.05


@dataclass(frozen=True)
class Embedded:
    """Papers with their chunks, and a row of `vectors` for each chunk, in this order."""

    papers: tuple[tuple[StoredPaper, Sequence[Chunk]], ...]
    vectors: Matrix

    def batch(self) -> VectorBatch:
        """The vectors with the numbers of their papers; the chunks have no numbers yet."""
        numbers = [paper.number for paper, chunks in self.papers for _ in chunks]
        return VectorBatch(
            chunks=np.zeros(len(numbers), dtype=np.int64),
            papers=np.array(numbers, dtype=np.int64),
            vectors=self.vectors,
        )


class Embedding:
    """Makes the vectors of papers with one embedder and keeps them. Thread-safe."""

    def __init__(
        self,
        embedder: EmbedderLike,
        catalog: Catalog,
        rows: VectorRows,
        refresh: Callable[[], None],
    ) -> None:
        """Embed papers of `catalog` into `rows`; `refresh` brings the index in step."""
        self.embedder = embedder
        self._catalog = catalog
        self._rows = rows
        self._refresh = refresh
        self._chunker = Chunker(embedder)
        self.fingerprint = (
            f"{embedder.fingerprint}/{embedder.dimension}/{self._chunker.fingerprint}"
        )
        self._all = threading.Lock()
        self._pace = _SECONDS_A_PAPER
        # Papers that wait for the thread in the background, which runs while there are some.
        self._guard = threading.Lock()
        self._waiting: deque[int] = deque()
        self._worker: threading.Thread | None = None
        self._closed = False

    @property
    def usable(self) -> bool:
        """Whether the vectors that are kept are this embedder's."""
        return self._rows.state().fingerprint == self.fingerprint

    def of_text(self, text: str) -> Matrix:
        """The vector of what a person typed."""
        vector: Matrix = self.embedder.embed([text[:MAX_CHARACTERS]])[0]
        return vector

    def of_paper(self, stored: StoredPaper) -> Matrix:
        """The vector of a paper, kept or made now: the mean of its chunks, of length 1."""
        batch = self._rows.of_papers([stored.number] if self.usable else ())
        if not len(batch.papers):
            embedded = self._embedded([stored])
            self._keep_if_possible([embedded])
            batch = embedded.batch()
        first: Matrix = batch.vectors[0]
        return means(batch).get(stored.number, first)

    def all_missing(
        self,
        progress: Callable[[int, int], None] | None,
        should_stop: Callable[[], bool] | None,
    ) -> int:
        """See `Library.embed_missing`."""
        with self._all:
            total = self._rows.missing()
            done = 0
            batch: list[StoredPaper] = []
            missing = self._catalog.pages("NOT EXISTS (SELECT 1 FROM chunks WHERE paper = number)")
            for stored in missing if total else ():
                if should_stop and should_stop():
                    break
                batch.append(stored)
                if len(batch) == _BATCH:
                    done += self._embed(batch)
                    batch = []
                    if progress:
                        progress(done, max(done, total))
            if batch and not (should_stop and should_stop()):
                done += self._embed(batch)
                if progress:
                    progress(done, max(done, total))
        return done

    def at_once(self, numbers: Sequence[int], deadline: float) -> list[Embedded]:
        """Embed these papers, in this order, until `deadline` (of `time.monotonic`).

        The first one is made in any case, and batches are as small as the time that is left. What
        was made is kept when the library takes it without delay; if it does not, it is handed out
        all the same.
        """
        papers = self._catalog.by_number(numbers)
        wanted = [papers[number] for number in numbers if number in papers]
        made: list[Embedded] = []
        while wanted:
            began = time.monotonic()
            room = int((deadline - began) / self._pace)
            if made and room < 1:
                break
            size = max(1, min(room, _SMALL_BATCH))
            batch, wanted = wanted[:size], wanted[size:]
            made.append(self._embedded(batch))
            # Half of what it was, so that a moment of other work on the computer is soon forgotten.
            self._pace = (self._pace + (time.monotonic() - began) / len(batch)) / 2
        self._keep_if_possible(made)
        return made

    def later(self, numbers: Iterable[int]) -> None:
        """Embed these papers in the background, before those that wait there already."""
        with self._guard:
            if self._closed:
                return
            fresh = list(dict.fromkeys(numbers))
            self._waiting = deque([*fresh, *(n for n in self._waiting if n not in set(fresh))])
            if self._waiting and self._worker is None:
                self._worker = threading.Thread(
                    target=self._work, name="embed-candidates", daemon=True
                )
                self._worker.start()

    def wait(self) -> None:
        """Wait until nothing is done in the background."""
        with self._guard:
            worker = self._worker
        if worker is not None:
            worker.join()

    def close(self) -> None:
        """End what is done in the background; calling it twice does nothing."""
        with self._guard:
            self._closed = True
            self._waiting.clear()
        self.wait()

    def _work(self) -> None:
        while True:
            with self._guard:
                batch = [
                    self._waiting.popleft() for _ in range(min(_SMALL_BATCH, len(self._waiting)))
                ]
                if not batch:
                    self._worker = None
                    return
            try:
                missing = self._rows.without_chunks(batch)
                self._embed(list(self._catalog.by_number(missing).values()))
            except AssistantError:
                # Nobody waits for it, and the next search makes what it needs, or says why not.
                with self._guard:
                    self._waiting.clear()

    def _embed(self, papers: Sequence[StoredPaper]) -> int:
        if not papers:
            return 0
        embedded = self._embedded(papers)
        stored = self._rows.add(self.fingerprint, embedded.papers, embedded.vectors)
        if not self.usable:
            raise LibraryError(
                "Another program began to use this library with another embedding model; close "
                "one of the two."
            )
        self._refresh()
        return stored

    def _embedded(self, papers: Sequence[StoredPaper]) -> Embedded:
        chunked = tuple(
            (paper, self._chunker.split(paper.title, paper.abstract)) for paper in papers
        )
        vectors = self.embedder.embed([chunk.text for _, chunks in chunked for chunk in chunks])
        return Embedded(chunked, vectors)

    def _keep_if_possible(self, made: Sequence[Embedded]) -> None:
        if not made:
            return
        papers = [pair for embedded in made for pair in embedded.papers]
        vectors = np.concatenate([embedded.vectors for embedded in made])
        with contextlib.suppress(LibraryReadOnly, LibraryBusy, LibraryFull):
            # The index follows when it is asked next.
            self._rows.add(self.fingerprint, papers, vectors, _PATIENCE_S)
