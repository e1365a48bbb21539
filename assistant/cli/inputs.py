"""The input files and stdin of a command, read one after another."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from assistant.cli.streams import STDIN, Streams
from assistant.errors import UsageError
from assistant.progress import NO_PROGRESS, Progress
from assistant.text.formatting import format_count

if TYPE_CHECKING:
    from assistant.cli.options import TextKind
    from assistant.paper import Paper
    from assistant.reading import Failure


_MOST_PLACES = 3
_MOST_REASONS = 1000


class Inputs:
    """Files and stdin as one stream of papers, with a report of what could not be read."""

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
        from assistant.reading import NamedBytes, PaperInputs, ReadAs

        self.read = PaperInputs(
            (
                NamedBytes("stdin", sys.stdin.buffer.read()) if path == STDIN else path
                for path in paths
            ),
            _columns(columns),
            ReadAs(read_as.value) if read_as else None,
        )

    @property
    def failures(self) -> list[Failure]:
        """Everything that could not be read."""
        return self.read.failures

    @property
    def warnings(self) -> list[Failure]:
        """What is wrong in records that could be read."""
        return self.read.warnings

    @property
    def failed(self) -> int:
        """The number of inputs that failed as a whole."""
        return self.read.failed

    def papers(self, progress: Progress = NO_PROGRESS) -> Iterator[Paper]:
        """Yield the papers of all inputs, until a stop is requested."""
        return self.read.papers(progress)

    def count(self) -> int | None:
        """The number of papers with an abstract; None if an input can be read only once."""
        return self.read.count()

    def report(self, streams: Streams) -> None:
        """Report what could not be read, then warnings: each once, with the first places."""
        report_failures(self.failures, self.warnings, streams)


def report_failures(failures: list[Failure], warnings: list[Failure], streams: Streams) -> None:
    """Report records that could not be read, then warnings: each reason once, with its places."""
    _report(failures, "Not read", streams)
    _report(warnings, "Warning", streams)


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
