"""Blocking work for a request, which stops when the client goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

import anyio
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from assistant.progress import Progress

T = TypeVar("T")

# Calls that work at the same time; others wait.
_MAX_CALLS = 8


class Worker:
    """Runs the calls of one API in threads. Create it inside the event loop or before."""

    def __init__(self, most: int = _MAX_CALLS) -> None:
        """Let `most` calls work at the same time."""
        self._most = most
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, request: Request, work: Callable[[Progress], T]) -> T:
        """Return what `work` returns or raises; it is stopped when the client goes away."""
        progress = Progress()
        working = asyncio.create_task(self._in_thread(lambda: work(progress)))
        leaving = asyncio.create_task(_gone(request))
        try:
            await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                progress.stop()
            return await working
        finally:
            progress.stop()
            leaving.cancel()

    async def stream(
        self, progress: Progress, work: Callable[[Progress], Iterator[str]]
    ) -> AsyncIterator[str]:
        """Yield what `work` yields as it comes; `progress` stops it."""
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[str | None] = asyncio.Queue()

        def produce() -> None:
            try:
                for piece in work(progress):
                    loop.call_soon_threadsafe(pieces.put_nowait, piece)
            finally:
                loop.call_soon_threadsafe(pieces.put_nowait, None)

        working = asyncio.create_task(self._in_thread(produce))
        try:
            while (piece := await pieces.get()) is not None:
                yield piece
            await working
        finally:
            progress.stop()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(self._most)
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)


class EventStream(StreamingResponse):
    """Server-sent events; the work ends with the response, however that ends."""

    def __init__(self, events: AsyncIterator[str], progress: Progress) -> None:
        """Send `events`, whose work `progress` stops."""
        super().__init__(events, media_type="text/event-stream")
        self._progress = progress

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._progress.stop()


async def _gone(request: Request) -> None:
    """Return when the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
