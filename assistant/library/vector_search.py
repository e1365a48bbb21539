"""Which papers are nearest to a vector: through Chroma, or without it where it cannot be used."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from assistant.embedder import Vector
from assistant.errors import LibraryError
from assistant.library.binary_index import BinaryIndex
from assistant.library.chroma_collection import ChromaUnusable
from assistant.library.chroma_index import ChromaHeld, ChromaIndex
from assistant.library.vector_index import ExactIndex, Neighbour, VectorIndex, neighbours
from assistant.library.vector_rows import VectorRows, VectorState
from assistant.progress import NO_PROGRESS, Progress

_log = logging.getLogger(__name__)

# Chroma holds all vectors in memory: 1.7 GB for a million.
MAX_IN_CHROMA = 300_000
# Chunks searched for each wanted paper: a long abstract has several.
_CHUNKS_PER_PAPER = 2
# Vectors newer than the index that a question compares itself: 20 ms. Beyond that it does not use
# an index that lags behind.
_MAX_BEHIND = 2_000
_POLL_S = 0.1


class VectorSearch:
    """The vector index of a library, opened when it is first needed. Thread-safe.

    A question never waits while the index is rebuilt or follows the catalogue, which a thread of
    its own does: until then the question compares the newest vectors itself, or all of them where
    there is no usable index.
    """

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
        # Answers while Chroma cannot.
        self._substitute: ExactIndex | None = None
        # The thread that updates the index, while there is something to do, and whether it has to
        # look at the catalogue again.
        self._updater: threading.Thread | None = None
        self._outdated = False
        self._updates = Progress()
        # Whether another process has Chroma open.
        self._held = False

    def nearest_papers(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """Number and best chunk's cosine of the `count` nearest papers, the nearest first."""
        best: dict[int, float] = {}
        for chunk in self._nearest(vector, count * _CHUNKS_PER_PAPER):
            best[chunk.paper] = max(chunk.cosine, best.get(chunk.paper, -1.0))
        # Rounded, so that papers which tie come in one order whatever computed the cosine.
        ranked = sorted(best.items(), key=lambda item: (-round(item[1], 5), item[0]))
        return ranked[:count]

    def refresh(self) -> None:
        """Start to bring the index up to date, in the background."""
        with self._lock:
            self._outdated = True
            if self._updater is None:
                self._updates = Progress()
                self._updater = threading.Thread(
                    target=self._run_updates,
                    args=(self._updates,),
                    name="update-index",
                    daemon=True,
                )
                self._updater.start()

    def wait(self, progress: Progress = NO_PROGRESS) -> None:
        """Wait until nothing is done in the background, or until a stop is requested."""
        with self._lock:
            updater = self._updater
        while updater is not None and updater.is_alive() and not progress.stop_requested:
            updater.join(_POLL_S)

    def purge(self, progress: Progress) -> bool:
        """Delete removed vectors from the files of the index; return whether they are gone.

        They may not be gone after a stop. If another process has Chroma open, it deletes them when
        it searches next.
        """
        self._rows.request_purge()
        self.refresh()
        self.wait(progress)
        return self._opened().is_purged(self._rows.state()) and not self._held

    def check(self) -> None:
        """Compare the index with the catalogue; rebuild it if it differs."""
        index = self._opened()
        try:
            # Chroma reports on its own why it was rebuilt.
            if index.check() and not isinstance(index, ChromaIndex):
                self._notify(
                    "The vector index did not match the catalogue; it was rebuilt from it "
                    f"({self._rows.count()} vectors, nothing was embedded again)."
                )
        except ChromaUnusable as reason:
            self._give_up_chroma(index, reason)

    def close(self) -> None:
        """Stop the work in the background and close the index; a later call opens it again."""
        with self._lock:
            self._updates.stop()
        self.wait()
        with self._lock:
            indexes = (self._index, self._substitute)
            self._index = self._substitute = None
        for index in indexes:
            if index is not None:
                index.close()

    # Answering

    def _nearest(self, vector: Vector, count: int) -> list[Neighbour]:
        index, state = self._opened(), self._rows.state()
        if index.state != state or not index.is_purged(state):
            self.refresh()
        try:
            found = self._nearest_in(index, state, vector, count)
        except ChromaUnusable:
            found = None
            self.refresh()
        if found is None and isinstance(index, ChromaIndex):
            index = self._opened_substitute()
            found = self._nearest_in(index, state, vector, count)
        while found is None:
            index.update(NO_PROGRESS)
            found = self._nearest_in(index, self._rows.state(), vector, count)
        return found

    def _nearest_in(
        self, index: VectorIndex, state: VectorState, vector: Vector, count: int
    ) -> list[Neighbour] | None:
        """The nearest chunks in `state`; None if `index` is too far from that."""
        reached = index.state
        if reached == state:
            return index.nearest(vector, count)
        if reached is None or not self._rows.can_follow(reached):
            return None
        added = self._rows.added_after(reached.chunk, _MAX_BEHIND + 1)
        if len(added.chunks) > _MAX_BEHIND:
            return None
        removed = set(self._rows.removed_after(reached.entry))
        found = index.nearest(vector, count + min(len(removed), _MAX_BEHIND))
        found = [neighbour for neighbour in found if neighbour.chunk not in removed]
        if len(added.chunks):
            found += neighbours(added.chunks, added.papers, added.vectors @ vector)
        return found

    # Opening and updating

    def _opened(self) -> VectorIndex:
        with self._lock:
            if self._index is None:
                self._index = self._open()
            return self._index

    def _opened_substitute(self) -> ExactIndex:
        with self._lock:
            if self._substitute is None:
                self._substitute = ExactIndex(self._rows)
            return self._substitute

    def _open(self) -> VectorIndex:
        self._held = False
        if self._rows.more_than(MAX_IN_CHROMA):
            return BinaryIndex(self._rows, self._folder if self._use_chroma else None)
        if self._use_chroma:
            try:
                return ChromaIndex(self._folder, self._rows, self._notify)
            except ChromaHeld:
                self._held = True  # comparing with every vector finds no worse
            except ChromaUnusable as reason:
                self._report(reason)
        return ExactIndex(self._rows)

    def _run_updates(self, progress: Progress) -> None:
        try:
            while True:
                with self._lock:
                    if not self._outdated or progress.stop_requested:
                        self._updater = None
                        return
                    self._outdated = False
                try:
                    self._update(progress)
                except LibraryError as error:
                    _log.warning("The vector index was not updated: %s", error)
        finally:
            with self._lock:
                if self._updater is threading.current_thread():  # an unknown error ends it
                    self._updater = None

    def _update(self, progress: Progress) -> None:
        index = self._opened()
        try:
            index.update(progress)
        except ChromaUnusable as reason:
            self._give_up_chroma(index, reason)
        with self._lock:
            if not progress.stop_requested:
                self._substitute = None

    def _give_up_chroma(self, failed: VectorIndex, reason: ChromaUnusable) -> None:
        with self._lock:
            if self._index is not failed:  # another thread has been here
                return
            self._index = self._substitute or ExactIndex(self._rows)
            self._substitute = None
        failed.close()
        self._report(reason)

    def _report(self, reason: ChromaUnusable) -> None:
        self._notify(
            f"Chroma cannot be used ({reason}). Vectors are compared one by one instead, which "
            "finds the same papers but takes longer in a large library."
        )
