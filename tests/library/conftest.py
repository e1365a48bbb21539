"""Fixtures of the library's tests: a library with a hashing embedder, and made-up papers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.library import Library
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper

_SUBJECTS = ["glaciers", "sorting", "penguins", "lasers", "proteins", "bridges", "tulips", "radar"]
_VERBS = ["melting", "folding", "migrating", "resonating", "collapsing", "blooming", "learning"]
_PLACES = ["Iceland", "Patagonia", "Kyoto", "Lagos", "orbit", "vitro", "winter", "simulation"]


@pytest.fixture
def make_papers() -> Callable[..., list[Paper]]:
    """Make `count` papers that differ in every title, whose words repeat."""

    def make(count: int, first: int = 0) -> list[Paper]:
        papers = []
        for i in range(first, first + count):
            subject, verb = _SUBJECTS[i % 8], _VERBS[i % 7]
            place = _PLACES[(i // 8) % 8]
            papers.append(
                Paper(
                    title=f"{subject.title()} {verb} in {place}, part {i}",
                    abstract=f"We observe {subject} while {verb} near {place}. Sample {i} is new.",
                )
            )
        return papers

    return make


@pytest.fixture
def notes() -> list[str]:
    """What the library told the user."""
    return []


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def library(folder: Path, embedder: HashingEmbedder, notes: list[str]) -> Iterator[Library]:
    with Library.open(folder, embedder, notes.append) as opened:
        yield opened


@pytest.fixture
def mount() -> Iterator[Callable[..., None]]:
    """Call mount(8) with these arguments; the last one is unmounted after the test."""
    points: list[str] = []
    program = shutil.which("mount")

    def run(*arguments: str | Path) -> None:
        words = [str(argument) for argument in arguments]
        if program is None:
            pytest.skip("needs a mount command")
        done = subprocess.run([program, *words], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"needs the right to mount: {done.stderr.strip()}")
        if not any("remount" in word for word in words):
            points.append(words[-1])

    yield run
    for point in reversed(points):
        subprocess.run(["umount", point], check=True)
