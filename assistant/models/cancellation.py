"""Cancels what is under way as soon as somebody wants it stopped, also while its reader sleeps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_POLL_SECONDS = 0.05


@contextmanager
def cancelled_when(should_stop: Callable[[], bool], cancel: Callable[[], None]) -> Iterator[None]:
    """Within the block `cancel` is called while `should_stop` says so, and at its end in any case.

    The reader of a stream sleeps until the next word, which may be seconds away while the prompt
    is computed: it cannot look itself.
    """
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_POLL_SECONDS):
            if should_stop():
                cancel()

    watcher = threading.Thread(target=watch, name="stop", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        cancel()
