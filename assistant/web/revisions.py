"""What windows ask for every two seconds: a text that changes whenever they may have news.

It is answered without Gradio, whose events cost many times as much. Only if it has changed, the
scripts of the page send an event that reads what is new.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from assistant.languages import ENGLISH, speaking

PATH = "/news"
# Seconds for which one answer serves all windows of a user.
_FRESH_S = 0.2
_LONGEST_NUMBER = 12


class Revisions:
    """The revision of everything that windows show. Thread-safe."""

    def __init__(self) -> None:
        """Nothing changes until `watch` is called."""
        self._lock = threading.Lock()
        self._common: Sequence[Callable[[str], object]] = ()
        self._of_chat: Callable[[str, int], object] = lambda owner, chat: None
        # For each user: when it was computed, and the state that all windows share.
        self._known: dict[str, tuple[float, int]] = {}
        # After a restart everything is news.
        self._server = secrets.token_hex(4)

    def watch(
        self,
        common: Sequence[Callable[[str], object]],
        of_chat: Callable[[str, int], object],
    ) -> None:
        """Watch the values of functions.

        Args:
            common: called with a user ("" without log-in); the values have hashes.
            of_chat: called with a user and the number of the open chat (0 without one); fast.

        """
        self._common, self._of_chat = common, of_chat

    async def answer(self, request: Request) -> Response:
        """Answer a window: the revision for its user and for the chat that it shows."""
        owner = str(getattr(request.state, "user", ""))
        chat = request.query_params.get("chat", "")
        is_number = chat.isascii() and chat.isdigit() and len(chat) <= _LONGEST_NUMBER
        common = self._fresh(owner)
        if common is None:
            # It may have to wait for the disk.
            common = await run_in_threadpool(self._compute, owner)
        state = (common, self._of_chat(owner, int(chat) if is_number else 0))
        text = f"{self._server}{hash(state):x}"
        return PlainTextResponse(text, headers={"cache-control": "no-store"})

    def _fresh(self, owner: str) -> int | None:
        known = self._known.get(owner)
        return known[1] if known and time.monotonic() < known[0] + _FRESH_S else None

    def _compute(self, owner: str) -> int:
        with self._lock:
            common = self._fresh(owner)  # another window may have asked meanwhile
            if common is None:
                # One language, so that windows in different ones do not notice each other.
                with speaking(ENGLISH):
                    common = hash((owner, *(value(owner) for value in self._common)))
                self._known[owner] = time.monotonic(), common
            return common
