"""Lines about papers that are in no library, kept in the cache folder so that a batch can go on.

A line is found again by its paper's title and abstract, the model and the recipe; of the papers
themselves nothing is kept.
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
# About 100 MB; the oldest make room.
MOST_KEPT = 300_000
_BUSY_SECONDS = 5.0


class TldrCache:
    """The lines kept in a cache folder. Thread-safe, and shared with other processes.

    A cache is nothing to fail at: where it cannot be read or written the batch goes on without it,
    and `notify` is told so once.
    """

    def __init__(
        self, cache: Path, notify: Callable[[str], None], most_kept: int = MOST_KEPT
    ) -> None:
        """Open the lines in the folder `cache`, which is made if need be."""
        self._file = cache / FILE
        self._notify = notify
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        try:
            cache.mkdir(parents=True, exist_ok=True)
            self._connection = _opened(self._file, most_kept)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def find(self, paper: Paper, model: str, recipe: str) -> TldrLine | None:
        """The line that `model` wrote about `paper` by `recipe`."""
        row = self._first_row(
            "SELECT text, method, seconds FROM lines WHERE key = ?", _key(paper, model, recipe)
        )
        return TldrLine(*row) if row else None

    def keep(self, paper: Paper, line: TldrLine, model: str, recipe: str) -> None:
        """Keep `line` in place of an older one."""
        self._first_row(
            "INSERT OR REPLACE INTO lines (key, text, method, seconds) VALUES (?, ?, ?, ?)",
            _key(paper, model, recipe), line.text, line.method, line.seconds,
        )  # fmt: skip

    def close(self) -> None:
        """Close the file; nothing is found or kept afterwards."""
        with self._lock:
            self._forget()

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
        self._forget()
        self._notify(
            f"{self._file}: TL;DRs of papers outside the library cannot be kept ({error}), so the "
            "same call would begin anew. Free some space, choose another folder with "
            "ASSISTANT_CACHE, or delete the file if it is damaged."
        )

    def _forget(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


def _opened(file: Path, most_kept: int) -> sqlite3.Connection:
    connection = sqlite3.connect(
        file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # A crash of the machine may lose the newest lines; they are written anew then.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS lines (place INTEGER PRIMARY KEY, key BLOB UNIQUE, "
            "text TEXT NOT NULL, method TEXT NOT NULL, seconds REAL NOT NULL)"
        )
        connection.execute(
            "DELETE FROM lines WHERE place <= (SELECT max(place) FROM lines) - ?", (most_kept,)
        )
    except BaseException:
        connection.close()
        raise
    return connection


def _key(paper: Paper, model: str, recipe: str) -> bytes:
    parts = "\0".join((paper.title, paper.abstract, model, recipe))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).digest()
