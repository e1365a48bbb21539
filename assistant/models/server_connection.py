"""Requests to one model server. A thread with an event loop sends them all.

So a request can be cancelled at any moment, also while it waits for a reply or for the next try.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx

from assistant.errors import ModelError
from assistant.http_environment import UNUSABLE, certificates, environment_problem, proxy_for
from assistant.models.server_failures import (
    ServerFailure,
    cut_off,
    invalid_reply,
    status_failure,
    timeout_failure,
    transport_failure,
)
from assistant.models.server_keys import ServerKey
from assistant.server_address import ServerAddress

T = TypeVar("T")

# Longest wait for a connection, in seconds; `server_timeout` can only shorten it.
CONNECT_S = 10.0
# Tries of a request in all.
TRIES = 3
# Bytes of a reply, of one line of a stream, and of an error that is read.
_MAX_REPLY, _MAX_LINE, _MAX_ERROR = 64_000_000, 1_000_000, 20_000
_DATA = "data:"
_DONE = "[DONE]"


class ServerConnection:
    """Sends requests to one server. Thread-safe.

    Redirects are not followed, so nothing is sent to any other address. A proxy of the environment
    is used, except for this computer.
    """

    def __init__(self, address: ServerAddress, key: ServerKey, timeout_s: float) -> None:
        """Connect at the first request.

        Args:
            address: the server.
            key: sent with every request.
            timeout_s: seconds to wait for the start of a reply, and between two parts of it.

        """
        self.address = address
        self.timeout_s = timeout_s
        self._key = key
        headers = {"User-Agent": "offline-paper-assistant"}
        if key.secret:
            headers["Authorization"] = f"Bearer {key.secret}"
        try:
            self._client = httpx.AsyncClient(
                headers=headers,
                timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s), pool=None),
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=16),
                follow_redirects=False,
                trust_env=False,
                proxy=proxy_for(address),
                verify=certificates() if address.is_encrypted else False,
            )
        except UNUSABLE as error:
            raise ServerFailure(
                f"{address.base}: {environment_problem(error)}. Check HTTPS_PROXY, HTTP_PROXY and "
                "SSL_CERT_FILE."
            ) from error
        self._lock = threading.Lock()
        self._closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name=f"requests to {address.host}", daemon=True
        )
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run `work` in the connection's thread; cancelling the future cancels it.

        Raises:
            ModelError: the connection is closed.
        """
        with self._lock:
            if self._closed:
                work.close()
                raise ModelError(f"The connection to {self.address.base} is closed. Open it again.")
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`; an interrupt of this thread cancels it."""
        future = self.submit(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    async def json(self, method: str, url: str, body: object = None, *, tries: int = TRIES) -> Any:
        """The JSON value of a reply.

        Raises:
            ServerFailure: the request failed `tries` times, or cannot succeed.
        """

        async def attempt() -> Any:
            async with self._open(method, url, body) as response:
                content = await self._content(response)
            try:
                return json.loads(content)
            except (ValueError, RecursionError):
                raise invalid_reply(self.address, _what(response)) from None

        return await self.retried(attempt, tries)

    async def optional(self, method: str, url: str, body: object = None) -> dict[str, Any]:
        """The JSON object of a function that not every server has; empty if it has not."""
        try:
            value = await self.json(method, url, body, tries=1)
        except ServerFailure:
            return {}
        return value if isinstance(value, dict) else {}

    @asynccontextmanager
    async def events(self, url: str, body: object) -> AsyncIterator[AsyncIterator[Any]]:
        """The events of a reply that is streamed (server-sent events), as JSON values.

        The iteration ends at `[DONE]` or where the reply ends. Leaving the block ends the request.

        Raises:
            ServerFailure: the request failed, also during the iteration.
        """
        async with self._open("POST", url, body) as response:
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                raise invalid_reply(self.address, f"{_what(response)} instead of a stream")
            yield self._events(response)

    async def retried(self, attempt: Callable[[], Awaitable[T]], tries: int = TRIES) -> T:
        """The result of `attempt`, repeated after temporary failures within the time limit.

        Raises:
            ServerFailure: the last failure.
        """
        limit = self.timeout_s
        try:
            async with asyncio.timeout(limit) as timeout:
                for failures in range(1, tries + 1):
                    try:
                        return await attempt()
                    except ServerFailure as failure:
                        delay = failure.delay(failures)
                        ends = timeout.when() or 0
                        left = ends - asyncio.get_running_loop().time()
                        if not failure.temporary or failures == tries or delay >= left:
                            raise
                        await asyncio.sleep(delay)
        except TimeoutError:
            raise timeout_failure(self.address, limit) from None
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        """Cancel every request and end the thread; no effect when repeated."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        asyncio.run_coroutine_threadsafe(self._shut_down(), self._loop)
        if self._thread is not threading.current_thread():
            self._thread.join()
            self._loop.close()

    async def _shut_down(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._client.aclose()
        self._loop.stop()

    @asynccontextmanager
    async def _open(self, method: str, url: str, body: object) -> AsyncIterator[httpx.Response]:
        """A reply with a good status, whose content is not read yet."""
        try:
            async with self._client.stream(method, url, json=body) as response:
                if not response.is_success:
                    start = await self._start(response)
                    raise status_failure(response, start, self.address, self._key)
                yield response
        except httpx.HTTPError as error:
            raise transport_failure(error, self.address, self.timeout_s) from error
        except httpx.InvalidURL as error:
            raise ServerFailure(
                f"{self.address.base}: this is not a valid address ({error}). Check it."
            ) from error

    async def _content(self, response: httpx.Response) -> bytes:
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > _MAX_REPLY:
                raise invalid_reply(self.address, f"more than {_MAX_REPLY:,} bytes")
        return bytes(content)

    async def _start(self, response: httpx.Response) -> bytes:
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > _MAX_ERROR:
                break
        return bytes(content)

    async def _events(self, response: httpx.Response) -> AsyncIterator[Any]:
        async for line in self._lines(response):
            if not line.startswith(_DATA):
                continue
            data = line[len(_DATA) :].strip()
            if data == _DONE:
                return
            try:
                yield json.loads(data)
            except (ValueError, RecursionError):
                raise invalid_reply(self.address, "a reply that is not valid JSON") from None

    async def _lines(self, response: httpx.Response) -> AsyncIterator[str]:
        rest = bytearray()
        async for part in response.aiter_bytes():
            rest += part
            *lines, last = rest.split(b"\n")
            rest = bytearray(last)
            for line in lines:
                yield line.decode("utf-8", "replace").rstrip("\r")
            if len(rest) > _MAX_LINE:
                raise invalid_reply(self.address, f"a line of more than {_MAX_LINE:,} bytes")
        if rest:
            # A complete stream ends with an empty line.
            raise cut_off(self.address)


def _what(response: httpx.Response) -> str:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/html":
        return "a web page"
    return "a reply that is not valid JSON" if "json" in kind or not kind else f"a {kind} file"
