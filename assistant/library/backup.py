"""Backup and restore: the catalogue and the user's prompts in one file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
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
from assistant.files import flush_to_disk, remove_leftovers, replacing, temporary_folder
from assistant.library.backup_file import (
    CATALOG,
    PROMPTS,
    Backup,
    own_prompts,
    pack,
    unpack,
    unusable,
)
from assistant.library.binary_index import FILE as BINARY_INDEX
from assistant.library.chroma_index import FOLDER as CHROMA_FOLDER
from assistant.library.chroma_index import LOCK as CHROMA_LOCK
from assistant.library.chroma_index import remove
from assistant.library.database import Database
from assistant.library.database_errors import translate_errors
from assistant.library.metadata import COLLECTION, Metadata
from assistant.library.schema import SCHEMA_VERSION

_REPLACED = ".before-restore"
_JOURNALS = ("-wal", "-shm")


def back_up(database: Database, folder: Path, target: Path) -> Backup:
    """Write the present state of the library in `folder` to the file `target`.

    The library may be in use. An existing file is replaced when the backup is complete.

    Raises:
        OutputError: `target` cannot be written, or is inside the library folder.
        LibraryError: the library cannot be read.
    """
    place = target.resolve()
    _check_target(place, folder, target)
    try:
        remove_leftovers(place)
        with temporary_folder(place) as work, replacing(place, durable=True) as part:
            papers = _copy_catalog(database, work / CATALOG)
            made_at = datetime.now(UTC).isoformat(timespec="seconds")
            made = Backup(papers, made_at, SCHEMA_VERSION)
            pack(part, work / CATALOG, own_prompts(folder), made)
    except LibraryFull as error:
        # The copy is on the disk of `target`; reading the library needs no space.
        raise _not_written(target, "No space left on its disk") from error
    except OSError as error:
        raise _not_written(target, error.strerror or str(error)) from error
    return made


def restore(source: Path, folder: Path, *, replace: bool) -> Backup:
    """Restore the backup `source` as the library in `folder`.

    With `replace`, an existing catalogue is renamed to `catalog.sqlite.before-restore` and existing
    prompts to `prompts.before-restore`, with a number appended if that name is in use.

    Raises:
        BackupUnusable: `source` is not an intact backup.
        LibraryBusy: another program has the library open.
        LibraryError: `folder` has a library already, or cannot be written.
    """
    catalog = folder / CATALOG
    _check_unused(catalog, replace)
    with translate_errors(catalog):
        if folder.exists():
            remove_leftovers(catalog)
            with _locked(folder), temporary_folder(catalog) as work:
                restored = _unpack_checked(source, work)
                _move(work, folder)
            return restored
        folder.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(folder)
        with temporary_folder(folder) as work:
            restored = _unpack_checked(source, work)
            folder.mkdir(exist_ok=True)
            with _locked(folder):
                _check_unused(catalog, replace)
                _move(work, folder)
    return restored


def _copy_catalog(database: Database, copy: Path) -> int:
    """Copy the catalogue without the space of removed papers; return how many papers it has."""
    with database.read() as connection, _without_views(connection):
        connection.execute("VACUUM INTO ?", (str(copy),))
    with translate_errors(copy), closing(sqlite3.connect(copy)) as connection:
        return int(connection.execute("SELECT count(*) FROM papers").fetchone()[0])


@contextmanager
def _without_views(connection: sqlite3.Connection) -> Iterator[None]:
    """Drop the temporary views of an old catalogue for a while.

    VACUUM would take them for the tables whose names they have.
    """
    views = connection.execute(
        "SELECT name, sql FROM sqlite_temp_master WHERE type = 'view'"
    ).fetchall()
    for name, _ in views:
        connection.execute(f"DROP VIEW temp.{name}")
    try:
        yield
    finally:
        for _, statement in views:
            connection.execute(statement.replace("CREATE VIEW", "CREATE TEMP VIEW", 1))


def _unpack_checked(source: Path, work: Path) -> Backup:
    """Unpack `source` into `work`, migrate the catalogue, and check that it is intact."""
    backup = unpack(source, work)
    try:
        with closing(Database(work / CATALOG)) as database, database.read() as connection:
            damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            papers = int(connection.execute("SELECT count(*) FROM papers").fetchone()[0])
        # The collection on a Chroma server stays that of the library that was backed up.
        with closing(Database(work / CATALOG)) as database:
            metadata = Metadata(database)
            metadata.delete(COLLECTION, metadata.get(COLLECTION))
    except LibraryTooNew as error:
        why = "a newer version of this program wrote it; update the program"
        raise unusable(source, why) from error
    except (LibraryFull, LibraryReadOnly):
        raise
    except LibraryError as error:
        raise unusable(source, "its catalogue is damaged or not a catalogue") from error
    if damage != "ok" or papers != backup.papers:
        raise unusable(source, "its catalogue is damaged")
    flush_to_disk(work / CATALOG)
    return backup


def _move(work: Path, folder: Path) -> None:
    """Replace the library in `folder`; at every moment it has the old or the new catalogue."""
    catalog = folder / CATALOG
    kept = _unused_name(folder, CATALOG)
    if catalog.exists():
        _merge_journal(catalog)
        try:  # as a second name, so that the first one never lacks a file
            os.link(catalog, kept)
        except OSError:  # a file system without hard links
            catalog.replace(kept)
    for suffix in _JOURNALS:  # of a damaged or missing catalogue
        journal = catalog.with_name(CATALOG + suffix)
        if journal.exists():
            journal.replace(kept.with_name(kept.name + suffix))
    prompts = folder / PROMPTS
    if prompts.is_dir() and any(prompts.iterdir()):
        prompts.replace(_unused_name(folder, PROMPTS))
    if (work / PROMPTS).is_dir():
        (work / PROMPTS).replace(prompts)
    (work / CATALOG).replace(catalog)
    flush_to_disk(folder)
    # Indexes of the replaced library: the restored one does not use them, they only take space.
    remove(folder / CHROMA_FOLDER)
    remove(folder / BINARY_INDEX)


def _merge_journal(catalog: Path) -> None:
    """Write the journal into `catalog`, unless it is damaged; nobody else may have it open."""
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(catalog, timeout=0)) as database:
        try:
            mode = database.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            mode = "wal"
        if mode == "wal":
            raise _in_use(catalog.parent)


def _unused_name(folder: Path, name: str) -> Path:
    path = folder / f"{name}{_REPLACED}"
    number = 2
    while path.exists() or path.is_symlink():
        path = folder / f"{name}{_REPLACED}-{number}"
        number += 1
    return path


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a program that searches the library."""
    try:
        with FileLock(folder / CHROMA_LOCK, blocking=False):
            yield
    except Timeout as error:
        raise _in_use(folder) from error


def _check_unused(catalog: Path, replace: bool) -> None:
    if catalog.exists() and not replace:
        raise LibraryError(
            f"{catalog.parent} already has a library. Choose another folder with --library, or "
            "replace that library with --replace, which keeps a copy of it."
        )


def _in_use(folder: Path) -> LibraryBusy:
    return LibraryBusy(f"Another program has the library {folder} open; close it and try again.")


def _check_target(place: Path, folder: Path, target: Path) -> None:
    if place.is_relative_to(folder.resolve()):
        raise OutputError(
            f"{target} is inside the library folder. Choose a file in another folder, so that the "
            "backup survives the loss of this one."
        )
    if place.is_dir():
        raise _not_written(target, "it is a folder")
    if place.exists() and not place.is_file():
        raise _not_written(target, "it is not a regular file")


def _not_written(target: Path, why: str) -> OutputError:
    return OutputError(f"{target}: cannot write the backup ({why}). Choose another file.")
