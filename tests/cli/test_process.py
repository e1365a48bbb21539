"""What only a process of its own can show: Ctrl-C in the middle, pipes that break, full disks."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import write_papers

from assistant.library import Library
from assistant.paper import Paper
from assistant.settings import load_settings

pytestmark = pytest.mark.slow

# Runs a command with fake models that take their time.
SLOW = """
import time
import assistant.models as models
from assistant.models.fake import HashingEmbedder, ScriptedModel

class SlowEmbedder(HashingEmbedder):
    def embed(self, texts):
        time.sleep(0.1)
        return super().embed(texts)

def reply(request):
    return "They sleep fourteen hours a day."

models.open_embedder = lambda settings, notify: SlowEmbedder()
models.open_language_model = lambda settings, notify: ScriptedModel(reply, seconds_per_piece=0.02)

from assistant.cli import main
main()
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and devices of POSIX")


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SLOW, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def interrupted_once(process: subprocess.Popen[str], reached: Callable[[], bool]) -> str:
    """Send Ctrl-C as soon as `reached`; what stderr says then."""
    while process.poll() is None and not reached():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    return said


def library() -> Library:
    return Library.open(load_settings().library, None)


def fill(count: int) -> None:
    with library() as opened:
        opened.add(
            Paper(title=f"On animal{n}", abstract=f"Sleep is a riddle. Animal{n} sleeps.")
            for n in range(count)
        )


def count_chunks() -> int:
    if not (load_settings().library / "catalog.sqlite").exists():
        return 0
    with library() as opened:
        return opened.status().chunks


@posix
def test_an_interrupted_import_keeps_what_is_done_and_goes_on(tmp_path: Path) -> None:
    papers = write_papers(tmp_path / "many.jsonl", [f"animal{n}" for n in range(700)])
    said = interrupted_once(start("import", papers), lambda: count_chunks() > 0)
    assert said.startswith("Stopped. 700 papers imported; ")
    assert len(said.splitlines()) == 1
    with library() as opened:
        assert opened.papers.count() == 700
        assert 0 < opened.vectors.missing() < 700
    again = start("import", papers, "--json")
    result, said = again.communicate()
    assert (again.returncode, said) == (0, "")
    assert json.loads(result)["unchanged"] == 700
    with library() as opened:
        assert opened.vectors.missing() == 0


@posix
def test_an_interrupted_batch_of_tldrs_keeps_what_is_done_and_goes_on(tmp_path: Path) -> None:
    fill(16)
    out = tmp_path / "tldrs.jsonl"

    def some_written() -> bool:
        with library() as opened:
            return opened.status().tldrs >= 3

    said = interrupted_once(start("tldr", "--json", "--out", out), some_written)
    assert said.startswith("Stopped after ")
    assert "saved in the library" in said
    assert len(said.splitlines()) == 1
    assert [path.name for path in tmp_path.glob("tldrs*")] == []
    with library() as opened:
        kept = {tldr.number: tldr for _, tldr in opened.tldrs.for_papers() if tldr}
    assert 3 <= len(kept) < 16
    again = start("tldr", "--json", "--out", out)
    again.communicate()
    assert again.returncode == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 16
    with library() as opened:
        now = {tldr.number: tldr for _, tldr in opened.tldrs.for_papers() if tldr}
    assert len(now) == 16
    assert all(now[number] == tldr for number, tldr in kept.items())


@posix
def test_a_reader_that_leaves_early_is_no_noise() -> None:
    fill(3000)
    with start("list") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [["list", "--json"], ["--version"], ["--help"]])
def test_a_full_disk_behind_stdout_is_an_error_of_one_line(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "assistant", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert result.returncode == 1
    assert result.stderr.startswith("Error: ")
    assert "No space left on device" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_behind_out_is_an_error_of_one_line() -> None:
    fill(1)
    process = start("tldr", "--out", "/dev/full")
    _, said = process.communicate()
    assert process.returncode == 1
    assert said.startswith("Error: /dev/full: the result cannot be written")
    assert len(said.splitlines()) == 1


@posix
def test_a_device_as_out_stays_a_device(tmp_path: Path) -> None:
    papers = write_papers(tmp_path / "papers.jsonl", ["cats"])
    process = start("tldr", papers, "--out", "/dev/null")
    assert process.communicate() == ("", "")
    assert process.returncode == 0
    assert Path("/dev/null").is_char_device()
