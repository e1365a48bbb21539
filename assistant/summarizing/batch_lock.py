"""One batch of TL;DRs at a time in a library: the second waits, and is told why.

Two batches over the same papers would write every line twice. Batches over different libraries,
or over files, share the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.progress import Progress

_FILE = "tldr.lock"
_PATIENCE_S = 0.25
WAITING = (
    "Another batch of TL;DRs is writing in this library; this one waits for its end and then "
    "writes what is missing."
)


class BatchLock:
    """The right to write TL;DRs in a library; it ends with the process, however that ends."""

    def __init__(self, folder: Path) -> None:
        """Take nothing yet; `folder` is the library's."""
        self._lock = FileLock(folder / _FILE, thread_local=False)

    def take(self, progress: Progress, notify: Callable[[str], None]) -> None:
        """Return when it is this batch's turn, or when a stop is requested.

        `notify` gets a sentence if the batch has to wait. Taking the lock twice does nothing.
        """
        if self._lock.is_locked:
            return
        told = False
        while not progress.stop_requested:
            try:
                self._lock.acquire(timeout=_PATIENCE_S if told else 0)
            except Timeout:
                if not told:
                    notify(WAITING)
                told = True
            except OSError:
                # Nothing can be written in this folder; what keeps the lines says so better.
                return
            else:
                return

    def release(self) -> None:
        """Let the next one write."""
        self._lock.release()
