"""Folders, zip archives and gzip files -> open streams of the files in them, one after another.

Archives are detected by their first bytes. Nothing is unpacked to disk, and only what a reader asks
for is in memory. A file in an archive that is damaged, or an archive itself, costs only itself.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from assistant.errors import FileUnreadable, NoPapersFound
from assistant.reading import fields
from assistant.reading.format import Failure, OnFailure
from assistant.reading.packed_documents import document_kind
from assistant.reading.source import HEAD_BYTES, LARGEST_DOCUMENT, archive_kind
from assistant.reading.unpacking import LIMITS, Limits, Unpacking, damage_as, size_text

# The list of files in a zip archive, which is held in memory: about 100,000 of them.
_LARGEST_LIST = 8 * 1024 * 1024
_END_RECORDS = 65_557 + 76
# bzip2 and LZMA unpack whatever they are given at once: so many bytes become 82 MB at most.
_UNBOUNDED_STEP = 4096

_ZIP_END = b"PK\x05\x06"
_LARGE_ZIP_END = b"PK\x06\x06"
_ZIP = (b"PK\x03\x04", _ZIP_END)
_GZIP = b"\x1f\x8b"
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class Member:
    """One file, open for reading until the next member is asked for.

    Papers store its `name` as their source, messages use its `label`. A member that is `alone` is
    all of the input, so its errors are those of the input. A reader that has to hold all of it
    refuses more than `largest` bytes.
    """

    name: str
    label: str
    stream: io.BufferedReader[Any]
    alone: bool
    largest: int = LARGEST_DOCUMENT

    def data(self, largest: int, what: str, advice: str) -> bytes:
        """All bytes, for formats that cannot be read as a stream.

        Raises:
            FileUnreadable: there are more than `largest` or the member's own limit; the message
                says `what` it is, such as "a PDF", and gives `advice`.
        """
        largest = min(largest, self.largest)
        parts: list[bytes] = []
        size = 0
        while part := self.stream.read(HEAD_BYTES):
            size += len(part)
            if size > largest:
                label = fields.one_line(self.label)
                raise FileUnreadable(f"{label} is {what} of more than {largest >> 20} MB: {advice}")
            parts.append(part)
        return b"".join(parts)


def members(path: Path, on_failure: OnFailure, limits: Limits = LIMITS) -> Iterator[Member]:
    """Yield every file at `path`: a plain file, or those in a zip or gzip archive or a folder.

    Files of a folder and of the folders in it come in the order of their names; hidden ones are
    left out. A member that cannot be opened goes to `on_failure`.

    Raises:
        FileUnreadable: the archive is damaged, or refused; also out of `Member.stream.read`.
        NoPapersFound: there are no files in it.
        OSError: as opening and reading a file does.
    """
    if not path.is_dir():
        with io.BufferedReader(path.open("rb", buffering=0), HEAD_BYTES) as stream:
            yield from stream_members(stream, path.name, str(path), on_failure, limits)
        return
    any_file = False
    for file in _files(path, on_failure):
        any_file = True
        name = file.relative_to(path).as_posix()
        try:
            with io.BufferedReader(file.open("rb", buffering=0), HEAD_BYTES) as stream:
                for member in stream_members(stream, name, str(file), on_failure, limits):
                    yield replace(member, alone=False)
        except (FileUnreadable, NoPapersFound) as error:
            on_failure(Failure(where=fields.one_line(name), why=str(error)))
        except OSError as error:
            on_failure(Failure(fields.one_line(name), f"it cannot be read: {error.strerror}"))
    if not any_file:
        raise NoPapersFound(
            f"{fields.one_line(str(path))} is a folder without files: give one with papers"
        )


def stream_members(
    stream: io.BufferedReader[Any],
    name: str,
    label: str,
    on_failure: OnFailure,
    limits: Limits = LIMITS,
) -> Iterator[Member]:
    """Yield the members of one open file, which is itself the only one if it is no archive.

    Raises:
        FileUnreadable: the archive is damaged, or refused.
    """
    label = fields.one_line(label)
    magic = stream.peek(4)[:4]
    if magic.startswith(_ZIP):
        yield from _zip_members(stream, name, label, on_failure, limits)
    elif magic.startswith(_GZIP):
        yield from _gzip_member(stream, name, label, limits)
    else:
        yield Member(name, label, stream, alone=True, largest=limits.document)


def _files(folder: Path, on_failure: OnFailure) -> Iterator[Path]:
    """Every file in a folder and below; links to folders are not followed, so none is endless."""

    def unreadable(error: OSError) -> None:
        where = fields.one_line(str(error.filename or folder))
        on_failure(Failure(where, f"the folder cannot be read: {error.strerror}"))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(parent, name)
            # A pipe or a device would keep us waiting.
            if not name.startswith(".") and file.is_file():
                yield file


def _archive_size(stream: io.BufferedReader[Any], label: str) -> int:
    """Bytes of an archive; it is left at its start.

    Raises:
        FileUnreadable: it is piped in, so there is no going back.
    """
    try:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
    except OSError as error:
        raise FileUnreadable(f"{label} is an archive that is piped in: give its file") from error
    return size


def _gzip_member(
    stream: io.BufferedReader[Any], name: str, label: str, limits: Limits
) -> Iterator[Member]:
    size = _archive_size(stream, label)
    unpacking = Unpacking(size, limits)
    with gzip.GzipFile(fileobj=stream) as packed, unpacking.opened(packed, label) as unpacked:
        _refuse_nested(unpacked, label)
        largest = unpacking.largest_document(size)
        yield Member(name, label, unpacked, alone=True, largest=largest)


def _zip_members(
    stream: io.BufferedReader[Any], name: str, label: str, on_failure: OnFailure, limits: Limits
) -> Iterator[Member]:
    size = _archive_size(stream, label)
    unpacking = Unpacking(size, limits)
    with damage_as(f"{label} is a damaged zip archive", "; fetch or pack it again"):
        listed = _list_size(stream, size)
        stream.seek(0)
        if listed > _LARGEST_LIST:
            raise FileUnreadable(
                f"{label} contains too many files (a list of {size_text(listed)}): unpack it and "
                "import the folder"
            )
        archive = zipfile.ZipFile(stream)
    with archive:
        if kind := document_kind(archive):
            raise FileUnreadable(f"{label} is {kind}")
        infos = [info for info in archive.infolist() if not _is_left_out(info)]
        if not infos:
            raise NoPapersFound(f"{label} is a zip archive without files: give one with papers")
        for info in sorted(infos, key=lambda info: info.filename):
            inner = fields.one_line(info.filename)
            member_name, member_label = f"{name}/{inner}", f"{label}/{inner}"
            largest = unpacking.largest_document(min(info.compress_size, size))
            try:
                _refuse(info)
                unpacking.refuse_declared(info.file_size, info.compress_size)
                with damage_as(f"{member_label} cannot be unpacked"):
                    packed = cast(zipfile.ZipExtFile, archive.open(info))
                bounded = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                step = HEAD_BYTES if bounded else _UNBOUNDED_STEP
                with packed, unpacking.opened(packed, member_label, step) as unpacked:
                    _refuse_nested(unpacked, member_label)
                    yield Member(member_name, member_label, unpacked, alone=False, largest=largest)
            except FileUnreadable as error:
                on_failure(Failure(where=fields.one_line(member_name), why=str(error)))
            unpacking.refuse_total(label)


def _list_size(stream: io.BufferedReader[Any], size: int) -> int:
    """Bytes of the list of files at the end of a zip archive of `size` bytes, 0 if it has none.

    The records (APPNOTE.TXT of PKWARE, 4.3.14 to 4.3.16) are searched where `zipfile` finds them.
    """
    stream.seek(max(0, size - _END_RECORDS))
    tail = stream.read()
    has_no_comment = tail[-22:-18] == _ZIP_END and tail.endswith(b"\0\0")
    end = len(tail) - 22 if has_no_comment else tail.rfind(_ZIP_END)
    if end < 0:
        return 0
    if end >= 76 and tail.startswith(_LARGE_ZIP_END, end - 76):
        return int(struct.unpack_from("<Q", tail, end - 76 + 40)[0])
    return int(struct.unpack_from("<I", tail, end + 12)[0])


def _is_left_out(info: zipfile.ZipInfo) -> bool:
    """Folders, and the hidden files that systems put beside those of their users."""
    parts = [part for part in re.split(r"[/\\]", info.filename) if part not in ("", ".", "..")]
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return info.is_dir() or hidden


def _refuse(info: zipfile.ZipInfo) -> None:
    """Raise FileUnreadable for a member that is not simply a file with text in it."""
    name = info.orig_filename
    if (
        name.startswith(("/", "\\"))
        or _DRIVE.match(name)
        or ".." in re.split(r"[/\\]", name)
        or "\0" in name
    ):
        raise FileUnreadable("its name leads out of the archive: rename it and pack it again")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise FileUnreadable("it is a link to another file: pack that file")
    if info.flag_bits & 0x1:
        raise FileUnreadable("it is encrypted: unpack it with its password first")


def _refuse_nested(stream: io.BufferedReader[Any], label: str) -> None:
    if kind := archive_kind(stream.peek(512)):
        raise FileUnreadable(f"{label} contains {kind}: unpack it first")
