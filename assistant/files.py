"""Atomic file writes: a file is replaced as a whole, or nothing changes.

The content goes to a temporary file beside the target, which is then renamed over it. Callers turn
an `OSError` into an error of their own that says what the file is for.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
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
    part = _temporary_path(target)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    try:
        yield part
        if durable:
            flush_to_disk(part)
        part.replace(target)
        if durable:
            flush_to_disk(target.parent)
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


@contextmanager
def locked(target: Path, timeout_s: float = 10.0) -> Iterator[None]:
    """Keep other processes from changing `target` in a `locked` block of theirs meanwhile.

    For changes that depend on the present content: `write_atomically` alone would overwrite a
    change made between reading and writing. The lock is the file `.NAME.lock` beside `target`,
    which stays there.

    Raises:
        TimeoutError: another process holds the lock for longer than `timeout_s`.
        OSError: the lock file cannot be created.
    """
    from filelock import FileLock

    with FileLock(target.with_name(f".{target.name}.lock"), timeout=timeout_s):
        yield


@contextmanager
def temporary_folder(target: Path) -> Iterator[Path]:
    """Yield a new empty folder beside `target`; when the block ends, it is removed with its files.

    Files that the block moves elsewhere stay.

    Raises:
        OSError: the folder cannot be created.
    """
    folder = _temporary_path(target)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(target: Path) -> None:
    """Remove temporary files and folders that killed processes left for `target`.

    Those of running processes stay. It lists the folder once, so a caller that writes many files
    calls it once.
    """
    with suppress(OSError):
        for path in target.parent.glob(".*.part"):
            match = _PART.fullmatch(path.name)
            if match and target.name.startswith(match["name"]) and not _runs(int(match["process"])):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


def flush_to_disk(path: Path) -> None:
    """Wait until the content of a file, or the entries of a folder, are on the disk.

    Raises:
        OSError: the file cannot be flushed. Some file systems cannot flush folders; that is no
            error.
    """
    if not path.is_dir():
        _flush(path, os.O_RDWR)
    elif os.name != "nt":  # Windows cannot open a folder
        with suppress(OSError):
            _flush(path, os.O_RDONLY)


def _flush(path: Path, mode: int) -> None:
    opened = os.open(path, mode)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _temporary_path(target: Path) -> Path:
    short = target.name.encode()[:_LONGEST_NAME].decode(errors="ignore")
    return target.with_name(f".{short}.{os.getpid()}.{secrets.token_hex(4)}.part")


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
