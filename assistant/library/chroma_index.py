"""The Chroma index: made from the vectors in the catalogue, thrown away when it is not sound."""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.embedder import Vector
from assistant.files import write_atomically
from assistant.library.chroma_collection import (
    ChromaCollection,
    ChromaUnusable,
    chroma_failures,
)
from assistant.library.vector_rows import VectorRows, VectorState

FOLDER = "chroma"
LOCK = "chroma.lock"
_STATE = "state.json"
_BATCH = 500


class ChromaHeld(ChromaUnusable):
    """Another process has Chroma's folder open."""


class ChromaIndex:
    """A Chroma collection that this process alone has open, in step with the catalogue.

    Chroma notices neither a truncated vector file (it finds wrong neighbours) nor an overwritten
    one (it may end the process). So a file in its folder has the size and time of every vector
    file, and the state of the catalogue that the collection has reached. If a vector file differs,
    or that state is not in the catalogue's history, the collection is rebuilt before Chroma reads
    it.

    Raises:
        ChromaHeld: another process has it open.
        ChromaUnusable: it cannot be opened and not be rebuilt either. The methods raise it too.
    """

    def __init__(self, folder: Path, rows: VectorRows, notify: Callable[[str], None]) -> None:
        """Open the collection in `folder`; `notify` is told when it had to be rebuilt."""
        self._folder = folder / FOLDER
        self._rows = rows
        self._notify = notify
        self._lock = threading.RLock()
        self._collection: ChromaCollection | None = None
        # The state that the collection has reached, None while it is incomplete, and the state
        # that nothing in it is newer than.
        self._seen: VectorState | None = None
        self._target: VectorState | None = None
        self._closed = False
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

    def refresh(self) -> None:
        """Bring the collection in step with the catalogue; rebuild it if it does not get there."""
        with self._lock:
            self._check_open()
            if self._rows.state() == self._seen:
                return
            try:
                self._follow()
            except ChromaUnusable as reason:
                self._rebuild(f"was damaged ({reason})")

    def nearest(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """See `VectorIndex.nearest`."""
        with self._lock:
            self._check_open()
            try:
                return self._whole().nearest(vector, count)
            except ChromaUnusable as reason:
                self._rebuild(None)
                found = self._whole().nearest(vector, count)
                self._say_rebuilt(f"was damaged ({reason})")
                return found

    def check(self) -> bool:
        """Compare every vector with the catalogue's; what differs is rebuilt. Says if it was."""
        with self._lock:
            self.refresh()
            last = 0
            while True:
                batch = self._rows.added_after(last, _BATCH)
                if not len(batch.chunks):
                    return False
                if self._whole().differs(batch) and self._rows.state() == self._seen:
                    self._rebuild("did not fit the catalogue")
                    return True
                last = int(batch.chunks[-1])

    def close(self) -> None:
        """Close Chroma and let other processes have it; calling it twice does nothing."""
        with self._lock:
            # An interrupted update has left vector files newer than the saved ones.
            self._try_to_save_state()
            self._close_collection()
            self._closed = True
            self._owner.release()

    def _check_open(self) -> None:
        if self._closed:
            raise ChromaUnusable("it is closed")

    def _open(self) -> None:
        if not self._folder.exists():
            self._rebuild(None)
            return
        saved = self._saved_state()
        if saved is None:
            self._rebuild("was not closed properly, or an older version made it")
            return
        reached, target, files = saved
        if target.generation != self._rows.state().generation:
            self._rebuild(None)
        elif not self._rows.has_been(target):
            self._rebuild("belongs to another catalogue")
        elif not (self._folder / "chroma.sqlite3").is_file():
            self._rebuild("was missing")
        elif not self._has_files(files):
            self._rebuild("was changed from outside or not closed properly")
        else:
            try:
                self._collection = ChromaCollection(self._folder, create=False)
                self._seen, self._target = reached, target
                self._follow()
            except ChromaUnusable as reason:
                self._rebuild(f"was damaged ({reason})")

    def _rebuild(self, why: str | None) -> None:
        """Make the collection anew beside the old one and swap them; `why` is told to people."""
        fresh = self._folder.with_name(FOLDER + ".new")
        old = self._folder.with_name(FOLDER + ".old")
        self._close_collection()
        for leftover in (fresh, old):
            _remove(leftover)
        try:
            state = self._rows.state()
            self._collection = ChromaCollection(fresh, create=True)
            self._add_between(0, state.chunk, self._collection)
            self._close_collection()
            with chroma_failures():
                if self._folder.exists():
                    self._folder.rename(old)
                fresh.rename(self._folder)
            self._collection = ChromaCollection(self._folder, create=False)
            self._seen = self._target = state
            self._follow()
        except BaseException:
            self._close_collection()
            raise
        finally:
            for leftover in (fresh, old):
                _remove(leftover)
        if why is not None:
            self._say_rebuilt(why)

    def _say_rebuilt(self, why: str) -> None:
        self._notify(
            f"The vector index {why}; it was rebuilt from the catalogue "
            f"({self._rows.count()} vectors, nothing was embedded again)."
        )

    def _follow(self) -> None:
        """Apply what changed in the catalogue since `_seen`, and check that the counts agree."""
        collection, seen = self._whole(), self._seen
        while seen is not None:
            state = self._rows.state()
            if not self._rows.can_follow(seen):
                self._rebuild(None)
                return
            if state != seen:
                with chroma_failures():
                    self._save_state(seen, state)
                self._remove_after(seen.entry, collection)
                self._add_between(seen.chunk, state.chunk, collection)
            held, expected = collection.count(), self._rows.count()
            if self._rows.state() != state:  # another writer was active meanwhile
                seen = state
                continue
            if held != expected:
                raise ChromaUnusable(f"it has {held} vectors, the catalogue {expected}")
            self._seen = self._target = state
            self._try_to_save_state()
            return

    def _remove_after(self, entry: int, collection: ChromaCollection) -> None:
        while True:
            entry, chunks = self._rows.removed_after(entry, _BATCH)
            if not chunks:
                return
            collection.delete(chunks)

    def _add_between(self, chunk: int, last: int, collection: ChromaCollection) -> None:
        """Add the chunks after `chunk` up to `last`."""
        while chunk < last:
            batch = self._rows.added_after(chunk, _BATCH).up_to(last)
            if not len(batch.chunks):
                return
            collection.upsert(batch)
            chunk = int(batch.chunks[-1])

    def _whole(self) -> ChromaCollection:
        if self._collection is None or self._seen is None:
            raise ChromaUnusable("it was not finished")
        return self._collection

    def _close_collection(self) -> None:
        collection, self._collection = self._collection, None
        self._seen = None
        if collection is not None:
            collection.close()

    # The state file in Chroma's folder

    def _files(self) -> dict[str, list[int]]:
        """Size and time of the vector files; Chroma's own database changes when it is opened."""
        stats = {file: file.stat() for file in sorted(self._folder.glob("*/*"))}
        return {
            file.relative_to(self._folder).as_posix(): [stat.st_size, stat.st_mtime_ns]
            for file, stat in stats.items()
        }

    def _has_files(self, files: dict[str, list[int]]) -> bool:
        with contextlib.suppress(OSError):
            return self._files() == files
        return False

    def _save_state(self, reached: VectorState, target: VectorState) -> None:
        """Save that the collection has `reached` a state, and nothing that is newer than `target`.

        It is saved before a change too. So a collection whose update was interrupted continues
        from there, but not with another catalogue, in whose history `target` is not.
        """
        content = {"reached": asdict(reached), "target": asdict(target), "files": self._files()}
        text = json.dumps(content)
        file = self._folder / _STATE
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            write_atomically(file, text)
        self._target = target

    def _try_to_save_state(self) -> None:
        # If it cannot be saved, the next process that opens the collection may rebuild it.
        if self._seen is not None and self._target is not None:
            with contextlib.suppress(OSError):
                self._save_state(self._seen, self._target)

    def _saved_state(self) -> tuple[VectorState, VectorState, dict[str, list[int]]] | None:
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            saved = json.loads((self._folder / _STATE).read_bytes())
            reached, target = VectorState(**saved["reached"]), VectorState(**saved["target"])
            return reached, target, dict(saved["files"])
        return None


def _remove(folder: Path) -> None:
    """Delete a folder, or a file in its place; what cannot be deleted stays."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.unlink(missing_ok=True)
