"""The Chroma index: built from the vectors in the catalogue, rebuilt when it cannot be trusted.

Each build has a folder of its own in `FOLDER`, so a new one is made next to the one that answers
questions, and takes its place when it is complete.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.embedder import Vector
from assistant.errors import LibraryError
from assistant.library.chroma_build import ChromaBuild, ChromaOutdated, start
from assistant.library.chroma_collection import ChromaUnusable
from assistant.library.vector_index import ExactIndex
from assistant.library.vector_rows import VectorRows, VectorState
from assistant.progress import NO_PROGRESS, Progress

FOLDER = "chroma"
LOCK = "chroma.lock"
# Changes that a question applies before it searches; after more, the index is rebuilt.
_MAX_BEHIND = 2_000
# Vectors that `check` compares at once.
_COMPARED = 500
_POLL_S = 0.1


class ChromaHeld(ChromaUnusable):
    """Another process has Chroma's folder open."""


class ChromaIndex:
    """A Chroma collection that this process alone has open, up to date with the catalogue.

    It is rebuilt in the background if it is missing, damaged or far behind, or if removed chunks
    have to leave its files. Questions do not wait for that: the present build answers them, or the
    exact index if there is none. A small one is built at once.

    Raises:
        ChromaHeld: another process has it open.
        ChromaUnusable: it cannot be opened. The methods raise it too, if it cannot be built.
    """

    def __init__(self, folder: Path, rows: VectorRows, notify: Callable[[str], None]) -> None:
        """Open the build in `folder`, if there is one; `notify` is told when one was rebuilt."""
        self._folder = folder / FOLDER
        self._rows = rows
        self._notify = notify
        # Held for short steps only, because questions need it.
        self._lock = threading.RLock()
        self._build: ChromaBuild | None = None
        self._exact = ExactIndex(rows)
        # Why the last build was discarded, and why there will be no other one.
        self._damage: str | None = None
        self._failure: ChromaUnusable | None = None
        self._rebuilding: threading.Thread | None = None
        self._process: subprocess.Popen[str] | None = None
        self._progress = Progress()
        # Not bound to a thread: whichever closes the library lets it go.
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

    def _open(self) -> None:
        for path in self._others():
            try:
                self._build = ChromaBuild.open(path, self._rows)
                self._damage = None
                return
            except ChromaOutdated:
                pass
            except ChromaUnusable as reason:
                self._damage = str(reason)

    def refresh(self) -> None:
        """Bring the index up to date, or start to rebuild it in the background."""
        with self._lock:
            if self._failure:
                raise self._failure
            state = self._rows.state()
            if self._build and _is_far_behind(self._build.reached, state):
                self._discard(None)
            try:
                if self._build:
                    self._build.follow()
            except ChromaOutdated:
                self._discard(None)
            except ChromaUnusable as reason:
                self._discard(f"was damaged ({reason})")
            if not self._build and not self._rows.more_than(_MAX_BEHIND):
                if not self._rebuilding:
                    self._remove_others()
                with contextlib.suppress(ChromaOutdated):
                    self._use(ChromaBuild(self._new_path(), self._rows))
            if not self._rebuilding and not self._is_purged(state):
                self._rebuilding = threading.Thread(
                    target=self._rebuild, name="rebuild-index", daemon=True
                )
                self._rebuilding.start()

    def nearest(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """See `MemoryIndex.nearest`."""
        with self._lock:
            if self._build:
                try:
                    return self._build.collection.nearest(vector, count)
                except ChromaUnusable as reason:
                    if not self._rows.are_comparable(vector):  # the embedder was just replaced
                        return []
                    self._discard(f"was damaged ({reason})")
                    self.refresh()
            if self._build:
                return self._build.collection.nearest(vector, count)
            exact = self._exact
        exact.refresh()
        return exact.nearest(vector, count)

    def settle(self, progress: Progress) -> bool:
        """See `MemoryIndex.settle`."""
        self.refresh()
        while (thread := self._rebuilding) and not progress.stop_requested:
            thread.join(_POLL_S)
            built = self._progress.latest
            progress.report(built.done, built.total, built.step)
            self.refresh()
        return self._is_purged(self._rows.state()) and not self._others()

    def check(self) -> bool:
        """See `MemoryIndex.check`."""
        self.settle(NO_PROGRESS)
        for batch in self._rows.between(0, self._rows.state().chunk, _COMPARED):
            with self._lock:
                build = self._build
                if (
                    build is None
                    or not build.collection.differs(batch)
                    or self._rows.state() != build.reached
                ):
                    continue
                self._discard("did not match the catalogue")
            self.settle(NO_PROGRESS)
            return True
        return False

    def close(self) -> None:
        """Close Chroma and let other processes have it; calling it twice does nothing."""
        with self._lock:
            self._failure = ChromaUnusable("it is closed")
            if self._process:
                self._process.kill()
            rebuilding = self._rebuilding
        if rebuilding:
            rebuilding.join()
        with self._lock:
            build, self._build = self._build, None
            if build:
                build.close()
            self._owner.release()

    def _is_purged(self, state: VectorState) -> bool:
        """Whether there is a build without the chunks that have to leave the files."""
        return self._build is not None and self._build.built.entry >= state.purge

    def _rebuild(self) -> None:
        """Make a new build in a process of its own, and replace the present one."""
        generation = self._rows.state().generation
        try:
            self._run_process(path := self._new_path())
            self._use(ChromaBuild.open(path, self._rows))
        except (ChromaUnusable, LibraryError) as error:
            # Vectors of two generations do not fit together; then the next question starts again.
            if self._rows.state().generation == generation:
                self._failure = self._failure or ChromaUnusable(str(error))
        finally:
            with self._lock:
                self._rebuilding = None
                self._remove_others()

    def _run_process(self, path: Path) -> None:
        with self._lock:
            if self._failure:
                raise self._failure
            self._remove_others()
            self._progress.report(0, self._rows.count(), "Rebuilding the vector index")
            self._process = start(self._rows.catalog, path)
        reason = ""
        with self._process as process:
            for line in process.stdout or ():
                if line.strip().isdecimal():
                    self._progress.report(int(line))
                else:
                    reason = line.strip()
        self._process = None
        if process.returncode:
            raise ChromaUnusable(reason or f"its builder ended: {process.returncode}")

    def _use(self, build: ChromaBuild) -> None:
        """Answer questions with `build`, if that works, instead of the present build."""
        try:
            build.follow()
            for vector in self._rows.added_after(0, 1).vectors:
                build.collection.nearest(vector, 1)  # loads it, so that no question has to wait
        except BaseException:
            build.collection.close()
            raise
        with self._lock:
            damage = self._damage
            self._discard(None)
            self._build = build
            self._exact = ExactIndex(self._rows)  # frees the memory of the one so far
        if damage:
            self._notify(
                f"The vector index {damage}; it was rebuilt from the catalogue "
                f"({self._rows.count()} vectors, nothing was embedded again)."
            )

    def _discard(self, damage: str | None) -> None:
        """Delete the build, to be rebuilt because of `damage`; the caller holds the lock."""
        build, self._build = self._build, None
        self._damage = damage
        if build:
            build.collection.close()
            remove(build.path)

    def _new_path(self) -> Path:
        return self._folder / secrets.token_hex(4)

    def _others(self) -> list[Path]:
        """All that is in the folder but the build in use; the folder itself if it is a file."""
        if self._folder.is_file():
            return [self._folder]
        build = self._build
        return [path for path in self._folder.glob("*") if not build or path != build.path]

    def _remove_others(self) -> None:
        for path in self._others():
            remove(path)


def _is_far_behind(reached: VectorState, state: VectorState) -> bool:
    return state.chunk - reached.chunk + state.entry - reached.entry > _MAX_BEHIND


def remove(path: Path) -> None:
    """Delete a folder, or a file in its place; what cannot be deleted stays."""
    shutil.rmtree(path, ignore_errors=True)
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
