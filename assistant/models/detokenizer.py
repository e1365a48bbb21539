"""From the bytes of tokens to the text of a reply: UTF-8, stop strings, hidden thoughts."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

_THOUGHT_BEGINS, _THOUGHT_ENDS = "<think>", "</think>"


class Detokenizer:
    """Collects a reply piece by piece and lets out what is certain to be part of it.

    Bytes of an unfinished character wait for the rest; text that may be the beginning of a stop
    string waits until it is one or is not; a `<think>` block at the beginning never comes out.
    """

    def __init__(self, stop: Sequence[str] = ()) -> None:
        """`stop` strings end the reply and are not part of it."""
        self._stop = tuple(text for text in stop if text)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._begun = False
        self._thinking = False
        self.stopped = False

    def add(self, piece: bytes) -> str:
        """Take the bytes of one token; return the text that may be shown now."""
        return self._release(self._decoder.decode(piece), last=False)

    def end(self) -> str:
        """The reply is over: return what was held back."""
        return self._release(self._decoder.decode(b"", True), last=True)

    def _release(self, text: str, *, last: bool) -> str:
        if self.stopped:
            return ""
        self._held += text
        if not self._begun and not self._pass_thought(last):
            return ""
        for stop in self._stop:
            at = self._held.find(stop)
            if at >= 0:
                self._held, self.stopped = self._held[:at], True
        keep = 0 if last or self.stopped else self._unsure()
        shown, self._held = self._held[: len(self._held) - keep], self._held[-keep:] * bool(keep)
        return shown

    def _pass_thought(self, last: bool) -> bool:
        """Whether the visible reply has begun; drops a thought that stands before it."""
        if self._thinking:
            _, ended, rest = self._held.partition(_THOUGHT_ENDS)
            self._held = rest.lstrip() if ended else self._held[-len(_THOUGHT_ENDS) :]
            if ended:
                self._thinking = False
            elif last:
                self._held = ""
                return True
            else:
                return False
        begin = self._held.lstrip()
        if begin.startswith(_THOUGHT_BEGINS):
            self._thinking, self._held = True, begin[len(_THOUGHT_BEGINS) :]
            return self._pass_thought(last)
        self._begun = bool(begin) and not _THOUGHT_BEGINS.startswith(begin)
        return self._begun or last

    def _unsure(self) -> int:
        """Length of the longest end of the held text that may begin a stop string."""
        longest = max(map(len, self._stop), default=1) - 1
        for length in range(min(longest, len(self._held)), 0, -1):
            if any(stop.startswith(self._held[-length:]) for stop in self._stop):
                return length
        return 0
