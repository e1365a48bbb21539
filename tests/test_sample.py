"""The sample library: what ships reads as papers that are fit to be asked."""

from __future__ import annotations

import importlib.resources
import re
from pathlib import Path

import pytest

from assistant.errors import FileUnreadable
from assistant.sample import sample_papers


def test_landmark_papers_are_read() -> None:
    papers = sample_papers()
    assert len(papers) == 25
    assert len({paper.id for paper in papers}) == 25
    assert papers[0].title.startswith("On Computable Numbers")
    assert "Attention Is All You Need" in {paper.title for paper in papers}
    assert {paper.source for paper in papers} == {"landmark_papers.txt"}


def test_every_abstract_has_facts_to_ask_for() -> None:
    for paper in sample_papers():
        assert 90 <= len(paper.abstract.split()) <= 170, paper.title
        assert len(re.findall(r"[.?](?= [A-Z]|$)", paper.abstract)) >= 5, paper.title
        assert "\n" not in paper.abstract


def test_damaged_package_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.resources, "files", lambda package: tmp_path)
    with pytest.raises(FileUnreadable, match="install it again"):
        sample_papers()
