"""The Chroma index: built from the vectors in the catalogue, rebuilt when it cannot be trusted.

Each build has a folder of its own in `FOLDER`, so that a new one is built while the present one
answers questions.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.embedder import Vector
from assistant.library.chroma_builder import MAX_IN_THREAD, STEP, build
from assistant.library.chroma_collection import ChromaCollection, ChromaUnusable, chroma_failures
from assistant.library.chroma_folder import ChromaFolder, SavedState, others, remove_others
from assistant.library.vector_index import Neighbour
from assistant.library.vector_rows import VectorRows, VectorState
from assistant.progress import NO_PROGRESS, Progress

FOLDER = "chroma"
LOCK = "chroma.lock"
# Vectors that `check` compares at once.
_COMPARED = 500


class ChromaHeld(ChromaUnusable):
    """Another process has Chroma's folder open."""


@dataclass
class _Build:
    """An open collection; for its states see `SavedState`."""

    folder: ChromaFolder
    collection: ChromaCollection
    reached: VectorState
    target: VectorState
    built: VectorState

    def save(self) -> None:
        self.folder.save(self.reached, self.target, self.built)


class ChromaIndex:
    """A Chroma collection that only this process has open. Thread-safe.

    Questions and updates use the collection in turns, each for one short step: a question does not
    wait for an update to finish. A rebuild uses a folder of its own.

    Chroma notices neither a truncated vector file (it finds wrong neighbours) nor an overwritten
    one (it may end the process). So a file in its folder has the size and time of every vector
    file, and the state of the catalogue that the collection has reached. If a vector file differs,
    or that state is not in the catalogue's history, the collection is rebuilt before Chroma reads
    it.

    Raises:
        ChromaHeld: another process has it open.
        ChromaUnusable: it cannot be opened. The methods raise it too.
    """

    def __init__(self, folder: Path, rows: VectorRows, notify: Callable[[str], None]) -> None:
        """Open the collection in `folder`, if it can be trusted; `update` builds a missing one.

        `notify` reports that a collection had to be rebuilt.
        """
        self._folder = folder / FOLDER
        self._rows = rows
        self._notify = notify
        self._updating = threading.Lock()
        # Held for one call of Chroma at a time.
        self._lock = threading.Lock()
        self._build: _Build | None = None
        self._damage: str | None = None
        self._closed = False
        # Not bound to a thread: any thread may close the library.
        self._owner = FileLock(folder / LOCK, thread_local=False)
        try:
            self._owner.acquire(blocking=False)
        except Timeout as error:
            raise ChromaHeld("another process has it open") from error
        except OSError as error:
            raise ChromaUnusable(str(error)) from error
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    @property
    def state(self) -> VectorState | None:
        """See `VectorIndex.state`."""
        current = self._build
        return current.reached if current else None

    def nearest(self, vector: Vector, count: int) -> list[Neighbour]:
        """See `VectorIndex.nearest`.

        Raises:
            ChromaUnusable: there is no collection yet, or it is damaged; `update` rebuilds it.
        """
        with self._lock:
            if self._build is None:
                raise ChromaUnusable("it is not built yet")
            try:
                return self._build.collection.nearest(vector, count)
            except ChromaUnusable as reason:
                self._discard(f"was damaged ({reason})")
                raise

    def update(self, progress: Progress) -> None:
        """See `VectorIndex.update`."""
        with self._updating:
            while not progress.stop_requested:
                if self._closed:
                    raise ChromaUnusable("it is closed")
                current, state = self._build, self._rows.state()
                if current is None or not self._can_follow(current, state):
                    self._rebuild(progress)
                elif current.reached == state:
                    return
                else:
                    try:
                        self._follow(current, progress)
                    except ChromaUnusable as reason:
                        with self._lock:
                            self._discard(f"was damaged ({reason})")

    def is_purged(self, state: VectorState) -> bool:
        """See `VectorIndex.is_purged`."""
        current = self._build
        if others(current.folder if current else None, self._folder):
            return False
        return current is None or current.built.entry >= state.purge

    def check(self) -> bool:
        """See `VectorIndex.check`."""
        self.update(NO_PROGRESS)
        state = self._rows.state()
        if self._matches(state) or self._rows.state() != state:
            return False
        with self._lock:
            self._discard("did not match the catalogue")
        self.update(NO_PROGRESS)
        return True

    def close(self) -> None:
        """Close Chroma and let other processes open it; a second call does nothing."""
        with self._lock:
            current, self._build = self._build, None
            if current:
                # If it cannot be saved, the next process that opens the collection may rebuild it.
                with contextlib.suppress(OSError):
                    current.save()
                current.collection.close()
            self._closed = True
            self._owner.release()

    def _open(self) -> None:
        if not self._folder.exists():
            return
        self._damage = "was made by an older version or not closed properly"
        for path in others(None, self._folder):
            folder = ChromaFolder(path)
            saved = folder.saved()
            if saved:
                self._damage = self._open_saved(folder, saved)
            if self._build:
                remove_others(folder, self._folder)
                return

    def _open_saved(self, folder: ChromaFolder, saved: SavedState) -> str | None:
        """Open the collection in `folder`; if it cannot be trusted, return why."""
        if saved.target.generation != self._rows.state().generation:
            return None  # all vectors were replaced
        if not self._rows.has_been(saved.target):
            return "belongs to another catalogue"
        if not folder.is_complete():
            return "was missing"
        if not folder.is_unchanged(saved):
            return "was changed from outside or not closed properly"
        try:
            collection = ChromaCollection(folder.path, create=False)
            self._build = _Build(folder, collection, saved.reached, saved.target, saved.built)
            self._compare_counts(self._build)
        except ChromaUnusable as reason:
            self._discard(None)
            return f"was damaged ({reason})"
        return None

    def _can_follow(self, current: _Build, state: VectorState) -> bool:
        """Whether `current` can be changed into `state`, and is not to be purged."""
        return (
            self._rows.can_follow(current.reached)
            and state.chunk - current.reached.chunk <= MAX_IN_THREAD
            and current.built.entry >= state.purge
        )

    def _rebuild(self, progress: Progress) -> None:
        """Build a collection beside the present one, and replace that."""
        self._tidy()
        state = self._rows.state()
        folder = ChromaFolder(self._folder / secrets.token_hex(4))
        fresh: _Build | None = None
        try:
            with chroma_failures():
                folder.path.mkdir(parents=True)
            build(self._rows, state, folder.path, progress)
            if not progress.stop_requested:
                collection = ChromaCollection(folder.path, create=False)
                fresh = _Build(folder, collection, state, state, state)
                self._follow(fresh, progress)
                self._replace_by(fresh)
        except ChromaUnusable:
            # Vectors of two generations do not fit together; then it is built once more.
            if self._rows.state().generation == state.generation:
                with self._lock:
                    self._discard("could not be rebuilt")
                raise
        finally:
            if fresh and fresh is not self._build:
                fresh.collection.close()
            self._tidy()

    def _tidy(self) -> None:
        """Delete what is in the folder beside the collection, unless another process owns it."""
        with self._lock:
            if not self._closed:
                remove_others(self._build.folder if self._build else None, self._folder)

    def _replace_by(self, fresh: _Build) -> None:
        with chroma_failures():
            fresh.save()
        with self._lock:
            if self._closed:
                raise ChromaUnusable("it is closed")
            old, self._build = self._build, fresh
            damage, self._damage = self._damage, None
        if old:
            old.collection.close()
        if damage:
            self._notify(
                f"The vector index {damage}; it was rebuilt from the catalogue "
                f"({self._rows.count()} vectors, nothing was embedded again)."
            )

    def _follow(self, current: _Build, progress: Progress) -> None:
        """Apply what changed in the catalogue, in short steps, and compare the counts."""
        current.target = state = self._rows.state()
        with chroma_failures():
            current.save()
        for change in self._changes(current, state):
            started = time.monotonic()
            with self._lock:
                change()
            if progress.wait(time.monotonic() - started):  # other threads run as long as this one
                return
        current.reached = state
        self._compare_counts(current)
        with chroma_failures():
            current.save()

    def _changes(self, current: _Build, state: VectorState) -> Iterator[Callable[[], None]]:
        """The calls that change `current` into `state`; it says how far it is."""
        removed = self._rows.removed_after(current.reached.entry)
        for start in range(0, len(removed), STEP):
            yield partial(current.collection.delete, removed[start : start + STEP])
        for batch in self._rows.between(current.reached.chunk, state.chunk, STEP):
            yield partial(current.collection.upsert, batch)
            current.reached = replace(current.reached, chunk=int(batch.chunks[-1]))

    def _compare_counts(self, current: _Build) -> None:
        """Raise ChromaUnusable if the collection has not as many vectors as the catalogue."""
        with self._lock:
            count = current.collection.count()
        expected = self._rows.count()
        # A catalogue that has changed meanwhile is compared after the next update.
        if count != expected and self._rows.state() == current.reached:
            raise ChromaUnusable(f"it has {count} vectors, the catalogue {expected}")

    def _matches(self, state: VectorState) -> bool:
        """Whether count, papers and vectors are those of the catalogue, which is in `state`."""
        try:
            for batch in self._rows.between(0, state.chunk, _COMPARED):
                with self._lock:
                    if self._build is None or self._build.collection.differs(batch):
                        return False
            if self._build is not None:
                self._compare_counts(self._build)
        except ChromaUnusable:
            return False
        return True

    def _discard(self, damage: str | None) -> None:
        """Close the collection, which `update` then rebuilds; the caller holds the lock."""
        current, self._build = self._build, None
        self._damage = damage
        if current:
            current.collection.close()
