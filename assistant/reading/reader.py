"""Reads one input, whatever its format, as a stream of Papers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.errors import FileUnreadable, NoPapersFound
from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.detect import FORMATS, detect
from assistant.reading.format import Failure, OnFailure
from assistant.reading.source import HEAD_BYTES, Source


def read_file(path: Path, on_failure: OnFailure) -> Iterator[Paper]:
    """Yield the papers of a file in its order; records that are none go to `on_failure`.

    Nothing is opened before the first paper is asked for.

    Raises:
        FileUnreadable: it is missing, a folder, not permitted, or not text.
        NoPapersFound: it is text, but there is no title with an abstract in it.
    """
    label = fields.one_line(str(path))
    if path.is_dir():
        raise FileUnreadable(f"{label} is a folder: name the files in it that hold papers")
    try:
        with io.BufferedReader(path.open("rb", buffering=0), HEAD_BYTES) as stream:
            yield from _read(stream, path.name, label, on_failure)
    except FileNotFoundError as error:
        raise FileUnreadable(f"{label} does not exist: check the name and the folder") from error
    except PermissionError as error:
        raise FileUnreadable(f"{label} may not be read: give yourself permission to") from error
    except (OSError, ValueError) as error:
        # ValueError: a path with a NUL character in it.
        raise FileUnreadable(f"{label} cannot be read: {error}") from error


def read_bytes(data: bytes, name: str, on_failure: OnFailure) -> Iterator[Paper]:
    """Yield the papers of what was piped in, pasted or uploaded; `name` says which it was.

    Raises:
        FileUnreadable: it is not text.
        NoPapersFound: it is text, but there is no title with an abstract in it.
    """
    with io.BufferedReader(io.BytesIO(data), HEAD_BYTES) as stream:
        yield from _read(stream, name, name, on_failure)


def _read(
    stream: io.BufferedReader[Any], name: str, label: str, on_failure: OnFailure
) -> Iterator[Paper]:
    source = Source(stream, name, label)
    chosen = detect(source.head)
    if chosen is None:
        expected = "; or ".join(known.expected for known in FORMATS)
        raise NoPapersFound(f"{label} is of no format known here; expected is {expected}")
    found = 0
    failures: list[Failure] = []

    def note(failure: Failure) -> None:
        if not failures:
            failures.append(failure)
        on_failure(failure)

    for paper in chosen.read(source, note):
        found += 1
        yield paper
    if not found:
        first = f" (first problem: {failures[0].where}: {failures[0].why})" if failures else ""
        raise NoPapersFound(f"No papers found in {label}; expected is {chosen.expected}{first}")
