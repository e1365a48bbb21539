"""Writes slow_tests.txt, the tests that `make check` leaves out because of their duration.

Usage: .venv/bin/pytest -q --durations 0 --durations-min 0.05 | python tests/slow_tests.py
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

FILE = Path(__file__).with_name("slow_tests.txt")
# Seconds of all cases of a test function together.
SLOW_S = 0.1
_DURATION = re.compile(r"([0-9.]+)s (?:call|setup|teardown)\s+([^\s\[]+)")


def slow_tests(lines: Iterable[str]) -> list[str]:
    """The test functions in the report `lines` that take at least `SLOW_S`."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for line in lines:
        if found := _DURATION.match(line):
            seconds[found[2]] += float(found[1])
    return sorted(name for name, duration in seconds.items() if duration >= SLOW_S)


if __name__ == "__main__":
    FILE.write_text("\n".join(slow_tests(sys.stdin)) + "\n", encoding="utf-8")
