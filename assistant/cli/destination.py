"""Where a result goes: stdout, or a file that appears only once it is whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from assistant.cli.streams import Streams
from assistant.errors import OutputError


@contextmanager
def destination(out: Path | None, streams: Streams) -> Iterator[Callable[[str], None]]:
    """Hand out what writes text to `out`, or to stdout if that is None.

    A file is written beside its place and moved there at the end; when the block is left by an
    exception, whatever was at its place is untouched.

    Raises:
        OutputError: the file cannot be written.
    """
    if out is None:
        yield streams.text
        return
    target = out.expanduser().resolve()
    # A device or a pipe is no file that could be replaced.
    special = target.exists() and not target.is_file()
    part = target if special else target.with_name(f"{target.name}.{os.getpid()}.part")
    with _explained(out):
        file = part.open("w", encoding="utf-8", newline="")
    try:
        yield lambda text: _write(file, text, out)
        with _explained(out):
            file.close()
            if not special:
                part.replace(target)
    finally:
        # What could not be written before cannot be written now either.
        with suppress(OSError):
            file.close()
        if not special:
            part.unlink(missing_ok=True)


def _write(file: IO[str], text: str, out: Path) -> None:
    with _explained(out):
        file.write(text)
        file.flush()


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{out}: the result cannot be written there ({error.strerror or error}). "
            "Choose another file with --out."
        ) from error
