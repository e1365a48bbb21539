"""Topics of real papers with the real embedder."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.digesting import Digest, NewPaper, build_digest
from assistant.library import StoredPaper
from assistant.models import open_embedder
from assistant.reading import read_file
from assistant.settings import load_settings
from assistant.topics import OTHERS


@pytest.fixture(scope="module")
def trending(shared_data: Path) -> Digest:
    page = shared_data / "trending_page.txt"
    papers = list(read_file(page, lambda failure: None))
    embedder = open_embedder(load_settings(), lambda note: None)
    vectors = embedder.embed([f"{one.title}\n{one.abstract}" for one in papers])
    items = [
        NewPaper(StoredPaper(number, one.id, one), vector)
        for number, (one, vector) in enumerate(zip(papers, vectors, strict=True), start=1)
    ]
    return build_digest(items, until="2026-11-19")


def test_papers_about_one_thing_are_under_its_name(trending: Digest) -> None:
    (section,) = [part for part in trending.sections if "quantum" in part.name.lower()]
    titles = [entry.stored.title for entry in section.entries]
    everywhere = [entry.stored.title for entry in trending.shown]
    named = {title for title in everywhere if "quantum" in title.lower()}
    assert len(named) > 10
    assert len(named & set(titles)) >= len(named) - 1


def test_there_are_as_many_topics_as_people_read_and_few_others(trending: Digest) -> None:
    names = [part.name for part in trending.sections]
    assert 6 <= len(names) <= 14
    assert names[-1] == OTHERS
    assert len(trending.sections[-1].entries) <= 10
    assert trending.count == len(trending.shown) == 73
