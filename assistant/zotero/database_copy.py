"""A consistent copy of a SQLite file that another program is using.

Zotero locks its database while it runs, and even a reader of SQLite may create files beside it. So
nothing is opened there: the file and its journal are copied byte by byte to a temporary folder, and
copied again if one of them changed meanwhile. From the copy, SQLite recovers the last complete
state.
https://www.sqlite.org/atomiccommit.html
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import ZoteroUnreadable

_JOURNALS = ("-journal", "-wal")
_TRIES = 10
_PAUSE_S = 0.5
# The header of the file counts its changes; that of a write-ahead log has random numbers.
_HEADER = 100
# Ends a rollback journal of a transaction over several files, behind the name of another journal.
_END_OF_NAME = bytes.fromhex("d9d505f920a163d7")

_Marks = tuple[tuple[int, int, bytes] | None, ...]


@contextmanager
def consistent_copy(database: Path, pause: Callable[[float], None] = time.sleep) -> Iterator[Path]:
    """Yield a copy of the file `database` as it is at one moment; it is deleted afterwards.

    Raises:
        ZoteroUnreadable: it cannot be read, or never stays unchanged for as long as a copy takes.
    """
    with tempfile.TemporaryDirectory(prefix="paper-assistant-zotero-") as folder:
        copy = Path(folder) / "copy.sqlite"
        for attempt in range(1, _TRIES + 1):
            if _copied(database, copy):
                break
            if attempt == _TRIES:
                raise ZoteroUnreadable(
                    f"{database} changed all the time while it was copied, so Zotero is busy with "
                    "a sync or an import, or was interrupted by a crash. Run the command again "
                    "when Zotero is idle; start Zotero once if it crashed."
                )
            pause(_PAUSE_S)
        yield copy


def _copied(database: Path, copy: Path) -> bool:
    """Copy the file and its journals; return whether all of it is of one moment."""
    try:
        before = _marks(database)
        for ending in ("", *_JOURNALS):
            source, target = _beside(database, ending), _beside(copy, ending)
            target.unlink(missing_ok=True)
            if not ending or source.is_file():
                shutil.copyfile(source, target)
        unchanged = _marks(database) == before
    except FileNotFoundError as error:
        if not database.is_file():
            raise ZoteroUnreadable(f"{database} does not exist.") from error
        return False  # a journal came and went
    except OSError as error:
        raise ZoteroUnreadable(
            f"{database} cannot be copied to read it ({error.strerror or error}). "
            "Close Zotero and run the command again, or read from the running Zotero with --api."
        ) from error
    return unchanged and _is_usable(_beside(copy, "-journal"))


def _marks(database: Path) -> _Marks:
    """What changes whenever the file or a journal is written."""
    found: list[tuple[int, int, bytes] | None] = []
    for path in (database, *(_beside(database, ending) for ending in _JOURNALS)):
        if path == database or path.is_file():
            state = path.stat()
            with path.open("rb") as file:
                found.append((state.st_size, state.st_mtime_ns, file.read(_HEADER)))
        else:
            found.append(None)
    return tuple(found)


def _is_usable(journal: Path) -> bool:
    """Whether SQLite may recover from the copied rollback journal.

    One that names another journal would make it look for that one beside the original.
    """
    if not journal.is_file():
        return True
    with journal.open("rb") as file:
        if file.read(1) in (b"", b"\0"):  # no transaction is under way
            return True
        file.seek(max(0, journal.stat().st_size - len(_END_OF_NAME)))
        return file.read() != _END_OF_NAME


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
