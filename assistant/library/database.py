"""The SQLite file: one connection per thread, transactions, migration."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import (
    LibraryBusy,
    LibraryError,
    LibraryFull,
    LibraryReadOnly,
    LibraryTooNew,
)
from assistant.library.database_errors import (
    BUSY_SECONDS,
    damaged_error,
    read_only_error,
    translate_errors,
)
from assistant.library.identity import sql_main_title_key, sql_title_key
from assistant.library.name_matching import (
    fold,
    sql_family_name,
    sql_matches_name,
    sql_name_words,
)
from assistant.library.schema import APPLICATION_ID, READ_ONLY_VIEWS, SCHEMA_VERSION, migrate

# The parameters of a query, by position or by name.
Values = Sequence[Any] | Mapping[str, Any]

# How long a checkpoint that blocks writers waits for readers, and how often it is tried.
_CHECKPOINT_SECONDS = 0.1
_CHECKPOINT_TRIES = 50
# How long closing waits for other threads.
_CLOSING_SECONDS = 5.0
# Functions for statements and migrations, with the number of arguments.
_FUNCTIONS: tuple[tuple[str, int, Callable[..., str | int | None]], ...] = (
    ("folded", 1, fold),
    ("name_words", 1, sql_name_words),
    ("family_name", 1, sql_family_name),
    ("matches_name", 2, sql_matches_name),
    ("title_key", 3, sql_title_key),
    ("main_title_key", 3, sql_main_title_key),
)


def folder_size(folder: Path) -> int:
    """Bytes of the files in `folder`; 0 if it does not exist."""
    return sum(_size(file) for file in folder.rglob("*") if not file.is_dir())


def _patiently(connection: sqlite3.Connection, seconds: float, statement: str) -> Any:
    """The first row of `statement`, for which SQLite waits at most `seconds` for others."""
    connection.execute(f"PRAGMA busy_timeout = {int(1000 * seconds)}")
    try:
        return connection.execute(statement).fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(1000 * BUSY_SECONDS)}")


def _size(file: Path) -> int:
    with contextlib.suppress(OSError):  # journals come and go
        return file.stat().st_size
    return 0


class Database:
    """An open catalogue file. Thread-safe; all its errors are LibraryErrors.

    If the folder cannot be written, or its disk is full, an existing catalogue is opened read-only.

    Raises:
        LibraryError: LibraryTooNew, LibraryDamaged, LibraryReadOnly, LibraryFull, LibraryBusy.
    """

    def __init__(self, path: Path) -> None:
        """Open the catalogue at `path`; it is created if it does not exist."""
        self.path = path.absolute()
        self._journal = self.path.with_name(self.path.name + "-wal")
        self._refusal: LibraryError | None = None
        self._mode = "mode=rwc"
        self._views: tuple[str, ...] = ()
        self._own = threading.local()
        self._guard = threading.Lock()
        self._idle = threading.Condition(self._guard)
        self._uses: Counter[int] = Counter()
        self._writing = threading.Lock()
        self._opened: list[tuple[weakref.ref[threading.Thread], sqlite3.Connection]] = []
        self._closed = False
        try:
            self._open_for_writing()
        except (LibraryReadOnly, LibraryFull) as error:
            if not self._open_for_reading():
                raise
            self._refusal = error

    @property
    def read_only(self) -> bool:
        """Whether the catalogue cannot be written; then `write` raises."""
        return self._refusal is not None

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Yield this thread's connection; every statement sees the latest state."""
        with translate_errors(self.path), self._in_use() as connection:
            yield connection

    def rows(self, query: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """All rows of `query`."""
        with self.read() as connection:
            return connection.execute(query, values).fetchall()

    def value(self, query: str, values: Values = ()) -> Any:
        """The first value of the first row of `query`; None if it has no rows."""
        with self.read() as connection:
            row = connection.execute(query, values).fetchone()
        return row[0] if row else None

    def paged(self, query: str, *values: object, page: int = 500) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of `query` page by page; nothing is locked while the caller has a row.

        The query selects a positive number as its first column, begins its conditions with
        `that column > ?`, then has the parameters `values`, and ends with `ORDER BY that column
        LIMIT ?`.
        """
        last = 0
        while True:
            with self.read() as connection:
                rows = connection.execute(query, (last, *values, page)).fetchall()
            if not rows:
                return
            yield from rows
            last = rows[-1][0]

    @contextlib.contextmanager
    def write(self, patience_s: float | None = None) -> Iterator[sqlite3.Connection]:
        """Yield this thread's connection within a transaction, which is committed at the end.

        It cannot be nested. With `patience_s` it raises LibraryBusy after waiting for that many
        seconds, for data that can be written another time.
        """
        if self._refusal is not None:
            raise type(self._refusal)(str(self._refusal)) from self._refusal
        with (
            self._locked(patience_s),
            translate_errors(self.path),
            self._in_use() as connection,
        ):
            if connection.in_transaction:  # an interrupt at the wrong moment left it
                connection.rollback()
            try:
                if patience_s is None:
                    connection.execute("BEGIN IMMEDIATE")
                else:
                    _patiently(connection, patience_s, "BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    connection.rollback()
                raise

    @contextlib.contextmanager
    def _locked(self, patience_s: float | None) -> Iterator[None]:
        """Wait for the other threads of this process; SQLite's timeout is for other processes."""
        if not self._writing.acquire(timeout=-1 if patience_s is None else patience_s):
            raise LibraryBusy(f"Another part of this program is writing to {self.path}.")
        try:
            yield
        finally:
            self._writing.release()

    def empty_journal(self) -> bool:
        """Move the journal into the file; False if others kept reading it for some seconds.

        A checkpoint that empties the journal blocks writers while it waits for readers. So most of
        the journal is moved without that, and each try to empty it is short.
        """
        with translate_errors(self.path), self._in_use() as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            for _ in range(_CHECKPOINT_TRIES):
                with self._locked(None):
                    (busy, *_) = _patiently(
                        connection, _CHECKPOINT_SECONDS, "PRAGMA wal_checkpoint(TRUNCATE)"
                    )
                if not busy:
                    return True
                time.sleep(_CHECKPOINT_SECONDS)
        return False

    def size(self) -> int:
        """Bytes of the file and its journal."""
        return _size(self.path) + _size(self._journal)

    def stamp(self) -> tuple[int, ...]:
        """Length and time of the file and its journal, which change with every transaction."""
        marks: list[int] = []
        for file in (self.path, self._journal):
            with contextlib.suppress(OSError):  # journals come and go
                state = file.stat()
                marks += state.st_size, state.st_mtime_ns
        return tuple(marks)

    def close(self) -> None:
        """Close the connections of all threads; a second call does nothing.

        It waits some seconds for other threads, because SQLite crashes if a connection is closed
        while a thread uses it. A connection that is still in use stays open until its thread ends.
        """
        own = getattr(self._own, "connection", None)
        with self._idle:
            self._closed = True
            self._idle.wait_for(lambda: not self._working(own), _CLOSING_SECONDS)
            left = self._working(own)
            for _, connection in self._opened:
                if id(connection) not in left:
                    with contextlib.suppress(sqlite3.Error):
                        connection.close()
            self._opened.clear()

    def _working(self, own: sqlite3.Connection | None) -> set[int]:
        """Ids of the connections that other threads use."""
        return self._uses.keys() - {id(own)}

    @contextlib.contextmanager
    def _in_use(self) -> Iterator[sqlite3.Connection]:
        """Yield this thread's connection, which `close` does not close during the block."""
        connection = self._connection()
        key = id(connection)
        with self._idle:
            if self._closed:
                raise LibraryError(f"The library {self.path.parent} is closed.")
            self._uses[key] += 1
        try:
            yield connection
        finally:
            with self._idle:
                self._uses[key] -= 1
                if not self._uses[key]:
                    del self._uses[key]
                    self._idle.notify_all()

    def _connection(self) -> sqlite3.Connection:
        if self._closed:
            raise LibraryError(f"The library {self.path.parent} is closed.")
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._connect()
            self._own.connection = connection
            with self._guard:
                self._close_of_ended_threads()
                self._opened.append((weakref.ref(threading.current_thread()), connection))
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.as_uri()}?{self._mode}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,  # this module begins transactions
            check_same_thread=False,  # close() closes those of other threads
        )
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            for name, arguments, function in _FUNCTIONS:
                connection.create_function(name, arguments, function, deterministic=True)
            if self._mode == "mode=rwc":
                # Overwrite removed papers with zeros, whatever SQLite's default is.
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("PRAGMA synchronous = NORMAL")
                # Pages: checkpoint the journal every 64 MB instead of every 4 MB.
                connection.execute("PRAGMA wal_autocheckpoint = 16384")
            for view in self._views:
                connection.execute(view)
        except BaseException:
            connection.close()
            raise
        return connection

    def _close_of_ended_threads(self) -> None:
        still_used = []
        for thread_ref, connection in self._opened:
            thread = thread_ref()
            if thread is None or not thread.is_alive():
                connection.close()
            else:
                still_used.append((thread_ref, connection))
        self._opened = still_used

    def _open_for_writing(self) -> None:
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                with translate_errors(self.path):
                    self.path.parent.mkdir(parents=True, exist_ok=True)
                    self._prepare(self._connection())
                break
            except LibraryBusy:
                # When two programs create the same library at once, SQLite does not wait to change
                # the journal mode.
                if time.monotonic() > deadline:
                    self._forget_connections()
                    raise
                time.sleep(0.05)
            except BaseException:
                self._forget_connections()
                raise
        if not (os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)):
            self._refusal = read_only_error(self.path, "no permission, or a read-only disk")

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version = self._checked_version(connection)
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode = WAL")
        if version < SCHEMA_VERSION:
            with self.write() as writer:
                migrate(writer, self._checked_version(writer))

    def _open_for_reading(self) -> bool:
        """Open an existing catalogue without creating files beside it; return whether it worked."""
        if not self.path.is_file():
            return False
        for mode in ("mode=ro", "mode=ro&immutable=1"):
            # `immutable` ignores the journal, so it is correct only without one.
            if "immutable" in mode and _size(self._journal):
                break
            self._mode = mode
            try:
                with translate_errors(self.path):
                    version = self._checked_version(self._connection())
                    if version in READ_ONLY_VIEWS:
                        self._views = READ_ONLY_VIEWS[version]
                        self._forget_connections()
                        self._connection()
                    if version == SCHEMA_VERSION or self._views:
                        return True
            except (LibraryReadOnly, LibraryFull):
                pass
            except BaseException:
                self._forget_connections()
                raise
            self._forget_connections()
        return False

    def _forget_connections(self) -> None:
        with self._guard:
            for _, connection in self._opened:
                connection.close()
            self._opened.clear()
        self._own = threading.local()

    def _checked_version(self, connection: sqlite3.Connection) -> int:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        application = int(connection.execute("PRAGMA application_id").fetchone()[0])
        tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        if application != APPLICATION_ID and (version or application or tables):
            raise damaged_error(self.path, "it is the database of another program")
        if version > SCHEMA_VERSION:
            raise LibraryTooNew(
                f"The library {self.path} was written by a newer version of this program (its "
                f"catalogue has version {version}, this program supports {SCHEMA_VERSION}). Update "
                "the program."
            )
        return version
