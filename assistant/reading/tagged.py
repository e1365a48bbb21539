"""Records as lines with a tag in front, such as `TI  - A title`; `tagged_formats` has the formats.

A line without a tag continues the value above it. Only one record is held in memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from assistant.paper import Paper
from assistant.reading.format import Format, NoPaper, Skip
from assistant.reading.record import LARGEST_RECORD, PART_COST, TOO_LARGE
from assistant.reading.source import Source

# What a program writes above its records is shorter than a line of prose.
_HEADER_WORDS = 20
_LINE_END = re.compile(r"[\r\n]+")


@dataclass(frozen=True)
class Layout:
    """How the lines of one format make records.

    Args:
        tag: matches a line that has a tag; groups are the tag and the value.
        begins: tags that begin a record.
        once: tags that a record has only once, so a second one begins the next record.
        ends: tags that end a record.
        outside: tags above all records.
        apart: a tag after a blank line begins a record.
    """

    tag: re.Pattern[str]
    begins: frozenset[str] = frozenset()
    once: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    apart: bool = False


@dataclass
class Record:
    """One record: the lines of each value of each tag, and the number of its first line."""

    line: int
    values: dict[str, list[list[str]]] = field(default_factory=dict)
    size: int = 0
    failure: tuple[int, str] | None = None
    is_closed: bool = False

    def all(self, *tags: str, join: str = " ") -> list[str]:
        """The values of `tags`, those of the first tag first, their lines joined."""
        found = (join.join(lines).strip() for tag in tags for lines in self.values.get(tag, ()))
        return [value for value in found if value]

    def first(self, *tags: str) -> str:
        """The first value of the first of `tags` that has one, else nothing."""
        return next(iter(self.all(*tags)), "")

    def lines(self, *tags: str) -> list[str]:
        """Every line of the values of `tags`, for formats with one item per line."""
        return [line for value in self.all(*tags, join="\n") for line in value.split("\n")]

    def text(self, *tags: str) -> str:
        """All values of the first of `tags` that has any: some programs write texts in parts."""
        return next(("\n".join(found) for tag in tags if (found := self.all(tag, join="\n"))), "")

    def words(self, *tags: str) -> list[str]:
        """The values of `tags`, without the white space in them."""
        return [word for value in self.all(*tags) for word in value.split()]


def tagged_format(
    name: str,
    expected: str,
    first: re.Pattern[str],
    layout: Layout | Callable[[str], Layout],
    paper: Callable[[Record, str], Paper],
) -> Format:
    """The format whose first record begins with a line `first`.

    `paper` makes a Paper of a record and the name of its file. The layout may depend on the first
    characters of a file.
    """

    def layout_of(head: str) -> Layout:
        return layout if isinstance(layout, Layout) else layout(head)

    def matches(head: str) -> bool:
        return _opens(head, first, layout_of(head).tag)

    def read(source: Source, skip: Skip) -> Iterator[Paper]:
        return _papers(source, layout_of(source.head), paper, skip)

    return Format(name, expected, matches, read)


def _opens(head: str, first: re.Pattern[str], tag: re.Pattern[str]) -> bool:
    """Tell whether the first record of `head` begins with a line `first` and one with a `tag`.

    Only short lines of a header may be above it, no prose, markup or data.
    """
    lines = [line for line in _LINE_END.split(head) if line.strip()]
    for number, line in enumerate(lines):
        if first.match(line):
            return all(tag.match(line) for line in lines[number + 1 : number + 2])
        if line.lstrip()[0] in "{[<@%" or len(line.split()) > _HEADER_WORDS:
            return False
    return False


def _papers(
    source: Source, layout: Layout, paper: Callable[[Record, str], Paper], skip: Skip
) -> Iterator[Paper]:
    for record in _records(source, layout):
        if record.failure:
            skip(*record.failure)
            continue
        try:
            found = paper(record, source.name)
            if not found.abstract and layout.ends and not record.is_closed:
                # It may have been cut above its abstract.
                raise NoPaper("it has no abstract and no end: it was cut")
            yield found
        except NoPaper as error:
            skip(record.line, str(error))


def _records(source: Source, layout: Layout) -> Iterator[Record]:
    record: Record | None = None
    value: list[str] = []
    last = 0
    bad: list[tuple[int, str]] = []
    any_closed = is_whole = False
    for number, line in source.lines(lambda *problem: bad.append(problem)):
        is_whole = line.endswith("\n")
        line = line.rstrip()
        if bad:
            record = record or Record(bad[0][0])
            record.failure = record.failure or bad[0]
            bad.clear()
        found = layout.tag.match(line)
        if found is None:
            if record:
                _go_on(record, value, line, after_blank=number > last + 1)
            last = number
            continue
        is_apart = layout.apart and number > last + 1
        last = number
        tag, text = found.groups(default="")
        is_again = record is not None and tag in layout.once and tag in record.values
        if record and (tag in layout.begins or is_apart or is_again):
            yield record
            record = None
        if tag in layout.ends:
            if record:
                record.is_closed = any_closed = True
                yield record
            record = None
        elif record or tag not in layout.outside:
            record = record or Record(number)
            value = []
            record.values.setdefault(tag, []).append(value)
            _go_on(record, value, text, after_blank=False)
    if bad:
        record = record or Record(bad[0][0])
        record.failure = record.failure or bad[0]
    if record:
        # Where records have ends, the last one has none, and its last line neither.
        if any_closed and not is_whole and layout.begins & record.values.keys():
            record.failure = record.failure or (record.line, "the file ends within it: it was cut")
        yield record


def _go_on(record: Record, value: list[str], line: str, after_blank: bool) -> None:
    record.size += len(line) + PART_COST
    if record.size > LARGEST_RECORD:
        record.failure = record.failure or (record.line, TOO_LARGE)
        value.clear()
        record.values = {tag: [] for tag in record.values}
        return
    if after_blank and value:
        value.append("")
    value.append(line.strip())
