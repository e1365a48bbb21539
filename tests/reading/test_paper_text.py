"""The text of one paper, as it is copied out of a PDF; pages of several papers are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_support import read_with

from assistant.reading import detect, paper_text, read_bytes

ABSTRACT = """We study the attention of cats, which is the low-
est of all animals, with state-of-
the-art methods. The state-of-the-art is bad, and we show so on two cats."""
CLEAN = (
    "We study the attention of cats, which is the lowest of all animals, with state-of-the-art "
    "methods. The state-of-the-art is bad, and we show so on two cats."
)
PAPER = f"""arXiv:2401.00001v1  [cs.CL]  1 Jan 2024
Published as a conference paper at CATS 2024
Attention Is What You Want: A Study of
Cats
Ada Lovelace1, Alan Turing2∗
1University of Somewhere
ada@example.org
Abstract
{ABSTRACT}
1 Introduction
Cats are animals. {"More text is here, and it is long. " * 60}
References
[1] A. Author. Attention of dogs. arXiv:1706.03762v5 [cs.CL]
"""


def test_a_paper() -> None:
    found = detect(PAPER)
    assert found is not None
    assert found.name == "text of one paper"
    (paper,), failures = read_with(paper_text.FORMAT, PAPER)
    assert failures == []
    assert paper.title == "Attention Is What You Want: A Study of Cats"
    assert paper.abstract == CLEAN
    assert paper.authors == ("Ada Lovelace", "Alan Turing")
    assert paper.arxiv == "2401.00001v1"


@pytest.mark.parametrize("heading", ["ABSTRACT\n", "Abstract—", "Abstract: ", "A B S T R A C T\n"])
@pytest.mark.parametrize("end", ["I. INTRODUCTION", "Introduction", "Keywords: cats", "1. Cats"])
def test_headings(heading: str, end: str) -> None:
    text = PAPER.replace("Abstract\n", heading).replace("1 Introduction", end)
    (paper,), _ = read_with(paper_text.FORMAT, text)
    assert paper.abstract == CLEAN


def test_blocks_and_no_introduction() -> None:
    text = (
        f"A study of cats\nand of owls\n\nAda Lovelace and Alan Turing\n\nAbstract\n\n{ABSTRACT}\n"
    )
    (paper,), _ = read_with(paper_text.FORMAT, text)
    assert paper.title == "A study of cats and of owls"
    assert paper.authors == ("Ada Lovelace", "Alan Turing")
    assert paper.abstract == CLEAN


@pytest.mark.parametrize(
    "text",
    [
        # Two papers; an abstract without an end; nothing above; prose above; no abstract.
        f"A title\n\nAbstract\n\n{ABSTRACT}\n\nB title\n\nAbstract\n\n{ABSTRACT}",
        f"A title\n\nAbstract\n\n{ABSTRACT}\n\nB title\n\n{ABSTRACT}",
        f"Abstract\n{ABSTRACT}\n1 Introduction\n",
        f"A title\n\n{'Prose goes on and on. ' * 20}\n\nAbstract\n{ABSTRACT}\n1 Introduction\n",
        "A title\n\nAbstract\n1 Introduction\nText.",
        f"A title\n\n{ABSTRACT}",
    ],
)
def test_what_is_not_plainly_one_paper_is_left_to_others(text: str) -> None:
    assert not paper_text.FORMAT.matches(text)


def test_the_real_page_is_left_alone(shared_data: Path) -> None:
    page = (shared_data / "trending_page.txt").read_text(encoding="utf-8")
    assert not paper_text.FORMAT.matches(page)
    blocks = page.split("\n\n")
    for at in range(0, len(blocks) - 4, 2):
        assert not paper_text.FORMAT.matches("\n\n".join(blocks[at : at + 4]))


def test_bytes_that_are_no_text_cost_the_paper() -> None:
    failures: list[str] = []
    data = PAPER.encode().replace(b"of two cats", b"of two c\xffts").replace(b"is bad", b"\xff bad")
    with pytest.raises(Exception, match="not text"):
        list(read_bytes(data, "x", lambda failure: failures.append(failure.why)))
    assert failures == ["it has bytes that are not text: save the file as UTF-8"]
