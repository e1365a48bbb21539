from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.library.catalog import Catalog
from assistant.library.database import Database
from assistant.library.filters import Filters
from assistant.library.full_text import MAX_TERMS, terms
from assistant.library.removal import remove_papers
from assistant.paper import Paper
from assistant.progress import NO_PROGRESS, Progress


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("How do glaciers melt?", ["glaciers", "melt"]),
        ("melt MELT Melt", ["melt"]),
        ("what is it", ["what", "is", "it"]),  # nothing else to go by
        ('the "state of the art" parser', ["state of the art", "state", "art", "parser"]),
        ("“deep sea” vents", ["deep sea", "deep", "sea", "vents"]),
        ('an "unbalanced quote', ["unbalanced", "quote"]),
        ("pre-trained GPT-4", ["pre", "trained", "gpt", "4", "pretrained", "gpt4"]),
        ("state-of-the-art", ["state", "art"]),  # nobody writes that in one word
        ("GPT4 and T5 in 2024", ["gpt4", "t5", "2024", "gpt 4", "t 5"]),
        ("2-3 days", ["2", "3", "days"]),
        ("cafe\u0301", ["café"]),
        ("  ?!  ", []),
        ("", []),
        ("\x00\ud800", []),
    ],
)
def test_words_and_phrases_are_taken_from_what_was_typed(query: str, expected: list[str]) -> None:
    assert terms(query) == expected


