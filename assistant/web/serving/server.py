"""Serves the page: takes the port, says when the page answers, ends cleanly.

Without users it is served to this computer alone.
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
from assistant.web.gradio_patches import patch_gradio, without_type_stubs
from assistant.web.jobs import Jobs

if TYPE_CHECKING:
    from assistant.progress import Progress
    from assistant.session import Session
    from assistant.web.serving.application import Application
    from assistant.web.serving.users import Users

HOST = "127.0.0.1"
PORT = 7860
# Seconds that requests get to end by themselves once the server is told to stop.
_GRACE = 2

_log = logging.getLogger(__name__)


class PageServer:
    """The page of one session on one port, from taking the port to giving it back."""

    def __init__(
        self,
        session: Session,
        host: str = HOST,
        port: int = PORT,
        users: Users | None = None,
        names: Sequence[str] = (),
    ) -> None:
        """Take the port (0: any free one); nothing is answered yet.

        With `users` everybody has to log in, and `host` may be an address at which other computers
        reach this one; they may call it by its own name and by `names`.

        Raises:
            PageError: the port is taken or not permitted, or `host` is no address of this
                computer, or one that others reach although nobody has to log in.
        """
        self._session = session
        self._users = users
        self._names = (*_own_names(), *names)
        self._socket = _listen(host, port, shared=users is not None)
        self._host, self.port = self._socket.getsockname()[:2]
        self._ended = threading.Event()

    @property
    def address(self) -> str:
        """What to type into a browser, on another computer too if it is served to others."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        if ipaddress.ip_address(self._host).is_unspecified:
            host = socket.gethostname()
        return f"http://{host}:{self.port}"

    def run(self, on_ready: Callable[[str], None] = lambda address: None) -> None:
        """Answer requests until `stop()` or Ctrl-C; `on_ready` gets the address once it answers.

        Raises:
            PageError: the page does not start.
        """
        jobs = Jobs()
        try:
            asyncio.run(self._serve(jobs, on_ready))
        except KeyboardInterrupt:
            # The wanted end: uvicorn shuts down in good order and then raises the signal again.
            _log.debug("Interrupted")
        except SystemExit as error:
            raise PageError(
                "The page could not be started: the web server ended at once. "
                "Set ASSISTANT_TRACEBACK=1 and start it again to see why."
            ) from error
        finally:
            self._ended.set()
            jobs.stop()
            self._socket.close()

    def stop(self) -> None:
        """End `run` from another thread; answers that are being written are stopped."""
        self._ended.set()

    async def _serve(self, jobs: Jobs, on_ready: Callable[[str], None]) -> None:
        with without_type_stubs():
            patch_gradio()
            from assistant.web.serving.application import Application

        application = Application(
            self._session, jobs, self._host, self.port, self._users, self._names
        )
        server = _Server(application, self._ended)
        jobs.start("Announcing the page", lambda progress: self._announce(on_ready, progress))
        jobs.start("Opening the models", lambda progress: self._warm_up())
        embed_in_background(self._session, jobs)
        await server.serve(sockets=[self._socket])

    def _announce(self, on_ready: Callable[[str], None], progress: Progress) -> None:
        while not progress.wait(0.05):
            if _answers(self._host, self.port):
                on_ready(self.address)
                return

    def _warm_up(self) -> None:
        """Open library and models before the first question; the page shows what goes wrong."""
        try:
            _ = self._session.answer_pipeline
        except AssistantError as error:
            _log.debug("Warming up: %s", error)


def serve(
    session: Session,
    host: str = HOST,
    port: int = PORT,
    on_ready: Callable[[str], None] = lambda address: None,
    users: Users | None = None,
    names: Sequence[str] = (),
) -> None:
    """Serve the page of `session` until Ctrl-C; `on_ready` gets its address once it answers.

    Raises:
        PageError: as `PageServer` says.
    """
    PageServer(session, host, port, users, names).run(on_ready)


class _Server(uvicorn.Server):
    """Ends when told by an event, and ends the work of the page before it waits for anybody."""

    def __init__(self, application: Application, ended: threading.Event) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                lifespan="on",
                timeout_graceful_shutdown=_GRACE,
            )
        )
        self._application = application
        self._ended = ended

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._ended.is_set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._application.end()
        # A window that does not let go is cut off, which is no news to anybody.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)


def _listen(host: str, port: int, *, shared: bool) -> socket.socket:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if shared and address is None:
        raise PageError(
            f"{host} is no address to listen at. Give one of this computer's addresses, or 0.0.0.0 "
            "for all of them; a name that people type goes with --name."
        )
    if address is None or not (shared or address.is_loopback):
        raise PageError(
            f"The page cannot be served as {host}: it has no password, so it is for this computer "
            f"only. Leave the host out, use {HOST}, or let people log in: --auth FILE."
        )
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    # The protocol is named, since asyncio turns Nagle's algorithm off only where it is: otherwise
    # events came 40 ms late, and Gradio lost those of a click that was made meanwhile.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: else two servers share a port
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
    """The names of this computer that need no name server to be known."""
    full = socket.gethostname()
    short = full.split(".")[0]
    return full, short, f"{short}.local"


def _why_not(host: str, port: int, error: Exception) -> str:
    other = "choose another one: make chat PORT=7861, or assistant serve --port 7861"
    if isinstance(error, OverflowError):
        return f"{port} is no port: {other}"
    if isinstance(error, PermissionError):
        return f"Port {port} may not be used by you: {other}"
    if isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, 10048):
        return f"Port {port} is taken (is the page open already? then use it), else {other}"
    if isinstance(error, OSError) and error.errno in (errno.EADDRNOTAVAIL, 10049):
        return f"{host} is no address of this computer: use {HOST}, or 0.0.0.0 for all it has"
    return f"Port {port} cannot be used ({error}): {other}"


def _answers(host: str, port: int) -> bool:
    """Whether the page or its log-in comes back; asked directly, past any proxy around."""
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
