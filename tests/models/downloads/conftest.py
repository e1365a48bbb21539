"""A server on loopback that answers as each test says."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from model_support import write_header

# Answers one request for a content.
Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


@dataclass
class HostileServer:
    """Serves `content`; `answers` are taken in order, the last one for all further requests."""

    content: bytes
    base: str = ""
    answers: list[Answer] = field(default_factory=list)
    # Path and range of every request.
    requests: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def start(handler: BaseHTTPRequestHandler, status: int, length: int | None, **headers: str) -> None:
    """Send status and headers."""
    handler.send_response(status)
    if length is not None:
        handler.send_header("Content-Length", str(length))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def serve(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Answer as a server should, with ranges and a strong ETag."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:8]}"'
    wanted = handler.headers.get("Range", "")
    if not wanted:
        start(handler, 200, len(content), ETag=etag)
        handler.wfile.write(content)
        return
    first = int(wanted.removeprefix("bytes=").rstrip("-"))
    span = f"bytes {first}-{len(content) - 1}/{len(content)}"
    start(handler, 206, len(content) - first, ETag=etag, Content_Range=span)
    handler.wfile.write(content[first:])


def break_off(after: int, *, etag: str = "") -> Answer:
    """Promise everything, send `after` bytes, and close the connection."""

    def answer(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        named = etag or f'"{hashlib.sha256(content).hexdigest()[:8]}"'
        start(handler, 200, len(content), ETag=named)
        handler.wfile.write(content[:after])
        handler.wfile.flush()
        handler.connection.close()

    return answer


def fail(status: int, **headers: str) -> Answer:
    """Answer with an error page."""

    def answer(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        page = b"<html>no</html>"
        start(handler, status, len(page), Content_Type="text/html", **headers)
        handler.wfile.write(page)

    return answer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[HostileServer]:
    """Serves a small chat model at any path."""
    content = write_header(tmp_path / "served.gguf", tensors=3, values=500_000).read_bytes()
    script = HostileServer(content)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            script.requests.append((self.path, self.headers.get("Range", "")))
            answer = script.answers.pop(0) if len(script.answers) > 1 else None
            answer = answer or (script.answers[0] if script.answers else serve)
            with suppress(OSError):  # the client left
                answer(self, script.content)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # a connection that a test closed

    with Server(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        script.base = f"http://127.0.0.1:{http.server_port}"
        yield script
        http.shutdown()
        thread.join()
