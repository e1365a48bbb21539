"""Sections of structured abstracts among the lines of a page: a label with the text below it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from assistant.reading.line_wrapping import Line, rejoined
from assistant.reading.section_labels import Label, ends_sentence, label_of
from assistant.reading.web_listing import is_metadata

# Labels above each other without a text: a section with parts, or the contents of a page.
_MOST_EMPTY = 12
_PROSE_WORDS = 20
_ABSTRACT_WORDS = 40
# Characters from which on a line may have been wrapped.
_FULL_LINE = 50


@dataclass(frozen=True)
class Part:
    """A line of a page; with a label it is a whole section."""

    line: Line
    label: Label | None = None
    stray: bool = False
    """A label without a text, such as an item of a menu."""


def parts(lines: Iterable[Line]) -> Iterator[Part]:
    """Yield the lines with sections joined: a label above its text is one line with it.

    A line such as "Setting: a hospital" is only a section if another is next to it, because titles
    are written so as well.
    """
    reader = _Lookahead(lines)
    in_sections = False
    while (line := reader.next()) is not None:
        label = label_of(line.text) if in_sections else _label_of(line.text)
        if label is None:
            in_sections = False
            yield Part(line)
            continue
        found = _section(line, label, reader, in_sections)
        in_sections = any(part.label for part in found)
        yield from found


class _Lookahead:
    """Lines, of which the next two can be looked at."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = iter(lines)
        self._waiting: deque[Line] = deque()

    def next(self) -> Line | None:
        return self._waiting.popleft() if self._waiting else next(self._lines, None)

    def peek(self, at: int = 0) -> Line | None:
        while len(self._waiting) <= at:
            line = next(self._lines, None)
            if line is None:
                return None
            self._waiting.append(line)
        return self._waiting[at]

    def goes_on(self, line: Line) -> bool:
        """Tell whether the line directly below `line` goes on with its sentence."""
        below = self.peek()
        return (
            below is not None
            and below.number == line.number + 1
            and not below.text[0].isupper()
            and not is_metadata(below.text)
        )

    def has_prose(self, at: int = 0) -> bool:
        """Tell whether a line is an abstract by its length, without a label."""
        line = self.peek(at)
        return line is not None and not self.has_label(at) and _is_abstract(line.text)

    def has_label(self, at: int = 0) -> bool:
        line = self.peek(at)
        return line is not None and _label_of(line.text) is not None


def _label_of(text: str) -> Label | None:
    return None if is_metadata(text) else label_of(text)


def _section(line: Line, label: Label, reader: _Lookahead, in_sections: bool) -> list[Part]:
    heads = [line]
    while label.alone:
        following = reader.peek()
        below = _label_of(following.text) if following else None
        if following is None or below is None or len(heads) == _MOST_EMPTY:
            break
        reader.next()
        heads.append(following)
        label = replace(below, first=label.first, name=label.name)
    if not label.alone:
        # A short one alone above prose may be a title.
        is_certain = label.certain and not (_is_short(line.text) and reader.has_prose())
        is_sure = is_certain or in_sections or len(heads) > 1
        if not (is_sure or reader.has_label() or reader.goes_on(heads[-1])):
            return [Part(line)]
        return [Part(_continued(_stacked(heads), reader), label)]
    text = reader.peek()
    is_name = in_sections and label.before_name
    may_be_title = text is not None and _is_short(text.text) and reader.has_prose(1)
    is_prose = text is not None and _is_prose(text.text) and (in_sections or not may_be_title)
    if text is None or not (is_name or is_prose or reader.has_label(1)):
        return [Part(head, stray=True) for head in heads]
    reader.next()
    return [Part(_continued(_stacked([*heads, text]), reader), label)]


def _is_abstract(text: str) -> bool:
    return len(text.split(maxsplit=_ABSTRACT_WORDS)) >= _ABSTRACT_WORDS


def _is_short(text: str) -> bool:
    return len(text.split()) < _PROSE_WORDS


def _is_prose(text: str) -> bool:
    return ends_sentence(text) or len(text.split()) >= _PROSE_WORDS


def _continued(section: Line, reader: _Lookahead) -> Line:
    """The section with the lines directly below that go on with its sentence."""
    texts, last, damaged = [section.text], section.number + section.text.count("\n"), False
    while not ends_sentence(texts[-1]):
        below = reader.peek()
        if below is None or below.number > last + 1 or reader.has_label():
            break
        # A title may be below what ends without a full stop, but not in the middle of a line.
        is_apart = below.text[0].isupper() or is_metadata(below.text)
        if is_apart and len(texts[-1]) < _FULL_LINE:
            break
        reader.next()
        texts.append(below.text)
        last, damaged = below.number, damaged or below.damaged
    return Line(section.number, rejoined(texts), section.damaged or damaged)


def _stacked(lines: list[Line]) -> Line:
    return Line(
        lines[0].number, "\n".join(line.text for line in lines), any(line.damaged for line in lines)
    )
