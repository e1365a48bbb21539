"""The tags and sources that are offered as filters."""

from __future__ import annotations

from pathlib import Path

from assistant.library import Library
from assistant.paper import Paper


def paper(number: int, tags: tuple[str, ...], source: str) -> Paper:
    return Paper(title=f"Title {number}", abstract="A.", tags=tags, source=source)


def test_labels_are_counted_and_written_as_the_first_paper_writes_them(tmp_path: Path) -> None:
    with Library.open(tmp_path, None) as library:
        library.add(
            [
                paper(1, ("Sea Ice", "hep-ph"), "My refs.ris"),
                paper(2, ("sea-ice",), "my refs.ris"),
                paper(3, ("SEA ICE", "math.PR"), "b.bib"),
            ]
        )
        assert library.papers.facets("tag", 2) == [("Sea Ice", 3), ("hep-ph", 1)]
        assert library.papers.facets("tag", 9)[2] == ("math.PR", 1)
        assert library.papers.facets("source", 9) == [("My refs.ris", 2), ("b.bib", 1)]


def test_no_papers_have_no_labels(tmp_path: Path) -> None:
    with Library.open(tmp_path, None) as library:
        assert library.papers.facets("tag", 5) == []
