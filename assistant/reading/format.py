"""What a format is: it recognises its own text and turns it into Papers, record by record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from assistant.paper import Paper
from assistant.reading.source import Source


@dataclass(frozen=True)
class Failure:
    """One record that could not be read while the rest of its file went on.

    `where` is the file's name and the line, such as `papers.jsonl:12`; `why` is for people.
    """

    where: str
    why: str


OnFailure = Callable[[Failure], None]


class Format(Protocol):
    """One way papers are written down."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def expected(self) -> str:
        """What a file of this format holds, as the end of a sentence "expected is ..."."""
        ...

    def matches(self, head: str) -> bool:
        """Tell from the first characters of a text whether it is of this format."""
        ...

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield the papers of `source`; hand each record that is none to `on_failure`.

        Raises:
            FileUnreadable: the source as a whole cannot be decoded.
        """
        ...
