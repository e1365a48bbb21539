"""The text of one paper, as it is copied out of a PDF: title, authors, "Abstract", its text.

Such a text has no markup, but one heading "Abstract". Above it is the paper's first page; the
abstract ends at the next heading, that of the introduction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.paper import Paper
from assistant.reading.confidence import Confidence, paper_confidence
from assistant.reading.format import Format, NoPaper, Skip
from assistant.reading.record import paper_of, papers_of
from assistant.reading.section_labels import METHODS, OPENING, label_of
from assistant.reading.source import NOT_TEXT, UNREADABLE, Source
from assistant.reading.web_listing import is_metadata

_HEADING = re.compile(
    r"\s*(?:(?i:a ?b ?s ?t ?r ?a ?c ?t)\s*(?:[.:]|[—–-]+)?\s*"
    r"|(?:(?i:abstract)\s*(?:[.:]\s|[—–-]+)\s*|ABSTRACT\s+(?=[A-Z]))(?P<text>\S.*))$"
)
_ENDS = re.compile(
    r"\s*(?:(?:\d{1,2}\.?\s+|[IVX]{1,4}\.\s+)?(?:introduction|background|motivation)\s*:?\s*$"
    r"|(?:1\.?|I\.)\s+[A-Z][\w :,-]{2,60}$"
    r"|(?:key\s?-?words|index terms|ccs concepts|categories and subject|general terms|acm reference"
    r"|(?:\d{4} )?mathematics subject|pacs|msc|jel)\b"
    r"|(?:comments|subjects|cite as|contents|introduction|correspondence)\s*:)",
    re.IGNORECASE,
)
# Lines of a first page that are no title.
_NO_TITLE = re.compile(
    r"\s*(?:arxiv:|doi\b|https?://|www\.|issn\b|©|copyright|published (?:as|in|by|online)|accepted"
    r"|received|preprint|under review|to appear|proceedings of|in proceedings|vol(?:ume|\.)?\s*\d"
    r"|(?:original |research )?(?:article|paper|report)s?\s*$|open access|review article|letter\s*$"
    r"|(?:journal|transactions|annals|ieee) .*\d|page \d|\d+\s*$)",
    re.IGNORECASE,
)
# What arXiv prints in the margin of the first page.
_STAMP = re.compile(r"arXiv:(\S{9,40}v\d+)\s+\[[\w.-]+\]")
_LABEL = re.compile(r"(?:title|authors?)\s*:\s*", re.IGNORECASE)
_MARKS = re.compile(r"[\d*∗†‡§¶⋆#✉]+(?:,[\d*∗†‡§¶]+)*|\(.*?\)")
_PART_OF_NAME = r"(?:[^\W\d_a-z][\w.'’-]*|van|von|de|der|den|da|di|la|le|al)"
_NAME = re.compile(rf"{_PART_OF_NAME}(?: {_PART_OF_NAME}){{1,4}}")
_GOES_ON = re.compile(
    r"(?:[:,–—-]|\b(?:of|for|and|or|the|with|in|on|to|via|from|by|an?|using|at|as|is))$",
    re.IGNORECASE,
)
_BROKEN = re.compile(r"\b(\w+)-$")
_LINES_ABOVE = 80
_LINES_BELOW = 40
_TITLE_WORDS = 40
_TITLE_LINES = 4
_ABSTRACT_WORDS = 1_000
_FEWEST_WORDS = 20
_PROSE_WORDS = 40
_LONGEST_LINE = 2_000
# Title and abstract are at the beginning; the rest only shows how broken words are written.
_MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True)
class Parts:
    """What was found, and the line of the title from 1."""

    line: int
    title: str
    authors: tuple[str, ...]
    abstract: str
    arxiv: str | None = None


def _read(source: Source, skip: Skip) -> Iterator[Paper]:
    text = source.text(_MOST_CHARACTERS)
    return papers_of([(1, text)], _paper, source.name, skip)


def _paper(text: str, source: str) -> Paper:
    found = parts_of(text, whole=True)
    if found is None:
        raise NoPaper("it is not clear which of its text is title and abstract")
    if UNREADABLE in found.title + found.abstract:
        raise NoPaper(NOT_TEXT)
    return paper_of(
        source,
        title=found.title,
        abstract=found.abstract,
        authors=[name for name in found.authors if UNREADABLE not in name],
        arxiv=found.arxiv,
    )


def parts_of(text: str, *, whole: bool) -> Parts | None:
    """Title, authors and abstract of the text of one paper; None if it is not plain which they are.

    `whole` says that `text` is known to be one paper's, so that other headings may follow.
    """
    lines = text.split("\n")
    headings = [number for number, line in enumerate(lines) if _HEADING.match(line)]
    if not headings or (len(headings) > 1 and not whole) or headings[0] > _LINES_ABOVE:
        return None
    at = headings[0]
    abstract = _abstract(lines[at:], text)
    if abstract is None or any(map(_is_prose, _blocks(lines[:at]))):
        return None
    found, stamp = _above(lines[:at], abstract), _STAMP.search(text)
    return replace(found, arxiv=stamp[1]) if found and stamp else found


def _confidence(head: str) -> Confidence:
    """How certain it is that the text which begins with `head` is one paper's."""
    found = parts_of(head, whole=False)
    if found is None:
        return Confidence.NONE
    return paper_confidence(found.abstract, marks=bool(found.authors) + bool(found.arxiv))


