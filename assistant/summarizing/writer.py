"""Writes the lines: many requests under way at once, results in the order the papers came in."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from assistant.library import TldrLine
from assistant.models.protocols import is_capable
from assistant.models.stream import cancelled_on_stop
from assistant.summarizing.candidates import candidates, chosen
from assistant.summarizing.prompting import request_for

if TYPE_CHECKING:
    from assistant.models.protocols import LanguageModel, TextStream
    from assistant.paper import Paper
    from assistant.progress import Progress
    from assistant.prompt import Prompt

# Requests given to the engine for each of its slots: one that it works on and one that waits, so
# that no slot is idle while a long line ahead of shorter ones is waited for.
_REQUESTS_PER_SLOT = 2
# The most items held back behind one that is still being written.
_MOST_HELD = 1000

Item = TypeVar("Item")


@dataclass(frozen=True)
class _Entry(Generic[Item]):
    item: Item
    work: tuple[Paper, TextStream] | None


class Writer:
    """Writes one line for each paper with one model and one prompt."""

    def __init__(self, model: LanguageModel, prompt: Prompt) -> None:
        """`prompt` has the variables `title` and `abstract`."""
        self._model = model
        self._prompt = prompt

    def write(
        self,
        items: Iterable[tuple[Item, Paper | None]],
        progress: Progress,
    ) -> Iterator[tuple[Item, TldrLine | None]]:
        """Yield every item with the line about its paper, in the order of `items`.

        An item without a paper needs no line and comes out at its place. After a stop
        the lines being written are cancelled, and only complete lines still come out.

        Raises:
            ModelError: the model failed; the lines that came out before are good.
        """
        held: deque[_Entry[Item]] = deque()
        streams = _Streams()
        most = _REQUESTS_PER_SLOT * self._model.slots
        with cancelled_on_stop(progress, streams.cancel):
            for item, paper in items:
                if progress.stop_requested:
                    break
                work = None if paper is None else (paper, streams.add(self._begin(paper)))
                held.append(_Entry(item, work))
                while held and (
                    held[0].work is None or streams.count >= most or len(held) >= _MOST_HELD
                ):
                    yield from self._finish(held.popleft(), streams)
            while held:
                yield from self._finish(held.popleft(), streams)

    def _begin(self, paper: Paper) -> TextStream:
        return self._model.generate(request_for(paper, self._prompt, self._model))

    def _finish(
        self, entry: _Entry[Item], streams: _Streams
    ) -> Iterator[tuple[Item, TldrLine | None]]:
        if entry.work is None:
            yield entry.item, None
            return
        paper, stream = entry.work
        reply = "".join(stream)
        streams.remove(stream)
        if stream.stats.finish == "cancelled":
            return
        cut = stream.stats.finish == "length"
        best = chosen(candidates(paper, reply, cut=cut, strict=not is_capable(self._model)))
        seconds = round(stream.stats.total_seconds, 3)
        yield entry.item, TldrLine(text=best.text, method=best.method, seconds=seconds)


class _Streams:
    """The replies under way, which another thread may cancel."""

    def __init__(self) -> None:
        self._streams: list[TextStream] = []
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        return len(self._streams)

    def add(self, stream: TextStream) -> TextStream:
        with self._lock:
            self._streams.append(stream)
        return stream

    def remove(self, stream: TextStream) -> None:
        with self._lock:
            self._streams.remove(stream)

    def cancel(self) -> None:
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            stream.cancel()
