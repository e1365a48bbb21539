"""Wrapped lines: joined where they were wrapped, and left alone where they were not."""

from __future__ import annotations

import textwrap

from assistant.reading.line_wrapping import Line, blocks, unwrapped, wrapped_width
from assistant.reading.web_listing import is_metadata

SENTENCE = "The quick brown fox jumps over a well-known lazy dog near the river bank. "
PARAGRAPH = (SENTENCE * 5).strip()


def joined(text: str) -> list[str]:
    page = list(blocks(text))
    width = wrapped_width(page)
    return [line.text for block in page for line in unwrapped(block, width, is_metadata)]


def test_blocks_number_lines_from_one() -> None:
    assert list(blocks("\n a \nb\n\u200b\n\nc")) == [[Line(2, "a"), Line(3, "b")], [Line(6, "c")]]


def test_width_is_none_for_whole_paragraphs() -> None:
    text = f"A title\n{PARAGRAPH}\nAnother title\n{PARAGRAPH}\n"
    assert wrapped_width(list(blocks(text))) is None
    assert joined(text) == ["A title", PARAGRAPH, "Another title", PARAGRAPH]


def test_short_lines_of_a_list_are_no_paragraph() -> None:
    text = "A first title of some words\nSecond\nThe third title of the list\n93\n" * 20
    assert wrapped_width(list(blocks(text))) is None


def test_wrapped_paragraphs_are_joined_with_their_title_apart() -> None:
    text = f"A title\n{textwrap.fill(PARAGRAPH, 50)}\n7 authors\n\nAnother\n\n{PARAGRAPH}"
    assert joined(text) == ["A title", PARAGRAPH, "7 authors", "Another", PARAGRAPH]


def test_metadata_is_no_tail_but_a_label_inside_a_sentence_is() -> None:
    body = textwrap.fill(PARAGRAPH, 40)
    full = "A title that is just as long as 40 signs"
    assert len(full) == 40
    assert joined(f"{body}\n\n{full}\nMar 14")[1:] == [full, "Mar 14"]
    assert joined(f"{body}\n\n{full}\nModels")[1:] == [f"{full} Models"]


def test_hyphen_at_the_end_of_a_line() -> None:
    body = textwrap.fill(PARAGRAPH, 40)
    inside, conjunction = "x" * 28 + " with well-", "x" * 28 + " with pre-"
    assert joined(f"{body}\n\n{inside}\nknown")[1:] == [f"{inside}known"]
    assert joined(f"{body}\n\n{conjunction}\nand post-training")[1:] == [
        f"{conjunction} and post-training"
    ]