def _abstract(lines: Sequence[str], text: str) -> str | None:
    """What follows the heading in the first line; None if it has no end, or too much is in it."""
    heading = _HEADING.match(lines[0])
    first = heading["text"] or "" if heading else ""
    end = _end(lines, is_empty=not first)
    kept = [first, *lines[1:end]]
    if end == len(lines) and any(len(" ".join(b).split()) < _FEWEST_WORDS for b in _blocks(kept)):
        return None
    # First, as the text is searched for each word that is broken.
    if not _FEWEST_WORDS <= sum(len(line.split()) for line in kept) <= _ABSTRACT_WORDS:
        return None
    return "\n\n".join(_joined(block, text) for block in _blocks(kept))


def _end(lines: Sequence[str], *, is_empty: bool) -> int:
    """The line below the abstract.

    The first section of a structured abstract may be called like what follows an abstract.
    """
    stage = None
    for number, line in enumerate(lines[1:], 1):
        label = label_of(line.strip())
        if _ENDS.match(line):
            opens = label and label.first == OPENING and (is_empty if stage is None else not stage)
            if not opens or not any(map(_is_later_section, lines[number + 1 :][:_LINES_BELOW])):
                return number
        if label:
            stage = label.last
        is_empty = is_empty and not line.strip()
    return len(lines)


def _is_later_section(line: str) -> bool:
    label = label_of(line.strip()[:_LONGEST_LINE])
    return label is not None and label.first >= METHODS


def _above(lines: Sequence[str], abstract: str) -> Parts | None:
    """The title and the authors, which are above the abstract."""
    kept = [(n, line.strip()) for n, line in enumerate(lines) if not _is_no_title(line)]
    first = next((place for place, (_, line) in enumerate(kept) if line), None)
    if first is None:
        return None
    block: list[str] = []
    for _, line in kept[first:]:
        if not line:
            break
        block.append(line)
    others = [line for _, line in kept[first + len(block) :] if line]
    if others and len(block) <= _TITLE_LINES:
        title, below = block, others
    else:
        size = next((n for n in range(1, len(block)) if not _continues(*block[n - 1 : n + 1])), 1)
        title, below = block[:size], [*block[size:], *others]
    words = _LABEL.sub("", " ".join(title), count=1)
    if len(words.split()) > _TITLE_WORDS or not any(map(str.isalpha, words)):
        return None
    return Parts(kept[first][0] + 1, words, _authors(below[0] if below else ""), abstract)


def _is_no_title(line: str) -> bool:
    return bool(line.strip()) and (_NO_TITLE.match(line) is not None or is_metadata(line))


def _continues(line: str, following: str) -> bool:
    return _GOES_ON.search(line) is not None or following[0].islower()


def _authors(line: str) -> tuple[str, ...]:
    """The names of a line that has nothing else in it."""
    if len(line) > _LONGEST_LINE:
        return ()
    bare = _MARKS.sub(" ", _LABEL.sub("", line, count=1))
    names = [" ".join(name.split()) for name in re.split(r",|;|\band\b|&", bare) if name.strip()]
    return tuple(names) if all(map(_NAME.fullmatch, names)) else ()


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Groups of lines between blank ones."""
    block: list[str] = []
    for line in (*lines, ""):
        if line.strip():
            block.append(line.strip())
        elif block:
            yield block
            block = []


def _is_prose(block: Sequence[str]) -> bool:
    words = sum(len(line.split()) for line in block)
    return words >= _PROSE_WORDS and block[-1].endswith((".", "!", "?"))


def _joined(lines: Sequence[str], text: str) -> str:
    """One paragraph. Of a word that was broken, the text tells whether its hyphen belongs to it."""
    joined = lines[0]
    for line in lines[1:]:
        broken = _BROKEN.search(joined)
        tail = re.match(r"\w+", line)
        if not broken or not tail:
            joined = f"{joined} {line}"
        elif f"{broken[0]}{tail[0]}" in text or not tail[0][0].islower():
            joined += line
        else:
            joined = joined[:-1] + line
    return joined


FORMAT = Format(
    "text of one paper",
    'the text of one paper: its title, a line "Abstract", the abstract, "Introduction"',
    # One heading "Abstract", no prose above it, and below it an introduction or nothing.
    lambda head: parts_of(head, whole=False) is not None,
    _read,
    _confidence,
)
