"""Vector indexes in memory; the Chroma index has the same methods."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.embedder import Vector, Vectors
from assistant.library.vector_rows import Numbers, VectorRows, VectorState
from assistant.progress import Progress

_BATCH = 5_000

Codes = NDArray[np.uint8]


class MemoryIndex(ABC):
    """Finds the chunks nearest to a vector, in a form that `_encode` makes of all. Thread-safe."""

    def __init__(self, rows: VectorRows) -> None:
        """Start empty; `refresh` loads the vectors."""
        self._rows = rows
        self._lock = threading.Lock()
        self._clear()

    @abstractmethod
    def _encode(self, vectors: Vectors) -> Vectors | Codes:
        """The form of `vectors` that is held in memory, with a row for each."""

    def refresh(self) -> None:
        """Apply what changed in the catalogue; fast if nothing did."""
        with self._lock:
            self._follow()

    def settle(self, progress: Progress) -> bool:
        """Bring index and files up to date and wait for a rebuild, or until a stop is requested.

        Returns whether the files contain nothing of chunks removed up to `VectorState.purge`.
        """
        self.refresh()
        return True

    @abstractmethod
    def nearest(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """Paper number and cosine of the `count` nearest chunks, the nearest first.

        `vector` has length 1 and the shape (dimension,).
        """

    def check(self) -> bool:
        """Compare the whole index with the catalogue; rebuild it and return True if it differs."""
        with self._lock:
            self._follow()
            if self._matches() or self._rows.state() != self._seen:
                return False
            self._clear()
            self._follow()
            return True

    def close(self) -> None:
        """Free memory and files; a second call does nothing."""
        with self._lock:
            self._clear()

    def _clear(self) -> None:
        self._seen: VectorState | None = None
        self._chunks: Numbers = np.empty(0, dtype=np.int64)
        self._papers: Numbers = np.empty(0, dtype=np.int64)
        self._encoded: Any = self._encode(np.empty((0, 0), dtype=np.float32))

    def _follow(self) -> None:
        """Apply what changed in the catalogue since `_seen`, or load everything."""
        while (state := self._rows.state()) != self._seen:
            seen = self._seen
            if seen is None or not self._rows.can_follow(seen):
                self._clear()
                seen = replace(state, chunk=0)
            removed = self._rows.removed_after(seen.entry)
            added = list(self._between(seen.chunk, state.chunk))
            # In another generation these may be vectors of another embedder.
            if self._rows.state().generation == state.generation:
                self._drop(removed)
                self._append(added)
                self._seen = state
            else:
                self._clear()

    def _matches(self) -> bool:
        """Whether chunks, papers and vectors are those of the catalogue."""
        start = 0
        for chunks, papers, encoded in self._between(0, self._chunks.max(initial=0)):
            own = slice(start, start := start + len(chunks))
            if not (
                np.array_equal(self._chunks[own], chunks)
                and np.array_equal(self._papers[own], papers)
                and np.array_equal(self._encoded[own], encoded)
            ):
                return False
        return start == len(self._chunks) == self._rows.count()

    def _between(self, chunk: int, last: int) -> Iterator[tuple[Numbers, Numbers, Any]]:
        """Chunks after `chunk` up to `last`, their papers and encoded vectors, in batches."""
        for batch in self._rows.between(chunk, last, _BATCH):
            yield batch.chunks, batch.papers, self._encode(batch.vectors)

    def _drop(self, removed: list[int]) -> None:
        if removed and len(self._chunks):
            kept = ~np.isin(self._chunks, removed)
            self._chunks, self._papers = self._chunks[kept], self._papers[kept]
            self._encoded = self._encoded[kept]

    def _append(self, batches: list[tuple[Numbers, Numbers, Any]]) -> None:
        if batches:
            held = [(self._chunks, self._papers, self._encoded)] if len(self._chunks) else []
            columns = zip(*held, *batches, strict=True)
            self._chunks, self._papers, self._encoded = map(np.concatenate, columns)


class ExactIndex(MemoryIndex):
    """Holds all vectors in memory and compares with each of them.

    It takes the place of Chroma, whose folder only one process can open at a time.
    """

    def _encode(self, vectors: Vectors) -> Vectors:
        return vectors

    def nearest(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """See `MemoryIndex.nearest`."""
        with self._lock:
            papers, vectors = self._papers, self._encoded
        if not len(papers) or count < 1 or vectors.shape[1] != len(vector):
            return []
        cosines = vectors @ vector
        best = np.arange(len(papers))
        if count < len(papers):
            best = np.argpartition(-cosines, count)[:count]
        best = best[np.argsort(-cosines[best], kind="stable")]
        return [(int(papers[i]), float(cosines[i])) for i in best]
