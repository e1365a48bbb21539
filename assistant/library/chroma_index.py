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
from assistant.errors import LibraryError
from assistant.library.chroma_collection import (
    ChromaCollection,
    ChromaUnusable,
    chroma_failures,
)
from assistant.library.vector_rows import VectorRows, VectorState

FOLDER = "chroma"
LOCK = "chroma.lock"
_KEY = "chroma"
_BATCH = 500


class ChromaHeld(ChromaUnusable):
    """Another process has Chroma's folder open."""


class ChromaIndex:
    """A Chroma collection that this process alone has open, in step with the catalogue.

    Chroma notices neither a vector file that is cut short (it finds wrong neighbours) nor one
    that was overwritten (it may take the process down with it). So the catalogue remembers, with
    the state that the collection has reached, the size and time of every vector file; whatever
    differs is rebuilt from the catalogue before Chroma reads it.

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
        # What the collection is in step with; None while it is not whole.
        self._seen: VectorState | None = None
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
            if self._seen is not None:
                # An interrupted write has left files newer than those remembered.
                self._remember(self._seen)
            self._close_collection()
            self._closed = True
            self._owner.release()

    def _check_open(self) -> None:
        if self._closed:
            raise ChromaUnusable("it is closed")

    def _open(self) -> None:
        remembered = self._remembered()
        if remembered is None or remembered[0].generation != self._rows.state().generation:
            self._rebuild(None)
            return
        reached, files = remembered
        if not (self._folder / "chroma.sqlite3").is_file():
            self._rebuild("was missing")
        elif not self._has_files(files):
            self._rebuild("was changed from outside or not closed properly")
        else:
            try:
                self._collection = ChromaCollection(self._folder, create=False)
                self._seen = reached
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
            self._add_after(0, self._collection)
            self._close_collection()
            with chroma_failures():
                if self._folder.exists():
                    self._folder.rename(old)
                fresh.rename(self._folder)
            self._collection = ChromaCollection(self._folder, create=False)
            self._seen = state
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
            if state.generation != seen.generation:
                self._rebuild(None)
                return
            self._remove_after(seen.removal, collection)
            self._add_after(seen.chunk, collection)
            held, expected = collection.count(), self._rows.count()
            if self._rows.state() != state:  # somebody wrote meanwhile
                seen = state
                continue
            if held != expected:
                raise ChromaUnusable(f"it has {held} vectors, the catalogue {expected}")
            self._remember(state)
            self._seen = state
            return

    def _remove_after(self, removal: int, collection: ChromaCollection) -> None:
        while True:
            removal, chunks = self._rows.removed_after(removal, _BATCH)
            if not chunks:
                return
            collection.delete(chunks)

    def _add_after(self, chunk: int, collection: ChromaCollection) -> None:
        while True:
            batch = self._rows.added_after(chunk, _BATCH)
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

    # What the catalogue knows about the folder

    def _files(self) -> dict[str, list[int]]:
        """Size and time of the vector files; Chroma's own database changes when it is opened."""
        about = {file: file.stat() for file in sorted(self._folder.glob("*/*"))}
        return {
            file.relative_to(self._folder).as_posix(): [stat.st_size, stat.st_mtime_ns]
            for file, stat in about.items()
        }

    def _has_files(self, files: dict[str, list[int]]) -> bool:
        with contextlib.suppress(OSError):
            return self._files() == files
        return False

    def _remember(self, state: VectorState) -> None:
        # Where it cannot be written the collection works all the same; the next one who opens it
        # will rebuild it.
        with contextlib.suppress(LibraryError, OSError):
            value = json.dumps({"state": asdict(state), "files": self._files()})
            if self._rows.metadata.get(_KEY) != value:
                self._rows.metadata.set(_KEY, value)

    def _remembered(self) -> tuple[VectorState, dict[str, list[int]]] | None:
        value = self._rows.metadata.get(_KEY)
        if value is None:
            return None
        with contextlib.suppress(ValueError, TypeError, KeyError):  # another version wrote it
            found = json.loads(value)
            return VectorState(**found["state"]), dict(found["files"])
        return None


def _remove(folder: Path) -> None:
    """Delete a folder, or a file in its place; what cannot be deleted stays."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.unlink(missing_ok=True)