@pytest.mark.parametrize(
    "query",
    [
        'glaciers" OR title:*',
        "glaciers NEAR(a b) AND NOT -x ^y {title}: (",
        '"""" glaciers """ "*"',
        "glaciers' ; DROP TABLE papers; --",
        "glaciers\x00\ud800 (*)",
        "glaciers " + "word " * 20_000,
        "glaciers " + " ".join(f"word{i}" for i in range(20_000)),
        '"' + "glaciers " * 10_000 + '" glaciers',
    ],
)
def test_no_text_is_full_text_syntax(query: str, tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.sqlite")
    catalog = Catalog(database)
    catalog.add_batch(
        [Paper(title="Glaciers", abstract="They melt."), Paper(title="Zzz", abstract="Qqq")]
    )
    assert catalog.ranked(query, 5)[0][0] == 1
    database.close()


def test_a_long_text_gives_a_bounded_query() -> None:
    assert len(terms(" ".join(f"word{i}" for i in range(100_000)))) == MAX_TERMS


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    database = Database(tmp_path / "catalog.sqlite")
    yield Catalog(database)
    database.close()


def found(catalog: Catalog, query: str, limit: int = 5) -> list[int]:
    return [number for number, _ in catalog.ranked(query, limit)]


def test_stems_accents_and_titles_count(catalog: Catalog) -> None:
    catalog.add_batch(
        [
            Paper(title="Rivers of ice", abstract="Naïve models of melting glaciers in Ångström."),
            Paper(title="Glacier melt", abstract="Rivers of ice are modelled here once again."),
            Paper(title="Something else", abstract="Nothing of that at all."),
        ]
    )
    assert found(catalog, "melts") == [2, 1]
    assert found(catalog, "naive angstrom") == [1]
    assert found(catalog, "NAÏVE") == [1]
    assert found(catalog, "naive", 0) == []


@pytest.mark.parametrize(
    ("written", "query"),
    [
        ("GPT-4", "GPT4"),
        ("GPT4", "GPT-4"),
        ("GPT 4", "gpt4"),
        ("pretraining", "pre-training"),
        ("pre-training", "pretraining"),
        ("Llama-3.1", "llama3"),
    ],
)
def test_hyphens_make_no_difference(catalog: Catalog, written: str, query: str) -> None:
    papers = [Paper(title=f"Other matters {n}", abstract="4 of 10 pre tests.") for n in range(9)]
    catalog.add_batch([*papers, Paper(title="x", abstract=f"The model is {written} here.")])
    assert found(catalog, query)[0] == 10


def test_scores_are_the_same_with_and_without_conditions(
    catalog: Catalog, make_papers: Callable[..., list[Paper]]
) -> None:
    catalog.add_batch(make_papers(300))
    query = "penguins in winter, part 17"
    ranked = catalog.ranked(query, 300)
    assert [score for _, score in ranked] == sorted((s for _, s in ranked), reverse=True)
    assert ranked[0][1] > ranked[-1][1] >= 0
    only = tuple(range(0, 300, 7))
    assert catalog.ranked(query, 300, Filters(only=only)) == [
        pair for pair in ranked if pair[0] in only
    ]
    words = catalog.full_text.plan(query)
    assert words is not None
    assert catalog.full_text.scores(words, only) == {
        number: score for number, score in ranked if number in only
    }
    assert catalog.full_text.scores(words, []) == {}


def test_all_words(catalog: Catalog) -> None:
    catalog.add_batch(
        [
            Paper(title="Red", abstract="Red and green things."),
            Paper(title="Green", abstract="Nothing red. Nothing reddish, nothing yellow."),
            Paper(title="Blue", abstract="Only red."),
        ]
    )
    with_all = catalog.full_text.matching
    assert sorted(with_all("red green")) == [1, 2]
    assert with_all("the green yellow") == [2]
    assert with_all("greem yellow") == [2], "typing errors are forgiven"
    assert with_all("green nosuchword") == []
    assert with_all("?") == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("glaciers melting in Iceland, sample 48", 49),  # one rare word
        ("sample of penguins", None),  # no rare word, a few papers with both
        ("glaciers", None),  # one word that all have
        ("penguins blooming in orbit", None),
        ("unknownword glaciers in sample 48", 49),
    ],
)
def test_a_large_library_finds_by_rare_words_what_it_finds_by_all(
    question: str,
    expected: int | None,
    catalog: Catalog,
    make_papers: Callable[..., list[Paper]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catalog.add_batch(make_papers(400))
    everything = catalog.ranked(question, 20)
    monkeypatch.setattr("assistant.library.query_plan.LARGE", 100)
    monkeypatch.setattr("assistant.library.query_plan._MAX_SCORED", 30)
    words = catalog.full_text.plan(question)
    assert words is not None
    assert len(catalog.full_text.best(words, -1)) < 400
    found = catalog.ranked(question, 20)
    if expected is not None:
        assert found[0][0] == everything[0][0] == expected
    best = {number for number, score in everything if score == everything[0][1]}
    assert {found[0][0]} <= best or found[0][0] in dict(everything)
    assert catalog.full_text.scores(words, [found[0][0]])[found[0][0]] == pytest.approx(found[0][1])
    assert catalog.ranked(question, 20, Filters(only=(found[0][0],)))[0][0] == found[0][0]


def add_and_remove(
    database: Database, catalog: Catalog, make_papers: Callable[..., list[Paper]], count: int
) -> None:
    """Add `count` papers in batches, then one more, and remove that one."""
    for first in range(0, count, 100):
        catalog.add_batch(make_papers(100, first=first))
    catalog.add_batch([Paper(title="Quokka", abstract="The xylokarpograph of a quokka.")])
    remove_papers(database, [count + 1])


def test_a_purge_lets_others_write_and_search_between_its_steps(
    tmp_path: Path, make_papers: Callable[..., list[Paper]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`optimize` would hold the lock of every writer from beginning to end."""
    monkeypatch.setattr("assistant.library.full_text._MERGED_PAGES", 1)
    database = Database(tmp_path / "catalog.sqlite")
    catalog = Catalog(database)
    add_and_remove(database, catalog, make_papers, 1_000)
    imported: list[str] = []

    class Pause(Progress):
        def wait(self, seconds: float) -> bool:
            number = len(imported)
            title = f"{'abcdefghij'[number % 10] * 3}zebra"
            catalog.add_batch([Paper(title=title, abstract="It came meanwhile.")])
            assert catalog.ranked(title, 1)
            assert catalog.ranked("penguins", 1)
            imported.append(title)
            return False

    assert catalog.full_text.purge(Pause())
    assert len(imported) > 3
    with database.read() as connection:
        blocks = connection.execute("SELECT block FROM full_text_data").fetchall()
        connection.execute("SELECT count(*) FROM vocabulary").fetchone()
    assert not any(b"xylokarp" in block for (block,) in blocks)
    with database.write() as connection:
        connection.execute("INSERT INTO full_text (full_text, rank) VALUES ('integrity-check', 1)")
    database.close()


def test_a_purge_can_be_stopped_and_continued(
    tmp_path: Path, make_papers: Callable[..., list[Paper]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.full_text._MERGED_PAGES", 1)
    database = Database(tmp_path / "catalog.sqlite")
    catalog = Catalog(database)
    add_and_remove(database, catalog, make_papers, 500)

    class Stopping(Progress):
        def wait(self, seconds: float) -> bool:
            self.stop()
            return True

    def remains() -> bool:
        with database.read() as connection:
            blocks = connection.execute("SELECT block FROM full_text_data").fetchall()
        return any(b"xylokarp" in block for (block,) in blocks)

    assert not catalog.full_text.purge(Stopping())
    assert remains()
    assert catalog.full_text.purge(NO_PROGRESS)
    assert not remains()
    assert catalog.ranked("penguins", 1)
    database.close()
