"""The file of a backup: a zip archive of a catalogue, own prompts and their checksums."""

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
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, NonNegativeInt, ValidationError

from assistant.errors import BackupUnusable
from assistant.library.database import translated

CATALOG = "catalog.sqlite"
PROMPTS = "prompts"
_ABOUT = "backup.json"
_PIECE = 1 << 20
# An own prompt is a page of text, and there are a handful; more than this is none.
_MOST_PROMPT_BYTES = 1 << 20
_MOST_PROMPTS = 200
_PROMPT = re.compile(rf"{PROMPTS}/\w[\w .-]{{0,100}}\.md", re.ASCII)
# Fast: the text of abstracts shrinks to less than half already, vectors do not shrink at all.
_LEVEL = 1
_ENCRYPTED = 1


class About(BaseModel):
    """What `backup.json` says; `made_at` is ISO 8601 in UTC, `version` that of the catalogue."""

    format: Literal[1] = 1
    papers: NonNegativeInt
    made_at: str
    version: int
    sha256: dict[str, str]


def own_prompts(folder: Path) -> list[Path]:
    """The prompts of the library in `folder` that a backup takes along."""
    found = (file for file in sorted((folder / PROMPTS).glob("*.md")) if file.is_file())
    return [
        file
        for file in found
        if _PROMPT.fullmatch(f"{PROMPTS}/{file.name}") and file.stat().st_size <= _MOST_PROMPT_BYTES
    ][:_MOST_PROMPTS]


def pack(
    file: Path, catalog: Path, prompts: Sequence[Path], papers: int, made_at: str, version: int
) -> None:
    """Write `catalog` and `prompts` to the archive `file`, and bring it to the disk."""
    members = {CATALOG: catalog} | {f"{PROMPTS}/{prompt.name}": prompt for prompt in prompts}
    sums: dict[str, str] = {}
    with zipfile.ZipFile(
        file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL, strict_timestamps=False
    ) as archive:
        for name, member in members.items():
            sums[name] = _sha256(member)
            archive.write(member, name)
        about = About(papers=papers, made_at=made_at, version=version, sha256=sums)
        archive.writestr(_ABOUT, about.model_dump_json(indent=1))
    with file.open("rb+") as written:
        os.fsync(written.fileno())


def unpack(source: Path, work: Path) -> About:
    """Unpack into the folder `work` what a backup may hold, and nothing else.

    Raises:
        BackupUnusable: `source` is no backup, or not a whole one.
        LibraryError: `work` cannot be written, or has not the room.
    """
    if not source.exists():
        raise unusable(source, "there is no such file")
    if not source.is_file():
        raise unusable(source, "it is no file")
    with _readable(source), zipfile.ZipFile(source) as archive:
        about = _about(archive, source)
        for name, expected in about.sha256.items():
            if name != CATALOG and not _PROMPT.fullmatch(name):
                raise unusable(source, f"it holds {name[:100]!r}, which is no part of a library")
            _unpack(archive, name, work / name)
            if _sha256(work / name) != expected:
                raise unusable(source, f"{name} in it is damaged")
    return about


def unusable(source: Path, why: str) -> BackupUnusable:
    """The error for `source`."""
    return BackupUnusable(f"{source} cannot be restored: {why}.")


@contextmanager
def _readable(source: Path) -> Iterator[None]:
    """Turn what a damaged archive, or one that cannot be read, raises into BackupUnusable."""
    try:
        yield
    except OSError as error:
        raise unusable(source, f"it cannot be read ({error.strerror or error})") from error
    except (
        zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError,
        OverflowError, NotImplementedError,
    ) as error:  # fmt: skip
        raise unusable(source, f"it is damaged or no backup ({error})") from error


def _about(archive: zipfile.ZipFile, source: Path) -> About:
    try:
        about = About.model_validate_json(_small(archive, _ABOUT))
    except (KeyError, ValidationError) as error:
        raise unusable(source, "it is no backup of a library, or one of a newer version") from error
    if CATALOG not in about.sha256 or len(about.sha256) > _MOST_PROMPTS + 1:
        raise unusable(source, "it is no backup of a library")
    return about


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _MOST_PROMPT_BYTES:
        raise ValueError(f"{name} is too large")
    return archive.read(_plain(archive, name))


def _plain(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """The member `name`, which is packed as `pack` does it."""
    member = archive.getinfo(name)
    packing = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if not packing or member.flag_bits & _ENCRYPTED:
        raise ValueError(f"{name} is packed in another way")
    return member


def _unpack(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    member = _plain(archive, name)
    if name != CATALOG and member.file_size > _MOST_PROMPT_BYTES:
        raise ValueError(f"{name} is too large")
    with translated(target):
        target.parent.mkdir(exist_ok=True)
        if member.file_size > shutil.disk_usage(target.parent).free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        file = target.open("wb")
    # zipfile hands out no more than `file_size`, and notices when there is another number.
    with file, archive.open(member) as packed:
        while piece := packed.read(_PIECE):
            with translated(target):
                file.write(piece)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
