"""`chat` as a person at a terminal has it: colours, Ctrl-C for the answer alone, /quit."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from patience import PATIENCE_S

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals"),
]


CHAT = """
import assistant.models as models
from assistant.models.fake import HashingEmbedder, ScriptedModel

models.open_embedder = lambda settings, notify: HashingEmbedder()
models.open_language_model = lambda settings, notify: ScriptedModel(
    lambda request: "Owls sleep fourteen hours a day [1].", seconds_per_piece=SECONDS
)

from assistant.cli import main
main()
"""


class Terminal:
    """A program at a pseudo-terminal: what it shows, and what is typed."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int) -> None:
        self.process = process
        self._descriptor = descriptor
        self._unread = ""

    def type(self, line: str) -> None:
        os.write(self._descriptor, line.encode() + b"\n")

    def wait_for(self, text: str) -> str:
        """Read until `text` was shown; what was shown since the last call, up to its end."""
        while text not in self._unread:
            part = self._read()
            if not part:
                raise AssertionError(f"{text!r} was not shown, but {self._unread!r}")
            self._unread += part
        before, _, self._unread = self._unread.partition(text)
        return before + text

    def interrupt(self) -> None:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def type_end(self) -> None:
        """Ctrl-D."""
        os.write(self._descriptor, b"\x04")

    def repeat_until(self, text: str, action: Callable[[], None]) -> None:
        """Do `action` until `text` is shown: a prompt is shown a moment before it is waited at."""
        while text not in self._unread:
            action()
            if select.select([self._descriptor], [], [], 0.5)[0]:
                part = self._read()
                if not part:
                    raise AssertionError(f"{text!r} was not shown, but {self._unread!r}")
                self._unread += part
        self.wait_for(text)

    def end(self) -> int:
        """What the program exits with."""
        while self._read():
            pass
        return self.process.wait()

    def _read(self) -> str:
        if not select.select([self._descriptor], [], [], PATIENCE_S)[0]:
            raise AssertionError(f"nothing more came for {PATIENCE_S} s")
        with suppress(OSError):  # what Linux says when the program is gone
            return os.read(self._descriptor, 65_536).decode()
        return ""


@contextmanager
def chatting(seconds_per_piece: float) -> Iterator[Terminal]:
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", CHAT.replace("SECONDS", str(seconds_per_piece)), "chat"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"},
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_an_answer_is_shown_and_quit_leaves(filled: Path) -> None:
    with chatting(0) as terminal:
        terminal.wait_for("> ")
        terminal.type("How long do owls sleep?")
        shown = terminal.wait_for("Sources")
        assert "Evidence" in shown
        assert "\x1b[" in shown
        terminal.type("/quit")
        assert terminal.end() == 0


def test_an_interrupt_stops_the_answer_and_the_chat_goes_on(filled: Path) -> None:
    with chatting(3600) as terminal:
        terminal.wait_for("> ")
        terminal.type("How long do owls sleep?")
        terminal.wait_for("Answer")
        terminal.interrupt()
        terminal.wait_for("Stopped.")
        terminal.repeat_until("No answer is running", terminal.interrupt)
        terminal.repeat_until("Goodbye.", terminal.type_end)
        assert terminal.end() == 0
