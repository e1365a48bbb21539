"""Writes TL;DRs with concurrent requests, and returns them in the order of the papers."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from assistant.library import TldrLine
from assistant.models.protocols import is_capable
from assistant.models.stream import cancelled_on_stop
from assistant.summarizing.candidates import candidates, select
from assistant.summarizing.generation import tldr_request

if TYPE_CHECKING:
    from assistant.models.protocols import LanguageModel, TextStream
    from assistant.paper import Paper
    from assistant.progress import Progress
    from assistant.prompt import Prompt

# One request runs and one waits per slot of the engine, so that no slot is idle while the oldest
# request takes long.
_REQUESTS_PER_SLOT = 2
# Maximum number of items that wait for an earlier one.
_MAX_PENDING = 1000

Item = TypeVar("Item")


@dataclass(frozen=True)
class _Entry(Generic[Item]):
    item: Item
    work: tuple[Paper, TextStream] | None


class WritesTldrs(Protocol):
    """Writes TL;DRs, in this process or on other computers."""

    def write(
        self,
        items: Iterable[tuple[Item, Paper | None]],
        progress: Progress,
        seed: int | None = None,
    ) -> Iterator[tuple[Item, TldrLine | None]]:
        """Yield every item with the TL;DR of its paper, in any order.

        Items without a paper, and those whose paper failed, are yielded with None. After a stop,
        only what is finished is yielded.

        Raises:
            ModelError: the model failed; what was yielded before is valid.
        """


class TldrWriter:
    """Writes one TL;DR per paper with one model and one prompt."""

    def __init__(self, model: LanguageModel, prompt: Prompt) -> None:
        """`prompt` has the variables `title` and `abstract`."""
        self._model = model
        self._prompt = prompt

    def write(
        self,
        items: Iterable[tuple[Item, Paper | None]],
        progress: Progress,
        seed: int | None = None,
    ) -> Iterator[tuple[Item, TldrLine | None]]:
        """Yield every item with the TL;DR of its paper, in the order of `items`.

        With a `seed` they are sampled.
        Items without a paper are yielded with None. After a stop, running requests are cancelled
        and only finished TL;DRs are yielded.

        Raises:
            ModelError: the model failed; what was yielded before is valid.
        """
        pending: deque[_Entry[Item]] = deque()
        streams = _Streams()
        most = _REQUESTS_PER_SLOT * self._model.slots
        with cancelled_on_stop(progress, streams.cancel):
            for item, paper in items:
                if progress.stop_requested:
                    break
                work = None if paper is None else (paper, streams.add(self._begin(paper, seed)))
                pending.append(_Entry(item, work))
                while pending and (
                    pending[0].work is None or streams.count >= most or len(pending) >= _MAX_PENDING
                ):
                    yield from self._finish(pending.popleft(), streams)
            while pending:
                yield from self._finish(pending.popleft(), streams)

    def _begin(self, paper: Paper, seed: int | None) -> TextStream:
        return self._model.generate(tldr_request(paper, self._prompt, self._model, seed))

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
        best = select(candidates(paper, reply, cut=cut, strict=not is_capable(self._model)))
        seconds = round(stream.stats.total_seconds, 3)
        yield entry.item, TldrLine(text=best.text, method=best.method, seconds=seconds)


class _Streams:
    """The running streams, which another thread may cancel."""

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
