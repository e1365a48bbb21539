"""A library in one file and back: the catalogue and the user's prompts."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import (
    LibraryBusy,
    LibraryError,
    LibraryFull,
    LibraryReadOnly,
    LibraryTooNew,
    OutputError,
)
from assistant.library.backup_file import CATALOG as CATALOG
from assistant.library.backup_file import PROMPTS, own_prompts, pack, unpack, unusable
from assistant.library.chroma_index import FOLDER as CHROMA_FOLDER
from assistant.library.chroma_index import LOCK as CHROMA_LOCK
from assistant.library.database import Database, translated
from assistant.library.schema import SCHEMA_VERSION

_ASIDE = ".before-restore"
_WORK = ".restore"
_JOURNALS = ("-wal", "-shm")


@dataclass(frozen=True)
class Backup:
    """What a backup holds; `made_at` is ISO 8601 in UTC."""

    papers: int
    made_at: str
    version: int


def back_up(database: Database, folder: Path, target: Path) -> Backup:
    """Write the library in `folder`, as it is at this moment, to the file `target`.

    The library may be in use. The file appears once it is whole; one that is there is replaced.

    Raises:
        OutputError: `target` cannot be written, or lies in the library itself.
        LibraryError: the library cannot be read.
    """
    place = target.resolve()
    _check_place(place, folder, target)
    with _explained(target), _beside(place) as work:
        copy = work / CATALOG
        try:
            with database.read() as connection:
                # A snapshot without the room that removed papers have left.
                connection.execute("VACUUM INTO ?", (str(copy),))
            with translated(copy), closing(sqlite3.connect(copy)) as connection:
                # Chroma's files are not part of it.
                connection.execute("DELETE FROM facts WHERE name = 'chroma'")
                connection.commit()
                papers = int(connection.execute("SELECT count(*) FROM papers").fetchone()[0])
        except LibraryFull as error:
            # The copy is on the disk of `target`; reading the library takes no room.
            raise _not_written(target, "No space left on its disk") from error
        made = Backup(papers, datetime.now(UTC).isoformat(timespec="seconds"), SCHEMA_VERSION)
        part = work / "backup.zip"
        pack(part, copy, own_prompts(folder), made.papers, made.made_at, made.version)
        part.replace(place)
    return made


def restore(source: Path, folder: Path, *, replace: bool) -> Backup:
    """Make the library in `folder` what the backup `source` holds.

    With `replace` a library that is there is put aside as `catalog.sqlite.before-restore`, its
    prompts as `prompts.before-restore`, with a number behind where these are taken.

    Raises:
        BackupUnusable: `source` is no whole backup.
        LibraryBusy: another program has the library open.
        LibraryError: there is a library already, or the folder cannot be written.
    """
    catalog = folder / CATALOG
    if catalog.exists() and not replace:
        raise LibraryError(
            f"There is a library in {folder} already. Restore into another folder with --library, "
            "or put this one aside with --replace."
        )
    new = not folder.exists()
    try:
        with translated(catalog):
            folder.mkdir(parents=True, exist_ok=True)
            with _alone(folder), _emptied(folder / _WORK) as work:
                about = unpack(source, work)
                _check(work / CATALOG, source, about.papers)
                _put_in_place(work, folder)
    except BaseException:
        if new:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return Backup(about.papers, about.made_at, about.version)


def _check(catalog: Path, source: Path, promised: int) -> None:
    """Bring `catalog` up to date, and see that it is whole and has the papers it should have."""
    try:
        with closing(Database(catalog)) as database, database.read() as connection:
            faults = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            papers = int(connection.execute("SELECT count(*) FROM papers").fetchone()[0])
    except LibraryTooNew as error:
        why = "a newer version of this program made it; update the program"
        raise unusable(source, why) from error
    except (LibraryFull, LibraryReadOnly):
        raise
    except LibraryError as error:
        raise unusable(source, "its catalogue is none, or damaged") from error
    if faults != "ok" or papers != promised:
        raise unusable(source, "its catalogue is damaged")


def _put_in_place(work: Path, folder: Path) -> None:
    """Exchange the library; whenever this is ended there is the old one or the new one."""
    catalog = folder / CATALOG
    aside = _free(folder, CATALOG)
    old = catalog.exists()
    if old:
        _in_one_file(catalog)
        _keep(catalog, aside)
    for end in _JOURNALS:  # of a catalogue that is damaged, or gone
        journal = catalog.with_name(CATALOG + end)
        if old and journal.exists():
            journal.replace(aside.with_name(aside.name + end))
        journal.unlink(missing_ok=True)
    prompts = folder / PROMPTS
    if prompts.is_dir() and any(prompts.iterdir()):
        prompts.replace(_free(folder, PROMPTS))
    if (work / PROMPTS).is_dir():
        (work / PROMPTS).replace(prompts)
    (work / CATALOG).replace(catalog)
    shutil.rmtree(folder / CHROMA_FOLDER, ignore_errors=True)


def _in_one_file(catalog: Path) -> None:
    """Bring the journal of `catalog` into it, which nobody else may have open for that.

    One that is damaged stays as it is.
    """
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(catalog, timeout=0)) as database:
        try:
            mode = database.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            mode = "wal"
        if mode == "wal":
            raise _in_use(catalog.parent)


def _keep(catalog: Path, aside: Path) -> None:
    """Give `catalog` the name `aside` too, so that there is one at its place at every moment."""
    try:
        os.link(catalog, aside)
    except OSError:  # a file system without such links
        catalog.replace(aside)


def _free(folder: Path, name: str) -> Path:
    """The first name for what is put aside that nothing has."""
    path = folder / f"{name}{_ASIDE}"
    number = 2
    while path.exists() or path.is_symlink():
        path = folder / f"{name}{_ASIDE}-{number}"
        number += 1
    return path


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold what a program holds that has the library open for asking."""
    lock = FileLock(folder / CHROMA_LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise _in_use(folder) from error
    try:
        yield
    finally:
        lock.release()


def _in_use(folder: Path) -> LibraryBusy:
    return LibraryBusy(f"Another program has the library {folder} open; close it and try again.")


def _check_place(place: Path, folder: Path, target: Path) -> None:
    if place.is_relative_to(folder.resolve()):
        raise OutputError(
            f"{target} lies in the library itself, which the backup is to outlive; choose a file "
            "in another folder."
        )
    if place.is_dir():
        raise _not_written(target, "it is a folder")
    if place.exists() and not place.is_file():
        raise _not_written(target, "it is no file")


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """An empty folder on the disk of `place`, the same one after a call that was killed."""
    work = place.with_name(f".{place.name}.part")
    work.mkdir(exist_ok=True)
    lock = FileLock(work / "lock")
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise _not_written(place, "another backup is just written to it") from error
    try:
        for leftover in work.iterdir():
            if leftover.name != "lock":
                leftover.unlink()
        yield work
    finally:
        lock.release()
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _emptied(work: Path) -> Iterator[Path]:
    """The folder `work`, without what a call that was killed has left in it."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _not_written(target, error.strerror or str(error)) from error


def _not_written(target: Path, why: str) -> OutputError:
    return OutputError(
        f"{target}: the backup cannot be written there ({why}). Choose another file."
    )
