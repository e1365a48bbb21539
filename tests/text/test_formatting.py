"""Texts and dates as they are written into HTML and Markdown."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.paper import Paper
from assistant.text.formatting import (
    csv_row,
    format_authors,
    format_count,
    format_date,
    markdown_text,
    paper_link,
    web_address,
)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("A* and [x_i]", "A\\* and \\[x\\_i\\]"),
        ("- x", "\\- x"),
        ("+ x", "\\+ x"),
        ("---", "\\---"),
        ("1. x", "1\\. x"),
        ("12) x", "12\\) x"),
        ("# x", "\\# x"),
        ("1.5 times", "1\\.5 times"),
        ("a - b 1. c", "a - b 1. c"),
        ("two\nlines", "two lines"),
        ("==x== @a :b: $c$ ^d^ {e}!", r"\=\=x\=\= \@a \:b: \$c\$ \^d\^ \{e\}\!"),
        ("see www.a.b http://a.b", r"see www\.a.b http\://a.b"),
    ],
)
def test_markdown_is_text_also_at_the_beginning_of_a_line(text: str, written: str) -> None:
    assert markdown_text(text) == written


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://x.org/a?b=1&c=2#d", "https://x.org/a?b=1&c=2#d"),
        ("HTTP://x.org", "HTTP://x.org"),
        ("https://x.org/a(1)[2] <b>\"'", "https://x.org/a%281%29%5B2%5D%20%3Cb%3E%22%27"),
        ("https://x.org/\u202e1", "https://x.org/1"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("https:///x", None),
        ("//x.org", None),
        ("", None),
        (None, None),
    ],
)
def test_only_the_web_is_linked_to(url: str | None, address: str | None) -> None:
    assert web_address(url) == address


@pytest.mark.parametrize(
    ("known", "link"),
    [
        (
            {"doi": "10.1/a<b>", "arxiv": "1.2", "url": "https://x.org"},
            "https://doi.org/10.1/a%3Cb%3E",
        ),
        ({"arxiv": "math/0309136", "pmid": "7"}, "https://arxiv.org/abs/math/0309136"),
        ({"pmid": "7", "url": "https://x.org"}, "https://pubmed.ncbi.nlm.nih.gov/7"),
        ({"url": "https://x.org/(a)"}, "https://x.org/%28a%29"),
        ({"url": "javascript:alert(1)"}, ""),
        ({}, ""),
    ],
)
def test_a_paper_is_linked_by_its_strongest_identifier(known: dict[str, Any], link: str) -> None:
    assert paper_link(Paper(title="T", **known)) == link


def test_csv_cells_are_quoted_and_never_formulas() -> None:
    assert csv_row(["a,b", "=1+1", "c"]) == '"a,b",\'=1+1,c\n'


@pytest.mark.parametrize(
    ("date", "spoken"),
    [
        ("2026-03-04", "4 March 2026"),
        ("2026-03", "March 2026"),
        ("2026", "2026"),
        ("2026-13", ""),
        ("soon", ""),
        ("", ""),
    ],
)
def test_a_date_is_said_as_precisely_as_it_is_known(date: str, spoken: str) -> None:
    assert format_date(date) == spoken


def test_counts_have_their_noun() -> None:
    said = [format_count(n, "paper") for n in (0, 1, 1200)]
    assert said == ["0 papers", "1 paper", "1,200 papers"]


def test_the_first_authors_and_that_there_are_more() -> None:
    assert format_authors((), 2) == ""
    assert format_authors(("Ann Ek", "Bo Lind"), 2) == "Ann Ek, Bo Lind"
    assert format_authors(("Ann Ek", "Bo Lind", "Cy Ash"), 2) == "Ann Ek, Bo Lind and others"
