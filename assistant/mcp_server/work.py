"""Runs blocking work for a request: with progress, cancellation, and errors for people."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError

from assistant.errors import AssistantError
from assistant.progress import Progress, Report
from assistant.text.sanitizing import sanitized

T = TypeVar("T")

# Seconds between two reports to the client.
_INTERVAL_S = 0.25
# Calls that work at the same time; others wait.
_MAX_CALLS = 8


class Worker:
    """Runs the calls of one server in threads."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(_MAX_CALLS)

    async def run(self, context: Context[Any, Any], work: Callable[[Progress], T]) -> T:
        """Return what `work` returns; if the client cancels the request, `work` is stopped.

        Raises:
            ToolError: it failed; the message is for people.
        """
        reports = _Reports(context, asyncio.get_running_loop())
        progress = Progress(reports.add)
        try:
            result = await anyio.to_thread.run_sync(
                lambda: work(progress), abandon_on_cancel=True, limiter=self._limiter
            )
        except anyio.get_cancelled_exc_class():
            progress.stop()
            raise
        except AssistantError as error:
            raise ToolError(str(error)) from error
        except Exception as error:
            raise ToolError(
                f"The assistant failed unexpectedly ({type(error).__name__}: "
                f"{sanitized(str(error))})."
            ) from error
        await reports.sent()
        return result


class _Reports:
    """Sends the reports of a thread to the client; a client that did not ask gets none."""

    def __init__(self, context: Context[Any, Any], loop: asyncio.AbstractEventLoop) -> None:
        self._context = context
        self._loop = loop
        self._last = 0.0
        self._sending: list[Future[None]] = []

    def add(self, report: Report) -> None:
        now = time.monotonic()
        new_step = report.done == 0
        if not new_step and now - self._last < _INTERVAL_S:
            return
        self._last = now
        sending = self._context.report_progress(report.done, report.total or None, report.text)
        self._sending.append(asyncio.run_coroutine_threadsafe(sending, self._loop))

    async def sent(self) -> None:
        """Wait until everything is sent, so that nothing follows the result."""
        for sending in self._sending:
            await asyncio.wrap_future(sending)
