"""Killed batches and imports lose and damage nothing.

`tests/kill_tldrs.py` and `tests/kill_imports.py` do this more often.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli_support import Run
from kill_imports import kill_imports
from kill_tldrs import SLOTS, kill_batches

pytestmark = pytest.mark.slow


def test_a_killed_batch_loses_only_running_requests(tmp_path: Path) -> None:
    outcome = kill_batches(tmp_path, kills=4, seed=1)
    assert outcome.tldrs <= outcome.requests <= outcome.tldrs + outcome.killed * 2 * SLOTS


def test_a_killed_import_can_be_completed(tmp_path: Path) -> None:
    assert kill_imports(tmp_path, kills=3, seed=1).completed > 0


def test_only_temporary_files_of_dead_processes_are_deleted(
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
