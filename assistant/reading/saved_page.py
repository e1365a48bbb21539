"""A saved or pasted page that lists papers as plain text: title, abstract, title, abstract, ...

Nothing marks a title on such a page, and dates, counts, names and buttons are anywhere between. Two
rules hold for every design:

- An abstract is a long paragraph of prose. Nothing else is that long, so abstracts are found first.
- The title is between its abstract and the abstract before. Without the listing's metadata it is
  nearly always alone there; if not, a title shares more words with its abstract than names of
  people, institutions and buttons do.
"""

from __future__ import annotations

import enum
import itertools
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from assistant.errors import FileUnreadable
from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.abstract_sections import parts
from assistant.reading.confidence import (
    Confidence,
    Passage,
    can_be_title,
    may_be_scholarly,
    page_confidence,
)
from assistant.reading.format import Format, NoPaper, Skip
from assistant.reading.line_wrapping import Line, blocks, unwrapped, wrapped_width
from assistant.reading.record import LONGEST_ABSTRACT, check_length, papers_of
from assistant.reading.section_labels import METHODS, OPENING, RESULTS, Label, label_of
from assistant.reading.source import NOT_TEXT, Source
from assistant.reading.web_listing import (
    announces_name,
    is_list_of_names,
    is_metadata,
    is_number,
    is_user_name,
)
from assistant.text.word_lists import word_list

# Of the 73 titles of a real page the longest has 20 words, of the abstracts the shortest 177.
_SURELY_PROSE_WORDS = 40
_LIKELY_PROSE_WORDS = 20
_MAYBE_PROSE_WORDS = 8
# An abstract without labels can go on with its results, but not with its methods.
_UNLABELLED = (METHODS + RESULTS) / 2
# More than the menu of any listing; a bound keeps a long text without abstracts from costing time.
_LINES_ABOVE = 100
_MOST_LINES = 100_000
_LARGEST_PAGE = 64 * 1024 * 1024
_SENTENCE_END = re.compile(r"""[.!?…]["'”’)\]]*$""")
_WORD = re.compile(r"[^\W_]{3,}")
_COMMON = frozenset(word_list("function_words"))
# Data or markup of another format, not a page for reading: how its text opens, or a line that
# stands above any prose.
_DATA_OPENS = re.compile(r"""\s*(?:\{|\[\s*(?:[\[{"]|$)|<[?!a-z])""", re.IGNORECASE)
_DATA_LINE = re.compile(
    r"""
        \s*@\s*\w+\s*[{(]            # BibTeX
      | (?:PMID|[A-Z][A-Z0-9]\ \ )-\   # MEDLINE, RIS
      | PT\ [A-Z]$                   # Web of Science
      | %[0A-Z]\                     # EndNote
      | RT\ [A-Z][a-z]+\ ?[A-Za-z]*$  # RefWorks
      | EXPORT\ DATE:\               # Scopus
      | <\d+>$                      # Ovid
      | \(https?://www\.sciencedirect\.com/science/article/  # ScienceDirect
    """,
    re.VERBOSE,
)
# Pages kept as Markdown: a title as a heading, as a link, or as both.
_HEADING = re.compile(r"#{1,6}\s+(?=\S)")
_LINK = re.compile(r"\[(.+)\]\((https?://[^\s()]+)\)")
_CELLS = re.compile(r"[,;\t]")


class _Kind(enum.Enum):
    METADATA = enum.auto()
    """Of the listing, not of a paper."""
    NAME = enum.auto()
    """Most likely somebody's name; a title only where nothing else can be it."""
    SHORT = enum.auto()
    """Too short for an abstract: a title, or a line of the listing not known here."""
    SENTENCE = enum.auto()
    """Of a length between: an abstract if a title that fits is above it, else maybe a title."""
    PROSE = enum.auto()
    """A paragraph long enough to be an abstract and nothing else."""


def _matches(head: str) -> bool:
    """Any text for reading; data and markup are not."""
    above_prose = itertools.takewhile(_is_short, filter(str.strip, head.split("\n")))
    return not (
        _DATA_OPENS.match(head)
        or _is_table(head)
        or any(_DATA_LINE.match(line) for line in above_prose)
    )


def _read(source: Source, skip: Skip) -> Iterator[Paper]:
    pairs = _pairs(_lines(source.text(largest=_LARGEST_PAGE)), source.label)
    return papers_of(pairs, _Pair.paper, source.name, skip)


