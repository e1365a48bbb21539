"""The server as a client starts it: a process that talks over its stdin and stdout."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, Any

import pytest
from mcp import Client, StdioServerParameters

pytestmark = pytest.mark.slow

QUESTION = {"question": "How long do cats sleep?"}


def talk(command: StdioServerParameters, session: Callable[[Client], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with Client(command) as client:
            return await session(client)

    return asyncio.run(asyncio.wait_for(run(), 120))


def test_a_session(command: StdioServerParameters) -> None:
    async def session(client: Client) -> tuple[Any, ...]:
        reports: list[str | None] = []

        async def on_progress(progress: float, total: float | None, message: str | None) -> None:
            reports.append(message)

        tools = await client.list_tools()
        answer = await client.call_tool("ask_library", QUESTION, progress_callback=on_progress)
        several = await asyncio.gather(
            *(client.call_tool("search_library", {"query": "sleep"}) for _ in range(5))
        )
        return tools, answer, several, reports

    tools, answer, several, reports = talk(command, session)
    assert len(tools.tools) == 8
    assert answer.structured_content["status"] == "answered"
    assert all(one.structured_content["papers"] for one in several)
    assert reports == ["Searching the library …", "Writing and checking the answer …"]


def test_a_cancelled_question_stops_and_the_server_goes_on(command: StdioServerParameters) -> None:
    slow = command.model_copy(update={"env": {**(command.env or {}), "FAKE_PIECE_S": "600"}})

    async def session(client: Client) -> Any:
        written = asyncio.Event()

        async def on_progress(progress: float, total: float | None, message: str | None) -> None:
            if message is not None and message.startswith("Writing"):
                written.set()

        asking = asyncio.create_task(
            client.call_tool("ask_library", QUESTION, progress_callback=on_progress)
        )
        await written.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        return await client.call_tool("library_status", {})

    # The model would take minutes, so this ends only if the answer was really stopped.
    assert talk(slow, session).structured_content["papers"] == 3


class Raw:
    """The server, with lines as they are on its streams."""

    def __init__(self, command: StdioServerParameters) -> None:
        self.process = subprocess.Popen(
            [command.command, *command.args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**(command.env or {}), "PATH": ""},
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin: IO[bytes] = self.process.stdin
        self.stdout: IO[bytes] = self.process.stdout

    def send(self, line: bytes) -> None:
        self.stdin.write(line + b"\n")
        self.stdin.flush()

    def request(self, number: int, method: str, **params: Any) -> dict[str, Any]:
        """The response to a request; everything on stdout has to be of the protocol."""
        shape = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self.send(json.dumps(shape).encode())
        while True:
            message: dict[str, Any] = json.loads(self.stdout.readline())
            assert message["jsonrpc"] == "2.0"
            if message.get("id") == number:
                return message

    def initialize(self) -> dict[str, Any]:
        found = self.request(
            1,
            "initialize",
            protocolVersion="2025-06-18",
            capabilities={},
            clientInfo={"name": "test", "version": "1"},
        )
        self.send(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')
        return found

    def end(self) -> tuple[bytes, bytes, int]:
        """Close stdin; what is left on stdout, stderr, and the exit status."""
        out, said = self.process.communicate(timeout=60)
        return out, said, self.process.returncode


NONSENSE = [
    b"",
    b"nonsense",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe\x00",
    b'{"jsonrpc": "1.0", "id": 1, "method": "tools/list"}',
    b'{"jsonrpc": "2.0", "id": null, "method": "tools/list"}',
    b'{"jsonrpc": "2.0", "id": 7, "result": {}}',
    b'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 999}}',
    b'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": 5}',
    b'{"jsonrpc": "2.0", "id": 8, "method": "no/such/method"}',
    b'{"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": {"name": 5}}',
    b'{"jsonrpc": "2.0", "id": 10, "method": "tools/call", "params": []}',
    b'{"jsonrpc": "2.0", "id": 11, "method": "prompts/get", "params": {"name": "compare_papers"}}',
    b'{"jsonrpc": "2.0", "id": 12, "method": "resources/read", "params": {"uri": "no uri"}}',
    b'{"a": ' * 5000,
    b"x" * 2_000_000,
]


def test_nonsense_is_answered_or_ignored_and_the_session_goes_on(
    command: StdioServerParameters,
) -> None:
    server = Raw(command)
    for line in NONSENSE[:6]:
        server.send(line)
    assert server.initialize()["result"]["serverInfo"]["name"] == "paper-assistant"
    for line in NONSENSE:
        server.send(line)
    answer = server.request(50, "tools/call", name="ask_library", arguments=QUESTION)
    assert answer["result"]["structuredContent"]["status"] == "answered"
    wrong = server.request(51, "tools/call", name="get_paper", arguments={"paper_id": 5})
    assert wrong["result"]["isError"] is True
    out, said, status = server.end()
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in out.splitlines())
    assert b"Traceback" not in said
    # What the model printed on stdout is on stderr.
    assert b"A message on stdout." in said
    assert status == 0


def test_a_client_that_goes_away_ends_the_server(command: StdioServerParameters) -> None:
    slow = command.model_copy(update={"env": {**(command.env or {}), "FAKE_PIECE_S": "600"}})
    server = Raw(slow)
    server.initialize()
    shape = {"name": "ask_library", "arguments": QUESTION}
    server.send(
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": shape}).encode()
    )
    # Answered while the question is being answered.
    assert "result" in server.request(3, "ping")
    _, said, status = server.end()
    assert b"Traceback" not in said
    assert status == 0


def test_a_library_that_cannot_be_opened_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "--library", str(file), "mcp"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1
