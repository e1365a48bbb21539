"""The backup file: a zip archive of a catalogue, the user's prompts and their checksums."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, NonNegativeInt, ValidationError

from assistant.errors import BackupUnusable
from assistant.library.database_errors import translate_errors

CATALOG = "catalog.sqlite"
PROMPTS = "prompts"
_MANIFEST = "backup.json"
_PIECE = 1 << 20
# A prompt is a page of text, and there are a handful of them.
_MAX_PROMPT_BYTES = 1 << 20
_MAX_PROMPTS = 200
_PROMPT = re.compile(rf"{PROMPTS}/\w[\w .-]{{0,100}}\.md", re.ASCII)
# Fast: the text of abstracts shrinks to less than half already, vectors do not shrink at all.
_LEVEL = 1
_ENCRYPTED = 1


@dataclass(frozen=True)
class Backup:
    """What a backup holds; `made_at` is ISO 8601 in UTC, `version` that of the catalogue."""

    papers: int
    made_at: str
    version: int


class _Manifest(BaseModel):
    """The content of `backup.json`: a `Backup` and the checksum of every other member."""

    format: Literal[1] = 1
    papers: NonNegativeInt
    made_at: str
    version: int
    sha256: dict[str, str]


def own_prompts(folder: Path) -> list[Path]:
    """The user's prompts in the library `folder` that a backup includes."""
    files = (file for file in sorted((folder / PROMPTS).glob("*.md")) if file.is_file())
    return [
        file
        for file in files
        if _PROMPT.fullmatch(f"{PROMPTS}/{file.name}") and file.stat().st_size <= _MAX_PROMPT_BYTES
    ][:_MAX_PROMPTS]


def pack(file: Path, catalog: Path, prompts: Sequence[Path], backup: Backup) -> None:
    """Write `catalog` and `prompts` to the archive `file`."""
    members = {CATALOG: catalog} | {f"{PROMPTS}/{prompt.name}": prompt for prompt in prompts}
    checksums = {name: _sha256(member) for name, member in members.items()}
    manifest = _Manifest(
        papers=backup.papers, made_at=backup.made_at, version=backup.version, sha256=checksums
    )
    with zipfile.ZipFile(
        file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL, strict_timestamps=False
    ) as archive:
        for name, member in members.items():
            archive.write(member, name)
        archive.writestr(_MANIFEST, manifest.model_dump_json(indent=1))


def unpack(source: Path, work: Path) -> Backup:
    """Unpack the members that a backup may have into the folder `work`.

    Raises:
        BackupUnusable: `source` is not an intact backup.
        LibraryError: `work` cannot be written, or its disk is full.
    """
    if not source.exists():
        raise unusable(source, "the file does not exist")
    if not source.is_file():
        raise unusable(source, "it is not a regular file")
    with _explained(source), zipfile.ZipFile(source) as archive:
        manifest = _manifest(archive, source)
        for name, expected in manifest.sha256.items():
            if name != CATALOG and not _PROMPT.fullmatch(name):
                raise unusable(source, f"it has {name[:100]!r}, which is not part of a library")
            _extract(archive, name, work / name)
            if _sha256(work / name) != expected:
                raise unusable(source, f"its {name} is damaged")
    return Backup(manifest.papers, manifest.made_at, manifest.version)


def unusable(source: Path, why: str) -> BackupUnusable:
    """The error for `source`."""
    return BackupUnusable(f"{source} cannot be restored: {why}.")


@contextmanager
def _explained(source: Path) -> Iterator[None]:
    """Turn the errors of a damaged or unreadable archive into BackupUnusable."""
    try:
        yield
    except OSError as error:
        raise unusable(source, f"it cannot be read ({error.strerror or error})") from error
    except (
        zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError,
        OverflowError, NotImplementedError,
    ) as error:  # fmt: skip
        raise unusable(source, f"it is damaged or not a backup ({error})") from error


def _manifest(archive: zipfile.ZipFile, source: Path) -> _Manifest:
    try:
        manifest = _Manifest.model_validate_json(archive.read(_member(archive, _MANIFEST)))
    except (KeyError, ValidationError) as error:
        raise unusable(source, "it is not a backup, or a newer version wrote it") from error
    if CATALOG not in manifest.sha256 or len(manifest.sha256) > _MAX_PROMPTS + 1:
        raise unusable(source, "it is not a backup of a library")
    return manifest


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """The member `name`, if it is compressed as `pack` does it and no larger than it may be."""
    member = archive.getinfo(name)
    known = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if not known or member.flag_bits & _ENCRYPTED:
        raise ValueError(f"{name} is compressed in an unknown way")
    if name != CATALOG and member.file_size > _MAX_PROMPT_BYTES:
        raise ValueError(f"{name} is too large")
    return member


def _extract(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    member = _member(archive, name)
    with translate_errors(target):
        target.parent.mkdir(exist_ok=True)
        if member.file_size > shutil.disk_usage(target.parent).free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        file = target.open("wb")
    # zipfile returns at most `file_size` bytes, and raises if the checksum does not match.
    with file, archive.open(member) as packed:
        while piece := packed.read(_PIECE):
            with translate_errors(target):
                file.write(piece)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
