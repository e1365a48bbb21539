"""What a search marks in a text."""

from __future__ import annotations

import pytest

from assistant.html.formulas import found_formulas
from assistant.library.containing import search_parts
from assistant.web.browsing.highlighting import Highlighter


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("sleep", "Sleeping cats sleep", ["Sleeping", "sleep"]),
        ("cat", "Cats and categories", ["Cats", "categories"]),
        ("cat ", "Cats and categories", ["Cats"]),
        ('"of cats"', "cats of cats", ["of cats"]),
        ("zoë", "Zoe O'Brien", ["Zoe"]),
        ("gpt-4", "GPT-4 and GPT 3", ["GPT-4"]),
        ("the sleep", "On the sleep", ["the sleep"]),
        ("", "text", []),
        ("c", "c cat", ["c"]),
    ],
)
def test_words_are_found_by_stem_and_beginning(query: str, text: str, marked: list[str]) -> None:
    spans = Highlighter(search_parts(query))(text)
    assert [text[begin:end] for begin, end in spans] == marked


def test_the_snippet_is_around_the_first_match() -> None:
    find = Highlighter(search_parts("colony"))
    text = f"{'They hang. ' * 40}A colony sleeps. {'It is warm. ' * 40}"
    shown = find.snippet(text)
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert "A colony sleeps." in shown
    assert len(shown) < 240
    assert find.snippet("Nothing here") == ""
    assert find.snippet("A colony") == "A colony"


def test_formulas_are_not_cut() -> None:
    find = Highlighter(search_parts("x"))
    marked = found_formulas("x and $x^2$", find)
    assert marked.startswith("<mark>x</mark> and <math")
    assert marked.count("<mark>") == 1
