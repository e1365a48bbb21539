"""Two imports into one library at the same time, while an open page searches it.

Usage: python tests/sharing.py [--rounds 5]

Both imports must complete, the library must be the same as after one import after the other, and
every search must return complete papers. The longest search time is printed, because no search may
hang. `tests/cli/test_sharing.py` does this once.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from kill_imports import contents, import_command, write_records

from assistant.library import Library
from assistant.models.fake import HashingEmbedder


@dataclass(frozen=True)
class Outcome:
    """How often the library was searched meanwhile, and the seconds that the longest took."""

    searches: int
    longest_s: float


def import_twice_at_once(folder: Path, seed: int, records: int = 2_000) -> Outcome:
    """Import two files with records of the same papers at once, and search; fails on any damage."""
    files = [folder / "one.jsonl", folder / "other.jsonl"]
    for number, file in enumerate(files):
        write_records(file, seed + number, records)
    subprocess.run(import_command(folder / "whole", *files), check=True, capture_output=True)
    searches, longest = 0, 0.0
    with Library.open(folder / "library", HashingEmbedder()) as page:
        imports = [
            subprocess.Popen(
                import_command(folder / "library", file),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for file in files
        ]
        while any(process.poll() is None for process in imports):
            begun = time.monotonic()
            hits = page.search(f"specimen number {searches} in winter", 5)
            longest = max(longest, time.monotonic() - begun)
            searches += 1
            assert all(hit.stored.title.endswith("sleeps in winter") for hit in hits)
        for process in imports:
            _, errors = process.communicate()
            assert process.returncode == 0, errors
        page.vectors.embed_missing()
        assert page.check() == []
        shared = contents(page)
    with Library.open(folder / "whole", HashingEmbedder()) as opened:
        assert shared == contents(opened), "imports at once do not add up"
    return Outcome(searches, longest)


def main() -> None:
    """Import as often as asked for and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    for number in range(given.rounds):
        with tempfile.TemporaryDirectory() as folder:
            outcome = import_twice_at_once(Path(folder), number)
        print(
            f"Both imports are whole; {outcome.searches} searches meanwhile, "
            f"the longest took {outcome.longest_s:.2f} s."
        )


if __name__ == "__main__":
    main()