def _confidence(head: str) -> Confidence:
    """How certain it is that the text which begins with `head` is a page of papers."""
    if not may_be_scholarly(head):
        return Confidence.NONE
    lines = list(_lines(head))
    others = (is_metadata, is_list_of_names)
    words = sum(
        len(line.text.split()) for line in lines if not any(test(line.text) for test in others)
    )
    return page_confidence((pair.passage() for _, pair in _pairs(lines, "it")), words)


def _pairs(lines: Iterable[Line], label: str) -> Iterator[tuple[int, _Pair]]:
    """Each title with its abstract, and the title's line; an abstract alone with its own line."""
    pending: _Pair | None = None
    above = _Above()
    for part in parts(lines):
        line = part.line
        kind = _Kind.METADATA if part.stray else _kind(line.text, above)
        if part.label:
            if pending is None or not pending.continues(part.label, above):
                yield from _finished(pending)
                pending, between = _Pair([], above=above), []
            else:
                between = above.of_abstract()
            pending.add(part.label, [*between, line])
            above = _Above()
        elif kind is not _Kind.PROSE and not (kind is _Kind.SENTENCE and above.may_head(line.text)):
            above.add(line, kind)
            if above.count > _MOST_LINES:
                raise FileUnreadable(
                    f"{label} has no abstract in the {_MOST_LINES:,} lines above line "
                    f"{line.number:,}: it is not a page of papers"
                )
        elif above.title_of(line.text):
            yield from _finished(pending)
            pending, above = _Pair([line], above=above), _Above()
        elif pending and not above.lines:
            # Nothing is between: another paragraph of the same abstract.
            pending.abstract.append(line)
        else:
            yield line.number, _Pair([line])
            above = _Above()
    yield from _finished(pending)


def _finished(pair: _Pair | None) -> Iterator[tuple[int, _Pair]]:
    """The pair with its title, unless it is a label of a page and not a section of an abstract."""
    if pair is None:
        return
    text = "\n".join(line.text for line in pair.abstract)
    title = pair.above.title_of(text)
    if pair.sections and _is_short(text) and not (title and pair.above.may_head(text)):
        return
    found = replace(pair, title=title)
    yield found.number, found


@dataclass
class _Pair:
    """An abstract, and the lines above it; the title is chosen when all of the abstract is read.

    `sections` are the names of its labels, if it has some, and `stage` is where the last of them
    is in an abstract.
    """

    abstract: list[Line]
    title: Line | None = None
    above: _Above = field(default_factory=lambda: _Above())
    sections: set[str] = field(default_factory=set)
    stage: float = _UNLABELLED

    def add(self, label: Label, lines: list[Line]) -> None:
        self.abstract += lines
        self.sections.add(label.name)
        self.stage = label.last

    def continues(self, label: Label, above: _Above) -> bool:
        """Tell whether a section is one of this abstract, with these lines above it."""
        again = label.name in self.sections
        if all(line.kind is _Kind.METADATA for line in above.lines):
            # Without a title it can be no other paper, unless it plainly starts again.
            return not (again and label.first == OPENING and self.stage > METHODS)
        if label.first == self.stage == OPENING and not again:
            return all(line.kind is _Kind.SENTENCE for line in above.lines)
        return label.first != OPENING and label.first >= self.stage and not again

    @property
    def number(self) -> int:
        return (self.title or self.abstract[0]).number

    def passage(self) -> Passage:
        title = self.title.text if self.title else ""
        abstract = "\n".join(line.text for line in self.abstract)
        titled = can_be_title(title, _words(title), _words(abstract[:LONGEST_ABSTRACT]))
        return Passage(abstract, len(f"{title} {abstract}".split()), bool(title), titled)

    def paper(self, source: str) -> Paper:
        abstract = "\n\n".join(line.text for line in self.abstract)
        if self.title is None:
            words = len(abstract.split())
            raise NoPaper(f"a paragraph of {words} words has no title above it")
        title = self.title.text
        if any(line.damaged for line in (self.title, *self.abstract)):
            raise NoPaper(NOT_TEXT)
        check_length(title, abstract)
        title = _HEADING.sub("", title, count=1) if title.startswith("#") else title
        link = _LINK.fullmatch(title)
        url = link[2] if link else None
        return Paper(
            title=link[1] if link else title,
            abstract=abstract,
            arxiv=fields.arxiv(url),
            url=fields.url(url),
            source=source,
        )


@dataclass(frozen=True)
class _Candidate:
    """A line that may be the title, with its words ready to be compared."""

    kind: _Kind
    line: Line
    words: frozenset[str]

    @property
    def text(self) -> str:
        return self.line.text


