"""The web server of the page: opens the port, announces the page, and shuts down cleanly.

Without users the page is served to this computer only.
"""

from __future__ import annotations

import asyncio
import errno
import http.client
import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import uvicorn

from assistant.errors import AssistantError, PageError
from assistant.web.background_embedding import embed_in_background
from assistant.web.browsing.selection import purge_in_background
from assistant.web.feed_updates import update_feeds_on_schedule
from assistant.web.gradio_patches import patch_gradio, without_type_stubs
from assistant.web.jobs import Jobs

if TYPE_CHECKING:
    from assistant.progress import Progress
    from assistant.session import Session
    from assistant.web.serving.application import Application
    from assistant.web.serving.users import Users

HOST = "127.0.0.1"
PORT = 7860
# Seconds for running requests to end after the server is stopped.
_GRACE_S = 2

_log = logging.getLogger(__name__)


class PageServer:
    """Serves the page of one session on one port."""

    def __init__(
        self,
        session: Session,
        host: str = HOST,
        port: int = PORT,
        users: Users | None = None,
        names: Sequence[str] = (),
        *,
        api: bool = False,
    ) -> None:
        """Open the port; requests are answered once `run` is called.

        Args:
            session: the library and models.
            host: the address to listen on. Without `users` it must be local.
            port: 0 picks a free one.
            users: the users who can log in; None serves the page without log-in.
            names: host names that the page answers to, besides those of this computer. They need
                `users`.
            api: serve the HTTP API, too.

        Raises:
            PageError: the port is in use or not permitted, or `host` is not an address of this
                computer, or other computers can reach it without log-in.

        """
        self._session = session
        self._users = users
        self._names = (*_own_names(), *names)
        self._socket = _listen(host, port, shared=users is not None)
        self._host, self.port = self._socket.getsockname()[:2]
        self._ended = threading.Event()
        self._api = api

    @property
    def address(self) -> str:
        """The URL of the page, also for other computers if it is served to them."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        if ipaddress.ip_address(self._host).is_unspecified:
            host = socket.gethostname()
        return f"http://{host}:{self.port}"

    def run(self, on_ready: Callable[[str], None] = lambda address: None) -> None:
        """Serve until `stop()` or Ctrl-C; call `on_ready` with the address once the page answers.

        Raises:
            PageError: the page does not start.
        """
        jobs = Jobs()
        try:
            asyncio.run(self._serve(jobs, on_ready))
        except KeyboardInterrupt:
            # The normal end: uvicorn shuts down cleanly and then raises the signal again.
            _log.debug("Interrupted")
        except SystemExit as error:
            raise PageError(
                "The page did not start: the web server stopped at once. "
                "Set ASSISTANT_TRACEBACK=1 and start it again to see why."
            ) from error
        finally:
            self._ended.set()
            jobs.stop()
            self._socket.close()

    def stop(self) -> None:
        """Stop `run` from another thread, and the answers that are being written."""
        self._ended.set()

    async def _serve(self, jobs: Jobs, on_ready: Callable[[str], None]) -> None:
        with without_type_stubs():
            patch_gradio()
            from assistant.web.serving.application import Application

        application = Application(
            self._session, jobs, self._host, self.port, self._users, self._names, api=self._api
        )
        server = _Server(application, self._ended)
        jobs.start("Announcing the page", lambda progress: self._announce(on_ready, progress))
        jobs.start("Opening the models", lambda progress: self._warm_up())
        embed_in_background(self._session, jobs)
        purge_in_background(self._session, jobs)
        update_feeds_on_schedule(self._session, jobs)
        application.tldrs.start()
        application.tables.start()
        await server.serve(sockets=[self._socket])

    def _announce(self, on_ready: Callable[[str], None], progress: Progress) -> None:
        while not progress.wait(0.05):
            if _answers(self._host, self.port):
                on_ready(self.address)
                return

    def _warm_up(self) -> None:
        """Open library and models before the first question; the page shows errors."""
        try:
            _ = self._session.answer_pipeline
        except AssistantError as error:
            _log.debug("Warming up: %s", error)


class _Server(uvicorn.Server):
    """Stops when an event is set, and stops the page's jobs before it waits for requests."""

    def __init__(self, application: Application, ended: threading.Event) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                lifespan="on",
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self._application = application
        self._ended = ended

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._ended.is_set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._application.end()
        # Windows that stay connected are disconnected; that needs no log message.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)


def _listen(host: str, port: int, *, shared: bool) -> socket.socket:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if shared and address is None:
        raise PageError(
            f"{host} is not an IP address. Use an address of this computer, or 0.0.0.0 for all of "
            "them. Add host names with --name."
        )
    if address is None or not (shared or address.is_loopback):
        raise PageError(
            f"The page cannot be served on {host}: without log-in it is for this computer only. "
            f"Omit the host, use {HOST}, or add user log-in with --auth FILE."
        )
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    # With an explicit protocol asyncio disables Nagle's algorithm. Otherwise events arrive 40 ms
    # late, and Gradio loses those of a click in between.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: otherwise two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((str(address), port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        raise PageError(_why_not(host, port, error)) from error
    return listening


def _own_names() -> tuple[str, ...]:
    """The names of this computer that are known without a name server."""
    full = socket.gethostname()
    short = full.split(".")[0]
    return full, short, f"{short}.local"


def _why_not(host: str, port: int, error: Exception) -> str:
    other = "Choose another one: make chat PORT=7861, or assistant serve --port 7861."
    if isinstance(error, OverflowError):
        return f"{port} is not a valid port. {other}"
    if isinstance(error, PermissionError):
        return f"You are not permitted to use port {port}. {other}"
    if isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, 10048):
        return f"Port {port} is in use. If the page is already running, open it. {other}"
    if isinstance(error, OSError) and error.errno in (errno.EADDRNOTAVAIL, 10049):
        return (
            f"{host} is not an address of this computer. Use {HOST}, or 0.0.0.0 for all addresses."
        )
    return f"Port {port} cannot be used ({error}). {other}"


def _answers(host: str, port: int) -> bool:
    """Whether the page or its log-in page answers; the request uses no proxy."""
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        host = "::1" if address.version == 6 else HOST
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status in (200, 401)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
