"""What a format is: it recognises its own text and turns it into Papers, record by record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from assistant.paper import Paper
from assistant.reading.confidence import Confidence
from assistant.reading.source import Source


@dataclass(frozen=True)
class Failure:
    """One record that could not be read; the rest of its file is read all the same.

    `where` is the file's name and the line, such as `papers.jsonl:12`; `why` is for people. If the
    record is `imported` all the same, this is a warning: a value in it is invalid.
    """

    where: str
    why: str
    imported: bool = False


class NoPaper(Exception):
    """This record is not a paper; the message says why."""


OnFailure = Callable[[Failure], None]


class Skip(Protocol):
    """Reports a record: its line (or number, where lines say nothing), and what is wrong.

    The record is skipped, or `imported` all the same.
    """

    def __call__(self, line: int, why: str, /, *, imported: bool = False) -> None:
        """Report the record at `line`."""


def unreported(line: int, why: str, /, *, imported: bool = False) -> None:
    """A `Skip` for what is reported when it is read another time."""


@dataclass(frozen=True)
class Format:
    """One way papers are written down.

    Args:
        name: what people call it.
        expected: what a file of this format contains, as the end of "expected ...".
        matches: tells from the first characters of a text whether it is of this format.
        read: yields the papers of a source, and reports each record that is not one. Raises
            FileUnreadable where the source as a whole cannot be read.
        confidence: how certain it is that a text with these first characters, which `matches`, is
            papers; of formats with marks of their own it is.
    """

    name: str
    expected: str
    matches: Callable[[str], bool]
    read: Callable[[Source, Skip], Iterator[Paper]]
    confidence: Callable[[str], Confidence] = lambda head: Confidence.CERTAIN
