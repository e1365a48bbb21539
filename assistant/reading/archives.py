"""Folders, zip archives and gzip files -> open streams of the files in them, one after another.

What is an archive is told by its first bytes. Nothing is unpacked to the disk, and nothing is held
but what a reader asks for. An archive that grows beyond reason, or that holds another one, is
refused; what is wrong with a member costs that member.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from assistant.errors import FileUnreadable, NoPapersFound
from assistant.reading import fields
from assistant.reading.format import Failure, OnFailure
from assistant.reading.source import HEAD_BYTES

# Text of exports packs to a tenth, the most repetitive XML to a fiftieth; a bomb to a thousandth.
LARGEST_RATIO = 200
# Up to here nobody is harmed, whatever the ratio.
_HARMLESS_BYTES = 16 * 1024 * 1024

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
_OTHER_ARCHIVES = (b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"Rar!")
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile, ValueError)
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class Member:
    """One file, open for reading until the next member is asked for.

    `name` is what papers keep as their source, `label` what messages call it. A member that is
    `alone` is all of the input, so what is wrong with it is wrong with the input.
    """

    name: str
    label: str
    stream: io.BufferedReader[Any]
    alone: bool


def members(path: Path, on_failure: OnFailure) -> Iterator[Member]:
    """Yield every file at `path`: a plain file, what a zip or gzip holds, or a folder's files.

    Files of a folder and of the folders in it come in the order of their names; hidden ones are
    left out. A member that cannot be opened goes to `on_failure`.

    Raises:
        FileUnreadable: the archive is damaged, or refused; also out of `Member.stream.read`.
        NoPapersFound: there are no files in it.
        OSError: as opening and reading a file does.
    """
    if not path.is_dir():
        with io.BufferedReader(path.open("rb", buffering=0), HEAD_BYTES) as stream:
            yield from stream_members(stream, path.name, str(path), on_failure)
        return
    any_file = False
    for file in _files(path, on_failure):
        any_file = True
        name = file.relative_to(path).as_posix()
        try:
            with io.BufferedReader(file.open("rb", buffering=0), HEAD_BYTES) as stream:
                for member in stream_members(stream, name, str(file), on_failure):
                    yield Member(member.name, member.label, member.stream, alone=False)
        except (FileUnreadable, NoPapersFound) as error:
            on_failure(Failure(where=fields.one_line(name), why=str(error)))
        except OSError as error:
            on_failure(Failure(fields.one_line(name), f"it cannot be read: {error.strerror}"))
    if not any_file:
        raise NoPapersFound(
            f"{fields.one_line(str(path))} is a folder without files: name one that holds papers"
        )


def stream_members(
    stream: io.BufferedReader[Any], name: str, label: str, on_failure: OnFailure
) -> Iterator[Member]:
    """Yield the members of one open file, which is itself the only one if it is no archive.

    Raises:
        FileUnreadable: the archive is damaged, or refused.
    """
    label = fields.one_line(label)
    magic = stream.peek(4)[:4]
    if magic.startswith(_ZIP):
        yield from _zip_members(stream, name, label, on_failure)
    elif magic.startswith(_GZIP):
        yield from _gzip_member(stream, name, label)
    else:
        yield Member(name, label, stream, alone=True)


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


def _size(stream: io.BufferedReader[Any], label: str) -> int:
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


class _Packed(Protocol):
    def read1(self, size: int, /) -> bytes: ...


class _Allowance:
    """Bytes that may still come out of an archive, all of its members together."""

    def __init__(self, packed: int) -> None:
        self.left = max(_HARMLESS_BYTES, LARGEST_RATIO * packed)


class _Unpacked(io.RawIOBase):
    """What comes out of an archive, with its errors as ours, and not more than is allowed.

    What is before some damage is given first: there the stream ends once, as if it were all, and
    fails when it is asked for more.
    """

    def __init__(self, packed: _Packed, allowance: _Allowance, label: str) -> None:
        self._packed = packed
        self._allowance = allowance
        self._label = label
        self._damage: FileUnreadable | None = None
        self._is_good_part_open = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill all of the buffer where there is enough: the head of a text is one such read."""
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view) and (data := self._next(len(view) - filled)):
            view[filled : filled + len(data)] = data
            filled += len(data)
        self._allowance.left -= filled
        if self._allowance.left < 0:
            raise FileUnreadable(
                f"{self._label} grows to more than {LARGEST_RATIO} times the size of its archive, "
                "which no papers do: unpack it yourself if you trust it"
            )
        if self._damage and not filled and not self._is_good_part_open:
            raise self._damage
        self._is_good_part_open = filled > 0
        return filled

    def readall(self) -> bytes:
        """All of it: with damage there is no such thing."""
        parts = []
        while part := self.read(HEAD_BYTES):
            parts.append(part)
        if self._damage:
            raise self._damage
        return b"".join(parts)

    def _next(self, size: int) -> bytes:
        """Some bytes; none at the end, and where it is damaged."""
        if self._damage:
            return b""
        try:
            return self._packed.read1(size)
        except _DAMAGE as error:
            self._damage = FileUnreadable(
                f"{self._label} is damaged: {_reason(error)}; fetch or pack it again"
            )
            self._damage.__cause__ = error
        except (NotImplementedError, RuntimeError) as error:
            raise FileUnreadable(f"{self._label} cannot be unpacked: {_reason(error)}") from error
        return b""


