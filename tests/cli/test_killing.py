"""Batches and imports that are killed, and what they leave.

`tests/killing.py` and `tests/killing_imports.py` kill more often.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli_support import Run
from killing import SLOTS, kill_again_and_again
from killing_imports import kill_again_and_again as kill_imports

pytestmark = pytest.mark.slow


def test_a_killed_batch_loses_only_the_lines_under_way(tmp_path: Path) -> None:
    outcome = kill_again_and_again(tmp_path, moments=4, seed=1)
    assert outcome.lines <= outcome.asked <= outcome.lines + outcome.killed * 2 * SLOTS


def test_killed_imports_add_up_to_a_whole_one(tmp_path: Path) -> None:
    assert kill_imports(tmp_path, moments=3, seed=1).completed > 0


def test_what_a_killed_command_left_is_cleared_and_nothing_else(
    run: Run, filled: Path, tmp_path: Path
) -> None:
    target = tmp_path / "lines.txt"
    stale = tmp_path / ".lines.txt.999999999.0123abcd.part"
    running = tmp_path / f".lines.txt.{os.getppid()}.0123abcd.part"
    other = tmp_path / ".lines.txt.mine.part"
    for file in (stale, running, other):
        file.write_text("half a li", encoding="utf-8")
    assert run("tldr", "--out", target).exit_code == 0
    assert not stale.exists()
    assert running.exists()
    assert other.exists()
