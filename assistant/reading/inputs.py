"""Several files and texts as one stream of papers, with all that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ReadingError
from assistant.paper import Paper
from assistant.progress import NO_PROGRESS, Progress
from assistant.reading import fields
from assistant.reading.detect import ReadAs
from assistant.reading.format import Failure
from assistant.reading.reader import read_bytes, read_file


@dataclass(frozen=True)
class NamedBytes:
    """The content of an input that is no file, such as stdin; `name` is for messages."""

    name: str
    data: bytes


class PaperInputs:
    """Reads inputs one after another; unreadable records are collected and skipped.

    Attributes:
        failures: everything that could not be read, also of inputs that failed as a whole.
        warnings: what is wrong in records that could be read.
        failed: the number of inputs that failed as a whole.

    """

    def __init__(
        self,
        inputs: Iterable[str | Path | NamedBytes],
        columns: Mapping[str, str] | None = None,
        read_as: ReadAs | None = None,
    ) -> None:
        """Read `inputs`, which are files, folders, archives or their content, when asked to.

        `columns` are the names of columns in tables, such as `{"title": "Titel"}`; all texts are
        read as `read_as`.
        """
        self._inputs: Sequence[str | Path | NamedBytes] = list(inputs)
        self._columns = columns
        self._read_as = read_as
        self.failures: list[Failure] = []
        self.warnings: list[Failure] = []
        self.failed = 0

    def papers(self, progress: Progress = NO_PROGRESS) -> Iterator[Paper]:
        """Yield the papers of all inputs, until a stop is requested."""
        for given in self._inputs:
            try:
                for paper in self._read(given):
                    if progress.stop_requested:
                        return
                    yield paper
            except ReadingError as error:
                self.failed += 1
                name = given.name if isinstance(given, NamedBytes) else str(given)
                self.failures.append(Failure(where=fields.one_line(name), why=str(error)))

    def count(self) -> int | None:
        """The number of papers with an abstract; None if an input can be read only once."""
        for given in self._inputs:
            if not isinstance(given, NamedBytes) and not Path(given).expanduser().is_file():
                return None
        again = PaperInputs(self._inputs, self._columns, self._read_as)
        return sum(1 for paper in again.papers() if paper.abstract)

    def _read(self, given: str | Path | NamedBytes) -> Iterator[Paper]:
        if isinstance(given, NamedBytes):
            return read_bytes(given.data, given.name, self._note, self._columns, self._read_as)
        return read_file(Path(given).expanduser(), self._note, self._columns, self._read_as)

    def _note(self, failure: Failure) -> None:
        (self.warnings if failure.imported else self.failures).append(failure)
