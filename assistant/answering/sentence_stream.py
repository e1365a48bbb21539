"""A stream of pieces of text -> whole sentences, as soon as each one is complete."""

from __future__ import annotations

import re

from assistant.text.sentences import sentence_spans

# The beginning of a `[12]` that may still belong to the sentence before it.
_OPEN_MARKER = re.compile(r"\s*\[[\d\s,;–-]*\]?\s*$")
_ENDED = re.compile(r"[.!?…。！？][\"'”’)\]]*(?:\s*\[[\d\s,;–-]+\])*$")


class SentenceStream:
    """Takes pieces and gives back the sentences that they complete.

    A sentence is complete when the next one begins, so that a `[1]` behind the full stop is still
    part of it; a line end completes it too.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._text = ""

    def add(self, piece: str) -> list[str]:
        """Take a piece; return the sentences that are complete now."""
        self._text += piece
        whole: list[str] = []
        *lines, rest = self._text.split("\n")
        for line in lines:
            whole += [line[start:end] for start, end in sentence_spans(line)]
        spans = sentence_spans(rest)
        if len(spans) > 1 and _OPEN_MARKER.fullmatch(rest[spans[-1][0] :]):
            spans.pop()
        whole += [rest[start:end] for start, end in spans[:-1]]
        self._text = rest[spans[-1][0] :] if len(spans) > 1 else rest
        return whole

    def rest(self, *, cut: bool) -> list[str]:
        """What is left at the end; not a sentence without an end if the text was `cut` there."""
        rest, self._text = self._text.strip(), ""
        whole = [rest[start:end] for start, end in sentence_spans(rest)]
        if cut and whole and not _ENDED.search(whole[-1]):
            whole.pop()
        return whole
