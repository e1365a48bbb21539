"""Kill an import at random moments, again and again, and see what is left of the library.

Usage: python tests/killing_imports.py [--moments 200]

The import is the real command, with the shipped embedder that hashes in place of the model. After
every kill the library has to open, be sound, and have every record that it had before. When an
import has come to its end, the library has to be what one has that nobody killed; then the next one
begins with an empty library. `tests/cli/test_killing.py` does the same a few times.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from assistant.library import Library
from assistant.models.fake import HashingEmbedder

RECORDS = 3_000
_COMMAND = """
import sys
import assistant.models
from assistant.cli import main
from assistant.models.fake import HashingEmbedder
assistant.models.open_embedder = lambda *_, **__: HashingEmbedder()
sys.argv = ["assistant", *sys.argv[1:]]
main()
"""
# A description of a paper: its key, what is known of it, and its records.
Described = dict[str, tuple[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Outcome:
    """How many imports were killed while they ran, and how many came to their end."""

    killed: int
    completed: int


def import_command(library: Path, *files: Path) -> list[str]:
    """The command that imports `files`."""
    return [
        sys.executable, "-c", _COMMAND, "import", *map(str, files), "--library", str(library),
    ]  # fmt: skip


def write_records(file: Path, seed: int, count: int = RECORDS) -> None:
    """Write `count` records, some of which describe a paper that another one describes too."""
    dice = random.Random(seed)
    with file.open("w", encoding="utf-8") as out:
        for number in range(count):
            paper = number if dice.random() < 0.8 else dice.randrange(number + 1)
            record = {
                "title": f"How specimen number {paper} of the collection sleeps in winter",
                "abstract": f"We watched it. It slept {paper} hours." * dice.randint(0, 2),
                "authors": ["Ada Lovelace", f"Person {paper}"][: dice.randint(1, 2)],
                "published": f"{2000 + paper % 20}",
            }
            if dice.random() < 0.5:
                record["doi"] = f"10.1234/{paper}"
            out.write(json.dumps(record) + "\n")


def described(library: Library) -> Described:
    """All that must be the same however the papers came in."""
    return {
        stored.id: (
            stored.paper.model_dump_json(),
            tuple(
                sorted(
                    record.paper.model_dump_json()
                    for record in library.papers.records(stored.number)
                )
            ),
        )
        for stored in library.papers.all()
    }


def kill_again_and_again(folder: Path, moments: int, seed: int) -> Outcome:
    """Run the import and kill it `moments` times in all; fails on any damage."""
    dice = random.Random(seed)
    records, whole, library = folder / "records.jsonl", folder / "whole", folder / "library"
    write_records(records, seed)
    begun = time.monotonic()
    subprocess.run(import_command(whole, records), check=True, capture_output=True)
    longest = time.monotonic() - begun
    with Library.open(whole, HashingEmbedder()) as opened:
        expected, vectors = described(opened), opened.status().vectors
    killed = completed = 0
    for _ in range(moments):
        before = _records(library) if library.exists() else set()
        begun = time.monotonic()
        process = subprocess.Popen(
            import_command(library, records), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(dice.uniform(0.1 * longest, longest))
            longest = time.monotonic() - begun  # the computer has less to do than it had
        except subprocess.TimeoutExpired:
            process.kill()
        killed += process.wait() == -9
        if not (library / "catalog.sqlite").exists():
            continue  # killed before it had begun
        with Library.open(library, HashingEmbedder()) as opened:
            assert opened.check() == []
            missing = opened.vectors.missing()
            found = described(opened)
        assert before <= {key for _, records in found.values() for key in records}
        if found == expected and not missing:
            completed += 1
            shutil.rmtree(library)
    subprocess.run(import_command(library, records), check=True, capture_output=True)
    with Library.open(library, HashingEmbedder()) as opened:
        assert described(opened) == expected, "killed imports do not add up to a whole one"
        assert (opened.check(), opened.status().vectors) == ([], vectors)
    return Outcome(killed, completed + 1)


def _records(library: Path) -> set[str]:
    """Every record that the library has."""
    if not (library / "catalog.sqlite").exists():
        return set()
    with Library.open(library, HashingEmbedder()) as opened:
        return {key for _, records in described(opened).values() for key in records}


def main() -> None:
    """Kill as often as asked for and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = kill_again_and_again(Path(folder), given.moments, given.seed)
    print(
        f"{outcome.killed} of {given.moments} imports were killed while they ran; every library "
        f"was sound, and the {outcome.completed} that came to their end are the same."
    )


if __name__ == "__main__":
    main()
