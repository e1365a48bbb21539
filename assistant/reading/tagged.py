"""Records as lines with a tag in front, such as `TI  - A title`; `tagged_formats` has the formats.

A line without a tag continues the value above it. Only one record is held in memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from assistant.paper import Paper
from assistant.reading.format import Format, Skip
from assistant.reading.record import LARGEST_RECORD, PART_COST, TOO_LARGE, made
from assistant.reading.source import Source
from assistant.reading.tagged_lines import Beginning, plain_head, tagged_lines

# What a program writes above its records is shorter than a line of prose.
_HEADER_WORDS = 20
_CUT = "the file ends within it: it was cut; export it again"


@dataclass(frozen=True)
class Layout:
    """How the lines of one format make records.

    Args:
        tag: matches a line that has a tag; groups are the tag and the value.
        begins: tags that begin a record, if they are not further down in it.
        once: tags that a record has only once, so a second one begins the next record.
        titles: tags of titles. A part of a file that begins with one of `begins`, or behind a blank
            line, is another record only if it has a title too,
        kinds: or if it repeats one of these groups of tags behind a record that has a title.
        people: those of authors.
        content: other tags whose values should not be lost if they are in no record.
        ends: tags that end a record.
        outside: tags above all records.
        apart: a tag behind a blank line may begin a record.
        glued: the first line of a record at the end of another line.
    """

    tag: re.Pattern[str]
    begins: frozenset[str] = frozenset()
    once: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    kinds: tuple[frozenset[str], ...] = ()
    content: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    apart: bool = False
    glued: Beginning | None = None


@dataclass(slots=True)
class _Field:
    line: int
    tag: str
    lines: list[str] = field(default_factory=list)
    size: int = 0


@dataclass(slots=True)
class Record:
    """One record: its fields in their order, and the number of its first line."""

    line: int
    fields: list[_Field] = field(default_factory=list)
    values: dict[str, list[list[str]]] = field(default_factory=dict)
    """The lines of each value of each tag."""
    failure: tuple[int, str] | None = None
    size: int = 0
    mark: int | None = None
    """Where in `fields` another record may begin."""
    is_apart: bool = False
    """A blank line is above the mark."""
    above: set[str] = field(default_factory=set)
    """The tags above the mark."""

    def all(self, *tags: str, join: str = " ") -> list[str]:
        """The values of `tags`, those of the first tag first, their lines joined."""
        known = self.values
        return [
            value
            for tag in tags
            if tag in known
            for lines in known[tag]
            # A value of one line has no white space around it.
            if (value := lines[0] if len(lines) == 1 else join.join(lines).strip())
        ]

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

    def add(self, line: int, tag: str, text: str) -> None:
        """Begin a value."""
        size = len(text) + PART_COST
        is_full = self.size + size > LARGEST_RECORD
        if self.size > LARGEST_RECORD and tag in self.values:
            return
        lines = [] if is_full else [text.strip()]
        self.fields.append(_Field(line, tag, lines, 0 if is_full else size))
        if tag in self.values:
            self.values[tag].append(lines)
        else:
            self.values[tag] = [lines]
        if is_full:
            self.go_on(text, after_blank=False)
        else:
            self.size += size

    def go_on(self, text: str, *, after_blank: bool) -> None:
        """Add a line to the last value."""
        if not self.fields or self.size > LARGEST_RECORD:
            return
        last = self.fields[-1]
        last.size += len(text) + PART_COST
        self.size += len(text) + PART_COST
        if self.size > LARGEST_RECORD:
            self.failure = self.failure or (self.line, TOO_LARGE)
            self.fields = [_Field(self.line, tag) for tag in self.values]
            self.values = {it.tag: [it.lines] for it in self.fields}
            self.mark = None
            return
        if after_blank:
            last.lines.append("")
        last.lines.append(text.strip())

    def set_mark(self, is_apart: bool) -> None:
        """Another record may begin with the next field."""
        self.above.update(it.tag for it in self.fields[self.mark or 0 :])
        self.mark, self.is_apart = len(self.fields), is_apart

    def part(self, place: int) -> Record:
        """Take away the fields from `place` on, and return them as another record."""
        taken = self.fields[place:]
        other = Record(taken[0].line, taken, size=sum(it.size for it in taken))
        for it in taken:
            other.values.setdefault(it.tag, []).append(it.lines)
        if self.failure and self.failure[0] >= other.line:
            other.failure, self.failure = self.failure, None
        del self.fields[place:]
        self.size -= other.size
        self.values = {}
        for it in self.fields:
            self.values.setdefault(it.tag, []).append(it.lines)
        return other


def tagged_format(
    name: str,
    expected: str,
    first: re.Pattern[str],
    layout: Layout | Callable[[str], Layout],
    paper: Callable[[Record, str], Paper],
    proof: re.Pattern[str] | None = None,
) -> Format:
    """The format whose first record begins with a line `first`.

    `paper` makes a Paper of a record and the name of its file. The layout may depend on the first
    characters of a file. Where `first` could be of another format too, `proof` must be among them.
    """

    def layout_of(head: str) -> Layout:
        return layout if isinstance(layout, Layout) else layout(head)

    def matches(head: str) -> bool:
        text = plain_head(head)
        if proof and not proof.search(text):
            return False
        return _opens(text, first, layout_of(text).tag)

    def read(source: Source, skip: Skip) -> Iterator[Paper]:
        return _papers(source, layout_of(plain_head(source.head)), paper, skip)

    return Format(name, expected, matches, read)


def _opens(head: str, first: re.Pattern[str], tag: re.Pattern[str]) -> bool:
    """Tell whether the first record of a `plain_head` begins with lines `first` and `tag`.

    Only short lines of a header may be above it, no prose, markup or data.
    """
    lines = head.split("\n")
    for number, line in enumerate(lines):
        if first.match(line):
            return all(tag.match(line) for line in lines[number + 1 : number + 2])
        if line.lstrip()[:1] in tuple("{[<@%") or len(line.split()) > _HEADER_WORDS:
            return False
    return False


def _papers(
    source: Source, layout: Layout, paper: Callable[[Record, str], Paper], skip: Skip
) -> Iterator[Paper]:
    for record in _Records(layout).of(source):
        if record.failure:
            skip(*record.failure)
            continue
        if found := made(record.line, record, paper, source.name, skip):
            yield found


class _Records:
    """Lines -> records.

    Most files have a tag that begins each record, or ends it. Where that tag is further down, or
    missing, the fields behind it, or behind a blank line, are another record if they repeat what
    a record has once.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._record: Record | None = None
        self._any_closed = False
        self._first_tag = ""

    def of(self, source: Source) -> Iterator[Record]:
        layout = self._layout
        bad: list[tuple[int, str]] = []
        is_whole = True  # the last line
        lines = tagged_lines(
            source, layout.tag, layout.glued, lambda number, why: bad.append((number, why))
        )
        bounds = layout.begins | layout.once | layout.ends
        match = layout.tag.match
        for number, line, is_apart, is_whole in lines:  # noqa: B007
            if bad:
                self._note(bad)
            found = match(line)
            record = self._record
            if found is None:
                if record:
                    record.go_on(line, after_blank=is_apart)
                continue
            # Rare line ends may be in the value.
            start = found.start(2)
            text = line[start:] if start >= 0 else ""
            tag = found[1].upper()
            if (
                record
                and record.fields
                and record.mark is None
                and not is_apart
                and tag not in bounds
                and tag != record.fields[0].tag
            ):
                # No record begins or ends here: so it is with nearly all lines.
                record.add(number, tag, text)
                continue
            yield from self._next(number, tag, text, is_apart)
        if bad:
            self._note(bad)
        if record := self._record:
            # Where records have ends, the last one has none, and its last line neither.
            if self._any_closed and not is_whole and layout.begins & record.values.keys():
                record.failure = record.failure or (record.line, _CUT)
            yield from self._finished(record)

    def _note(self, bad: list[tuple[int, str]]) -> None:
        """A line that cannot be read costs its record."""
        self._record = self._record or Record(bad[0][0])
        self._record.failure = self._record.failure or bad[0]
        bad.clear()

    def _next(self, number: int, tag: str, text: str, is_apart: bool) -> Iterator[Record]:
        """The records that end above a line that has a tag."""
        layout, record = self._layout, self._record
        if tag in layout.ends:
            self._record = None
            if record:
                yield from self._finished(record)
                self._any_closed = True
            return
        if record is None and tag in layout.outside:
            return
        if record:
            place = self._boundary(record, tag, is_apart)
            if place is not None:
                following = record.part(place) if place < len(record.fields) else None
                yield from self._finished(record)
                record = following
        if record is None:
            record = Record(number)
        self._first_tag = self._first_tag or tag
        self._record = record
        record.add(number, tag, text)

    def _finished(self, record: Record) -> Iterator[Record]:
        """The record, unless it is only what is left behind the end of another one."""
        if self._is_leftover(record):
            lost = [tag for tag in record.values if tag in self._layout.content]
            if lost:
                record.failure = record.failure or (
                    record.line,
                    f"{', '.join(lost)} behind the end of a record ({min(self._layout.ends)}): "
                    "move it into the record",
                )
            if record.failure is None:
                return
        yield record

    def _is_leftover(self, record: Record) -> bool:
        layout = self._layout
        has_own = (layout.begins | layout.titles | layout.people) & record.values.keys()
        return self._any_closed and self._first_tag in layout.begins and not has_own

    def _boundary(self, record: Record, tag: str, is_apart: bool) -> int | None:
        """Where in the fields of `record` the next one begins: at their end, before `tag`."""
        layout, here = self._layout, len(record.fields)
        if tag in layout.once and record.first(tag):
            return here
        before = record.fields[-1].tag if record.fields else ""
        is_typed_first = here > 0 and record.fields[0].tag in layout.begins
        if tag in layout.begins:
            if not record.fields or self._is_leftover(record):
                return here
            if layout.begins & record.values.keys():
                # Its own type may be above what is behind a blank line.
                is_below = record.mark is not None and not any(
                    it.tag in layout.begins for it in record.fields[record.mark :]
                )
                return record.mark if is_below and not is_typed_first else here
            record.set_mark(is_apart)
            return None
        if is_apart and layout.apart and tag != before:
            record.set_mark(is_apart)
        if here == 0 or tag == before:
            return None
        # Records whose type is further down begin with the same tag.
        if tag == record.fields[0].tag and not is_typed_first:
            names = record.values.keys()
            is_behind_type = record.mark == here - 1 and record.is_apart
            if layout.begins & names and layout.titles & names and not is_behind_type:
                return here
        if record.mark is not None and layout.titles & record.above:
            kinds = (layout.titles, layout.people, *layout.kinds)
            if any(tag in kind and kind & record.above for kind in kinds):
                return record.mark
        return None
