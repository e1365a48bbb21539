"""Kill imports at random moments, and check that the library is undamaged and loses no record.

Usage: python tests/kill_imports.py [--kills 200]

The import is the real command with a fake embedder. After every kill, the library must open, pass
`check` and still have all earlier records. A completed import must give the same library as an
uninterrupted one; the next one then starts with an empty library. `tests/cli/test_killing.py` does
this a few times.
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
# Id of a paper -> its metadata and its sorted records, as JSON.
Contents = dict[str, tuple[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Outcome:
    """How many imports were killed while running, and how many completed."""

    killed: int
    completed: int


def import_command(library: Path, *files: Path) -> list[str]:
    """The command that imports `files`."""
    return [
        sys.executable, "-c", _COMMAND, "import", *map(str, files), "--library", str(library),
    ]  # fmt: skip


def write_records(file: Path, seed: int, count: int = RECORDS) -> None:
    """Write `count` records, some of which describe the same paper."""
    rng = random.Random(seed)
    with file.open("w", encoding="utf-8") as out:
        for number in range(count):
            paper = number if rng.random() < 0.8 else rng.randrange(number + 1)
            record = {
                "title": f"How specimen number {paper} of the collection sleeps in winter",
                "abstract": f"We watched it. It slept {paper} hours." * rng.randint(0, 2),
                "authors": ["Ada Lovelace", f"Person {paper}"][: rng.randint(1, 2)],
                "published": f"{2000 + paper % 20}",
            }
            if rng.random() < 0.5:
                record["doi"] = f"10.1234/{paper}"
            out.write(json.dumps(record) + "\n")


def contents(library: Library) -> Contents:
    """What must not depend on how the papers were imported."""
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


def kill_imports(folder: Path, kills: int, seed: int) -> Outcome:
    """Start an import and kill it, `kills` times; fails on any damage."""
    rng = random.Random(seed)
    records, library = folder / "records.jsonl", folder / "library"
    uninterrupted = folder / "uninterrupted"
    write_records(records, seed)
    start = time.monotonic()
    subprocess.run(import_command(uninterrupted, records), check=True, capture_output=True)
    duration = time.monotonic() - start
    with Library.open(uninterrupted, HashingEmbedder()) as opened:
        expected, vectors = contents(opened), opened.status().vectors
    killed = completed = 0
    for _ in range(kills):
        before = _records(library) if library.exists() else set()
        start = time.monotonic()
        process = subprocess.Popen(
            import_command(library, records), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(rng.uniform(0.1 * duration, duration))
            duration = time.monotonic() - start  # the machine is less busy than before
        except subprocess.TimeoutExpired:
            process.kill()
        killed += process.wait() == -9
        if not (library / "catalog.sqlite").exists():
            continue  # killed before the library was created
        with Library.open(library, HashingEmbedder()) as opened:
            assert opened.check() == []
            missing = opened.vectors.missing()
            found = contents(opened)
        assert before <= {key for _, records in found.values() for key in records}
        if found == expected and not missing:
            completed += 1
            shutil.rmtree(library)
    subprocess.run(import_command(library, records), check=True, capture_output=True)
    with Library.open(library, HashingEmbedder()) as opened:
        assert contents(opened) == expected, "the result differs from an uninterrupted import"
        assert (opened.check(), opened.status().vectors) == ([], vectors)
    return Outcome(killed, completed + 1)


def _records(library: Path) -> set[str]:
    """All records of the library."""
    if not (library / "catalog.sqlite").exists():
        return set()
    with Library.open(library, HashingEmbedder()) as opened:
        return {key for _, records in contents(opened).values() for key in records}


def main() -> None:
    """Kill imports and print the outcome."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = kill_imports(Path(folder), args.kills, args.seed)
    print(
        f"{outcome.killed} of {args.kills} imports were killed while running. Every library "
        f"passed the check; {outcome.completed} imports completed with the same result."
    )


if __name__ == "__main__":
    main()
