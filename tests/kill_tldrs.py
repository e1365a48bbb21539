"""Kill TL;DR batches at random moments, and check that no TL;DR is lost, wrong or incomplete.

Usage: python tests/kill_tldrs.py [--kills 200]

The batch is the real command with a fake model. After every kill, the library must open, all saved
TL;DRs must be correct, and the output file must be either unchanged or complete. At the end, one
more run must write the missing TL;DRs. `tests/cli/test_killing.py` does this a few times.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from assistant.library import Library
from assistant.paper import Paper

PAPERS = 120
SLOTS = 4
_OLD_OUTPUT = "an earlier file\n"
# The reply contains the number of the paper, so it is the same in every run.
_COMMAND = f"""
import re, sys
import assistant.models
from assistant.models.fake import ScriptedModel
from assistant.cli import main
log = open(sys.argv[1], "a")
def reply(request):
    print("request", file=log, flush=True)
    number = re.search(r"CatNet\\d+", request.messages[-1].content)[0]
    return f"We present {{number}}, a network that sleeps."
assistant.models.open_language_model = lambda *_: ScriptedModel(
    reply, slots={SLOTS}, seconds_per_piece=0.001
)
sys.argv = ["assistant", *sys.argv[2:]]
main()
"""


@dataclass(frozen=True)
class Outcome:
    """The requests to the model, the TL;DRs written, and the batches killed while running."""

    requests: int
    killed: int
    tldrs: int


def kill_batches(folder: Path, kills: int, seed: int) -> Outcome:
    """Start a batch and kill it, `kills` times; then run it to its end. Fails on any damage."""
    rng = random.Random(seed)
    library, out, log = folder / "library", folder / "tldrs.jsonl", folder / "requests"
    papers = [
        Paper(
            title=f"Paper {n}", abstract=f"Cats nap. We propose CatNet{n}, a network that sleeps."
        )
        for n in range(PAPERS)
    ]
    with Library.open(library, None) as opened:
        opened.add(papers)
    out.write_text(_OLD_OUTPUT, encoding="utf-8")
    command = [sys.executable, "-c", _COMMAND, str(log), "tldr", "--json", "--out", str(out)]
    command += ["--library", str(library)]
    duration = _run(command)
    _delete_tldrs(library)
    out.write_text(_OLD_OUTPUT, encoding="utf-8")
    log.write_text("", encoding="utf-8")
    killed = saved = 0
    rounds = 1
    for _ in range(kills):
        if saved == PAPERS:  # nothing left to write: start again
            _delete_tldrs(library)
            rounds, saved = rounds + 1, 0
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0, duration))
        process.kill()
        killed += process.wait() == -9
        saved = _check(library, out, saved)
    _run(command)
    assert _check(library, out, saved) == PAPERS
    assert not list(folder.glob("*.part")), "temporary files of killed batches were not deleted"
    return Outcome(len(log.read_text(encoding="utf-8").splitlines()), killed, rounds * PAPERS)


def _run(command: list[str]) -> float:
    """Run `command` to its end and return the seconds it took."""
    start = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - start


def _delete_tldrs(library: Path) -> None:
    with closing(sqlite3.connect(library / "catalog.sqlite")) as connection, connection:
        connection.execute("DELETE FROM tldrs")


def _check(library: Path, out: Path, before: int) -> int:
    """The number of saved TL;DRs; fails if it is below `before`, or if one is wrong."""
    with Library.open(library, None) as opened:
        saved = [tldr.text if tldr else None for _, tldr in opened.tldrs.for_papers()]
    assert len(saved) == PAPERS
    for number, text in enumerate(saved):
        assert text in (None, f"We present CatNet{number}, a network that sleeps."), text
    count = sum(text is not None for text in saved)
    assert count >= before, f"{before - count} TL;DRs are lost"
    text = out.read_text(encoding="utf-8")
    if text != _OLD_OUTPUT:
        assert text.endswith("\n")
        assert len([json.loads(line) for line in text.splitlines()]) == PAPERS
    return count


def main() -> None:
    """Kill batches and print the outcome."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = kill_batches(Path(folder), args.kills, args.seed)
    print(
        f"{outcome.killed} of {args.kills} batches were killed while running; no TL;DR was "
        f"lost. {outcome.tldrs} TL;DRs took {outcome.requests} requests to the model."
    )


if __name__ == "__main__":
    main()
