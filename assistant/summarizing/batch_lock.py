"""A lock that allows one batch of TL;DRs per library at a time.

Two simultaneous batches would write every TL;DR twice. Batches over different libraries or over
files run at the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.progress import Progress

_FILE = "tldr.lock"
_POLL_SECONDS = 0.25
WAITING = (
    "Another batch is writing TL;DRs in this library. This one waits until it ends, then writes "
    "the missing ones."
)


class BatchLock:
    """The lock for writing TL;DRs in a library, also released when the process ends or crashes."""

    def __init__(self, folder: Path) -> None:
        """Create the lock of the library in `folder` without acquiring it."""
        self._lock = FileLock(folder / _FILE, thread_local=False)

    def acquire(self, progress: Progress, notify: Callable[[str], None]) -> None:
        """Acquire the lock, or return without it when a stop is requested.

        Calls `notify` with WAITING if it has to wait. Does nothing if this object holds the lock.
        """
        if self._lock.is_locked:
            return
        notified = False
        while not progress.stop_requested:
            try:
                self._lock.acquire(timeout=_POLL_SECONDS if notified else 0)
            except Timeout:
                if not notified:
                    notify(WAITING)
                notified = True
            except OSError:
                # The folder is not writable. Saving the first TL;DR gives a better error message.
                return
            else:
                return

    def release(self) -> None:
        """Release the lock."""
        self._lock.release()
