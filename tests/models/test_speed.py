"""Speeds: measured ones are kept, others are estimated from the memory's speed."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.models import speed as speeds
from assistant.models.speed import FILE, Speed, memory_bandwidth, remember_speed, speed


@pytest.fixture(autouse=True)
def known_bandwidth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speeds, "memory_bandwidth", lambda threads: 25e9 * threads)


def test_an_estimate_follows_from_the_bytes_of_a_token(tmp_path: Path) -> None:
    found = speed(tmp_path, "m", 4_000_000_000, 1_000_000_000, threads=2)
    assert found == Speed(10.0, measured=False)
    assert found.text == "about 10 tokens/s"
    assert speed(tmp_path, "m", 5_000_000_000, 5_000_000_000, 2).text == "about 2.0 tokens/s"


def test_a_measured_speed_replaces_the_estimate(tmp_path: Path) -> None:
    remember_speed(tmp_path / "cache", "m", 100, 34.2)
    remember_speed(tmp_path / "cache", "other", 100, 1.5)
    found = speed(tmp_path / "cache", "m", 100, 100, threads=1)
    assert found == Speed(34.2, measured=True)
    assert found.text == "34 tokens/s"
    # Another file of the same name is another model.
    assert not speed(tmp_path / "cache", "m", 101, 101, threads=1).measured


@pytest.mark.parametrize("content", ["", "[1]", '{"m|100": "fast"}', '{"m|100": -1}', "[" * 10_000])
def test_a_damaged_file_of_speeds_is_ignored_and_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    assert not speed(tmp_path, "m", 100, 100, threads=1).measured
    remember_speed(tmp_path, "m", 100, 2.0)
    assert speed(tmp_path, "m", 100, 100, threads=1).tokens_per_second == 2.0


def test_a_cache_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    remember_speed(tmp_path / "file" / "cache", "m", 100, 2.0)


def test_the_bandwidth_is_measured() -> None:
    assert 1e7 < memory_bandwidth(1) < 1e13
