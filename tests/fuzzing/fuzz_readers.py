"""Coverage-guided fuzzing of the readers and of the parsers under them.

    python tests/fuzzing/fuzz_readers.py --seconds 600 [--reader NAME ...] [--finds FOLDER]

Needs the extra `fuzz` (atheris). The time is shared by the targets, which run one after the other,
each in a process of its own with bounds of memory and of time for one input. A find is kept as a
file in FOLDER; `--reader NAME FILE` runs it again. The exit code is 1 if anything was found.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

_HERE = Path(__file__).resolve()
sys.path[:0] = [str(_HERE.parents[1]), str(_HERE.parents[2])]

# An ordinary input takes a millisecond and no memory worth mentioning.
_SECONDS_FOR_ONE = 20
_MEGABYTES = 1_500
_LONGEST_INPUT = 8_192
_FIGURES = re.compile(r"#(\d+)\s.*?cov: (\d+) ft: (\d+)")


def main() -> int:
    """Fuzz what the command line says; print one line a target."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=int, default=600, help="all targets together")
    parser.add_argument("--reader", action="append", help="a target; may be given several times")
    parser.add_argument("--finds", type=Path, default=Path("fuzz-finds"), help="folder for finds")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*", type=Path, help="finds to run again")
    given = parser.parse_args()
    if given.one:
        _fuzz(given.reader[0], given.seconds, given.finds)
    from fuzzing.targets import TARGETS

    names = given.reader or list(TARGETS)
    if unknown := [name for name in names if name not in TARGETS]:
        parser.error(f"no target is called {unknown[0]}: {', '.join(TARGETS)}")
    for path in given.files:
        for name in names:
            TARGETS[name].run(path.read_bytes())
    if given.files:
        return 0
    given.finds.mkdir(parents=True, exist_ok=True)
    found = [_run(name, max(1, given.seconds // len(names)), given.finds) for name in names]
    return 1 if any(found) else 0


def _run(name: str, seconds: int, finds: Path) -> bool:
    """Fuzz one target in a process of its own; tell whether anything was found."""
    before = set(finds.iterdir())
    command = [sys.executable, str(_HERE), "--one", "--reader", name]
    command += ["--seconds", str(seconds), "--finds", str(finds)]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
    figures = _FIGURES.findall(done.stderr)
    runs, covered, features = figures[-1] if figures else ("0", "0", "0")
    new = sorted(path.name for path in set(finds.iterdir()) - before)
    print(
        f"{name:28} {int(runs):>9,} inputs, {int(covered):>6,} edges, {int(features):>6,} features"
        + (f"; FOUND {', '.join(new)}" if new else ""),
        flush=True,
    )
    if done.returncode or not figures:
        print(done.stderr[-3_000:], flush=True)
    return bool(new) or done.returncode != 0


def _fuzz(name: str, seconds: int, finds: Path) -> None:
    """Fuzz one target in this process, which ends with it."""
    import atheris

    # Only what is ours is counted; the hand-written parsers are all in these packages. One module
    # runs uncounted: atheris 2.3.0 makes byte code of it that ends the process.
    ours = ["assistant.reading", "assistant.text", "fuzzing"]
    uncounted = ["assistant.reading.json_documents"]
    with atheris.instrument_imports(include=ours, exclude=uncounted):
        from fuzzing import targets

    target = targets.TARGETS[name]
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(target.all_seeds()):
            Path(corpus, f"{number:04}").write_bytes(seed[:_LONGEST_INPUT])
        slug = re.sub(r"\W+", "-", name).strip("-").lower()
        atheris.Setup(
            [
                sys.argv[0],
                corpus,
                f"-max_total_time={seconds}",
                f"-timeout={_SECONDS_FOR_ONE}",
                f"-rss_limit_mb={_MEGABYTES}",
                f"-max_len={_LONGEST_INPUT}",
                f"-artifact_prefix={finds}/{slug}-",
                f"-seed={targets.environment_seed()}",
            ],
            target.run,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
