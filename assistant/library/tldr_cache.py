"""Cache of the TL;DRs of papers outside the library, so that an interrupted batch can continue.

A TL;DR is looked up by a hash of the paper's title and abstract, the model and the recipe. Nothing
else of the paper is stored.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.library.records import TldrLine
from assistant.paper import Paper

FILE = "tldrs.sqlite3"
# About 100 MB; the oldest entries are deleted first.
MAX_ENTRIES = 300_000
_BUSY_SECONDS = 5.0


class TldrCache:
    """TL;DRs in a cache folder. Thread-safe, and shared with other processes.

    If the cache cannot be read or written, the batch continues without it, and `notify` gets one
    message.
    """

    def __init__(
        self, cache: Path, notify: Callable[[str], None], max_entries: int = MAX_ENTRIES
    ) -> None:
        """Open the cache in the folder `cache`, which is created if needed."""
        self._file = cache / FILE
        self._notify = notify
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        try:
            cache.mkdir(parents=True, exist_ok=True)
            self._connection = _open(self._file, max_entries)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def get(self, paper: Paper, model: str, recipe: str) -> TldrLine | None:
        """The TL;DR of `paper` by `model` with `recipe`; None if it is not cached."""
        row = self._first_row(
            "SELECT text, method, seconds FROM lines WHERE key = ?", _key(paper, model, recipe)
        )
        return TldrLine(*row) if row else None

    def save(self, paper: Paper, line: TldrLine, model: str, recipe: str) -> None:
        """Store `line` in place of an older one."""
        self._first_row(
            "INSERT OR REPLACE INTO lines (key, text, method, seconds) VALUES (?, ?, ?, ?)",
            _key(paper, model, recipe), line.text, line.method, line.seconds,
        )  # fmt: skip

    def close(self) -> None:
        """Close the file; nothing is found or stored after that."""
        with self._lock:
            self._disconnect()

    def _first_row(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        with self._lock:
            if self._connection is None:
                return None
            try:
                row: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
            except sqlite3.Error as error:
                self._give_up(error)
                return None
        return row

    def _give_up(self, error: Exception) -> None:
        self._disconnect()
        self._notify(
            f"{self._file}: cannot cache TL;DRs of papers outside the library ({error}), so an "
            "interrupted batch starts over. Free some space, choose another folder with "
            "ASSISTANT_CACHE, or delete the file if it is damaged."
        )

    def _disconnect(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


def _open(file: Path, max_entries: int) -> sqlite3.Connection:
    connection = sqlite3.connect(
        file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # After a power loss the newest entries may be missing; they are generated again.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS lines (place INTEGER PRIMARY KEY, key BLOB UNIQUE, "
            "text TEXT NOT NULL, method TEXT NOT NULL, seconds REAL NOT NULL)"
        )
        connection.execute(
            "DELETE FROM lines WHERE place <= (SELECT max(place) FROM lines) - ?", (max_entries,)
        )
    except BaseException:
        connection.close()
        raise
    return connection


def _key(paper: Paper, model: str, recipe: str) -> bytes:
    parts = "\0".join((paper.title, paper.abstract, model, recipe))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).digest()
