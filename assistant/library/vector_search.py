"""Which papers are nearest to a vector: through Chroma, or without it when that cannot be had."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from assistant.embedder import Vector
from assistant.library.binary_index import FILE as BINARY_FILE
from assistant.library.binary_index import BinaryIndex
from assistant.library.chroma_collection import ChromaUnusable
from assistant.library.chroma_index import FOLDER as CHROMA_FOLDER
from assistant.library.chroma_index import LOCK as CHROMA_LOCK
from assistant.library.chroma_index import ChromaHeld, ChromaIndex, remove
from assistant.library.vector_index import ExactIndex, MemoryIndex
from assistant.library.vector_rows import VectorRows
from assistant.progress import NO_PROGRESS, Progress

# Chroma holds all vectors in memory: 1.7 GB of a million.
MOST_IN_CHROMA = 300_000
# Chunks asked for, for each paper that is wanted: a long abstract has several.
_CHUNKS_A_PAPER = 2

T = TypeVar("T")
VectorIndex = ChromaIndex | MemoryIndex


class VectorSearch:
    """The vector index of a library, opened when it is first needed. Thread-safe."""

    def __init__(
        self, folder: Path, rows: VectorRows, use_chroma: bool, notify: Callable[[str], None]
    ) -> None:
        """Search `rows`; with `use_chroma` keep a Chroma index of them in `folder`."""
        self._folder = folder
        self._rows = rows
        self._use_chroma = use_chroma
        self._notify = notify
        self._lock = threading.Lock()
        self._index: VectorIndex | None = None

    def refresh(self) -> None:
        """Bring the index up to date; a rebuild only begins."""
        self._try(lambda index: index.refresh())

    def settle(self, progress: Progress = NO_PROGRESS) -> bool:
        """Bring the index up to date and wait for a rebuild, or until a stop is requested.

        Returns whether its files contain nothing of chunks that have to leave them.
        """
        return self._try(lambda index: index.settle(progress))

    def purge(self, progress: Progress) -> bool:
        """Delete removed chunks from all index files; return whether they are gone.

        If another process has Chroma open, it deletes them when it searches next.
        """
        self._rows.request_purge()
        purged = self.settle(progress)
        index = self._opened()
        if not isinstance(index, BinaryIndex):
            remove(self._folder / BINARY_FILE)
        if not isinstance(index, ChromaIndex):
            try:
                with FileLock(self._folder / CHROMA_LOCK, blocking=False):
                    remove(self._folder / CHROMA_FOLDER)
            except Timeout:
                return False
        return purged

    def check(self) -> None:
        """Compare the index with the catalogue; rebuild it if it differs."""
        # Chroma reports on its own why it was rebuilt.
        if self._try(lambda index: index.check() and not isinstance(index, ChromaIndex)):
            self._notify(
                "The vector index did not match the catalogue; it was rebuilt from it "
                f"({self._rows.count()} vectors, nothing was embedded again)."
            )

    def nearest_papers(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """Number and best chunk's cosine of the `count` nearest papers, the nearest first."""

        def nearest(index: VectorIndex) -> list[tuple[int, float]]:
            index.refresh()
            return index.nearest(vector, count * _CHUNKS_A_PAPER)

        best: dict[int, float] = {}
        for paper, cosine in self._try(nearest):
            best.setdefault(paper, cosine)
        # Rounded, so that papers which tie come in one order whatever computed the cosine.
        ranked = sorted(best.items(), key=lambda item: (-round(item[1], 5), item[0]))
        return ranked[:count]

    def close(self) -> None:
        """Close the index; a later call opens it again."""
        with self._lock:
            index, self._index = self._index, None
        if index is not None:
            index.close()

    def _opened(self) -> VectorIndex:
        with self._lock:
            if self._index is None:
                self._index = self._open()
            return self._index

    def _open(self) -> VectorIndex:
        if self._rows.more_than(MOST_IN_CHROMA):
            return BinaryIndex(self._rows, self._folder if self._use_chroma else None)
        if self._use_chroma:
            try:
                return ChromaIndex(self._folder, self._rows, self._notify)
            except ChromaHeld:
                pass  # it has the same vectors; comparing with all of them finds no worse
            except ChromaUnusable as reason:
                self._say_why(reason)
        return ExactIndex(self._rows)

    def _try(self, action: Callable[[VectorIndex], T]) -> T:
        """Call `action` with the index, and without Chroma if that cannot be used."""
        index = self._opened()
        try:
            return action(index)
        except ChromaUnusable as reason:
            return action(self._without_chroma(index, reason))

    def _without_chroma(self, failed: VectorIndex, reason: ChromaUnusable) -> VectorIndex:
        with self._lock:
            if self._index is failed:  # else another thread has been here
                self._say_why(reason)
                failed.close()
                self._index = ExactIndex(self._rows)
            return self._index or ExactIndex(self._rows)

    def _say_why(self, reason: ChromaUnusable) -> None:
        self._notify(
            f"Chroma cannot be used ({reason}); the vectors are compared one by one instead, "
            "which finds the same but takes longer in a large library."
        )
