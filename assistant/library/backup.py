"""A library in one file and back: a zip archive of the catalogue and the user's prompts."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from assistant.errors import BackupUnusable, LibraryBusy, LibraryError, OutputError
from assistant.library.chroma_index import FOLDER as CHROMA_FOLDER
from assistant.library.chroma_index import LOCK as CHROMA_LOCK
from assistant.library.database import Database, translated
from assistant.library.schema import APPLICATION_ID, SCHEMA_VERSION

CATALOG = "catalog.sqlite"
_PROMPTS = "prompts"
_ABOUT = "backup.json"
_FORMAT = 1
_PIECE = 1 << 20
# An own prompt is a page of text; more than this is none.
_MOST_PROMPT_BYTES = 1 << 20
# Fast: the text of abstracts shrinks to less than half already, vectors do not shrink at all.
_LEVEL = 1


@dataclass(frozen=True)
class Backup:
    """What a backup holds; `made_at` is ISO 8601 in UTC."""

    papers: int
    made_at: str
    version: int


def back_up(database: Database, folder: Path, target: Path) -> Backup:
    """Write the library in `folder`, as it is at this moment, to the file `target`.

    The library may be in use. The file appears once it is whole.

    Raises:
        OutputError: `target` cannot be written.
        LibraryError: the library cannot be read.
    """
    with (
        _explained(target),
        tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as work,
    ):
        copy = Path(work, CATALOG)
        with database.read() as connection:
            # A snapshot without the room that removed papers have left.
            connection.execute("VACUUM INTO ?", (str(copy),))
        with translated(copy), _connected(copy) as connection:
            # Chroma's files are not part of it.
            connection.execute("DELETE FROM facts WHERE name = 'chroma'")
            connection.commit()
            papers = int(connection.execute("SELECT count(*) FROM papers").fetchone()[0])
        about = Backup(papers, datetime.now(UTC).isoformat(timespec="seconds"), SCHEMA_VERSION)
        part = Path(work, "backup.zip")
        with zipfile.ZipFile(
            part, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=_LEVEL
        ) as archive:
            sums = {CATALOG: _sha256(copy)}
            archive.write(copy, CATALOG)
            for prompt in sorted((folder / _PROMPTS).glob("*.md")):
                name = f"{_PROMPTS}/{prompt.name}"
                sums[name] = _sha256(prompt)
                archive.write(prompt, name)
            shape = {"format": _FORMAT, **about.__dict__, "sha256": sums}
            archive.writestr(_ABOUT, json.dumps(shape, indent=1))
        part.replace(target)
    return about


def restore(source: Path, folder: Path, *, replace: bool) -> Backup:
    """Make the library in `folder` what the backup `source` holds.

    With `replace` a library that is there is put aside as `catalog.sqlite.before-restore`.

    Raises:
        BackupUnusable: `source` is no whole backup.
        LibraryBusy: another program has the library open.
        LibraryError: there is a library already, or the folder cannot be written.
    """
    target = folder / CATALOG
    if target.exists() and not replace:
        raise LibraryError(
            f"There is a library in {folder} already. Restore into another folder with --library, "
            "or put this one aside with --replace."
        )
    with translated(target):
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder), tempfile.TemporaryDirectory(dir=folder, prefix=".restore.") as work:
            about = _unpacked(source, Path(work))
            _checked(Path(work, CATALOG), source)
            _put_in_place(Path(work), folder)
    return about


def _put_in_place(work: Path, folder: Path) -> None:
    target = folder / CATALOG
    if target.exists():
        with _connected(target) as connection:
            # All of it in one file, before that is moved.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target.replace(target.with_name(f"{CATALOG}.before-restore"))
    for leftover in ("-wal", "-shm"):
        target.with_name(CATALOG + leftover).unlink(missing_ok=True)
    shutil.rmtree(folder / CHROMA_FOLDER, ignore_errors=True)
    prompts = work / _PROMPTS
    if prompts.is_dir():
        (folder / _PROMPTS).mkdir(exist_ok=True)
        for prompt in sorted(prompts.iterdir()):
            prompt.replace(folder / _PROMPTS / prompt.name)
    (work / CATALOG).replace(target)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold what a program holds that has the library open for asking."""
    lock = FileLock(folder / CHROMA_LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise LibraryBusy(
            f"Another program has the library {folder} open; close it and try again."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _unpacked(source: Path, work: Path) -> Backup:
    """Unpack what a backup may hold, and nothing else, and compare the checksums."""
    try:
        with zipfile.ZipFile(source) as archive:
            about = json.loads(archive.read(_ABOUT)) if _ABOUT in archive.namelist() else {}
            sums = about.get("sha256", {})
            if about.get("format") != _FORMAT or CATALOG not in sums:
                raise _unusable(source, "it is no backup of a library, or of a newer version")
            for name, expected in sums.items():
                if not _is_expected(name):
                    raise _unusable(source, f"it holds {name!r}, which is no part of a library")
                _unpack(archive, name, work / name)
                if _sha256(work / name) != expected:
                    raise _unusable(source, f"{name} in it is damaged")
            return Backup(int(about["papers"]), str(about["made_at"]), int(about["version"]))
    except FileNotFoundError as error:
        raise _unusable(source, "there is no such file") from error
    except (zipfile.BadZipFile, EOFError, KeyError, TypeError, ValueError, zlib.error) as error:
        raise _unusable(source, f"it is damaged or no backup: {error}") from error


def _unpack(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    size = archive.getinfo(name).file_size
    if name != CATALOG and size > _MOST_PROMPT_BYTES:
        raise ValueError(f"{name} has {size:,} bytes")
    free = shutil.disk_usage(target.parent.parent if name != CATALOG else target.parent).free
    if size > free:
        raise OSError(28, os.strerror(28))
    target.parent.mkdir(exist_ok=True)
    with archive.open(name) as packed, target.open("wb") as file:
        left = size
        while piece := packed.read(min(_PIECE, left + 1)):
            left -= len(piece)
            if left < 0:
                raise ValueError(f"{name} is longer than it says")
            file.write(piece)


def _is_expected(name: str) -> bool:
    path = PurePosixPath(name)
    return name == CATALOG or (
        path.parts[:-1] == (_PROMPTS,)
        and path.suffix == ".md"
        and not set(path.name) & set('/\\:*?"<>|\0')
        and not path.name.startswith(".")
    )


def _checked(catalog: Path, source: Path) -> None:
    with translated(catalog), _connected(catalog) as connection:
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise _unusable(source, "its catalogue is the database of another program")
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise _unusable(source, "its catalogue is damaged")
        if connection.execute("PRAGMA user_version").fetchone()[0] > SCHEMA_VERSION:
            raise _unusable(source, "a newer version of this program made it; update the program")


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        yield connection
    finally:
        connection.close()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unusable(source: Path, why: str) -> BackupUnusable:
    return BackupUnusable(f"{source} cannot be restored: {why}.")


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{target}: the backup cannot be written there ({error.strerror or error}). Choose "
            "another file."
        ) from error
