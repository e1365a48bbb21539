"""Reads bytes with one format, without asking which format they are of."""

from __future__ import annotations

import io
from pathlib import Path

from assistant.paper import Paper
from assistant.reading.format import Failure, Format, OnFailure, Skip
from assistant.reading.source import HEAD_BYTES, Source

VAGUE = (
    "Gravel moves down a river when the flow is strong, and stays where it is when it is weak. Two "
    "sites are looked at for a year, and their differences become a simple model, which explains "
    "some of what could be seen and leaves the rest to others."
)
"""A text that is only probably an abstract."""
PROBABLE = f"Gravel in rivers\n\n{VAGUE}\n"
"""The same as a saved page."""


def source_of(data: bytes | str, name: str = "x") -> Source:
    raw = data.encode() if isinstance(data, str) else data
    return Source(io.BufferedReader(io.BytesIO(raw), HEAD_BYTES), name)


def read_with(known: Format, data: bytes | str) -> tuple[list[Paper], list[Failure]]:
    return read_source(known, source_of(data))


def read_source(known: Format, source: Source) -> tuple[list[Paper], list[Failure]]:
    """The papers, and the records that are none; warnings about papers are left out."""
    found: list[Failure] = []
    papers = list(known.read(source, skipping(source.name, found.append)))
    return papers, [failure for failure in found if not failure.imported]


def without_references(papers: list[Paper]) -> list[Paper]:
    """What search sees of papers."""
    return [paper.model_copy(update={"reference": {}}) for paper in papers]


def skipping(name: str, on_failure: OnFailure) -> Skip:
    """Turns skipped records of the file `name` into failures, as the reader does."""

    def skip(line: int, why: str, /, *, imported: bool = False) -> None:
        on_failure(Failure(f"{name}:{line}", why, imported))

    return skip


def counts(known: Format, folder: Path, names: list[str]) -> dict[str, tuple[int, int]]:
    """For each file the number of papers and of failures; every file must be of the format."""
    found = {}
    for name in names:
        data = (folder / name).read_bytes()
        assert known.matches(source_of(data).head), name
        papers, failures = read_with(known, data)
        found[name] = (len(papers), len(failures))
    return found


def unexpected(failure: Failure) -> None:
    """Takes the failures of an input that must have none."""
    raise AssertionError(failure)
