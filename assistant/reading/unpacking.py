"""Bounded reading of compressed data: limits on bytes, and damage as a FileUnreadable."""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.errors import FileUnreadable
from assistant.reading import fields
from assistant.reading.source import HEAD_BYTES, LARGEST_DOCUMENT

# Exports pack to a tenth, the most repetitive XML to a fiftieth; a bomb to a thousandth.
_LARGEST_RATIO = 200
# Archives that unpack to less may have any ratio.
_HARMLESS_BYTES = 16 * 1024 * 1024
# A text that has to be held as a whole may have this size, or so many times its packed size.
_HARMLESS_DOCUMENT = 32 * 1024 * 1024
_DOCUMENT_RATIO = 8
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile),
    *(struct.error, ValueError),
)
_CANNOT_UNPACK = (NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class Limits:
    """Most bytes of all files in one archive, of one of them, and of a text held in memory."""

    archive: int = 16 * 1024**3
    member: int = 8 * 1024**3
    document: int = LARGEST_DOCUMENT


# The metadata of arXiv, the largest file that people import, unpacks to 5 GB.
LIMITS = Limits()
UPLOAD_LIMITS = Limits(1024**3, 1024**3, LARGEST_DOCUMENT // 4)
"""For files that others upload."""


class Packed(Protocol):
    """An open file in an archive."""

    def read1(self, size: int, /) -> bytes:
        """At most `size` unpacked bytes."""
        ...


class Unpacking:
    """What one archive of `packed` bytes may unpack to, all of its files together."""

    def __init__(self, packed: int, limits: Limits) -> None:
        """Start with all of it left."""
        self._limits = limits
        self._shared = _shared_budgets(packed, limits)

    def refuse_declared(self, size: int, packed: int) -> None:
        """Raise FileUnreadable for a file that says it unpacks from `packed` to too many bytes."""
        for budget in (*_shared_budgets(packed, self._limits), _member_budget(self._limits)):
            budget.take(size, "it")

    def refuse_total(self, label: str) -> None:
        """Raise FileUnreadable where the files that were read came to too many bytes."""
        for budget in self._shared:
            budget.take(0, label)

    def opened(self, file: Packed, label: str, step: int = HEAD_BYTES) -> io.BufferedReader[Any]:
        """`file` as a stream within the limits, asked for at most `step` bytes at once."""
        budgets = (*self._shared, _member_budget(self._limits))
        return io.BufferedReader(_Unpacked(file, budgets, label, step), HEAD_BYTES)

    def largest_document(self, packed: int) -> int:
        """Most bytes of a text that is held as a whole and unpacks from `packed` bytes."""
        return min(self._limits.document, max(_HARMLESS_DOCUMENT, _DOCUMENT_RATIO * packed))


def size_text(count: int) -> str:
    """Bytes as people read them, such as `8 MB`."""
    return f"{count / 1024**3:g} GB" if count >= 1024**3 else f"{count / 1024**2:g} MB"


@contextlib.contextmanager
def damage_as(what: str, advice: str = "") -> Iterator[None]:
    """Turn what archives raise into FileUnreadable: `what`, the reason and `advice`."""
    try:
        yield
    except (*_DAMAGE, *_CANNOT_UNPACK, OSError) as error:
        raise FileUnreadable(f"{what}: {_reason(error)}{advice}") from error


@dataclass
class _Budget:
    """Bytes that may still be unpacked; `why` explains the refusal of more."""

    left: int
    why: str

    def take(self, count: int, label: str) -> None:
        self.left -= count
        if self.left < 0:
            raise FileUnreadable(f"{label} {self.why}")


def _shared_budgets(packed: int, limits: Limits) -> tuple[_Budget, ...]:
    return (
        _Budget(
            max(_HARMLESS_BYTES, _LARGEST_RATIO * packed),
            f"unpacks to more than {_LARGEST_RATIO} times its size, as text never does: unpack it "
            "yourself if you trust it",
        ),
        _Budget(
            limits.archive,
            f"unpacks to more than {size_text(limits.archive)}, the limit for an archive: unpack "
            "it and import its files",
        ),
    )


def _member_budget(limits: Limits) -> _Budget:
    return _Budget(
        limits.member,
        f"unpacks to more than {size_text(limits.member)}, the limit for a file in an archive: "
        "unpack it and import the file",
    )


class _Unpacked(io.RawIOBase):
    """Reads `packed` within `budgets`.

    The part before damage is given first: there the stream ends once, as if it were all, and fails
    when it is asked for more.
    """

    def __init__(self, packed: Packed, budgets: tuple[_Budget, ...], label: str, step: int) -> None:
        self._packed = packed
        self._budgets = budgets
        self._label = label
        self._step = step
        self._damage: FileUnreadable | None = None
        self._is_good_part_open = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill all of the buffer where there is enough: the head of a text is one such read."""
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view) and (data := self._next(min(self._step, len(view) - filled))):
            view[filled : filled + len(data)] = data
            filled += len(data)
        for budget in self._budgets:
            budget.take(filled, self._label)
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
        except _CANNOT_UNPACK as error:
            raise FileUnreadable(f"{self._label} cannot be unpacked: {_reason(error)}") from error
        return b""


def _reason(error: Exception) -> str:
    return fields.one_line(str(error)).rstrip(".") or type(error).__name__
