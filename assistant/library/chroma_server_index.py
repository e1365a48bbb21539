"""The vector index on a Chroma server: filled from the catalogue, and filled again if it is gone.

Every process that has the library open may search it; one at a time brings it up to date.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.embedder import Vector
from assistant.errors import AssistantError, ChromaServerError
from assistant.library.chroma_server import (
    ChromaConnection,
    ChromaServer,
    CollectionGone,
    CollectionMismatch,
    ServerCollection,
)
from assistant.library.chroma_server_state import StoredState
from assistant.library.metadata import COLLECTION
from assistant.library.vector_index import MemoryIndex
from assistant.library.vector_rows import VectorRows, VectorState
from assistant.progress import NO_PROGRESS, Progress

LOCK = "chroma-server.lock"
# Changes that a question sends before it searches; more are sent in the background.
_MAX_BEHIND = 2_000
# Vectors sent between two times that the state is stored.
_STORED_EVERY = 5_000
_OTHER_LENGTH = "had vectors of another length"
_POLL_S = 0.1


class ChromaServerIndex:
    """A collection on a Chroma server that follows the catalogue.

    Large changes are sent in the background. Until the collection has them, the vectors of the
    catalogue are compared without it. It never uses the index in the library's folder. Thread-safe.

    Raises:
        ChromaServerError: in every method but `close`.
        ServerNotConfirmed: the same, if the user has not confirmed the server.
    """

    def __init__(
        self,
        find_server: Callable[[], ChromaServer],
        rows: VectorRows,
        folder: Path,
        notify: Callable[[str], None],
        compare: Callable[[], MemoryIndex],
        *,
        read_only: bool,
    ) -> None:
        """Connect at the first use, to the server that `find_server` returns.

        `compare` makes the index that is used until the collection is filled. With `read_only` the
        collection is searched, but not changed.
        """
        self._find_server = find_server
        self._compare = compare
        self._rows = rows
        self._lock_file = folder / LOCK
        self._notify = notify
        self._read_only = read_only
        # Held while the collection is looked up and while a few changes are sent.
        self._lock = threading.RLock()
        self._connection: ChromaConnection | None = None
        self._collection: ServerCollection | None = None
        # Whether there was a collection, and whether it had as many vectors as the catalogue.
        self._had_one = False
        self._counted = False
        self._interim: MemoryIndex | None = None
        self._sending: threading.Thread | None = None
        self._failure: AssistantError | None = None
        self._progress = Progress()
        self._closed = False

    def refresh(self) -> None:
        """Look up the collection, and send what it lacks, or begin to."""
        with self._lock:
            connection, state = self._connected(), self._rows.state()
            collection, stored = self._look_up(connection)
            missing = self._behind(stored, state)
            whole = stored is not None and stored.complete and missing <= _MAX_BEHIND
            self._collection = collection if whole else None
            if self._sending or self._read_only or self._closed:
                return
            self._failure = None
            if not missing and self._counted:
                return
            if missing <= _MAX_BEHIND:
                self._send(connection, NO_PROGRESS)
            else:
                self._sending = threading.Thread(
                    target=self._send_later, args=[connection], name="send-vectors", daemon=True
                )
                self._sending.start()

    def nearest(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """See `MemoryIndex.nearest`; after `refresh`."""
        try:
            return self._nearest(vector, count)
        except CollectionGone:
            self.refresh()
        except CollectionMismatch:
            if not self._rows.are_comparable(vector):  # the embedder was just replaced
                return []
            with self._lock:
                if self._collection is None or self._read_only:
                    raise
                with self._owned() as owned:
                    if not owned:  # another process is replacing the collection
                        raise
                    self._discard(self._connected(), self._collection, _OTHER_LENGTH)
            self.refresh()
        return self._nearest(vector, count)

    def settle(self, progress: Progress) -> bool:
        """See `MemoryIndex.settle`."""
        self.refresh()
        while thread := self._sending:
            if progress.stop_requested:
                return False
            thread.join(_POLL_S)
            sent = self._progress.latest
            progress.report(sent.done, sent.total, sent.step)
            if not self._sending and self._failure:
                raise self._failure
            if not self._sending:
                time.sleep(_POLL_S)  # another process may be sending
                self.refresh()
        with self._lock:
            _, stored = self._look_up(self._connected())
        return stored is not None and stored.reached.entry >= self._rows.state().purge

    def check(self) -> bool:
        """See `MemoryIndex.check`."""
        self.settle(NO_PROGRESS)
        with self._lock:
            connection, state = self._connected(), self._rows.state()
            collection, stored = self._look_up(connection)
            if collection is None or stored is None or stored.reached != state or self._read_only:
                return False
            batches = self._rows.between(0, state.chunk, connection.most_at_once)
            if not any(collection.differs(batch) for batch in batches):
                return False
            if self._rows.state() != state:
                return False
            with self._owned() as owned:
                if not owned:
                    raise ChromaServerError(
                        f"{connection.base}: another process is sending vectors, so the collection "
                        "was not checked. Run the check again when that is done."
                    )
                self._discard(connection, collection, "did not match the catalogue")
        self.settle(NO_PROGRESS)
        return True

    def close(self) -> None:
        """Stop sending and end the connection; a second call does nothing."""
        self._closed = True
        self._progress.stop()
        if sending := self._sending:
            sending.join()
        with self._lock:
            connection, self._connection = self._connection, None
            interim, self._interim = self._interim, None
        if connection:
            connection.close()
        if interim:
            interim.close()

    def _connected(self) -> ChromaConnection:
        if self._connection is None:
            self._connection = ChromaConnection(self._find_server())
        return self._connection

    def _name(self, server: ChromaServer) -> str:
        """Name of the collection: the one in the address, or the library's own."""
        return server.address.model or f"papers-{self._library()}"

    def _library(self) -> str:
        """A random name of this library."""
        if self._read_only:
            return self._rows.metadata.get(COLLECTION) or "none"
        return self._rows.metadata.get_or_set(COLLECTION, secrets.token_hex(8))

    def _look_up(
        self, connection: ChromaConnection
    ) -> tuple[ServerCollection | None, StoredState | None]:
        """The collection and what is stored with it, if it has vectors of the present embedder."""
        collection = connection.find(name := self._name(connection.server))
        if collection is None:
            return None, None
        stored = StoredState.of(collection)
        where = f"{connection.base}: the collection {name}"
        other = "Add #NAME to the address to use another collection."
        if stored is None:
            raise ChromaServerError(f"{where} was not made by this program. {other}")
        state, reached = self._rows.state(), stored.reached
        if stored.library != self._library():
            raise ChromaServerError(f"{where} belongs to another library. {other}")
        if reached.generation != state.generation and self._rows.was_generation(reached.generation):
            return None, None
        if (
            reached.generation != state.generation
            or stored.embedder != str(state.fingerprint)
            or not all(self._rows.has_been(one) for one in (reached, stored.target))
        ):
            raise ChromaServerError(
                f"{where} belongs to another copy of this library, or to a later state of it. "
                f"{other}"
            )
        return collection, stored

    def _behind(self, stored: StoredState | None, state: VectorState) -> int:
        """How many changes the collection lacks at most."""
        if stored is None:
            return max(1, self._rows.count())
        reached = stored.reached
        if reached == state:
            return 0
        return max(1, state.chunk - reached.chunk + state.entry - reached.entry)

    def _nearest(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        with self._lock:
            collection = self._collection
            if collection is None and self._interim is None:
                self._interim = self._compare()
                self._notify(
                    "The Chroma server does not have the vectors of this library yet. Until it "
                    "has, they are compared one by one, which finds the same but takes longer in a "
                    "large library."
                )
            interim = self._interim
            if collection:
                self._interim = None  # another search may still use it, so it is not closed
        if interim and not collection:
            interim.refresh()
            return interim.nearest(vector, count)
        return collection.nearest(vector, count) if collection else []

    def _send_later(self, connection: ChromaConnection) -> None:
        try:
            self._progress.report(0, self._rows.count(), "Sending vectors to the Chroma server")
            self._send(connection, self._progress)
        except AssistantError as error:
            self._failure = error
            if not self._closed:
                self._notify(str(error))
        finally:
            self._sending = None

    def _send(self, connection: ChromaConnection, progress: Progress) -> None:
        """Bring the collection up to date, until a stop; not while another process does so."""
        with self._owned() as owned:
            damaged = False
            while owned and not progress.stop_requested:
                state = self._rows.state()
                collection, stored = self._look_up(connection)
                if collection is None or stored is None:
                    collection, stored = self._create(connection, state)
                elif stored.reached == state and self._counted:
                    break
                try:
                    if not self._follow(connection, collection, stored, state, progress):
                        continue
                    count, expected = collection.count(), self._rows.count()
                    if self._rows.state() != state:
                        continue
                    if count == expected:
                        self._collection, self._counted = collection, True
                        break
                    problem = f"had {count:,} vectors, the catalogue {expected:,}"
                except CollectionMismatch:
                    problem = _OTHER_LENGTH
                except CollectionGone:
                    problem = "was deleted meanwhile"
                if damaged:
                    raise ChromaServerError(
                        f"{connection.base}: the collection {collection.name} {problem}, although "
                        "it was made anew. Read the server's log."
                    )
                damaged = True
                self._discard(connection, collection, problem)

    def _create(
        self, connection: ChromaConnection, state: VectorState
    ) -> tuple[ServerCollection, StoredState]:
        """Make an empty collection in place of that of another embedder, if there is one."""
        name = self._name(connection.server)
        if self._had_one and connection.find(name) is None:
            self._notify(
                f"The collection {name} was missing on the Chroma server; it is filled again from "
                "the catalogue (nothing is embedded again)."
            )
        connection.delete(name)
        stored = StoredState(
            self._library(), str(state.fingerprint), replace(state, chunk=0), state, False
        )
        self._had_one = True
        return connection.create(name, stored.values), stored

    def _follow(
        self,
        connection: ChromaConnection,
        collection: ServerCollection,
        stored: StoredState,
        state: VectorState,
        progress: Progress,
    ) -> bool:
        """Send what changed between `stored` and `state`; return False after a stop."""
        self._had_one = True
        size, sent = connection.most_at_once, 0
        # Before a change, too: an interrupted one continues from what was reached.
        stored = replace(stored, target=state)
        collection.store(stored.values)
        removed = self._rows.removed_after(stored.reached.entry)
        for start in range(0, len(removed), size):
            if progress.stop_requested:
                return False
            collection.delete(removed[start : start + size])
        for batch in self._rows.between(stored.reached.chunk, state.chunk, size):
            if progress.stop_requested:
                return False
            collection.upsert(batch)
            sent += len(batch.chunks)
            progress.report(sent)
            if sent // _STORED_EVERY > (sent - len(batch.chunks)) // _STORED_EVERY:
                reached = replace(stored.reached, chunk=int(batch.chunks[-1]))
                collection.store(replace(stored, reached=reached).values)
        collection.store(replace(stored, reached=state, complete=True).values)
        return True

    def _discard(
        self, connection: ChromaConnection, collection: ServerCollection, problem: str
    ) -> None:
        self._notify(
            f"The collection {collection.name} on the Chroma server {problem}; it is filled again "
            "from the catalogue (nothing is embedded again)."
        )
        connection.delete(collection.name)
        self._collection = None
        self._had_one = self._counted = False

    @contextmanager
    def _owned(self) -> Iterator[bool]:
        """Whether this process may change the collection: no other one does."""
        lock = FileLock(self._lock_file, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except (Timeout, OSError):
            yield False
            return
        try:
            yield True
        finally:
            lock.release()
