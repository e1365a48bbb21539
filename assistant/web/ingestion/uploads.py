"""Uploaded files of the page, deleted as soon as nobody needs them."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable
from contextlib import suppress
from pathlib import Path

# Their folder in the cache folder.
UPLOADS = "uploads"


class Uploads:
    """Copies that the page made of uploaded files. Thread-safe.

    Two visitors who upload the same file share one copy, which is deleted when the last of them
    releases it. Files outside the uploads folder are never touched.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._lock = threading.Lock()
        self._held: dict[Hashable, frozenset[Path]] = {}

    def has(self, path: str | Path) -> bool:
        """Whether `path` is an upload."""
        return Path(path).resolve().is_relative_to(self._folder)

    def hold(self, holder: Hashable, paths: Iterable[Path]) -> None:
        """Record that `holder` needs `paths` only; files that nobody needs are deleted."""
        with self._lock:
            before = self._held.pop(holder, frozenset())
            after = frozenset(filter(self.has, paths))
            if after:
                self._held[holder] = after
            for path in before.difference(*self._held.values()):
                # A file that is still being read may stay until Gradio deletes it.
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def release(self, holder: Hashable) -> None:
        """Record that `holder` needs no files."""
        self.hold(holder, ())
