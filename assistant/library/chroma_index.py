"""The Chroma index: made from the vectors in the catalogue, thrown away when it is not sound."""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from filelock import FileLock, Timeout

from assistant.errors import AssistantError, LibraryError
from assistant.library.vectors import Matrix, VectorRows, VectorState

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

FOLDER = "chroma"
_LOCK = "chroma.lock"
_COLLECTION = "chunks"
_FACT = "chroma"
_BATCH = 500
# Wide enough that a hundred neighbours asked for are true neighbours.
_SEARCH_WIDTH = 200
_REASON_CHARACTERS = 120


class ChromaUnusable(Exception):
    """Chroma, or its folder, does not do what it should."""


class ChromaHeld(ChromaUnusable):
    """Another process has Chroma's folder open."""


@contextlib.contextmanager
def _chroma_failures() -> Iterator[None]:
    """Turn whatever Chroma raises into ChromaUnusable; our own errors pass."""
    try:
        yield
    except (AssistantError, ChromaUnusable):
        raise
    except Exception as error:
        raise ChromaUnusable(_in_short(error)) from error
    except BaseException as error:
        # What a panic in Chroma's Rust part raises; it cannot be imported, and is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise ChromaUnusable(_in_short(error)) from error


def _in_short(error: BaseException) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0][:_REASON_CHARACTERS]


