"""The protocol of a vector index, and the index that compares with every vector."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.embedder import Vector, Vectors
from assistant.library.vector_rows import Numbers, VectorRows, VectorState
from assistant.progress import NO_PROGRESS, Progress

_BATCH = 5_000

Codes = NDArray[np.uint8]


class Neighbour(NamedTuple):
    """A chunk with its paper and its cosine to the query."""

    chunk: int
    paper: int
    cosine: float


class VectorIndex(Protocol):
    """Finds the chunks nearest to a vector. Thread-safe: `nearest` does not wait for `update`."""

    @property
    def state(self) -> VectorState | None:
        """The state of the catalogue that `nearest` searches; None while it cannot search."""
        ...

    def update(self, progress: Progress) -> None:
        """Follow the catalogue to its present state, or less far if a stop is requested."""
        ...

    def nearest(self, vector: Vector, count: int) -> list[Neighbour]:
        """The `count` nearest chunks, the nearest first.

        `vector` has length 1 and the shape (dimension,).
        """
        ...

    def is_purged(self, state: VectorState) -> bool:
        """Whether no file of the index contains vectors that were removed up to `state.purge`."""
        ...

    def check(self) -> bool:
        """Compare the whole index with the catalogue; rebuild it and return True if it differs."""
        ...

    def close(self) -> None:
        """Free memory and files; a second call does nothing."""
        ...


@dataclass(frozen=True)
class Content:
    """What a memory index holds: a row of `encoded` for each of `chunks`, in their order."""

    state: VectorState | None
    chunks: Numbers
    papers: Numbers
    encoded: Any

    def without(self, removed: list[int]) -> Content:
        """The content without the chunks `removed`."""
        if not removed or not len(self.chunks):
            return self
        kept = ~np.isin(self.chunks, removed)
        return Content(self.state, self.chunks[kept], self.papers[kept], self.encoded[kept])


class MemoryIndex(ABC):
    """An index in memory, in a form that `_encode` makes of the vectors.

    An update makes a new content beside the one that is searched meanwhile.
    """

    def __init__(self, rows: VectorRows) -> None:
        """Start empty; `update` loads the vectors."""
        self._rows = rows
        self._updating = threading.RLock()
        self._content = self._empty()

    @abstractmethod
    def _encode(self, vectors: Vectors) -> Vectors | Codes:
        """The form of `vectors` that is held in memory, with a row for each."""

    @property
    def state(self) -> VectorState | None:
        """See `VectorIndex.state`."""
        return self._content.state

    def update(self, progress: Progress) -> None:
        """See `VectorIndex.update`."""
        with self._updating:
            while not progress.stop_requested and (state := self._rows.state()) != self.state:
                updated = self._updated(state, progress)
                # In another generation these may be vectors of another embedder.
                same = self._rows.state().generation == state.generation
                self._content = updated if same else self._empty()

    def is_purged(self, state: VectorState) -> bool:
        """See `VectorIndex.is_purged`."""
        return True  # it has no file

    def check(self) -> bool:
        """See `VectorIndex.check`."""
        with self._updating:
            self.update(NO_PROGRESS)
            if self._matches(self._content) or self._rows.state() != self.state:
                return False
            self._content = self._empty()
            self.update(NO_PROGRESS)
            return True

    def close(self) -> None:
        """Free the memory."""
        with self._updating:
            self._content = self._empty()

    def _empty(self) -> Content:
        none = np.empty(0, dtype=np.int64)
        return Content(None, none, none, self._encode(np.empty((0, 0), dtype=np.float32)))

    def _updated(self, state: VectorState, progress: Progress) -> Content:
        """The content in `state`; after a stop the present content."""
        seen = self.state
        if seen is None or not self._rows.can_follow(seen):
            kept, chunk = self._empty(), 0
        else:
            kept, chunk = self._content.without(self._rows.removed_after(seen.entry)), seen.chunk
        parts = [(kept.chunks, kept.papers, kept.encoded)] if len(kept.chunks) else []
        for batch in self._rows.between(chunk, state.chunk, _BATCH):
            if progress.stop_requested:
                return self._content
            parts.append((batch.chunks, batch.papers, self._encode(batch.vectors)))
        if len(parts) > 1:
            return Content(state, *map(np.concatenate, zip(*parts, strict=True)))
        return Content(state, *parts[0]) if parts else replace(self._empty(), state=state)

    def _matches(self, content: Content) -> bool:
        """Whether chunks, papers and vectors are those of the catalogue."""
        start = 0
        for batch in self._rows.between(0, int(content.chunks.max(initial=0)), _BATCH):
            own = slice(start, start := start + len(batch.chunks))
            if not (
                np.array_equal(content.chunks[own], batch.chunks)
                and np.array_equal(content.papers[own], batch.papers)
                and np.array_equal(content.encoded[own], self._encode(batch.vectors))
            ):
                return False
        return start == len(content.chunks) == self._rows.count()


class ExactIndex(MemoryIndex):
    """Holds all vectors in memory and compares with each of them.

    It takes the place of Chroma, whose folder only one process can open at a time.
    """

    def _encode(self, vectors: Vectors) -> Vectors:
        return vectors

    def nearest(self, vector: Vector, count: int) -> list[Neighbour]:
        """See `VectorIndex.nearest`."""
        content = self._content
        if not len(content.chunks) or count < 1:
            return []
        cosines = content.encoded @ vector
        best = np.arange(len(cosines))
        if count < len(cosines):
            best = np.argpartition(-cosines, count)[:count]
        best = best[np.argsort(-cosines[best], kind="stable")]
        return neighbours(content.chunks[best], content.papers[best], cosines[best])


def neighbours(chunks: Numbers, papers: Numbers, cosines: Vector) -> list[Neighbour]:
    """One neighbour for each of `chunks`."""
    rows = zip(chunks.tolist(), papers.tolist(), cosines.tolist(), strict=True)
    return [Neighbour(*row) for row in rows]
