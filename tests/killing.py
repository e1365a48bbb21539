"""Kill a batch of TL;DRs at random moments, again and again, and see what is left.

Usage: python tests/killing.py [--moments 200]

The batch is the real command with the shipped fake in place of the model. After every kill the
library has to open, every line in it has to be whole and the right one, none that was there may be
gone, and the file of results has to be as it was or whole. At the end one more call has to complete
what is missing. `tests/cli/test_killing.py` does the same a few times.
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
# Every reply is about the number that is in the paper; asked again, the model says the same.
_COMMAND = f"""
import re, sys
import assistant.models
from assistant.models.fake import ScriptedModel
from assistant.cli import main
log = open(sys.argv[1], "a")
def reply(request):
    print("asked", file=log, flush=True)
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
    """How often the model was asked for how many lines, and how many batches were killed."""

    asked: int
    killed: int
    lines: int


def kill_again_and_again(folder: Path, moments: int, seed: int) -> Outcome:
    """Run the batch and kill it `moments` times, then to its end; fails on any damage."""
    dice = random.Random(seed)
    library, out, log = folder / "library", folder / "lines.jsonl", folder / "asked"
    papers = [
        Paper(
            title=f"Paper {n}", abstract=f"Cats nap. We propose CatNet{n}, a network that sleeps."
        )
        for n in range(PAPERS)
    ]
    with Library.open(library, None) as opened:
        opened.add(papers)
    out.write_text("what was there\n", encoding="utf-8")
    command = [sys.executable, "-c", _COMMAND, str(log), "tldr", "--json", "--out", str(out)]
    command += ["--library", str(library)]
    longest = _whole_run(command)
    # From the beginning, for what that run wrote is known now.
    _forget_lines(library)
    out.write_text("what was there\n", encoding="utf-8")
    log.write_text("", encoding="utf-8")
    killed = before = 0
    rounds = 1
    for _ in range(moments):
        if before == PAPERS:  # a batch with nothing to do is not worth killing
            _forget_lines(library)
            rounds, before = rounds + 1, 0
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0, longest))
        process.kill()
        killed += process.wait() == -9
        before = _intact(library, out, before)
    _whole_run(command)
    assert _intact(library, out, before) == PAPERS
    assert not list(folder.glob("*.part")), "what killed batches left behind is not cleared"
    return Outcome(len(log.read_text(encoding="utf-8").splitlines()), killed, rounds * PAPERS)


def _whole_run(command: list[str]) -> float:
    begun = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - begun


def _forget_lines(library: Path) -> None:
    with closing(sqlite3.connect(library / "catalog.sqlite")) as connection, connection:
        connection.execute("DELETE FROM tldrs")


def _intact(library: Path, out: Path, before: int) -> int:
    """How many lines the library has; fails where one is lost, wrong or half."""
    with Library.open(library, None) as opened:
        kept = [tldr.text if tldr else None for _, tldr in opened.tldrs.for_papers()]
    assert len(kept) == PAPERS
    for number, text in enumerate(kept):
        assert text in (None, f"We present CatNet{number}, a network that sleeps."), text
    count = sum(text is not None for text in kept)
    assert count >= before, f"{before - count} lines are lost"
    text = out.read_text(encoding="utf-8")
    if text != "what was there\n":
        assert text.endswith("\n")
        assert len([json.loads(line) for line in text.splitlines()]) == PAPERS
    return count


def main() -> None:
    """Kill as often as asked for and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = kill_again_and_again(Path(folder), given.moments, given.seed)
    print(
        f"{outcome.killed} of {given.moments} batches were killed while they ran; nothing is lost "
        f"or half. For {outcome.lines} lines the model was asked {outcome.asked} times."
    )


if __name__ == "__main__":
    main()
