"""What a library is made of, counted by hand."""

from __future__ import annotations

from assistant.library import Library, Statistics, StoredTldr
from assistant.paper import Paper


def test_an_empty_library(library: Library) -> None:
    assert library.statistics() == Statistics(0, 0, 0, 0, 0, (), (), (), ())


def test_everything_is_counted_once(library: Library) -> None:
    library.add(
        [
            Paper(
                title="Owls at night",
                abstract="They hoot.",
                authors=("Zoë Lee", "B. Ek", "zoe lee"),  # listed twice
                published="2020-03",
                tags=("Birds", "Night"),
                source="b.bib",
            ),
            Paper(
                title="Bees by day",
                abstract="They hum.",
                authors=("Zoe Lee",),
                published="2024",
                tags=("insects",),
                source="a.bib",
            ),
            Paper(title="Ants", doi="10.1/ants", source="a.bib"),
            # The same work from another file, with more to say.
            Paper(
                title="Ants", abstract="They dig.", doi="10.1/ants", tags=("Insects",),
                published="2024-05-01", source="c.ris",
            ),
            Paper(title="An editorial", pmid="7", authors=("B. Ek",)),
        ]
    )  # fmt: skip
    for number in (1, 2):
        library.tldrs.save(StoredTldr(number, "A line.", "m", "p", "generated", 1.0, "2024-01-01"))
    library.tldrs.save(StoredTldr(1, "Another.", "n", "p", "generated", 1.0, "2024-01-01"))
    library.papers.tag([2], ["star"])
    assert library.statistics() == Statistics(
        papers=4,
        without_abstract=1,
        without_date=1,
        merged=1,  # a tag of one's own is no record
        with_tldr=2,
        years=(("2024", 2), ("2020", 1)),
        tags=(("insects", 2), ("birds", 1), ("night", 1), ("star", 1)),
        sources=(("a.bib", 2), ("b.bib", 1)),
        authors=(("B. Ek", 2), ("Zoe Lee", 2)),
    )


def test_the_same_record_from_two_files_is_not_merged(library: Library) -> None:
    paper = Paper(title="Ants", abstract="They dig.")
    library.add([paper.model_copy(update={"source": name}) for name in ("a.bib", "b.bib")])
    found = library.statistics()
    assert (found.papers, found.merged, found.sources) == (1, 0, (("a.bib", 1),))


def test_only_the_most_frequent_are_listed_and_all_years(library: Library) -> None:
    library.add(
        Paper(
            title=f"Paper {n}",
            abstract=f"Text {n}.",
            authors=tuple(f"Author{letter} Smith" for letter in "abcdefghijklmn"[: n + 1]),
            published=str(2000 + n),
            tags=tuple(f"tag{letter}" for letter in "abcdefghijklmn"[: n + 1]),
            source=f"{n}.bib",
        )
        for n in range(14)
    )
    found = library.statistics()
    assert [len(pairs) for pairs in (found.tags, found.authors, found.sources)] == [10, 10, 10]
    assert found.tags[0] == ("taga", 14)
    assert found.authors[9] == ("Authorj Smith", 5)
    assert [year for year, _ in found.years] == [str(2013 - n) for n in range(14)]
