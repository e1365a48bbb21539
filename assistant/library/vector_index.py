"""Nearest vectors: the protocol of an index, and the one that compares with every vector."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.embedder import Vector, Vectors
from assistant.library.vector_rows import Numbers, VectorRows, VectorState

_BATCH = 5_000

Codes = NDArray[np.uint8]


class VectorIndex(Protocol):
    """Finds the chunks nearest to a vector. Thread-safe."""

    def refresh(self) -> None:
        """Follow the rows of the catalogue; costs next to nothing when nothing changed."""
        ...

    def nearest(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """Paper number and cosine of the `count` nearest chunks, the nearest first.

        `vector` has length 1 and the shape (dimension,).
        """
        ...

    def close(self) -> None:
        """Let go of everything; calling it twice does nothing."""
        ...


class MemoryIndex(ABC):
    """What follows the rows of a catalogue in memory, in a form that `_held` makes of vectors."""

    def __init__(self, rows: VectorRows) -> None:
        """Start empty; `refresh` loads the vectors."""
        self._rows = rows
        self._lock = threading.Lock()
        self._seen: VectorState | None = None
        self._forget()

    @abstractmethod
    def _held(self, vectors: Vectors) -> Vectors | Codes:
        """What is held in memory of `vectors`, a row for each."""

    def refresh(self) -> None:
        """Load what was added, drop what was removed; all anew in a new generation."""
        with self._lock:
            while (state := self._rows.state()) != self._seen:
                if self._seen is None or self._seen.generation != state.generation:
                    self._forget()
                self._drop_removed()
                added = self._added()
                # Else the vectors were dropped meanwhile, and these may be another embedder's.
                if self._rows.state().generation == state.generation:
                    self._append(added)
                    self._seen = state
                else:
                    self._seen = None

    def close(self) -> None:
        """Free the memory."""
        with self._lock:
            self._seen = None
            self._forget()

    def _forget(self) -> None:
        self._last_chunk = 0
        self._last_removal = 0
        self._chunks: Numbers = np.empty(0, dtype=np.int64)
        self._papers: Numbers = np.empty(0, dtype=np.int64)
        self._kept: Any = self._held(np.empty((0, 0), dtype=np.float32))

    def _drop_removed(self) -> None:
        removed: list[int] = []
        while True:
            self._last_removal, chunks = self._rows.removed_after(self._last_removal, _BATCH)
            if not chunks:
                break
            removed += chunks
        if removed and len(self._chunks):
            kept = ~np.isin(self._chunks, removed)
            self._chunks, self._papers = self._chunks[kept], self._papers[kept]
            self._kept = self._kept[kept]

    def _added(self) -> list[tuple[Numbers, Numbers, Any]]:
        """Chunks, papers and what is held of their vectors, in batches."""
        batches: list[tuple[Numbers, Numbers, Any]] = []
        last = self._last_chunk
        while True:
            batch = self._rows.added_after(last, _BATCH)
            if not len(batch.chunks):
                return batches
            last = int(batch.chunks[-1])
            batches.append((batch.chunks, batch.papers, self._held(batch.vectors)))

    def _append(self, batches: list[tuple[Numbers, Numbers, Any]]) -> None:
        if not batches:
            return
        held = [self._kept] if len(self._chunks) else []
        self._last_chunk = int(batches[-1][0][-1])
        self._chunks = np.concatenate([self._chunks, *(batch[0] for batch in batches)])
        self._papers = np.concatenate([self._papers, *(batch[1] for batch in batches)])
        self._kept = np.concatenate([*held, *(batch[2] for batch in batches)])


class ExactIndex(MemoryIndex):
    """Compares with every vector, which it holds in memory.

    For whoever cannot have Chroma: its folder belongs to one process at a time.
    """

    def _held(self, vectors: Vectors) -> Vectors:
        return vectors

    def nearest(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """See `VectorIndex.nearest`."""
        with self._lock:
            papers, vectors = self._papers, self._kept
        if not len(papers) or count < 1:
            return []
        cosines = vectors @ vector
        best = np.arange(len(papers))
        if count < len(papers):
            best = np.argpartition(-cosines, count)[:count]
        best = best[np.argsort(-cosines[best], kind="stable")]
        return [(int(papers[i]), float(cosines[i])) for i in best]
