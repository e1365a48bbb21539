"""Ctrl-C as a request to stop cleanly: finished work is saved and reported."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from assistant.progress import Progress

INTERRUPTED = 130


@contextmanager
def stop_on_interrupt() -> Iterator[Progress]:
    """Yield a progress that the first Ctrl-C stops; the second raises KeyboardInterrupt."""
    progress = Progress()
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread receives signals.
        yield progress
        return

    def request_stop(signal_number: int, frame: FrameType | None) -> None:
        if progress.stop_requested:
            raise KeyboardInterrupt
        progress.stop()

    before = signal.signal(signal.SIGINT, request_stop)
    try:
        yield progress
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def interruptible_prompt() -> Iterator[Callable[[str], str]]:
    """Yield an `input` function that Ctrl-C ends with a KeyboardInterrupt.

    Between two calls Ctrl-C is ignored, so that a second quick press does not end the chat.
    """
    waiting = False

    def interrupt(signal_number: int, frame: FrameType | None) -> None:
        if waiting:
            raise KeyboardInterrupt

    def prompted(prompt: str) -> str:
        nonlocal waiting
        try:
            waiting = True
            return input(prompt)
        except SystemError as error:
            # Python raises this when Ctrl-C is pressed while it raises the previous one.
            if isinstance(error.__cause__, KeyboardInterrupt):
                raise KeyboardInterrupt from error
            raise
        finally:
            waiting = False

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield prompted
    finally:
        signal.signal(signal.SIGINT, before)
