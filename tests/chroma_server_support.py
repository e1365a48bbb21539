"""A real Chroma server on this computer, and a gate before it that asks for a token or fails."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from patience import PATIENCE_S

HOST = "127.0.0.1"
_RUN = "import sys; sys.argv[0] = 'chroma'; from chromadb.cli.cli import app; app()"


def free_port() -> int:
    """A port that nothing listens to."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class ChromaProcess:
    """`chroma run` with its data in `folder`; it can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://{HOST}:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        where = ["--host", HOST, "--port", str(self.port), "--path", str(self.folder)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _RUN, "run", *where],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            assert self._process.poll() is None, "chroma run has ended"
            with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), 1):
                return
            time.sleep(0.05)
        raise AssertionError("chroma run does not answer")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def running_chroma(folder: Path) -> Iterator[ChromaProcess]:
    server = ChromaProcess(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


# Gets method, path, headers and body of a request; returns status, type and body of a reply, or
# None to pass the request on.
Intercept = Callable[[str, str, Message, bytes], tuple[int, str, bytes] | None]


@contextlib.contextmanager
def gate(intercept: Intercept, port: int = 0) -> Iterator[str]:
    """The address of a server that passes requests on to `port`, unless `intercept` replies."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            reply = intercept(self.command, self.path, self.headers, body)
            if reply is None:
                reply = self._pass_on(body)
            status, kind, content = reply
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            if 300 <= status < 400:
                self.send_header("Location", "http://elsewhere.example/")
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

        def _pass_on(self, body: bytes) -> tuple[int, str, bytes]:
            connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)
            try:
                kind = {"Content-Type": self.headers.get("Content-Type", "application/json")}
                connection.request(self.command, self.path, body, kind)
                reply = connection.getresponse()
                content = reply.read()
                return reply.status, reply.getheader("Content-Type", "text/plain"), content
            finally:
                connection.close()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
