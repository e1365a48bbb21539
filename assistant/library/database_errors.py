"""Errors of SQLite and the file system, translated into library errors."""

from __future__ import annotations

import contextlib
import errno
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import (
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryFull,
    LibraryReadOnly,
)

# How long a statement waits for another program that is writing.
BUSY_SECONDS = 5.0
# With less free space, an unexplained I/O error is reported as a full disk.
_FULL_DISK_BYTES = 1 << 20
_FULL_ERRNOS = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_READ_ONLY_ERRNOS = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextlib.contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and the file system into a LibraryError about `path`."""
    try:
        yield
    except sqlite3.Error as error:
        raise _from_sqlite(error, path) from error
    except OSError as error:
        raise _from_os(error, path) from error


def _from_sqlite(error: sqlite3.Error, path: Path) -> LibraryError:
    # The low byte is the primary result code.
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _disk_is_full(path)):
        return _full(path)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return read_only_error(path, str(error))
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged_error(path, str(error))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryBusy(
            f"Another program has been writing to {path} for more than {BUSY_SECONDS:.0f} s. "
            "Wait until it has finished and try again."
        )
    return LibraryError(f"The library {path} cannot be used: {error}.")


def _from_os(error: OSError, path: Path) -> LibraryError:
    reason = error.strerror or str(error)
    if error.errno in _FULL_ERRNOS:
        return _full(path)
    if error.errno in _READ_ONLY_ERRNOS:
        return read_only_error(path, reason)
    return LibraryError(
        f"The library folder {path.parent} cannot be used ({reason}). Choose another folder with "
        "--library."
    )


def _full(path: Path) -> LibraryFull:
    return LibraryFull(
        f"No space is left on the disk of {path}; nothing that was stored is lost. "
        "Free some space and try again."
    )


def read_only_error(path: Path, reason: str) -> LibraryReadOnly:
    """The error for a library at `path` that cannot be written."""
    return LibraryReadOnly(
        f"The library {path} cannot be written ({reason}). Make its folder writable, or choose "
        "another folder with --library."
    )


def damaged_error(path: Path, reason: str) -> LibraryDamaged:
    """The error for a file at `path` that is not a catalogue."""
    return LibraryDamaged(
        f"{path} is not a readable catalogue ({reason}). Restore a backup, or move the file away "
        "and import your papers again."
    )


def _disk_is_full(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(path.parent).free < _FULL_DISK_BYTES
    return False
