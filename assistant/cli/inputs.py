"""The input files and stdin of a command, read one after another."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.streams import STDIN, Streams
from assistant.errors import ReadingError, UsageError
from assistant.progress import NO_PROGRESS, Progress
from assistant.text.formatting import format_count

if TYPE_CHECKING:
    from assistant.cli.options import TextKind
    from assistant.paper import Paper
    from assistant.reading import Failure


_MOST_PLACES = 3
_MOST_REASONS = 1000


class Inputs:
    """Files and stdin as one stream of papers; unreadable records are collected and skipped.

    `failures` lists everything that could not be read, `warnings` what is wrong in records that
    could; `failed` counts inputs that failed as a whole.
    """

    def __init__(
        self,
        paths: Iterable[str],
        columns: str | None = None,
        read_as: TextKind | None = None,
    ) -> None:
        """Read stdin now if it is among `paths`; files are read later.

        `columns` names table columns, such as `title=Titel,abstract=Zusammenfassung`; all texts
        are read as `read_as`.

        Raises:
            UsageError: `columns` is invalid.
        """
        self._columns = _columns(columns)
        self._read_as = read_as
        self._inputs = [
            (path, sys.stdin.buffer.read() if path == STDIN else None) for path in paths
        ]
        self.failures: list[Failure] = []
        self.warnings: list[Failure] = []
        self.failed = 0

    def papers(self, progress: Progress = NO_PROGRESS) -> Iterator[Paper]:
        """Yield the papers of all inputs, until a stop is requested."""
        from assistant.reading import Failure, ReadAs, fields, read_bytes, read_file

        read_as = ReadAs(self._read_as.value) if self._read_as else None

        def note(failure: Failure) -> None:
            (self.warnings if failure.imported else self.failures).append(failure)

        for path, data in self._inputs:
            if data is None:
                papers = read_file(Path(path).expanduser(), note, self._columns, read_as)
            else:
                papers = read_bytes(data, "stdin", note, self._columns, read_as)
            try:
                for paper in papers:
                    if progress.stop_requested:
                        return
                    yield paper
            except ReadingError as error:
                self.failed += 1
                where = fields.one_line(path) if data is None else "stdin"
                self.failures.append(Failure(where=where, why=str(error)))

    def count(self) -> int | None:
        """The number of papers with an abstract; None if an input can be read only once."""
        if not all(data is not None or _is_file(path) for path, data in self._inputs):
            return None
        again = Inputs([], read_as=self._read_as)
        again._inputs, again._columns = self._inputs, self._columns
        return sum(1 for paper in again.papers() if paper.abstract)

    def report(self, streams: Streams) -> None:
        """Report what could not be read, then warnings: each once, with the first places."""
        _report(self.failures, "Not read", streams)
        _report(self.warnings, "Warning", streams)


def _report(failures: list[Failure], label: str, streams: Streams) -> None:
    places: dict[str, list[str]] = {}
    for failure in failures:
        places.setdefault(failure.why, []).append(failure.where)
    for why, found in list(places.items())[:_MOST_REASONS]:
        where = ", ".join(found[:_MOST_PLACES])
        if len(found) > _MOST_PLACES:
            where = f"{len(found):,} records ({where}, ...)"
        # The reason often names the input itself.
        streams.note(f"{label}: {'' if where in why else f'{where}: '}{why}")
    if len(places) > _MOST_REASONS:
        rest = sum(len(found) for found in list(places.values())[_MOST_REASONS:])
        streams.note(f"{label}: {format_count(rest, 'more record')} for other reasons.")


def _columns(given: str | None) -> dict[str, str]:
    """`title=Titel,abstract=Text` as a dictionary."""
    pairs = [pair.partition("=") for pair in given.split(",")] if given else []
    if not all(name.strip() and sign and column.strip() for name, sign, column in pairs):
        raise UsageError(
            f"--columns {given} is not valid. Write name=column pairs, separated by commas, such "
            "as title=Titel,abstract=Zusammenfassung."
        )
    return {name.strip(): column.strip() for name, _, column in pairs}


def _is_file(path: str) -> bool:
    return Path(path).expanduser().is_file()
