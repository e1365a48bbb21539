"""Joins lines that an editor or a mail program wrapped at a fixed width."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.reading.source import UNREADABLE, split_lines
from assistant.text.sanitizing import sanitized_lines

# Nobody wraps wider; longer lines are whole paragraphs.
_WIDEST = 200
# Fewer lines than this may look full by chance.
_FEWEST_LINES = 3
_FEWEST_WORDS = 40
_SENTENCE_ENDS = (".", "!", "?", "…", '."', ".”", ".)", "?)")
_BROKEN_WORD = re.compile(r"\w-+$")
_CONJUNCTION = re.compile(r"(?:and|or)(?:\s|$)")
# Lines of a block, which is held in memory; a longer one is given in parts.
_LONGEST_BLOCK = 10_000
_SLICE = 65_536


@dataclass(frozen=True, slots=True)
class Line:
    """Text without surrounding white space, and its number in the file, from 1.

    A `damaged` line has bytes that are not text.
    """

    number: int
    text: str
    damaged: bool = False


def blocks(text: str) -> Iterator[list[Line]]:
    """Yield the groups of lines between blank lines."""
    block: list[Line] = []
    # In slices: a list of all lines would take many times the memory of the text.
    slices = (text[at : at + _SLICE] for at in range(0, len(text), _SLICE))
    for number, line in split_lines(slices, len(text)):
        raw = line or ""
        # What cannot be seen is nothing to the eye, and no other kind of line end is one here.
        damaged = UNREADABLE in raw
        # A title that cannot be read must not leave its abstract to the paper above.
        shown = "" if raw.isspace() else sanitized_lines(raw).replace("\n", " ").strip()
        shown = shown or "\ufffd" * damaged
        if shown:
            block.append(Line(number, shown, damaged))
        if block and (not shown or len(block) == _LONGEST_BLOCK):
            yield block
            block = []
    if block:
        yield block


def wrapped_width(
    page: Iterable[Sequence[Line]], begins: Callable[[str], bool] = lambda text: False
) -> int | None:
    """Width at which the page is wrapped, in characters; None if its paragraphs are whole lines.

    The test is the rule that every wrapping program follows: a line ends where the next word would
    not have fitted. Lines that were never wrapped do not pass it but by chance, so their page is
    left exactly as it is. A line that `begins` a paragraph is never the next of one.
    """
    widths = (width for block in page for width in _paragraph_widths(block, begins))
    return max(widths, default=None)


def unwrapped(
    block: Sequence[Line],
    width: int | None,
    stands_alone: Callable[[str], bool],
    begins: Callable[[str], bool] = lambda text: False,
) -> Iterator[Line]:
    """Yield the block's lines, those joined that were one before wrapping at `width`.

    A line that `stands_alone` is not part of its neighbours, unless it is plainly a tail. One that
    `begins` a paragraph is not part of the line above it.
    """
    if width is None:
        yield from block
        return
    paragraph = [block[0]]
    for line in block[1:]:
        last = paragraph[-1]
        is_other = stands_alone(line.text) or begins(line.text)
        apart = (len(paragraph) == 1 and stands_alone(last.text)) or (
            is_other and not _is_tail(line.text, last.text)
        )
        if apart or not _is_full(last, line, width):
            yield _joined(paragraph)
            paragraph = []
        paragraph.append(line)
    yield _joined(paragraph)


def rejoined(lines: Iterable[str]) -> str:
    """The lines of one paragraph as one line.

    Some programs also break after a hyphen inside a word, which then gets no space; but "pre- and
    post-training" has one.
    """
    parts: list[str] = []
    last = ""
    for line in lines:
        inside_word = _BROKEN_WORD.search(last) and not _CONJUNCTION.match(line)
        parts.append(line if inside_word or not last else f" {line}")
        last = line
    return "".join(parts)


def _paragraph_widths(block: Sequence[Line], begins: Callable[[str], bool]) -> Iterator[int]:
    """Widest line of each group in the block that was filled word by word and reads as prose."""
    start = 0
    while start < len(block):
        width = len(block[start].text)
        fullest = _WIDEST
        end = start + 1
        while end < len(block):
            wider = max(width, len(block[end].text))
            room = min(fullest, _reach(block[end - 1], block[end]))
            if wider > _WIDEST or room < wider or begins(block[end].text):
                break
            width, fullest, end = wider, room, end + 1
        words = sum(len(line.text.split()) for line in block[start:end])
        if (
            end - start >= _FEWEST_LINES
            and words >= _FEWEST_WORDS
            and block[end - 1].text.endswith(_SENTENCE_ENDS)
        ):
            yield width
        start = end


def _reach(line: Line, following: Line) -> int:
    """Length the line would have had with the next word in it."""
    return len(line.text) + 1 + len(following.text.split(maxsplit=1)[0])


def _is_full(line: Line, following: Line, width: int) -> bool:
    # Only a single long word, such as a web address, sticks out.
    fits = len(line.text) <= width or " " not in line.text
    return fits and _reach(line, following) >= width


def _is_tail(text: str, before: str) -> bool:
    """It continues a sentence: in lower case, or one word, an address, up to a full stop."""
    if before.endswith(_SENTENCE_ENDS):
        return False
    return text[0].islower() or text.isalpha() or text.endswith(".") or "://" in text


def _joined(paragraph: Sequence[Line]) -> Line:
    damaged = any(line.damaged for line in paragraph)
    return Line(paragraph[0].number, rejoined(line.text for line in paragraph), damaged)
