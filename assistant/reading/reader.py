"""Reads one input of any format as a stream of Papers."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from assistant.errors import FileUnreadable, NoPapersFound, PapersUncertain, ReadingError
from assistant.paper import Paper
from assistant.reading import fields, parquet, pdf, saved_page
from assistant.reading.archives import Member, members, stream_members
from assistant.reading.confidence import Confidence
from assistant.reading.detect import FALLBACKS, FORMATS, ReadAs, recognise
from assistant.reading.format import Failure, Format, OnFailure, Skip
from assistant.reading.source import HEAD_BYTES, Source
from assistant.reading.unpacking import LIMITS, Limits
from assistant.reading.unsupported import unsupported_kind

READABLE = (*(known.name for known in FORMATS[:-1]), "PDF", "Parquet")
"""Names of the supported formats, except a page of papers saved as text."""
_EXPECTED = (
    "a title on one line and its abstract below it, or an export such as BibTeX, RIS, PubMed or CSV"
)

# A file in which so many records in a row are not papers has none, or was made to take long.
_MOST_FAILURES = 100_000

# Gets the name of each file whose format was detected, and the name of the format.
OnFormat = Callable[[str, str], None]
# Asked for each file that is probably papers, by its name, if they are to be read.
OnProbable = Callable[[str], bool]


@dataclass(frozen=True)
class _How:
    """How the caller wants an input to be read; see `read_stream`."""

    columns: Mapping[str, str] | None = None
    read_as: ReadAs | None = None
    on_format: OnFormat = lambda name, format_name: None
    on_probable: OnProbable = lambda name: False


def read_file(
    path: Path,
    on_failure: OnFailure,
    columns: Mapping[str, str] | None = None,
    read_as: ReadAs | None = None,
) -> Iterator[Paper]:
    """Yield the papers of a file, folder or archive in its order.

    Records that are not papers go to `on_failure`, and so do warnings about others. `columns` are
    the names of columns in tables, such as `{"title": "Titel"}`. With `read_as` every text is read
    as that, whatever it looks like.
    Nothing is opened before the first paper is asked for.

    Raises:
        FileUnreadable: it is missing, not permitted, or of a kind that cannot be read.
        NoPapersFound: it can be read, but there is no paper in it.
        PapersUncertain: it may be papers, but that is not certain.
    """
    label = fields.one_line(str(path))
    try:
        yield from _read_all(partial(members, path), label, on_failure, _How(columns, read_as))
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
    data: bytes,
    name: str,
    on_failure: OnFailure,
    columns: Mapping[str, str] | None = None,
    read_as: ReadAs | None = None,
) -> Iterator[Paper]:
    """Yield the papers of piped, pasted or uploaded bytes; `name` is for messages.

    Raises:
        FileUnreadable: it is not text.
        NoPapersFound: it can be read, but there is no paper in it.
        PapersUncertain: it may be papers, but that is not certain.
    """
    with io.BufferedReader(io.BytesIO(data), HEAD_BYTES) as stream:
        yield from read_stream(stream, name, on_failure, columns, read_as)


def read_stream(
    stream: io.BufferedReader[Any],
    name: str,
    on_failure: OnFailure,
    columns: Mapping[str, str] | None = None,
    read_as: ReadAs | None = None,
    on_format: OnFormat = _How.on_format,
    on_probable: OnProbable = _How.on_probable,
    limits: Limits = LIMITS,
) -> Iterator[Paper]:
    """Yield the papers of an open file of `HEAD_BYTES` of buffer, which messages call `name`.

    `limits` bound what comes out of an archive. A file that is only probably papers is read if
    `on_probable` says so.

    Raises:
        FileUnreadable: it is of a kind that cannot be read.
        NoPapersFound: it can be read, but there is no paper in it.
        PapersUncertain: it may be papers, but that is not certain.
        OSError: as reading a file does.
    """
    found = partial(stream_members, stream, name, name, limits=limits)
    how = _How(columns, read_as, on_format, on_probable)
    yield from _read_all(found, name, on_failure, how)


def _read_all(
    found: Callable[[OnFailure], Iterator[Member]], label: str, on_failure: OnFailure, how: _How
) -> Iterator[Paper]:
    """The papers of all members; an error in one of several ends only that one."""
    count = 0
    failures: list[Failure] = []

    def note(failure: Failure) -> None:
        if not failures and not failure.imported:
            failures.append(failure)
        on_failure(failure)

    for member in found(note):
        try:
            for paper in _read(member, note, how):
                count += 1
                yield paper
        except ReadingError as error:
            if member.alone:
                raise
            note(Failure(where=fields.one_line(member.name), why=str(error)))
    if not count:
        raise NoPapersFound(f"No papers found in {label}{_first_problem(failures)}")


def _read(member: Member, on_failure: OnFailure, how: _How) -> Iterator[Paper]:
    first: list[Failure] = []
    found = in_a_row = 0

    def skip(number: int, why: str, /, *, imported: bool = False) -> None:
        nonlocal in_a_row
        failure = Failure(f"{fields.one_line(member.name)}:{number}", why, imported)
        on_failure(failure)
        if imported:
            return
        first[:] = first or [failure]
        in_a_row += 1
        if in_a_row == _MOST_FAILURES:
            raise FileUnreadable(
                f"{label} has {_MOST_FAILURES:,} records in a row that are not papers: the rest is "
                "not read"
            )

    label = fields.one_line(member.label) or fields.one_line(member.name)
    papers, format_name, expected = _opened(member, skip, how)
    how.on_format(member.name, format_name)
    for paper in papers:
        found, in_a_row = found + 1, 0
        yield paper
    # One file among several was reported already, by its records.
    if not found and (member.alone or not first):
        raise NoPapersFound(f"No papers found in {label}{expected}{_first_problem(first)}")


def _opened(member: Member, skip: Skip, how: _How) -> tuple[Iterator[Paper], str, str]:
    """The papers of a member, the name of its format, and what is expected of it."""
    head = member.stream.peek(len(pdf.MAGIC))
    if head.startswith((pdf.MAGIC, parquet.MAGIC)):
        kind = "PDF" if head.startswith(pdf.MAGIC) else "Parquet"
        if how.read_as:
            raise FileUnreadable(f"{member.label} is a {kind} file, which is read without --as")
        if kind == "PDF":
            return pdf.papers(member), kind, ""
        return parquet.papers(member, skip, how.columns), kind, ""
    source = Source(member.stream, member.name, member.label, member.largest)
    chosen = how.read_as.format if how.read_as else _chosen(source, member, how)
    return chosen.read(source, skip), chosen.name, f"; expected {chosen.expected}"


def _chosen(source: Source, member: Member, how: _How) -> Format:
    """The format of a text.

    Raises:
        NoPapersFound: it has none, or it is prose of another kind than abstracts.
        PapersUncertain: it may be abstracts, and the caller does not want those.
    """
    chosen, confidence = recognise(source.head, how.columns)
    if chosen not in FALLBACKS:
        if chosen is not None:
            return chosen
        raise _refusal(source, member)
    if unsupported_kind(source.head) or confidence is Confidence.NONE:
        raise _refusal(source, member)
    if chosen is saved_page.FORMAT and not member.alone:
        # A folder of texts has many that are not papers.
        raise NoPapersFound(f"{source.label} may be a saved page of papers: import it by itself")
    if confidence is Confidence.PROBABLE and not how.on_probable(member.name):
        read_as = ReadAs.of(chosen).value
        raise PapersUncertain(
            f"{source.label} may be a {chosen.name}, but that is not certain, so nothing was read: "
            f"if it is, import it with --as {read_as}"
        )
    return chosen


def _refusal(source: Source, member: Member) -> NoPapersFound:
    """Says what a text is that has no papers, and what to do.

    Raises:
        FileUnreadable: it is damaged.
    """
    source.check()
    if kind := unsupported_kind(source.head):
        return NoPapersFound(f"{source.label} is {kind.name}: {kind.advice}")
    if not member.alone:
        return NoPapersFound(f"{source.label} does not look like papers")
    return NoPapersFound(
        f"{source.label} does not look like papers; expected {_EXPECTED}; a page of papers that is "
        "not recognised is imported with --as saved-page"
    )


def _first_problem(failures: list[Failure]) -> str:
    return f" (first problem: {failures[0].where}: {failures[0].why})" if failures else ""
