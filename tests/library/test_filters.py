"""Filters: how they are written, and which papers meet them in a real database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.embedder import Vectors
from assistant.errors import UsageError
from assistant.library import Library
from assistant.library.catalog import Catalog
from assistant.library.database import Database
from assistant.library.filters import EVERYTHING, Filters, parse_query
from assistant.library.name_matching import fold, matches_name
from assistant.library.schema import APPLICATION_ID, MIGRATIONS
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper

MakePapers = Callable[..., list[Paper]]


@pytest.mark.parametrize(
    ("line", "text", "filters"),
    [
        ("attention since:2017", "attention", Filters(since="2017")),
        ("since:2024-03 until:2023-06-30x", None, "until:2023-06-30x is not a date"),
        ("SINCE:2024 Tag:NLP", "", Filters(since="2024", tags=("NLP",))),
        (
            'graphs author:"Geoffrey Hinton" author:bengio nets',
            "graphs nets",
            Filters(authors=("Geoffrey Hinton", "bengio")),
        ),
        ("source:a.txt source:“b c.txt”", "", Filters(sources=("a.txt", "b c.txt"))),
        ("x -tag:a -author:li", "x", Filters(without_tags=("a",), without_authors=("li",))),
        ("-source:a.txt", "", Filters(without_sources=("a.txt",))),
        ("Who, author:hinton, until:2020?", "Who,", Filters(until="2020", authors=("hinton",))),
        ("tag:c++ tag:100%", "", Filters(tags=("c++", "100%"))),
        ("tag:nlp tag:nlp", "", Filters(tags=("nlp",))),
        ("x year:2024", "x", Filters(since="2024", until="2024")),
        (
            'venue:"Nature Methods" -venue:cell',
            "",
            Filters(venues=("Nature Methods",), without_venues=("cell",)),
        ),
        ("abstract:no", "", Filters(without_abstract=True)),
        ("abstract:yes", "", Filters(with_abstract=True)),
        # Other words with a colon, and these words with a space behind it, are text.
        ("note: this", "note: this", EVERYTHING),
        ("GPT-4: what is it?", "GPT-4: what is it?", EVERYTHING),
        ("https://x.org/tag:1 doi:10.1/x", "https://x.org/tag:1 doi:10.1/x", EVERYTHING),
        ("source: A or B?", "source: A or B?", EVERYTHING),
        ("the html_tag:x  and  (since:2020)", "the html_tag:x  and  (since:2020)", EVERYTHING),
        ("author:", "author:", EVERYTHING),
        ("", "", EVERYTHING),
        # What is not possible.
        ("since:yesterday", None, "since:2024, since:2024-03 or since:2024-03-14"),
        ("until:2024-13", None, "until:2024-13 is not a date"),
        ("since:2023-02-29", None, "is not a date"),
        ("since:0000", None, "is not a date"),
        ("since:24", None, "is not a date"),
        ("since:2020 since:2021", None, "since: is given twice"),
        ("since:2021 until:2020-12", None, "swap the two dates"),
        ("-since:2021", None, "use until: to exclude"),
        ("year:24", None, "write year:2024"),
        ("-year:2024", None, "since: or until:"),
        ("year:2024 since:2020", None, "year: sets since: and until:"),
        ("abstract:maybe", None, "write abstract:yes or abstract:no"),
        ("-abstract:no", None, "write abstract:yes or abstract:no"),
        ('venue:""', None, "venue: is empty"),
        ('tag:""', None, "tag: is empty"),
        ("author:?!", None, "is not a name"),
        ('x author:"Geoffrey Hinton', None, "quotation mark after author: is not closed"),
    ],
)
def test_the_line_of_a_question(line: str, text: str | None, filters: Filters | str) -> None:
    if isinstance(filters, str):
        with pytest.raises(UsageError) as caught:
            parse_query(line)
        assert filters in str(caught.value)
        assert "\n" not in str(caught.value)
    else:
        assert parse_query(line) == (text, filters)
        assert filters.given == (filters is not EVERYTHING)


def test_what_they_are_written_as_is_read_again() -> None:
    filters = Filters(
        since="2020-02",
        until="2024",
        authors=("Geoffrey Hinton", "o'brien"),
        tags=("c++",),
        sources=("my page.txt",),
        without_authors=("li",),
        without_tags=("a b",),
        without_sources=("x",),
        venues=("Nature Methods",),
        without_venues=("cell",),
        without_abstract=True,
    )
    assert parse_query(str(filters)) == ("", filters)
    assert str(EVERYTHING) == ""


def test_both_together() -> None:
    one = Filters(since="2020-02", until="2024", tags=("a",), sources=("x", "Y"), only=(1, 2))
    other = Filters(since="2020", until="2024-05", tags=("b", "a"), sources=("y",), only=(2, 3))
    both = Filters(since="2020-02", until="2024-05", tags=("a", "b"), sources=("Y",), only=(2,))
    assert one.combine(other) == both
    assert one.combine(EVERYTHING) == EVERYTHING.combine(one) == one
    with pytest.raises(UsageError, match="swap the two dates"):
        Filters(since="2024").combine(Filters(until="2023"))
    with pytest.raises(UsageError, match="No source is in both"):
        Filters(sources=("x",)).combine(Filters(sources=("y",)))


@pytest.mark.parametrize(
    ("name", "wanted", "same"),
    [
        ("Geoffrey E. Hinton", "hinton", True),
        ("Hinton, Geoffrey", "Geoffrey Hinton", True),
        ("Geoffrey Hinton", "G. Hinton", True),
        ("G. Hinton", "Geoffrey Hinton", True),
        ("Geoffrey Hinton", "J. Hinton", False),
        ("Geoffrey Hintonson", "Hinton", False),
        ("Li Wei", "li", True),
        ("Lisa Simpson", "li", False),
        ("Jürgen Müller", "jurgen muller", True),
        ("Łukasz Kaiser", "Lukasz", True),
        ("Søren O'Brien", "o'brien", True),
        ("G. H.", "Geoffrey Hinton", False),
        ("王伟", "王伟", True),
    ],
)
def test_names(name: str, wanted: str, same: bool) -> None:
    assert matches_name(["Somebody Else", name], wanted) is same


def test_words_of_one_name_are_not_gathered_from_several() -> None:
    assert not matches_name(["Geoffrey Miller", "Anna Hinton"], "Geoffrey Hinton")


def test_folding_keeps_what_tells_labels_apart() -> None:
    assert fold("  Machine-Learning ") == fold("machine_learning") == "machine learning"
    assert len({fold("C"), fold("C++"), fold("C#")}) == 3
    assert fold("Café\u0301") == fold("CAFE") == "cafe"
    assert fold("x\udcff") == "x?"


def paper(n: int, published: str | None = None, **more: object) -> Paper:
    return Paper.model_validate(
        {"title": f"T{n}", "abstract": f"abstract {n}", "published": published, **more}
    )


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    database = Database(tmp_path / "catalog.sqlite")
    yield Catalog(database)
    database.close()


def numbers(catalog: Catalog, filters: Filters) -> list[int]:
    found = [stored.number for stored in catalog.all(filters)]
    assert sorted(catalog.numbers(filters)) == found
    assert sorted(stored.number for stored in catalog.sorted_by("published", filters)) == found
    assert catalog.count(filters) == len(found)
    assert sorted(catalog.filter_numbers(range(100), filters)) == found
    return found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(since="2024"), [3, 4, 5, 6]),
        (Filters(until="2024"), [1, 2, 3, 4, 5]),
        (Filters(since="2024-03"), [3, 4, 5, 6]),  # 3 is from any day of 2024
        (Filters(since="2024-03-15"), [3, 4, 6]),  # 4 from any day of March
        (Filters(since="2024-04"), [3, 6]),
        (Filters(until="2024-03"), [1, 2, 3, 4, 5]),
        (Filters(until="2024-03-13"), [1, 2, 3, 4]),
        (Filters(until="2024-02"), [1, 2, 3]),
        (Filters(since="2023-12-31", until="2024-01"), [2, 3]),
        (Filters(since="2023-12-31", until="2023-12-31"), [2]),
        (Filters(until="2023"), [1, 2]),
    ],
)
def test_dates_are_inclusive_at_any_precision(
    catalog: Catalog, filters: Filters, found: list[int]
) -> None:
    dates = ["2022-06", "2023-12-31", "2024", "2024-03", "2024-03-14", "2025-01-01", None]
    catalog.add_batch([paper(n, date) for n, date in enumerate(dates)])
    assert numbers(catalog, filters) == found


def test_the_newest_come_first_and_those_without_a_date_last(catalog: Catalog) -> None:
    catalog.add_batch(
        [paper(n, date) for n, date in enumerate(["2023", None, "2024-02", "2024-02"])]
    )
    assert [stored.number for stored in catalog.sorted_by("published")] == [4, 3, 1, 2]
    page = catalog.sorted_by("published", limit=2, offset=1)
    assert [stored.number for stored in page] == [3, 1]
    assert [stored.number for stored in catalog.in_order([4, 9, 2])] == [4, 2]


HARD = ["it's", 'say "x"', "100%", "a_b", "back\\slash", "*", "naïve", "x;--", "[1]", "{}"]


def test_labels_with_every_kind_of_character(catalog: Catalog) -> None:
    catalog.add_batch([paper(n, tags=(label,), source=label) for n, label in enumerate(HARD)])
    for n, label in enumerate(HARD, start=1):
        assert numbers(catalog, Filters(tags=(label,))) == [n]
        assert numbers(catalog, Filters(sources=(label.upper(),))) == [n]
        rest = [number for number in range(1, len(HARD) + 1) if number != n]
        assert numbers(catalog, Filters(without_tags=(label,))) == rest
        assert numbers(catalog, Filters(without_sources=(label,))) == rest
    for wrong in ("%", "%%", "a%", "100", "back\\", "a%b", "naive x"):
        assert numbers(catalog, Filters(tags=(wrong,))) == []
    assert numbers(catalog, Filters(tags=("NAIVE",))) == [7]
    assert numbers(catalog, Filters(sources=("*", "100%"))) == [3, 6]


def test_authors_and_tags_all_hold_and_kinds_too(catalog: Catalog) -> None:
    catalog.add_batch(
        [
            paper(1, "2020", authors=("Ann Lee", "Bo Ek"), tags=("x", "Y")),
            paper(2, "2021", authors=("Ann Lee",), tags=("x",)),
            paper(3, "2022", authors=("Ann Ek", "Bo Lee"), tags=("y",)),
            paper(4, "2023", authors=('Quo "Q" Te', "O'Neil, Zoë"), source="page.txt"),
        ]
    )
    assert numbers(catalog, Filters(authors=("lee", "ek"))) == [1, 3]
    assert numbers(catalog, Filters(authors=("ann lee",))) == [1, 2]
    assert numbers(catalog, Filters(authors=("A. Lee", "B. Ek"))) == [1]
    assert numbers(catalog, Filters(without_authors=("ann lee",))) == [3, 4]
    assert numbers(catalog, Filters(tags=("x", "y"))) == [1]
    assert numbers(catalog, Filters(tags=("x",), without_tags=("y",))) == [2]
    assert numbers(catalog, Filters(authors=('"Q" te',))) == [4]
    assert numbers(catalog, Filters(authors=("ZOE O'NEIL",))) == [4]
    assert numbers(catalog, Filters(authors=("lee",), since="2021", tags=("y",))) == [3]
    assert numbers(catalog, Filters(sources=("PAGE.txt", "other"))) == [4]
    assert numbers(catalog, Filters(only=(1, 3, 99), tags=("y",))) == [1, 3]
    assert numbers(catalog, Filters(only=())) == []
    assert numbers(catalog, Filters(authors=("\udcff lee",))) == [1, 2, 3]
    assert numbers(catalog, EVERYTHING) == [1, 2, 3, 4]


def test_labels_follow_when_papers_are_merged(catalog: Catalog) -> None:
    catalog.add_batch([paper(1, "2020", doi="10.1/x", tags=("a",), authors=("Ann Lee",))])
    catalog.add_batch(
        [paper(2, "2020-05", doi="10.1/x", tags=("b",), authors=("Ann Lee", "Bo Ek"))]
    )
    assert numbers(catalog, Filters(tags=("a", "b"), authors=("ek",), since="2020-05")) == [1]
    # Two papers that turn out to be one.
    catalog.add_batch([paper(3, arxiv="2401.00001", tags=("c",))])
    catalog.add_batch([paper(4, arxiv="2401.00001", doi="10.1/x")])
    assert numbers(catalog, Filters(tags=("c",))) == [1]
    with catalog._database.read() as connection:
        count = "SELECT count(*) FROM labels WHERE paper NOT IN (SELECT number FROM papers)"
        assert connection.execute(count).fetchone() == (0,)


def test_an_older_catalogue_gets_its_labels(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    connection = sqlite3.connect(path)
    for statement in MIGRATIONS[0]:
        connection.execute(statement)
    connection.execute(
        "INSERT INTO papers (id, title, abstract, authors, published, tags, source) VALUES "
        """('text:1', 'T', 'Some glaciers.', '["Zoë O''Neil"]', '2020', '["NLP", "x"]', 'P.txt')"""
    )
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    database = Database(path)
    catalog = Catalog(database)
    for filters in (
        Filters(authors=("zoe o'neil",)),
        Filters(tags=("nlp", "x")),
        Filters(sources=("p.txt",)),
        Filters(since="2020"),
    ):
        assert numbers(catalog, filters) == [1]
    assert [number for number, _ in catalog.ranked("glasiers", 5)] == [1]
    database.close()


@pytest.fixture
def years(library: Library, make_papers: MakePapers) -> Library:
    """400 papers with vectors, of which each tenth is from 2024."""
    papers = [
        made.model_copy(update={"published": "2024-05" if n % 10 == 0 else "2020"})
        for n, made in enumerate(make_papers(400), start=1)
    ]
    library.add(papers)
    library.vectors.embed_missing()
    return library


@pytest.mark.parametrize("few", [1000, 10, 0])
def test_a_filtered_search_is_the_search_without_the_others(
    years: Library, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By comparing all, by asking the index for more, and by comparing when that was too few."""
    monkeypatch.setattr("assistant.library.search._FEW", few)
    query = "penguins migrating in Kyoto"
    best = [hit.stored.number for hit in years.search(query, 400)]
    fitting = [number for number in best if number % 10 == 0]
    hits = years.search(query, 40, Filters(since="2024"))
    assert len(fitting) == 40
    assert sorted(hit.stored.number for hit in hits) == sorted(fitting)
    assert [hit.vector_rank for hit in hits].count(None) == 0
    similarities = {hit.stored.number: hit.similarity for hit in years.search(query, 400)}
    for hit in hits:
        assert hit.similarity == pytest.approx(similarities[hit.stored.number], abs=1e-5)


