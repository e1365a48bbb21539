"""Atomic file writes: a file appears whole at its place, or nothing there changes.

The text goes to a temporary file beside the target, which is then renamed over it. Callers turn the
`OSError` that may come of it into an error of their own, which knows what the file is for.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PART = re.compile(r"\.(?P<name>.+)\.(?P<process>\d+)\.[0-9a-f]{8}\.part", re.ASCII | re.DOTALL)
# Bytes that most file systems allow in a name; a temporary name has to stay below it.
_LONGEST_NAME = 200


@contextmanager
def replacing(target: Path, *, durable: bool = False, mode: int = 0o666) -> Iterator[Path]:
    """Yield an empty temporary file beside `target`, which replaces it when the block ends.

    When the block raises, the temporary file is removed and `target` stays as it was.

    Args:
        target: the file to write, in a folder that exists.
        durable: flush to the disk before and after the rename, where a power cut must lose nothing.
        mode: permissions of a new file, before the process's umask.

    Raises:
        OSError: the file cannot be written or renamed.

    """
    short = target.name.encode()[:_LONGEST_NAME].decode(errors="ignore")
    part = target.with_name(f".{short}.{os.getpid()}.{secrets.token_hex(4)}.part")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    try:
        yield part
        if durable:
            _flush(part)
        part.replace(target)
        if durable and os.name != "nt":  # Windows cannot open a folder to flush it
            _flush(target.parent)
    finally:
        # What could not be written before cannot be removed now either.
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_atomically(
    target: Path, content: str | bytes, *, durable: bool = False, mode: int = 0o666
) -> None:
    """Make `content` (text as UTF-8, line ends as they are) the content of `target`.

    Raises:
        OSError: the file cannot be written.
    """
    with replacing(target, durable=durable, mode=mode) as part:
        part.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


def remove_leftovers(target: Path) -> None:
    """Remove the temporary files that killed processes left for `target`; running ones keep theirs.

    It lists the folder once, so a caller that writes many files calls it once.
    """
    with suppress(OSError):
        for path in target.parent.glob(".*.part"):
            match = _PART.fullmatch(path.name)
            if match and target.name.startswith(match["name"]) and not _runs(int(match["process"])):
                path.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _runs(process: int) -> bool:
    if sys.platform == "win32":  # there the question would itself be a signal
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # another user's process
        return True
    return True
