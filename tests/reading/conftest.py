"""The clean page that every disturbed one is compared with."""

from __future__ import annotations

from pathlib import Path

import pytest

Pairs = list[tuple[str, str]]
HEADER_LINES = 5


@pytest.fixture(scope="session")
def page_lines(shared_data: Path) -> list[str]:
    """The real page's lines without the blank ones: header, then title and abstract in turn."""
    text = (shared_data / "trending_page.txt").read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line]


@pytest.fixture(scope="session")
def pairs(page_lines: list[str]) -> Pairs:
    """The page's titles and abstracts, found by their place alone, without the reader."""
    body = page_lines[HEADER_LINES:]
    return list(zip(body[::2], body[1::2], strict=True))