def test_the_index_is_asked_for_more_before_all_are_compared(
    years: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.search._FEW", 0)
    monkeypatch.setattr("assistant.library.search._DEPTH", 4)
    asked: list[int] = []
    nearest = years.vectors.index.nearest_papers

    def counted(vector: Vectors, count: int) -> list[tuple[int, float]]:
        asked.append(count)
        return nearest(vector, count)

    monkeypatch.setattr(years.vectors.index, "nearest_papers", counted)
    assert len(years.search("penguins in Kyoto", 4, Filters(since="2024"))) == 4
    assert asked in ([32], [32, 160])


def test_words_outside_the_filter_find_nothing(folder: Path) -> None:
    with Library.open(folder, None) as library:
        library.add([paper(1, "2020"), paper(2, "2024")])
        assert [
            hit.stored.number for hit in library.search("abstract", 5, Filters(until="2021"))
        ] == [1]
        assert library.search("abstract", 5, Filters(until="2019")) == []


def test_filters_alone_give_the_newest(folder: Path) -> None:
    with Library.open(folder, HashingEmbedder()) as library:
        library.add([paper(n, f"202{n}") for n in range(5)])
        hits = library.search(" ", 2, Filters(until="2023"))
        assert [hit.stored.paper.published for hit in hits] == ["2023", "2022"]
        assert library.search(" ", 2) == []
        assert [s.number for s in library.papers.sorted_by(limit=2)] == [5, 4]
        assert [s.number for s in library.papers.matching("", Filters(since="2023"))] == [5, 4]
        assert [s.number for s in library.papers.matching("abstract 2")] == [3]
        assert [s.number for s in library.papers.all(Filters(until="2021"))] == [1, 2]
        assert library.papers.count(Filters(until="2021")) == 2