class ChromaIndex:
    """A Chroma collection that this process alone has open.

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
        self._client: Client | None = None
        self._collection: Collection | None = None
        # What the collection is in step with; None while it is not whole.
        self._seen: VectorState | None = None
        self._closed = False
        # Not bound to a thread: whichever closes the library lets it go.
        self._owner = FileLock(folder / _LOCK, thread_local=False)
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

    def nearest(self, vector: Matrix, count: int) -> list[tuple[int, float]]:
        """See `VectorIndex.nearest`."""
        with self._lock:
            self._check_open()
            try:
                return self._query(vector, count)
            except ChromaUnusable as reason:
                self._rebuild(None)
                found = self._query(vector, count)
                self._say_rebuilt(f"was damaged ({reason})")
                return found

    def close(self) -> None:
        """Close Chroma and let other processes have it."""
        with self._lock:
            if self._seen is not None and self._client is not None:
                # An interrupted write has left files newer than those remembered.
                self._remember(self._seen)
            self._close_client()
            self._seen = None
            self._closed = True
            self._owner.release()

    def _check_open(self) -> None:
        if self._closed:
            raise ChromaUnusable("it is closed")

    # The life of the collection

    def _open(self) -> None:
        remembered = self._remembered()
        state = self._rows.state()
        if remembered is None or remembered[0].generation != state.generation:
            self._rebuild(None)
            return
        reached, files = remembered
        if not (self._folder / "chroma.sqlite3").is_file():
            self._rebuild("was missing")
        elif not self._has_files(files):
            self._rebuild("was changed from outside or not closed properly")
        else:
            try:
                self._open_client(self._folder)
                self._seen = reached
                self._follow()
            except ChromaUnusable as reason:
                self._rebuild(f"was damaged ({reason})")

    def _rebuild(self, why: str | None) -> None:
        """Make the collection anew beside the old one and swap them; `why` is told to people."""
        fresh = self._folder.with_name(FOLDER + ".new")
        old = self._folder.with_name(FOLDER + ".old")
        self._seen = None
        self._close_client()
        try:
            with _chroma_failures():
                for leftover in (fresh, old):
                    _remove(leftover)
                state = self._rows.state()
                self._open_client(fresh, generation=state.generation)
                self._add_after(0)
                self._close_client()
                if self._folder.exists():
                    self._folder.rename(old)
                fresh.rename(self._folder)
                _remove(old)
                self._open_client(self._folder)
        except BaseException:
            self._close_client()
            _remove(fresh)
            raise
        self._seen = state
        self._follow()
        if why is not None:
            self._say_rebuilt(why)

    def _say_rebuilt(self, why: str) -> None:
        self._notify(
            f"The vector index {why}; it was rebuilt from the catalogue "
            f"({self._rows.count()} vectors, nothing was embedded again)."
        )

    def _follow(self) -> None:
        """Apply what changed in the catalogue since `_seen`, and check that the counts agree."""
        seen = self._seen
        if seen is None:
            raise ChromaUnusable("it was not finished")
        while True:
            state = self._rows.state()
            if state.generation != seen.generation:
                self._rebuild(None)
                return
            self._remove_after(seen.removal)
            self._add_after(seen.chunk)
            with _chroma_failures():
                held = self._opened().count()
            expected = self._rows.count()
            if self._rows.state() != state:  # somebody wrote meanwhile
                seen = state
                continue
            if held != expected:
                raise ChromaUnusable(f"it has {held} vectors, the catalogue {expected}")
            self._remember(state)
            self._seen = state
            return

    def _remove_after(self, removal: int) -> None:
        while True:
            removal, chunks = self._rows.removed_after(removal, _BATCH)
            if not chunks:
                return
            with _chroma_failures():
                self._opened().delete(ids=[str(chunk) for chunk in chunks])

    def _add_after(self, chunk: int) -> None:
        while True:
            batch = self._rows.added_after(chunk, _BATCH)
            if not len(batch.chunks):
                return
            with _chroma_failures():
                self._opened().upsert(
                    ids=[str(number) for number in batch.chunks],
                    embeddings=batch.vectors,
                    metadatas=[{"paper": int(paper)} for paper in batch.papers],
                )
            chunk = int(batch.chunks[-1])

    def _query(self, vector: Matrix, count: int) -> list[tuple[int, float]]:
        with _chroma_failures():
            collection = self._opened()
            count = min(count, collection.count())
            if count < 1:
                return []
            found: Any = collection.query(
                query_embeddings=vector.reshape(1, -1),
                n_results=count,
                include=["metadatas", "distances"],
            )
            return [
                (int(about["paper"]), 1.0 - float(distance))
                for about, distance in zip(
                    found["metadatas"][0], found["distances"][0], strict=True
                )
            ]

    # Chroma's client

    def _opened(self) -> Collection:
        if self._collection is None:
            raise ChromaUnusable("it is closed")
        return self._collection

    def _open_client(self, folder: Path, generation: str | None = None) -> None:
        """Open the collection in `folder`, or make it when its `generation` is given."""
        with _chroma_failures():
            import chromadb
            from chromadb.config import Settings

            # Given by name, so that neither ./.env nor the environment can say otherwise.
            settings = Settings(
                _env_file=None,  # type: ignore[call-arg]  # a pydantic-settings argument
                anonymized_telemetry=False,
                chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
                chroma_otel_collection_endpoint="",
                migrations="apply",
                allow_reset=False,
            )
            _forget_broken_system(str(folder))
            client = chromadb.PersistentClient(path=str(folder), settings=settings)
            self._client = cast("Client", client)
            if generation is None:
                self._collection = client.get_collection(_COLLECTION, embedding_function=None)
            else:
                self._collection = client.create_collection(
                    _COLLECTION,
                    metadata={"generation": generation},
                    configuration={"hnsw": {"space": "cosine", "ef_search": _SEARCH_WIDTH}},
                    embedding_function=None,
                )

    def _close_client(self) -> None:
        client, self._client, self._collection = self._client, None, None
        if client is not None:
            with contextlib.suppress(ChromaUnusable), _chroma_failures():
                client.close()

    # What the catalogue knows about the folder

    def _files(self) -> dict[str, list[int]]:
        """Size and time of the vector files; Chroma's own database changes when it is opened."""
        return {
            file.relative_to(self._folder).as_posix(): [
                file.stat().st_size,
                file.stat().st_mtime_ns,
            ]
            for file in sorted(self._folder.glob("*/*"))
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
            if self._rows.fact(_FACT) != value:
                self._rows.remember(_FACT, value)

    def _remembered(self) -> tuple[VectorState, dict[str, list[int]]] | None:
        value = self._rows.fact(_FACT)
        if value is None:
            return None
        with contextlib.suppress(ValueError, TypeError, KeyError):  # another version wrote it
            fact = json.loads(value)
            return VectorState(**fact["state"]), dict(fact["files"])
        return None


def _remove(folder: Path) -> None:
    """Delete a folder, or a file in its place; what cannot be deleted stays."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.unlink(missing_ok=True)


def _forget_broken_system(path: str) -> None:
    """Make Chroma open `path` afresh: it keeps a client whose start panicked for ever."""
    from chromadb.api.shared_system_client import SharedSystemClient

    for registry in ("_identifier_to_system", "_identifier_to_refcount"):
        getattr(SharedSystemClient, registry, {}).pop(path, None)
