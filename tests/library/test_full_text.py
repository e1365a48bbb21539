from __future__ import annotations

from pathlib import Path

import pytest

from assistant.library.catalog import Catalog
from assistant.library.database import Database
from assistant.library.full_text import MAX_TERMS, match_expression
from assistant.paper import Paper


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("How do glaciers melt?", '"glaciers" OR "melt"'),
        ("melt MELT Melt", '"melt"'),
        ("what is it", '"what" OR "is" OR "it"'),  # nothing else to go by
        ('the "state of the art" parser', '"state of the art" OR "state" OR "art" OR "parser"'),
        ("“deep sea” vents", '"deep sea" OR "deep" OR "sea" OR "vents"'),
        ('an "unbalanced quote', '"unbalanced" OR "quote"'),
        ("pre-trained GPT-4", '"pre" OR "trained" OR "gpt" OR "4"'),
        ("cafe\u0301", '"café"'),
        ("  ?!  ", None),
        ("", None),
        ("\x00\ud800", None),
    ],
)
def test_words_and_phrases_are_taken_from_what_was_typed(query: str, expression: str) -> None:
    assert match_expression(query) == expression


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
    catalog.add(
        [Paper(title="Glaciers", abstract="They melt."), Paper(title="Zzz", abstract="Qqq")]
    )
    assert catalog.ranked(query, 5)[0] == 1
    database.close()


def test_a_long_text_gives_a_bounded_query() -> None:
    expression = match_expression(" ".join(f"word{i}" for i in range(100_000)))
    assert expression is not None
    assert expression.count(" OR ") == MAX_TERMS - 1


def test_stems_accents_and_titles_count(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.sqlite")
    catalog = Catalog(database)
    catalog.add(
        [
            Paper(title="Rivers of ice", abstract="Naïve models of melting glaciers in Ångström."),
            Paper(title="Glacier melt", abstract="Rivers of ice are modelled here once again."),
            Paper(title="Something else", abstract="Nothing of that at all."),
        ]
    )
    assert catalog.ranked("melts", 5) == [2, 1]
    assert catalog.ranked("naive angstrom", 5) == [1]
    assert catalog.ranked("NAÏVE", 5) == [1]
    assert catalog.ranked("naive", 0) == []
    database.close()
