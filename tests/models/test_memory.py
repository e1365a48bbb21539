"""How much memory a model needs, and how much there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.models import memory
from assistant.models.bundled_model import packaged_file
from assistant.models.gguf import inspect_gguf
from assistant.models.memory import cache_bytes, free_memory, needed_memory, total_memory


@pytest.fixture(autouse=True)
def no_control_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests may themselves run in a group with a limit."""
    monkeypatch.setattr(memory, "_CGROUP", tmp_path / "no-cgroup")


def test_a_model_needs_weights_cache_and_one_step() -> None:
    info = inspect_gguf(packaged_file())
    # 30 layers of 3 key and value heads of 64 numbers of 2 bytes, for two sequences.
    assert cache_bytes(info, 2048) == 2 * 30 * 3 * 64 * 2 * 2048 * 2
    # More tokens than the model was trained with are never allocated.
    assert cache_bytes(info, 100_000) == cache_bytes(info, 8192)
    logits = 49_152 * 512 * 4
    weights = packaged_file().stat().st_size
    assert needed_memory(info, 2048) == weights + cache_bytes(info, 2048) + logits


def test_memory_is_what_the_system_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "meminfo"
    told.write_text("MemTotal: 4000 kB\nMemAvailable: 1000 kB\n", encoding="ascii")
    monkeypatch.setattr(memory, "_MEMINFO", told)
    assert (free_memory(), total_memory()) == (1000 * 1024, 4000 * 1024)
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "none")
    found = free_memory()
    assert found is None or found > 100_000_000


def test_a_control_group_limits_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "meminfo"
    told.write_text("MemTotal: 4000 kB\nMemAvailable: 3000 kB\n", encoding="ascii")
    monkeypatch.setattr(memory, "_MEMINFO", told)
    own = tmp_path / "own"
    own.write_text("1:memory:/old\n0::/job/step\n", encoding="utf-8")
    monkeypatch.setattr(memory, "_CGROUP", own)
    groups = tmp_path / "groups"
    monkeypatch.setattr(memory, "_CGROUPS", groups)
    step, job = groups / "job" / "step", groups / "job"
    step.mkdir(parents=True)
    for folder, limit in ((step, "max"), (job, "2000000")):
        (folder / "memory.max").write_text(f"{limit}\n", encoding="ascii")
        (folder / "memory.current").write_text("900000\n", encoding="ascii")
        (folder / "memory.stat").write_text("anon 1\ninactive_file 400000\n", encoding="ascii")
    assert free_memory() == 2_000_000 - 500_000
    assert total_memory() == 2_000_000
    (job / "memory.stat").write_text("damaged\n", encoding="ascii")
    assert free_memory() == 3000 * 1024
