"""Listing metadata: nothing of a listing is taken for a title, and no title for metadata."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.reading.web_listing import announces_name, is_metadata, is_number, is_user_name


@pytest.mark.parametrize(
    "line",
    [
        "MAR 14",
        "Fri, Mar 14",
        "March 14th, 2025",
        "Published: 14 March 2025",
        "3/14/2025",
        "1,234",
        "1.2k stars",
        "submitted by @akhaliq on Mar 14",
        "Authors: Ada Lovelace, Charles Babbage",
        "[cs.CL]",
        "cs.LG, stat.ML",
        "\u00b7",
        "\uff19\uff13 upvotes",
    ],
)
def test_metadata(line: str) -> None:
    assert is_metadata(line)


@pytest.mark.parametrize(
    "line",
    [
        "The probabilistic world",
        "Compressing Pre-trained Models of Code into 3 MB",
        "A Brief History of March 14",
        "GitHub Copilot",
        "7 Authors in Search of a Character",
        "Paperswithcode",
        "mar 14 " * 40,
    ],
)
def test_not_metadata(line: str) -> None:
    assert not is_metadata(line)


def test_hardly_any_real_title_looks_like_metadata(shared_data: Path) -> None:
    lines = (shared_data / "scifact" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    titles = {json.loads(line)["title"] for line in lines}
    assert len(titles) > 5000
    # "Summary" is what the corpus has where it knows no title.
    assert {title for title in titles if is_metadata(title)} == {"Summary"}


def test_names() -> None:
    assert announces_name("Submitted by")
    assert announces_name("submitted by:")
    assert not announces_name("Submitted by akhaliq")
    assert all(map(is_user_name, ["akhaliq", "some_one", "@ak", "Open/Lab", "user-12"]))
    assert not any(map(is_user_name, ["BERT", "Ada Lovelace", "GPT-4"]))


def test_numbers() -> None:
    assert is_number("1984")
    assert not is_number("1.2k")
    assert not is_number("19840")