def _gzip_member(stream: io.BufferedReader[Any], name: str, label: str) -> Iterator[Member]:
    allowance = _Allowance(_size(stream, label))
    with (
        gzip.GzipFile(fileobj=stream) as packed,
        io.BufferedReader(_Unpacked(packed, allowance, label), HEAD_BYTES) as unpacked,
    ):
        _refuse_nested(unpacked, label)
        yield Member(name, label, unpacked, alone=True)


def _zip_members(
    stream: io.BufferedReader[Any], name: str, label: str, on_failure: OnFailure
) -> Iterator[Member]:
    allowance = _Allowance(_size(stream, label))
    try:
        archive = zipfile.ZipFile(stream)
    except (*_DAMAGE, NotImplementedError, OSError, RuntimeError) as error:
        raise FileUnreadable(
            f"{label} is a damaged zip archive: {_reason(error)}; fetch or pack it again"
        ) from error
    with archive:
        names = archive.namelist()
        if "[Content_Types].xml" in names or "mimetype" in names:
            raise FileUnreadable(
                f"{label} is an office document: save it as plain text, or a table as CSV"
            )
        infos = [info for info in archive.infolist() if not _is_left_out(info)]
        if not infos:
            raise NoPapersFound(f"{label} is a zip archive without files: give one with papers")
        for info in sorted(infos, key=lambda info: info.filename):
            inner = fields.one_line(info.filename)
            member_name, member_label = f"{name}/{inner}", f"{label}/{inner}"
            try:
                _refuse(info)
                with _opened(archive, info, allowance, member_label) as unpacked:
                    _refuse_nested(unpacked, member_label)
                    yield Member(member_name, member_label, unpacked, alone=False)
            except FileUnreadable as error:
                on_failure(Failure(where=fields.one_line(member_name), why=str(error)))
            if allowance.left < 0:
                raise FileUnreadable(
                    f"{label} grows to more than {LARGEST_RATIO} times its size, "
                    "which no papers do: unpack it yourself if you trust it"
                )


@contextlib.contextmanager
def _opened(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: _Allowance, label: str
) -> Iterator[io.BufferedReader[Any]]:
    try:
        packed = cast(zipfile.ZipExtFile, archive.open(info))
    except (*_DAMAGE, NotImplementedError, RuntimeError, OSError) as error:
        raise FileUnreadable(f"{label} cannot be unpacked: {_reason(error)}") from error
    with packed, io.BufferedReader(_Unpacked(packed, allowance, label), HEAD_BYTES) as unpacked:
        yield unpacked


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
    if info.file_size > max(_HARMLESS_BYTES, LARGEST_RATIO * info.compress_size):
        raise FileUnreadable(
            f"it would grow to more than {LARGEST_RATIO} times its size, which no papers do: "
            "unpack it yourself if you trust it"
        )


def _refuse_nested(stream: io.BufferedReader[Any], label: str) -> None:
    head = stream.peek(512)
    is_tar = head[257:262] == b"ustar"
    if is_tar or head.startswith((*_ZIP, _GZIP, *_OTHER_ARCHIVES)):
        raise FileUnreadable(f"{label} has an archive in an archive: unpack it first")


def _reason(error: Exception) -> str:
    return fields.one_line(str(error)).rstrip(".") or type(error).__name__
