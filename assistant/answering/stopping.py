"""Ends a stream as soon as somebody wants it stopped, also while its reader sleeps."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.models.base import TextStream

_POLL_SECONDS = 0.05


@contextmanager
def cancelled_by(stop: threading.Event, stream: TextStream) -> Iterator[None]:
    """Within the block `stream` is cancelled once `stop` is set, and at its end in any case.

    The reader of a stream sleeps until the next word, which may be seconds away while the prompt
    is computed: it cannot look itself.
    """
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if stop.wait(_POLL_SECONDS):
                stream.cancel()
                return

    watcher = threading.Thread(target=watch, name="answer-stop", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        stream.cancel()
