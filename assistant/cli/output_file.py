"""Where a result goes: stdout, or a file that appears only once it is whole."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from assistant.cli.streams import Streams
from assistant.errors import OutputError

_PART = re.compile(r"\.(?P<process>\d+)\.part", re.ASCII)


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
    if not special:
        _clear_stale(target)
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


def _clear_stale(target: Path) -> None:
    """Delete what commands that were killed left beside `target`; those that run keep theirs."""
    with suppress(OSError):
        for part in target.parent.iterdir():
            match = _PART.fullmatch(part.name.removeprefix(target.name))
            if part.name.startswith(target.name) and match and not _runs(int(match["process"])):
                part.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    if sys.platform == "win32":  # there the question would itself be a signal
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # somebody else's
        return True
    return True


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
