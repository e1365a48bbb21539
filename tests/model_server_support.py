"""A model server on loopback that is scripted to answer, or to fail in every way."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CHAT = "/v1/chat/completions"
MODELS = "/v1/models"
EMBEDDINGS = "/v1/embeddings"

Reply = Callable[["Exchange"], None]


@dataclass
class Seen:
    """One request that arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


class Exchange:
    """One request, and the means to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler, seen: Seen, stopping: threading.Event):
        self.seen = seen
        self.stopping = stopping
        self._handler = handler

    def head(self, status: int, kind: str, **headers: str) -> None:
        self._handler.send_response(status)
        self._handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.send_header("Connection", "close")
        self._handler.end_headers()

    def write(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def value(self, value: object, status: int = 200, **headers: str) -> None:
        self.head(status, "application/json", **headers)
        self.write(json.dumps(value).encode())

    def event(self, value: object) -> None:
        data = value if isinstance(value, str) else json.dumps(value)
        self.write(f"data: {data}\n\n".encode())

    def pieces(self, *texts: str) -> None:
        for text in texts:
            self.event({"choices": [{"index": 0, "delta": {"content": text}}]})

    def gone(self) -> bool:
        """Whether the client has closed the connection; waits a moment."""
        connection = self._handler.connection
        connection.settimeout(0.02)
        try:
            return not connection.recv(1)
        except TimeoutError:
            return False
        except OSError:
            return True
        finally:
            connection.settimeout(None)


def says(*texts: str, finish: str | None = "stop", usage: tuple[int, int] | None = None) -> Reply:
    """Stream `texts`; without `finish` the reply is cut off."""

    def reply(exchange: Exchange) -> None:
        exchange.head(200, "text/event-stream; charset=utf-8")
        exchange.event({"choices": [{"index": 0, "delta": {"role": "assistant"}}]})
        exchange.pieces(*texts)
        if finish is None:
            return
        exchange.event({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        if usage:
            prompt, generated = usage
            counts = {"prompt_tokens": prompt, "completion_tokens": generated}
            exchange.event({"choices": [], "usage": counts})
        exchange.event("[DONE]")

    return reply


def fails(
    status: int, body: object = None, kind: str = "application/json", **headers: str
) -> Reply:
    """Answer with an error."""

    def reply(exchange: Exchange) -> None:
        exchange.head(status, kind, **headers)
        exchange.write(body if isinstance(body, bytes) else json.dumps(body or {}).encode())

    return reply


def sends(content: bytes, kind: str = "text/event-stream") -> Reply:
    """Answer with `content`."""
    return fails(200, content, kind)


def is_silent(exchange: Exchange) -> None:
    """Say nothing until the client leaves."""
    while not exchange.stopping.is_set() and not exchange.gone():
        pass


@dataclass
class ScriptedServer:
    """The server. `replies` are used in order, the last one again and again.

    `functions` answers other addresses; an unknown one is not found. `requests` are those that
    arrived, in order.
    """

    address: str = ""
    replies: list[Reply] = field(default_factory=lambda: [says("Hello.")])
    functions: dict[str, Reply] = field(default_factory=dict)
    requests: list[Seen] = field(default_factory=list)

    def chats(self) -> list[Any]:
        """The bodies of the chat requests."""
        return [seen.body for seen in self.requests if seen.path == CHAT]

    def paths(self) -> list[str]:
        return [seen.path for seen in self.requests]


def models(*names: str, **facts: Any) -> Reply:
    """The list of models."""
    entries = [{"id": name, "object": "model", **facts} for name in names]
    return lambda exchange: exchange.value({"object": "list", "data": entries})


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    """A running server with the model `tiny-135M`."""
    script = ScriptedServer(functions={MODELS: models("tiny-135M")})
    lock, stopping = threading.Lock(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self, method: str) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            seen = Seen(method, self.path, dict(self.headers), body)
            with lock:
                script.requests.append(seen)
                if self.path == CHAT:
                    reply = script.replies[0]
                    if len(script.replies) > 1:
                        script.replies.pop(0)
                else:
                    reply = script.functions.get(self.path, fails(404, {"error": "not found"}))
            with suppress(OSError):  # the client has left
                reply(Exchange(self, seen, stopping))
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    script.address = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
