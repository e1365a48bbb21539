"""The Source of papers: an open stream of bytes, decoded as a whole or line by line."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

from assistant.errors import FileUnreadable, NoPapersFound
from assistant.reading import encoding, fields

HEAD_BYTES = 65_536
UNREADABLE = "\ufdd0"
"""What stands for bytes that are no text: Unicode gives it to no text, XML permits it."""
NOT_TEXT = "not text: some of its bytes are none; save the file as UTF-8"
"""Why a record fails that has `UNREADABLE` in it."""
_CHUNK_BYTES = 262_144
# Of so many bytes of a text one at most is NUL; if there are any, of so many one is no text.
_TEXT_TO_NULS = 100
_TEXT_TO_DAMAGE = 20
# What is looked at around the first byte that is not ASCII, to tell the encoding.
_BYTES_BEFORE = 64
_BYTES_BEHIND = 65_536

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")

# Longest mark first: the mark of UTF-32-LE begins with that of UTF-16-LE.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KNOWN_BINARY = (
    (b"PK\x03\x04", "a zip archive (or an office document): unpack it, or save it as plain text"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"\xfd7zXZ", "an xz archive: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive: unpack it first"),
    (b"\x89PNG", "a picture: papers are read from text"),
    (b"\xff\xd8\xff", "a picture: papers are read from text"),
    (b"SQLite format 3", "a database: export it as JSON lines"),
    (b"GGUF", "a language model: papers are read from text"),
)


class Source:
    """One input, read once from start to end.

    Without a byte order mark it is UTF-8, or Windows-1252 where the first bytes that are not ASCII
    say so (see `encoding`); one encoding holds for all of it.

    Args:
        stream: the input's bytes.
        name: short name that papers keep as their `source`, such as `trending_page.txt`.
        label: what error messages call it, such as the whole path; `name` if not given.
            Of both only what can be seen is kept.

    Raises:
        FileUnreadable: the first bytes show that it is no text.
        NoPapersFound: it is empty.
    """

    def __init__(self, stream: io.BufferedReader[Any], name: str, label: str = "") -> None:
        """Look at the first bytes; see the class for the arguments."""
        self.name = fields.one_line(name)
        self.label = fields.one_line(label) or self.name
        self._stream = stream
        head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
        if not head:
            raise NoPapersFound(f"{self.label} is empty: give a file with titles and abstracts")
        self._mark, self._encoding = next(
            (found for found in _BYTE_ORDER_MARKS if head.startswith(found[0])), (b"", "")
        )
        stream.read(len(self._mark))
        head = head[len(self._mark) :]
        self._refuse_binary(head)
        # The last character may be cut by the end of the head, which says nothing of the encoding.
        self._encoding = self._encoding or encoding.guess(head[:-3] or head)
        # A character cut by the end of the head is replaced: the head only serves to detect.
        self.head = head.decode(self._encoding or "utf-8", errors="replace")

    def text(self) -> str:
        """Decode all of it; line ends come out as `\\n`, a byte order mark is dropped.

        Bytes that are no text, and NUL characters, come out as `UNREADABLE`.

        Raises:
            FileUnreadable: it is UTF-16 or UTF-32 and damaged.
        """
        data = self._stream.read()
        if not self._by_line:
            self._refuse_damaged(data)
        self._settle(data)
        text = data.decode(self._encoding or "utf-8", _MARK_UNREADABLE)
        text = text.replace("\0", UNREADABLE)
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def lines(self, on_bad_line: Callable[[int, str], None]) -> Iterator[tuple[int, str]]:
        """Yield `(number, line)` of every line that is not blank, holding one line in memory.

        Numbers count from 1. A line that cannot be decoded goes to `on_bad_line` as its number and
        the reason, and the next one follows; so one bad record does not cost the others.

        Raises:
            FileUnreadable: it is UTF-16 or UTF-32, which is decoded as a whole, and damaged.
        """
        if not self._by_line:
            for number, text in enumerate(_LINE.findall(self.text()), start=1):
                if text.strip():
                    yield number, text
            return
        for number, line in enumerate(self._stream, start=1):
            self._settle(line)
            try:
                text = line.decode(self._encoding or "utf-8")
            except UnicodeDecodeError as error:
                name = encoding.NAMES.get(self._encoding, self._encoding.upper())
                on_bad_line(number, f"not {name} text: {_bad_bytes(error, 0)} of the line")
                continue
            if "\0" in text:
                on_bad_line(number, f"not text: it has a NUL character at {text.index(chr(0))}")
            elif text.strip():
                yield number, text

    def chunks(self, declared: str = "") -> Iterator[str]:
        """Yield all of it piece by piece as it is, with its line ends, holding one in memory.

        Bytes that are no text come out as `UNREADABLE`, so that the caller can tell which of its
        records they are in. `declared` is the encoding that the text says of itself; a byte order
        mark wins.
        """
        if declared and not self._mark:
            self._encoding = declared
        before = b""
        while not self._encoding and (data := self._stream.read(_CHUNK_BYTES)):
            if not data.isascii():
                data += self._stream.read(_BYTES_BEHIND)
                self._settle(before + data)
                before = data
                break
            yield _marked(data.decode("ascii"))
            before = data[-_BYTES_BEFORE:]
        else:
            before = b""
        decoder = codecs.getincrementaldecoder(self._encoding or "utf-8")(_MARK_UNREADABLE)
        if before:
            yield _marked(decoder.decode(before))
        while data := self._stream.read(_CHUNK_BYTES):
            yield _marked(decoder.decode(data))
        yield decoder.decode(b"", final=True)

    @property
    def _by_line(self) -> bool:
        """Whether the bytes of a line end stand for one whatever is before them."""
        return self._encoding in ("", "utf-8", encoding.WINDOWS)

    def _settle(self, data: bytes) -> None:
        """Tell the encoding, where it is still open, by the first line that is not ASCII."""
        if self._encoding or data.isascii():
            return
        found = _NOT_ASCII.search(data)
        at = found.start() if found else 0
        begin = max(data.rfind(b"\n", 0, at) + 1, at - _BYTES_BEFORE)
        line = data[begin : at + _BYTES_BEHIND].split(b"\n", 1)[0]
        self._encoding = encoding.guess(line)

    def _refuse_damaged(self, data: bytes) -> None:
        try:
            data.decode(self._encoding)
        except UnicodeDecodeError as error:
            line = data[: error.start].decode(self._encoding).count("\n") + 1
            raise FileUnreadable(
                f"{self.label} is not {self._encoding.upper()} text: "
                f"{_bad_bytes(error, len(self._mark))}, line {line}; save it as UTF-8 and try again"
            ) from error

    def _refuse_binary(self, head: bytes) -> None:
        for magic, what in _KNOWN_BINARY:
            if not self._mark and head.startswith(magic):
                raise FileUnreadable(f"{self.label} is {what}")
        if not self._by_line or b"\0" not in head:
            return
        # A stray one in a text is damage, which costs its record.
        unreadable = head.decode(errors="replace").count("\ufffd")
        if head.count(0) * _TEXT_TO_NULS > len(head) or unreadable * _TEXT_TO_DAMAGE > len(head):
            raise FileUnreadable(
                f"{self.label} is a binary file: it has a NUL byte at byte "
                f"{head.index(0) + len(self._mark)}; papers are read from plain text in UTF-8"
            )


def _marked(text: str) -> str:
    return text.replace("\0", UNREADABLE)


def _mark_unreadable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNREADABLE, error.end


_MARK_UNREADABLE = "assistant.unreadable"
codecs.register_error(_MARK_UNREADABLE, _mark_unreadable)


def _bad_bytes(error: UnicodeDecodeError, offset: int) -> str:
    wrong = error.object[error.start : error.end].hex(" ")
    return f"{wrong} (hexadecimal) at byte {error.start + offset}"
