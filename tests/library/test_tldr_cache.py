"""Lines of papers outside a library: found again, bounded, and never a reason to fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.library import TldrCache, TldrLine
from assistant.library.tldr_cache import FILE
from assistant.paper import Paper

CATS = Paper(title="Cats", abstract="Cats sleep.")
LINE = TldrLine("Cats sleep a lot.", "generated", 0.25)


def test_a_line_is_found_by_paper_model_and_recipe(tmp_path: Path) -> None:
    lines = TldrCache(tmp_path / "cache", pytest.fail)
    lines.save(CATS, LINE, "model", "recipe")
    lines.close()
    again = TldrCache(tmp_path / "cache", pytest.fail)
    assert again.get(CATS, "model", "recipe") == LINE
    assert again.get(CATS, "other", "recipe") is None
    assert again.get(CATS, "model", "other") is None
    changed = Paper(title="Cats", abstract="Cats do not sleep.")
    assert again.get(changed, "model", "recipe") is None
    later = TldrLine("Cats sleep by day.", "extracted", 0.5)
    again.save(CATS, later, "model", "recipe")
    assert again.get(CATS, "model", "recipe") == later
    again.close()
    assert again.get(CATS, "model", "recipe") is None


def test_the_oldest_make_room(tmp_path: Path) -> None:
    papers = [Paper(title=f"Cats {n}", abstract="Cats sleep.") for n in range(5)]
    lines = TldrCache(tmp_path, pytest.fail)
    for paper in papers:
        lines.save(paper, LINE, "model", "recipe")
    lines.close()
    again = TldrCache(tmp_path, pytest.fail, max_entries=2)
    found = [again.get(paper, "model", "recipe") is not None for paper in papers]
    assert found == [False] * 3 + [True] * 2
    again.close()


def test_text_that_no_encoding_takes_has_a_key_too(tmp_path: Path) -> None:
    odd = CATS.model_copy(update={"abstract": "Cats \ud800 sleep."})
    lines = TldrCache(tmp_path, pytest.fail)
    lines.save(odd, LINE, "model", "recipe")
    assert lines.get(odd, "model", "recipe") == LINE
    lines.close()


def test_what_cannot_be_kept_is_said_once_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"This is no database at all. " * 100)
    told: list[str] = []
    lines = TldrCache(tmp_path, told.append)
    lines.save(CATS, LINE, "model", "recipe")
    assert lines.get(CATS, "model", "recipe") is None
    lines.close()
    (note,) = told
    assert FILE in note
    assert "ASSISTANT_CACHE" in note


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here", encoding="utf-8")
    told: list[str] = []
    TldrCache(tmp_path / "file" / "cache", told.append).close()
    assert len(told) == 1
