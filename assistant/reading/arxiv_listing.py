r"""The daily listing that arXiv sends by e-mail, whole, in part, quoted or pasted.

    \\
    arXiv:2101.00001 (*cross-listing*)
    Date: Tue, 29 Dec 2020 11:24:39 GMT   (1234kb,D)

    Title: A title that goes on
      in an indented line
    Authors: Ada Lovelace and Alan Turing
    Categories: cs.LG cs.AI
    \\
      The abstract, wrapped, the first line of each paragraph indented.
    \\ ( https://arxiv.org/abs/2101.00001 ,  1234kb)

A paper that is replaced by a new version comes without its abstract.
"""

from __future__ import annotations

import enum
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.dates import mail_date
from assistant.reading.format import Format, NoPaper, Skip
from assistant.reading.line_wrapping import rejoined
from assistant.reading.record import LARGEST_RECORD, PART_COST, TOO_LARGE, paper_of, papers_of
from assistant.reading.source import Source

_BACKSLASHES = r"\\"
# Marks of quoting that a forwarded mail has before every line.
_QUOTE = re.compile(r"[> \t]*")
# Until 2007 `Paper: hep-th/0101001`, and between the two `Paper (*cross-listing*): ...`.
_NUMBER = re.compile(r"(?:arXiv:|Paper(?: \(\*cross-listing\*\))?:\s*(?:arXiv:)?)(?P<id>[\w./-]+)")
_FIELD = re.compile(
    r"(?P<name>Title|Authors?|Categories|Subj-class|Comments|Report-no|Journal-ref|DOI|Proxy"
    r"|(?:MSC|ACM)-class|License|Date(?: ?\([^)]*\))?):\s*(?P<value>.*)",
    re.IGNORECASE,
)
_REPLACED = re.compile(r"replaced with|(?:figures|part) added", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s,)]+")
_RULE = re.compile(r"-{20,}|(?:%-){10,}|%%-")


def _matches(head: str) -> bool:
    """An entry begins: two backslashes, on the next line the paper's number."""
    lines = [_QUOTE.sub("", line, count=1).strip() for line in head.split("\n")]
    return any(
        above == _BACKSLASHES and _NUMBER.match(line)
        for above, line in itertools.pairwise(filter(None, lines))
    )


class _Part(enum.IntEnum):
    """Of an entry; a line of two backslashes leads from each to the next."""

    HEADER = 0
    ABSTRACT = 1
    END = 2


@dataclass
class _Entry:
    """One paper's lines as they are collected; `line` is that of its number."""

    line: int
    number: str
    quote: str
    values: dict[str, list[str]] = field(default_factory=dict)
    paragraphs: list[list[str]] = field(default_factory=list)
    url: str | None = None
    damaged: bool = False
    closed: bool = False
    part: _Part = _Part.HEADER
    size: int = 0
    _last: list[str] | None = None

    def next_part(self) -> None:
        """Continue with the abstract, or with what follows it."""
        self.part = _Part(min(self.part + 1, _Part.END))

    def add(self, text: str, after_blank: bool) -> None:
        """Take a line, still indented, of the part that is being read."""
        self.size += len(text) + PART_COST
        if self.size > LARGEST_RECORD:
            return
        if self.part is _Part.HEADER:
            self._add_header(text)
        elif self.part is _Part.ABSTRACT:
            indented = text.startswith("  ")
            # Where the line above is indented too, all are.
            if (
                after_blank
                or not self.paragraphs
                or (indented and not self.paragraphs[-1][-1].startswith("  "))
            ):
                self.paragraphs.append([])
            self.paragraphs[-1].append(text)

    def _add_header(self, text: str) -> None:
        if found := _FIELD.match(text):
            name = found["name"].casefold().split("(")[0].strip()
            name = "authors" if name == "author" else name
            # Of dates the first is that of the paper, later ones are those of its versions.
            self._last = [] if name in self.values else self.values.setdefault(name, [])
            self._last.append(found["value"])
        elif _REPLACED.match(text):
            self._last = None
        elif self._last is not None:
            self._last.append(text)

    def paper(self, source: str) -> Paper:
        if self.size > LARGEST_RECORD:
            raise NoPaper(TOO_LARGE)
        if not self.paragraphs and not self.closed:
            raise NoPaper("it has no abstract and no end: it was cut")

        def value(name: str) -> str:
            return rejoined(map(str.strip, self.values.get(name, [])))

        return paper_of(
            source,
            title=value("title"),
            abstract="\n\n".join(rejoined(map(str.strip, part)) for part in self.paragraphs),
            authors=value("authors"),
            published=mail_date(value("date")),
            arxiv=self.number,
            doi=value("doi"),
            url=self.url,
            tags=list(fields.tags(value("categories"), separator=" ")),
        )


def _entries(source: Source, skip: Skip) -> Iterator[tuple[int, _Entry]]:
    entry: _Entry | None = None
    opened = False  # the last line was two backslashes
    last_number = 0

    def on_bad_line(number: int, why: str) -> None:
        skip(number, why)
        if entry:
            # A title or an abstract with a hole in it would say something else.
            entry.damaged = True

    for number, line in source.lines(on_bad_line):
        quote = _quote(line)
        bare = line[len(quote) :].strip()
        if not bare:
            continue
        after_blank, last_number = number - last_number > 1, number
        begins = _NUMBER.match(bare) if opened else None
        opened = bare == _BACKSLASHES
        if begins:
            if entry and not entry.damaged:
                yield entry.line, entry
            entry = _Entry(number, begins["id"], quote)
        elif entry is None:
            continue
        elif opened:
            entry.next_part()
        elif bare.startswith(f"{_BACKSLASHES} (") or _RULE.match(bare):
            found = _ADDRESS.search(bare)
            entry.url = found[0] if found else None
            entry.closed = True
            if not entry.damaged:
                yield entry.line, entry
            entry = None
        else:
            within = line.startswith(entry.quote)
            entry.add(line.removeprefix(entry.quote).rstrip() if within else bare, after_blank)
    if entry and not entry.damaged:
        yield entry.line, entry


def _quote(line: str) -> str:
    found = _QUOTE.match(line)
    return found[0] if found else ""


FORMAT = Format(
    "arXiv listing",
    r"the daily e-mail of arXiv: entries that begin with a line \\ and a line arXiv:2101.00001",
    _matches,
    lambda source, skip: papers_of(_entries(source, skip), _Entry.paper, source.name, skip),
)
