"""Ctrl-C as a request to stop cleanly, so that what is done is kept and can be reported."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130


@contextmanager
def stop_on_interrupt() -> Iterator[threading.Event]:
    """Within the block the first Ctrl-C sets the event; the second is a KeyboardInterrupt."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread receives signals.
        yield stop
        return

    def request_stop(signal_number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = signal.signal(signal.SIGINT, request_stop)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def interruptible_prompt() -> Iterator[Callable[[str], str]]:
    """Hand out an `input` that Ctrl-C ends with a KeyboardInterrupt.

    Within the block Ctrl-C means nothing between two of its calls, so that the second of two quick
    ones does not end a conversation by chance.
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
            # What Python makes of a Ctrl-C that comes while it hands out the one before.
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
