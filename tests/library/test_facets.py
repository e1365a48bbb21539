"""The tags and sources that are offered as filters."""

from __future__ import annotations

from pathlib import Path

from assistant.library import Library, parse_query
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


def test_years_and_venues_are_counted(tmp_path: Path) -> None:
    def placed(number: int, venue: str, published: str | None) -> Paper:
        reference = {"container-title": venue} if venue else {}
        return Paper(title=f"T{number}", abstract="A.", published=published, reference=reference)

    with Library.open(tmp_path, None) as library:
        library.add(
            [
                placed(1, "Nature Methods", "2021-03"),
                placed(2, "nature-methods", "2024"),
                placed(3, "Cell", "2021"),
                placed(4, "", None),
            ]
        )
        assert library.papers.facets("year", 9) == [("2024", 1), ("2021", 2)]
        assert library.papers.facets("venue", 9) == [("Nature Methods", 2), ("Cell", 1)]
        for query, expected in (
            ("venue:nature-methods", [1, 2]),
            ("venue:cell venue:'x'", [3]),
            ("-venue:cell", [1, 2, 4]),
            ("year:2021", [1, 3]),
        ):
            _, filters = parse_query(query)
            assert [stored.number for stored in library.papers.all(filters)] == expected, query
