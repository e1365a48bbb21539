"""The saved page: the same papers come out, however the page was saved, pasted or decorated."""

from __future__ import annotations

import random
import textwrap
from pathlib import Path

import pytest

from assistant.errors import NoPapersFound
from assistant.reading import Failure, ReadAs, read_bytes, read_file

Pairs = list[tuple[str, str]]
HEADER_LINES = 5

# What a listing shows around its papers; `>` is a line end.
METADATA = """\
Mar 14 | Mar 14, 2025 | 14 Mar 2025 | Sept. 3, 2024 | Published on Mar 14, 2025 | 2025-03-14
Submitted by>akhaliq | Submitted by>>AdinaY | Submitted by>Niels Rogge>93 | Submitted by akhaliq
93 | 1.2k | +12 | Upvote | Upvote 93 | Upvote>>93 | 93 upvotes | ▲ 93 | ⭐ 1.2k | Upvotes: 5
· 7 authors | 7 authors | ·>7 authors>· | 1 author | - | — | * | +4 authors
GitHub | GitHub 1.2k | arXiv Page | Project page | View on arXiv | View PDF | Code | Models
5 comments | Comments (5) | No comments | 2 days ago | about 3 hours ago | #1 Paper of the day
Mar 14 · 93 upvotes · 7 authors | new | Subscribe | Trending Papers | Log In | Sign Up
Get trending papers in your email inbox! | byAK and the research community | AI-generated summary
https://arxiv.org/abs/2503.12345 | arXiv:2503.12345 | ByteDance Seed | Jane Doe, Richard Roe
"""
RUNS = [run.strip().replace(">", "\n") for line in METADATA.splitlines() for run in line.split("|")]


def read_text(text: str, name: str = "page.txt", encoding: str = "utf-8") -> Pairs:
    """Titles and abstracts of a text that must be read without a single failure."""
    failures: list[Failure] = []
    papers = list(read_bytes(text.encode(encoding), name, failures.append))
    assert failures == []
    return [(paper.title, paper.abstract) for paper in papers]


def read_forced(text: str) -> Pairs:
    """The same of a text of words without a meaning, which is read only if the user says so."""
    failures: list[Failure] = []
    papers = list(read_bytes(text.encode(), "page.txt", failures.append, None, ReadAs.saved_page))
    assert failures == []
    return [(paper.title, paper.abstract) for paper in papers]


def prose(words: int, about: str = "things") -> str:
    return " ".join([f"We study {about} here:", *["word"] * (words - 5), "end."])


def test_real_page_gives_exactly_its_73_papers(shared_data: Path, pairs: Pairs) -> None:
    failures: list[Failure] = []
    papers = list(read_file(shared_data / "trending_page.txt", failures.append))
    assert len(papers) == 73
    assert [(paper.title, paper.abstract) for paper in papers] == pairs
    assert {paper.source for paper in papers} == {"trending_page.txt"}
    assert failures == []


@pytest.mark.parametrize(
    ("encoding", "line_end", "blank", "end"),
    [
        ("utf-8", "\r\n", "", "\r\n"),
        ("utf-8", "\r", "", ""),
        ("utf-8-sig", "\n", "", "\n\n\n"),
        ("utf-8-sig", "\r\n", "\r\n\r\n", ""),
        ("utf-8", "\n", "   \n\n \t \n\u00a0", " "),
        ("utf-16", "\r\n", "", "\r\n"),
        ("utf-32", "\n", "", ""),
    ],
)
def test_line_ends_marks_and_blank_lines_do_not_matter(
    page_lines: list[str], pairs: Pairs, encoding: str, line_end: str, blank: str, end: str
) -> None:
    text = f"{line_end}{blank}{line_end}".join(page_lines) + end
    assert read_text(text, encoding=encoding) == pairs


def test_page_without_any_blank_line(page_lines: list[str], pairs: Pairs) -> None:
    assert read_text("\n".join(page_lines)) == pairs


def test_page_indented_by_pasting(page_lines: list[str], pairs: Pairs) -> None:
    assert read_text("\n\n".join(f"  \u200b{line}\t" for line in page_lines)) == pairs


def test_page_twice_gives_its_pairs_twice(page_lines: list[str], pairs: Pairs) -> None:
    assert read_text("\n\n".join(page_lines * 2)) == pairs * 2


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("place", ["above the title", "between", "below the abstract"])
def test_each_kind_of_metadata_at_each_place(
    page_lines: list[str], pairs: Pairs, run: str, place: str
) -> None:
    lines = page_lines[:HEADER_LINES]
    for title, abstract in pairs:
        if place == "above the title":
            lines += [run, title, abstract]
        elif place == "between":
            lines += [title, run, abstract]
        else:
            lines += [title, abstract, run]
    assert read_text("\n\n".join(lines)) == pairs


@pytest.mark.parametrize("seed", range(20))
def test_random_metadata_everywhere(page_lines: list[str], pairs: Pairs, seed: int) -> None:
    chance = random.Random(seed)
    lines = page_lines[:HEADER_LINES]
    for pair in pairs:
        for line in pair:
            lines += [*chance.choices(RUNS, k=chance.randint(0, 6)), line]
    lines += chance.choices(RUNS, k=3)
    line_end = chance.choice(["\n", "\r\n"])
    between = line_end * chance.randint(1, 4)
    assert read_text(between.join(lines).replace("\n", line_end)) == pairs


@pytest.mark.parametrize("width", [40, 60, 72, 80, 100])
@pytest.mark.parametrize("on_hyphens", [True, False])
def test_wrapped_paste_is_joined_exactly(
    page_lines: list[str], pairs: Pairs, width: int, on_hyphens: bool
) -> None:
    wrapped = (
        textwrap.fill(line, width, break_on_hyphens=on_hyphens, break_long_words=False)
        for line in page_lines
    )
    assert read_text("\n\n".join(wrapped)) == pairs


