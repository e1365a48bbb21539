"""Ctrl-C as a request to stop cleanly: finished work is saved and reported."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130


@contextmanager
def stop_on_interrupt() -> Iterator[threading.Event]:
    """In this block the first Ctrl-C sets the event, the second raises KeyboardInterrupt."""
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
