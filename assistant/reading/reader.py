"""Reads one input of any format as a stream of Papers."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from assistant.errors import FileUnreadable, NoPapersFound, ReadingError
from assistant.paper import Paper
from assistant.reading import fields, parquet, pdf, saved_page
from assistant.reading.archives import Member, members, stream_members
from assistant.reading.detect import FORMATS, detect
from assistant.reading.format import Failure, OnFailure, Skip
from assistant.reading.source import HEAD_BYTES, Source
from assistant.reading.unpacking import LIMITS, Limits

READABLE = (*(known.name for known in FORMATS[:-1]), "PDF", "Parquet")
"""Names of the supported formats, except a page of papers saved as text."""
_EXPECTED = f"a page of papers saved as text, or one of: {', '.join(READABLE)}"

# A file in which so many records in a row are not papers has none, or was made to take long.
_MOST_FAILURES = 100_000

# Gets the name of each file whose format was detected, and the name of the format.
OnFormat = Callable[[str, str], None]


def read_file(
    path: Path, on_failure: OnFailure, columns: Mapping[str, str] | None = None
) -> Iterator[Paper]:
    """Yield the papers of a file, folder or archive in its order.

    Records that are not papers go to `on_failure`. `columns` are the names of columns in tables,
    such as `{"title": "Titel"}`. Nothing is opened before the first paper is asked for.

    Raises:
        FileUnreadable: it is missing, not permitted, or of a kind that cannot be read.
        NoPapersFound: it can be read, but there is no paper in it.
    """
    label = fields.one_line(str(path))
    try:
        yield from _read_all(partial(members, path), label, on_failure, columns)
    except FileNotFoundError as error:
        raise FileUnreadable(f"{label} does not exist: check the name and the folder") from error
    except PermissionError as error:
        raise FileUnreadable(
            f"{label} cannot be opened: permission denied; check the permissions of the file"
        ) from error
    except (OSError, ValueError) as error:
        # ValueError: a path with a NUL character in it.
        raise FileUnreadable(f"{label} cannot be read: {error}") from error


def read_bytes(
    data: bytes, name: str, on_failure: OnFailure, columns: Mapping[str, str] | None = None
) -> Iterator[Paper]:
    """Yield the papers of piped, pasted or uploaded bytes; `name` is for messages.

    Raises:
        FileUnreadable: it is not text.
        NoPapersFound: it can be read, but there is no paper in it.
    """
    with io.BufferedReader(io.BytesIO(data), HEAD_BYTES) as stream:
        yield from read_stream(stream, name, on_failure, columns)


def read_stream(
    stream: io.BufferedReader[Any],
    name: str,
    on_failure: OnFailure,
    columns: Mapping[str, str] | None = None,
    on_format: OnFormat = lambda name, format_name: None,
    limits: Limits = LIMITS,
) -> Iterator[Paper]:
    """Yield the papers of an open file of `HEAD_BYTES` of buffer, which messages call `name`.

    `limits` bound what comes out of an archive.

    Raises:
        FileUnreadable: it is of a kind that cannot be read.
        NoPapersFound: it can be read, but there is no paper in it.
        OSError: as reading a file does.
    """
    found = partial(stream_members, stream, name, name, limits=limits)
    yield from _read_all(found, name, on_failure, columns, on_format)


def _read_all(
    found: Callable[[OnFailure], Iterator[Member]],
    label: str,
    on_failure: OnFailure,
    columns: Mapping[str, str] | None,
    on_format: OnFormat = lambda name, format_name: None,
) -> Iterator[Paper]:
    """The papers of all members; an error in one of several ends only that one."""
    count = 0
    failures: list[Failure] = []

    def note(failure: Failure) -> None:
        if not failures:
            failures.append(failure)
        on_failure(failure)

    for member in found(note):
        try:
            for paper in _read(member, note, columns, on_format):
                count += 1
                yield paper
        except ReadingError as error:
            if member.alone:
                raise
            note(Failure(where=fields.one_line(member.name), why=str(error)))
    if not count:
        raise NoPapersFound(f"No papers found in {label}{_first_problem(failures)}")


def _read(
    member: Member,
    on_failure: OnFailure,
    columns: Mapping[str, str] | None,
    on_format: OnFormat,
) -> Iterator[Paper]:
    first: list[Failure] = []
    found = in_a_row = 0

    def skip(number: int, why: str) -> None:
        nonlocal in_a_row
        failure = Failure(f"{fields.one_line(member.name)}:{number}", why)
        first[:] = first or [failure]
        on_failure(failure)
        in_a_row += 1
        if in_a_row == _MOST_FAILURES:
            raise FileUnreadable(
                f"{label} has {_MOST_FAILURES:,} records in a row that are not papers: the rest is "
                "not read"
            )

    label = fields.one_line(member.label) or fields.one_line(member.name)
    papers, format_name, expected = _opened(member, skip, columns)
    on_format(member.name, format_name)
    for paper in papers:
        found, in_a_row = found + 1, 0
        yield paper
    # One file among several was reported already, by its records.
    if not found and (member.alone or not first):
        raise NoPapersFound(f"No papers found in {label}{expected}{_first_problem(first)}")


def _opened(
    member: Member, skip: Skip, columns: Mapping[str, str] | None
) -> tuple[Iterator[Paper], str, str]:
    """The papers of a member, the name of its format, and what is expected of it."""
    head = member.stream.peek(len(pdf.MAGIC))
    if head.startswith(pdf.MAGIC):
        return pdf.papers(member), "PDF", ""
    if head.startswith(parquet.MAGIC):
        return parquet.papers(member, skip, columns), "Parquet", ""
    source = Source(member.stream, member.name, member.label, member.largest)
    chosen = detect(source.head, columns)
    # Among many files a licence or a letter is no page of papers.
    if chosen is None or (chosen is saved_page.FORMAT and not member.alone):
        expected = f"; expected {_EXPECTED}" if member.alone else ""
        raise NoPapersFound(f"{source.label} has an unknown format{expected}")
    return chosen.read(source, skip), chosen.name, f"; expected {chosen.expected}"


def _first_problem(failures: list[Failure]) -> str:
    return f" (first problem: {failures[0].where}: {failures[0].why})" if failures else ""
