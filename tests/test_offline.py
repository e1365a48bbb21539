"""Nothing leaves the machine: the whole job with real models, where there is no network at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant.sample import sample_papers

# In the new network namespace there is not even a loopback interface that is up.
WITHOUT_NETWORK = ("unshare", "--map-root-user", "--net")


def has_namespaces() -> bool:
    """Whether this system lets us cut a process off the network."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True).returncode == 0


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not has_namespaces(), reason="this system permits no network namespaces (unshare --net)"
    ),
]


def assistant(*arguments: str, stdin: str = "", code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command without a network; it has to end with `code`."""
    done = subprocess.run(
        [*WITHOUT_NETWORK, sys.executable, "-m", "assistant", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env=dict(os.environ),
    )
    assert done.returncode == code, done.stderr
    return done


def records(output: str) -> list[dict[str, Any]]:
    """JSON lines."""
    return [json.loads(line) for line in output.splitlines()]


def test_the_sample_library_answers_and_is_summed_up(tmp_path: Path) -> None:
    page = tmp_path / "papers.jsonl"
    papers = sample_papers()[:6]
    page.write_text("\n".join(paper.model_dump_json() for paper in papers), encoding="utf-8")
    report = json.loads(assistant("import", str(page), "--json").stdout)
    assert (report["read"], report["added"], report["failed"]) == (6, 6, [])
    again = json.loads(assistant("import", str(page), "--json").stdout)
    assert (again["added"], again["unchanged"]) == (0, 6)

    status = json.loads(assistant("status", "--json").stdout)
    assert (status["papers"], status["missing_vectors"]) == (6, 0)

    (answer,) = records(
        assistant("ask", "-", "--json", stdin=f"What is shown in {papers[0].title}?\n").stdout
    )
    assert answer["sources"][0]["paper"]["title"] == papers[0].title
    assert not answer["refused"]

    lines = records(assistant("tldr", "--format", "jsonl").stdout)
    assert [line["title"] for line in lines] == [paper.title for paper in papers]
    assert all(line["tldr"] and "\n" not in line["tldr"] for line in lines)

    rows = records(
        assistant("table", "--column", "topic=What was found?", "--format", "jsonl").stdout
    )
    assert [row["title"] for row in rows] == [paper.title for paper in papers]
    assert any(row["cells"]["topic"]["answer"] for row in rows)


def test_feeds_are_kept_without_a_network_and_say_that_there_is_none() -> None:
    added = assistant("feed", "add", "arxiv:cs.CL", code=1)
    assert "Contacts export.arxiv.org." in added.stderr
    assert "export.arxiv.org cannot be reached" in added.stderr
    assert "Traceback" not in added.stderr
    assert assistant("feed", "watch", "on").stdout.startswith("While `assistant serve` runs")
    assert "cannot be reached" in assistant("feed", "update", code=1).stderr
    (feed,) = json.loads(assistant("feed", "list", "--json").stdout)
    assert (feed["name"], feed["succeeded_at"]) == ("arxiv:cs.CL", None)
    assert assistant("digest", "--feed").stdout == ""


def test_the_real_page_gives_what_the_readme_promises(shared_data: Path) -> None:
    page = str(shared_data / "trending_page.txt")
    first, second = (json.loads(assistant("import", page, "--json").stdout) for _ in range(2))
    assert (first["read"], first["added"]) == (73, 73)
    assert (second["read"], second["added"], second["unchanged"]) == (73, 0, 73)

    questions = (
        "How much smaller does Compressor make pre-trained code models?\n"
        "What is the capital of France?\n"
    )
    answer, refusal = records(assistant("ask", "-", "--json", stdin=questions).stdout)
    assert "160" in answer["answer"]
    cited = {n for claim in answer["claims"] for n in claim["citations"]}
    titles = {source["paper"]["title"] for source in answer["sources"] if source["n"] in cited}
    assert "Compressing Pre-trained Models of Code into 3 MB" in titles
    assert refusal["refused"]
    assert refusal["nearest"]
    assert not refusal["sources"]


def test_the_mcp_server_answers(tmp_path: Path) -> None:
    page = tmp_path / "papers.jsonl"
    papers = sample_papers()[:6]
    page.write_text("\n".join(paper.model_dump_json() for paper in papers), encoding="utf-8")
    assistant("import", str(page))
    question = {"question": f"What is shown in {papers[0].title}?"}
    client = {"name": "test", "version": "1"}
    start = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    with subprocess.Popen(
        [*WITHOUT_NETWORK, sys.executable, "-m", "assistant", "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None

        def call(number: int, method: str, params: dict[str, Any]) -> dict[str, Any]:
            message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            print(json.dumps(message), file=server.stdin, flush=True)
            answer: dict[str, Any] = json.loads(server.stdout.readline())  # type: ignore[union-attr]
            assert answer["id"] == number
            return answer

        call(1, "initialize", start)
        print('{"jsonrpc": "2.0", "method": "notifications/initialized"}', file=server.stdin)
        found = call(2, "tools/call", {"name": "ask_library", "arguments": question})
        assert found["result"]["structuredContent"]["status"] == "answered"
