"""What is in files and pastes, found out before any of it is kept."""

from __future__ import annotations

import io
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ReadingError
from assistant.reading import Failure, OnFailure, OnFormat, read_stream
from assistant.reading.source import HEAD_BYTES

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.paper import Paper

PASTED = "pasted text"
# Papers that are shown; records that failed and are named, others are counted.
SHOWN_PAPERS = 20
NAMED_FAILURES = 200
# Papers that the library is asked about at once.
_BATCH = 500


class Failures:
    """Records that could not be read: the first ones by name, and how many there are."""

    def __init__(self) -> None:
        """None yet."""
        self.named: list[Failure] = []
        self.count = 0

    def add(self, failure: Failure) -> None:
        """Count one more."""
        self.count += 1
        if len(self.named) < NAMED_FAILURES:
            self.named.append(failure)


@dataclass(frozen=True)
class Input:
    """A file, or pasted text where `path` is None; it can be read again and again."""

    name: str
    path: Path | None = None
    text: str = ""

    def papers(
        self, on_failure: OnFailure, on_format: OnFormat = lambda name, format_name: None
    ) -> Iterator[Paper]:
        """Yield its papers as they are read; a fault that ends the reading is a failure, too."""
        try:
            if self.path is None:
                opened: io.RawIOBase | io.BytesIO = io.BytesIO(self.text.encode("utf-8", "replace"))
            else:
                opened = self.path.open("rb", buffering=0)
            with io.BufferedReader(opened, HEAD_BYTES) as stream:
                yield from read_stream(stream, self.name, on_failure, on_format=on_format)
        except FileNotFoundError:
            on_failure(Failure(self.name, "it is not there any more: choose it again"))
        except (ReadingError, OSError) as error:
            on_failure(Failure(self.name, str(error)))


@dataclass
class FoundFile:
    """What one input holds: `formats` are the names of the formats that were recognised in it."""

    name: str
    formats: Counter[str] = field(default_factory=Counter)
    papers: int = 0
    failed: int = 0


@dataclass
class Preview:
    """What all inputs hold; `whole` is False when the look was stopped.

    `new`, `joins` and `known` count what will become of the papers, see `ImportOutcome`.
    """

    files: list[FoundFile] = field(default_factory=list)
    papers: int = 0
    new: int = 0
    joins: int = 0
    known: int = 0
    without_abstract: int = 0
    first: list[Paper] = field(default_factory=list)
    failures: Failures = field(default_factory=Failures)
    whole: bool = True


def look(
    inputs: Sequence[Input],
    library: Library,
    tell: Callable[[str], None],
    should_stop: Callable[[], bool],
) -> Preview:
    """Read `inputs` without keeping anything; `tell` hears how far it is.

    Raises:
        LibraryError: the library cannot be asked what it knows already.
    """
    preview = Preview()
    foreseeing = library.preview_import()

    for number, given in enumerate(inputs, start=1):
        found = FoundFile(given.name)
        preview.files.append(found)
        place = f" in file {number} of {len(inputs)}, {given.name}" if len(inputs) > 1 else ""
        for batch in _batches(_papers(given, found, preview.failures, should_stop)):
            for outcome in foreseeing.outcomes(batch):
                setattr(preview, outcome, getattr(preview, outcome) + 1)
            found.papers += len(batch)
            preview.papers += len(batch)
            preview.without_abstract += sum(not paper.abstract for paper in batch)
            preview.first += batch[: SHOWN_PAPERS - len(preview.first)]
            tell(f"Looking: {preview.papers:,} papers so far{place}")
        if should_stop():
            preview.whole = False
            break
    return preview


def _papers(
    given: Input, found: FoundFile, failures: Failures, should_stop: Callable[[], bool]
) -> Iterator[Paper]:
    def failed(failure: Failure) -> None:
        found.failed += 1
        failures.add(failure)

    def recognised(name: str, format_name: str) -> None:
        found.formats[format_name] += 1

    for paper in given.papers(failed, recognised):
        if should_stop():
            return
        yield paper


def _batches(papers: Iterator[Paper]) -> Iterator[list[Paper]]:
    while batch := list(itertools.islice(papers, _BATCH)):
        yield batch
