"""Lines of tagged formats as programs really write them -> lines that begin with their tag.

Files are joined without a line end between them, a byte order mark is left before the second one,
line ends are of kinds that no editor shows, and spaces are not what they look like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.reading.source import Source

DASH = "[-\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"
"""What programs and fonts write for the hyphen behind a tag."""
_MARK = "\ufeff"
# Line ends that only some programs know, and the byte order mark, which only begins a file.
_INNER_END = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029\ufeff]+")
_RARE_END = re.compile("[\x0b\x0c\x85\u2028\u2029]+")
_ANY_END = re.compile("[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
# What cannot be seen at the start of a line.
_UNSEEN = "\x00\x0b\x0c\x1a\x1c\x1d\x1e\x1f\x85\u200b\u200e\u200f\u2028\u2029\u2060\ufeff"
# A mark of UTF-8 that was read as Windows-1252.
_WRONG_MARK = "ï»¿"
_SPACES = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
# No tag, with what is around it, is longer.
_TAG_WIDTH = 16
_AROUND_TAG = re.compile(rf"\s*\W?\w{{0,4}}\s*(?:{DASH}\s*)?")


@dataclass(frozen=True)
class Beginning:
    """The first line of a record that may be joined to the end of another line.

    Args:
        sign: a text that is in every such line.
        pattern: matches the first line at the end of the other one.
    """

    sign: str
    pattern: re.Pattern[str]


# A plain tuple: a named one takes a fifth of the time for a line.
TaggedLine = tuple[int, str, bool, bool]
"""One line of text.

- its number in the file, from 1
- the line without white space at its end
- whether a blank line, or a byte order mark, is above it
- whether it has a line end
"""


def tagged_lines(
    source: Source,
    tag: re.Pattern[str],
    begin: Beginning | None,
    on_bad_line: Callable[[int, str], None],
) -> Iterator[TaggedLine]:
    """Yield the lines of `source` that are not blank, as `Source.lines` reads them.

    A line that holds several is split where a mark or a rare line end is followed by a `tag`, and
    where the first line of a record, which `begin` matches, is behind another one.
    """
    last = 0
    # A sign that is in no line, where nothing is joined.
    sign = begin.sign if begin else "\n"
    for number, line in source.lines(on_bad_line):
        is_apart = number > last + 1
        last = number
        is_whole = line.endswith("\n")
        line = line.rstrip()
        if line.isprintable() and sign not in line and not line.startswith(_WRONG_MARK):
            yield number, line, is_apart, is_whole
            continue
        for text, is_marked in _pieces(line, tag, begin):
            yield number, text, is_apart or is_marked, is_whole
            is_apart = False


def plain_head(head: str) -> str:
    """The lines of `head` that are not blank, with plain spaces at their start, and `\\n`."""
    lines = (visible(line).rstrip() for line in _ANY_END.split(head))
    return "\n".join(line for line in lines if line)


def visible(line: str) -> str:
    """`line` without what cannot be seen at its start, and with plain spaces there."""
    if line.isascii() and line[:1].isprintable():
        return line
    line = line.lstrip(_UNSEEN).removeprefix(_WRONG_MARK)
    # Only around the tag: a value keeps the spaces that it has.
    end = _AROUND_TAG.match(line[:_TAG_WIDTH]).end()  # type: ignore[union-attr]
    return line[:end].translate(_SPACES) + line[end:]


def _pieces(line: str, tag: re.Pattern[str], begin: Beginning | None) -> Iterator[tuple[str, bool]]:
    """The lines in `line`, and whether a byte order mark is in front of each."""
    done = seen = 0
    is_marked, is_blank = False, True
    if not line.isascii() or not line.isprintable():
        for found in _INNER_END.finditer(line):
            is_blank = is_blank and not line[seen : found.start()].strip()
            seen = found.end()
            if is_blank or tag.match(visible(line[seen : seen + 2 * _TAG_WIDTH])):
                if text := _plain(line[done : found.start()], tag):
                    yield from _unglued(text, begin, is_marked)
                    is_marked = False
                is_marked |= _MARK in found[0]
                done, is_blank = seen, True
    if text := _plain(line[done:], tag):
        yield from _unglued(text, begin, is_marked)


def _plain(line: str, tag: re.Pattern[str]) -> str:
    """`line` as it is, without what is around its tag if it has one; "" if it looks blank."""
    seen = visible(line).rstrip()
    text = seen if tag.match(seen) else line.rstrip() if seen else ""
    return text if text.isascii() and text.isprintable() else _RARE_END.sub("\n", text)


def _unglued(text: str, begin: Beginning | None, is_marked: bool) -> Iterator[tuple[str, bool]]:
    """`text`, and the first line of a record that is joined to its end as a line of its own."""
    found = begin.pattern.search(text, 1) if begin and begin.sign in text else None
    if found is None:
        yield text, is_marked
        return
    yield text[: found.start()].rstrip(), is_marked
    yield found[0].strip(), True
