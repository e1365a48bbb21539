"""The files that visitors of the page have uploaded: kept while somebody needs them."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable
from contextlib import suppress
from pathlib import Path

# Their folder in the cache folder.
UPLOADS = "uploads"


class Uploads:
    """Copies that the page made of uploaded files. Thread-safe.

    Two visitors who upload the same file share one copy, so it goes with the last of its holders.
    Files elsewhere are left alone, whoever names them.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is held yet; what is uploaded lies in `folder`."""
        self._folder = folder.resolve()
        self._lock = threading.Lock()
        self._held: dict[Hashable, frozenset[Path]] = {}

    def has(self, path: str | Path) -> bool:
        """Whether `path` is that of an upload."""
        return Path(path).resolve().is_relative_to(self._folder)

    def hold(self, holder: Hashable, paths: Iterable[Path]) -> None:
        """Let `holder` need `paths` and no others; what nobody needs any more is removed."""
        with self._lock:
            before = self._held.pop(holder, frozenset())
            after = frozenset(filter(self.has, paths))
            if after:
                self._held[holder] = after
            for path in before.difference(*self._held.values()):
                # One that is still read may stay there, until Gradio removes it.
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def release(self, holder: Hashable) -> None:
        """Let `holder` need nothing."""
        self.hold(holder, ())
