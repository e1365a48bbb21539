"""Which papers are nearest to a vector: through Chroma, or without it if it cannot be used."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from filelock import FileLock, Timeout

from assistant.embedder import Vector
from assistant.errors import ChromaServerError, ModelServerError, ServerNotConfirmed
from assistant.library.binary_index import FILE as BINARY_FILE
from assistant.library.binary_index import BinaryIndex
from assistant.library.chroma_collection import ChromaUnusable
from assistant.library.chroma_index import FOLDER as CHROMA_FOLDER
from assistant.library.chroma_index import LOCK as CHROMA_LOCK
from assistant.library.chroma_index import ChromaHeld, ChromaIndex, remove
from assistant.library.vector_index import ExactIndex, MemoryIndex
from assistant.library.vector_rows import VectorRows
from assistant.progress import NO_PROGRESS, Progress

if TYPE_CHECKING:
    from assistant.library.chroma_server import ChromaServer
    from assistant.library.chroma_server_index import ChromaServerIndex

# Chroma holds all vectors in memory: 1.7 GB of a million.
MOST_IN_CHROMA = 300_000
# Chunks asked for, for each paper that is wanted: a long abstract has several.
_CHUNKS_A_PAPER = 2
# What can go wrong with an index on a Chroma server: also a token that cannot be read.
SERVER_FAILURES = (ChromaServerError, ServerNotConfirmed, ModelServerError)
# After a failure of the Chroma server, only searches ask it for so long.
_PAUSE_S = 30.0

T = TypeVar("T")
VectorIndex: TypeAlias = "ChromaIndex | ChromaServerIndex | MemoryIndex"


class VectorSearch:
    """The vector index of a library, opened when it is first needed. Thread-safe."""

    def __init__(
        self,
        folder: Path,
        rows: VectorRows,
        use_chroma: bool,
        notify: Callable[[str], None],
        find_server: Callable[[], ChromaServer] | None = None,
    ) -> None:
        """Search `rows`; with `use_chroma` keep a Chroma index of them in `folder`.

        With `find_server`, the index is on the server that it returns, and nowhere else.
        """
        self._folder = folder
        self._rows = rows
        self._use_chroma = use_chroma
        self._notify = notify
        self._find_server = find_server
        self._paused_until = 0.0
        self._lock = threading.Lock()
        self._index: VectorIndex | None = None

    def refresh(self) -> None:
        """Bring the index up to date after a change; a rebuild only begins.

        The change is in the catalogue. So if the Chroma server fails, the user is only notified:
        the next search sends what is missing there.
        """
        if self._paused_until > time.monotonic():
            return
        try:
            self._try(lambda index: index.refresh())
        except SERVER_FAILURES as error:
            self._paused_until = time.monotonic() + _PAUSE_S
            self._notify(f"The vector index is not up to date: {error}")

    def settle(self, progress: Progress = NO_PROGRESS) -> bool:
        """Bring the index up to date and wait for a rebuild, or until a stop is requested.

        Returns whether its files contain nothing of chunks that have to leave them.

        Raises:
            ChromaServerError: the index is on a server, which fails.
            ServerNotConfirmed: the user has not agreed to use that server.
        """
        return self._try(lambda index: index.settle(progress))

    def purge(self, progress: Progress) -> bool:
        """Delete removed chunks from all index files; return whether they are gone.

        If another process has Chroma open, it deletes them when it searches next.
        """
        self._rows.request_purge()
        try:
            purged = self.settle(progress)
        except SERVER_FAILURES as error:
            self._notify(f"Removed papers are still in the vector index: {error}")
            purged = False
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
        if self._try(lambda index: index.check() and isinstance(index, MemoryIndex)):
            self._notify(
                "The vector index did not match the catalogue; it was rebuilt from it "
                f"({self._rows.count()} vectors, nothing was embedded again)."
            )

    def nearest_papers(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """Number and best chunk's cosine of the `count` nearest papers, the nearest first.

        Raises:
            ChromaServerError: the index is on a server, which fails.
            ServerNotConfirmed: the user has not agreed to use that server.
        """

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
        if self._find_server:
            from assistant.library.chroma_server_index import ChromaServerIndex

            return ChromaServerIndex(
                self._find_server,
                self._rows,
                self._folder,
                self._notify,
                lambda: self._open_memory(None),
                read_only=not self._use_chroma,
            )
        if self._use_chroma and not self._rows.more_than(MOST_IN_CHROMA):
            try:
                return ChromaIndex(self._folder, self._rows, self._notify)
            except ChromaHeld:
                pass  # it has the same vectors; comparing with all of them finds no worse
            except ChromaUnusable as reason:
                self._say_why(reason)
        return self._open_memory(self._folder if self._use_chroma else None)

    def _open_memory(self, folder: Path | None) -> MemoryIndex:
        """An index in memory; a binary one is kept in `folder`, if there is one."""
        if self._rows.more_than(MOST_IN_CHROMA):
            return BinaryIndex(self._rows, folder)
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