def test_white_space_inside_is_kept() -> None:
    abstract = prose(50).replace("word word", "word  \u00a0 word", 1)
    assert read_forced(f"A  wide title\n\n{abstract}") == [("A  wide title", abstract)]


@pytest.mark.parametrize("words", [20, 30, 45])
def test_short_abstract_needs_only_a_title_above_it(words: int) -> None:
    text = f"new\n\nOn cats\n\n{prose(words)}\n\n12\n\nOn dogs\n\n{prose(words)}"
    assert read_forced(text) == [("On cats", prose(words)), ("On dogs", prose(words))]


def test_abstract_of_one_sentence_must_share_a_word_with_its_title() -> None:
    sentence = "This note shows that every planar graph has four colours."
    assert read_forced(f"Colouring planar graphs\n\n{sentence}") == [
        ("Colouring planar graphs", sentence)
    ]
    with pytest.raises(NoPapersFound):
        read_forced(f"Opening hours\n\n{sentence}")


def test_title_that_ends_with_a_full_stop() -> None:
    title = "Growth of the white matter of newborn children seen in magnetic resonance imaging."
    first, second = prose(60, "growth"), prose(25, "newborn children")
    assert read_forced(f"{title}\n\n{first}\n\n{title}\n\n{second}") == [
        (title, first),
        (title, second),
    ]


@pytest.mark.parametrize("title", ["BERT", "word2vec", "1984", "GitHub Copilot", "Code Llama"])
def test_titles_that_look_like_something_else(title: str) -> None:
    first = ("A real title", prose(60))
    assert read_forced(f"{first[0]}\n\n{first[1]}\n\n{title}\n\n{prose(50)}") == [
        first,
        (title, prose(50)),
    ]


def test_name_after_bare_submitted_by_is_no_title() -> None:
    text = f"A title\n\nSubmitted by\n\nGrace Things\n\n{prose(50)}"
    assert read_forced(text) == [("A title", prose(50))]


def test_title_after_bare_submitted_by_is_taken_if_there_is_no_other() -> None:
    assert read_forced(f"Submitted by\n\nA title\n\n{prose(50)}") == [("A title", prose(50))]


def test_paragraphs_of_one_abstract_stay_together() -> None:
    text = f"A title\n\n{prose(50)}\n\n{prose(60)}\n\nAnother title\n\n{prose(70)}"
    assert read_forced(text) == [
        ("A title", f"{prose(50)}\n\n{prose(60)}"),
        ("Another title", prose(70)),
    ]


def test_abstract_without_title_is_a_failure_and_the_rest_goes_on() -> None:
    text = f"{prose(50)}\n\nA title\n\n{prose(60)}\n\n93 upvotes\n\n{prose(70)}"
    failures: list[Failure] = []
    papers = list(read_bytes(text.encode(), "page.txt", failures.append, None, ReadAs.saved_page))
    assert [paper.title for paper in papers] == ["A title"]
    assert papers[0].abstract == prose(60)
    assert [failure.where for failure in failures] == ["page.txt:1", "page.txt:9"]
    assert "70 words has no title" in failures[1].why


@pytest.mark.parametrize(
    "text",
    [
        "just one line",
        "new\n\nSubscribe\n\nMar 14\n\n93",
        "A title\n\nAnother title\n\nA third title",
        "word " * 500,
        "Dear all\n\nwe meet at noon.\n",
    ],
)
def test_page_without_a_pair_says_what_was_expected(text: str) -> None:
    with pytest.raises(NoPapersFound, match=r"page\.txt.*title on one line.*abstract") as caught:
        list(read_bytes(text.encode(), "page.txt", lambda failure: None))
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_cost_their_paper() -> None:
    pages = [f"Title of the {n}th\n\n{prose(50)} \u00e9 end.\n\n" for n in range(3)]
    for damaged in (pages[1].encode()[:-8] + b"\xff.\n\n", b"\xff" + pages[1].encode()):
        failures: list[Failure] = []
        data = pages[0].encode() + damaged + pages[2].encode()
        papers = list(read_bytes(data, "page.txt", failures.append, None, ReadAs.saved_page))
        assert [paper.title for paper in papers] == ["Title of the 0th", "Title of the 2th"]
        assert [failure.where for failure in failures] == ["page.txt:5"]
        assert failures[0].why.startswith("it has bytes that are not text")


def test_a_book_is_no_abstract() -> None:
    text = f"A book\n\n{'word ' * 30_000}end.\n\nA title\n\n{prose(50)}"
    failures: list[Failure] = []
    (paper,) = read_bytes(text.encode(), "page.txt", failures.append, None, ReadAs.saved_page)
    assert paper.title == "A title"
    assert [failure.why for failure in failures] == [
        "its abstract has 150,004 characters; the limit is 100,000"
    ]


def test_titles_in_markdown() -> None:
    prose = "We look at cats and mice for long, and find what nobody else has seen. " * 4
    text = (
        f"# Daily papers\n\n## [Of cats](https://huggingface.co/papers/2403.01234)\n\n{prose}\n\n"
        f"### Of C# and mice\n\n{prose}\n\n[Re] Of cats\n\n{prose}\n"
    )
    papers = list(read_bytes(text.encode(), "x.md", print, None, ReadAs.saved_page))
    assert [paper.title for paper in papers] == ["Of cats", "Of C# and mice", "[Re] Of cats"]
    assert (papers[0].arxiv, papers[0].url) == (
        "2403.01234",
        "https://huggingface.co/papers/2403.01234",
    )