@dataclass
class _Above:
    """The lines since the last abstract, in which the title of the next one must be."""

    lines: deque[_Candidate] = field(default_factory=lambda: deque(maxlen=_LINES_ABOVE))
    name_follows: bool = False
    count: int = 0

    def add(self, line: Line, kind: _Kind) -> None:
        self.count += 1
        self.lines.append(_Candidate(kind, line, _words(line.text)))
        self.name_follows = announces_name(line.text)

    def _of_kind(self, kind: _Kind) -> list[_Candidate]:
        """Lines of this kind, the nearest to the abstract first."""
        return [line for line in reversed(self.lines) if line.kind is kind]

    def title_of(self, abstract: str) -> Line | None:
        """The line that has most words of the abstract in it; of equals, the nearest above it."""
        words = _words(abstract[:LONGEST_ABSTRACT])
        short = self._of_kind(_Kind.SHORT)
        titles = [line for line in short if not is_list_of_names(line.text)]
        # Some sources end their titles with a full stop.
        sentences = [line for line in self._of_kind(_Kind.SENTENCE) if line.words & words]
        if any(line.words & words for line in titles):
            sentences = []
        elif titles:
            sentences = [it for it in sentences if can_be_title(it.text, it.words, words)]
        names = self._of_kind(_Kind.NAME)
        for candidates in (sentences, titles, short, self._of_kind(_Kind.SENTENCE), names):
            if candidates:
                return max(candidates, key=lambda line: len(line.words & words)).line
        return self._number_alone()

    def of_abstract(self) -> list[Line]:
        """The lines that belong to an abstract if they are between two of its sections."""
        return [it.line for it in self.lines if it.kind not in (_Kind.METADATA, _Kind.NAME)]

    def may_head(self, sentence: str) -> bool:
        """Tell whether a line above is the title of a text that is short for an abstract.

        The shorter it is, the more it takes: two lines of a listing must not become a paper.
        """
        candidates = self._of_kind(_Kind.SHORT)
        if _is_likely_prose(sentence):
            if candidates:
                return True
            # Some sources end their titles with a full stop.
            candidates = [
                line for line in self._of_kind(_Kind.SENTENCE) if len(line.text) < len(sentence)
            ]
        words = _words(sentence)
        return any(line.words & words for line in candidates)

    def _number_alone(self) -> Line | None:
        """`1984` is a title if it is all there is: a listing's counts never come without one."""
        if len(self.lines) == 1 and is_number(self.lines[0].text):
            return self.lines[0].line
        return None


def _lines(text: str) -> Iterator[Line]:
    # Twice from the text: the lines of a page take many times its memory.
    width = wrapped_width(blocks(text), _is_section)
    for block in blocks(text):
        yield from unwrapped(block, width, is_metadata, _is_section)


def _is_section(text: str) -> bool:
    label = label_of(text)
    return label is not None and label.certain


def _kind(text: str, above: _Above) -> _Kind:
    if not _is_short(text):
        return _Kind.PROSE
    if is_metadata(text):
        return _Kind.METADATA
    if above.name_follows or is_user_name(text):
        return _Kind.NAME
    if _is_likely_prose(text) or (len(text.split()) >= _MAYBE_PROSE_WORDS and text.endswith(".")):
        return _Kind.SENTENCE
    return _Kind.SHORT


def _is_short(text: str) -> bool:
    return len(text.split(maxsplit=_SURELY_PROSE_WORDS)) < _SURELY_PROSE_WORDS


def _is_likely_prose(text: str) -> bool:
    return len(text.split()) >= _LIKELY_PROSE_WORDS and _SENTENCE_END.search(text) is not None


def _words(text: str) -> frozenset[str]:
    """Words that carry meaning, by their first five letters, so that endings do not matter."""
    found = _WORD.findall(text.casefold())
    return frozenset(word[:5] for word in found if word not in _COMMON)


def _is_table(head: str) -> bool:
    """CSV and its kin: the first line names columns, one of them a title or abstract."""
    cells = [cell.strip(' "\r').casefold() for cell in _CELLS.split(head.lstrip().split("\n")[0])]
    return len(cells) > 1 and any(
        cell in ("title", "abstract") or cell.endswith(" title") for cell in cells
    )


FORMAT = Format(
    "saved page",
    "a page saved as plain text: a title on one line, below it its abstract as prose",
    _matches,
    _read,
    _confidence,
)
