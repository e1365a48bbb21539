"""The Source of papers: an open stream of bytes, decoded as a whole or line by line."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from typing import Any

from assistant.errors import FileUnreadable, NoPapersFound
from assistant.reading import fields

HEAD_BYTES = 65_536
UNREADABLE = "\ufdd0"
"""What `Source.chunks` has for bytes that are no text: Unicode gives it to no text, XML permits it.
"""
_CHUNK_BYTES = 262_144

# Longest mark first: the mark of UTF-32-LE begins with that of UTF-16-LE.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KNOWN_BINARY = (
    (b"%PDF", "a PDF: copy its abstracts as text"),
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
            (found for found in _BYTE_ORDER_MARKS if head.startswith(found[0])), (b"", "utf-8")
        )
        stream.read(len(self._mark))
        head = head[len(self._mark) :]
        self._refuse_binary(head)
        # A character cut by the end of the head is replaced: the head only serves to detect.
        self.head = head.decode(self._encoding, errors="replace")

    def text(self) -> str:
        """Decode all of it; line ends come out as `\\n`, a byte order mark is dropped.

        Raises:
            FileUnreadable: it is not text in the encoding it claims, which is UTF-8 without a mark.
        """
        data = self._stream.read()
        try:
            text = data.decode(self._encoding)
        except UnicodeDecodeError as error:
            line = data[: error.start].decode(self._encoding).count("\n") + 1
            raise FileUnreadable(
                f"{self.label} is not {self._encoding.upper()} text: "
                f"{_bad_bytes(error, len(self._mark))}, line {line}; save it as UTF-8 and try again"
            ) from error
        if "\0" in text:
            line = text[: text.index("\0")].count("\n") + 1
            raise FileUnreadable(
                f"{self.label} is a binary file: it has a NUL character in line {line}; "
                "papers are read from plain text"
            )
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def lines(self, on_bad_line: Callable[[int, str], None]) -> Iterator[tuple[int, str]]:
        """Yield `(number, line)` of every line that is not blank, holding one line in memory.

        Numbers count from 1. A line that cannot be decoded goes to `on_bad_line` as its number and
        the reason, and the next one follows; so one bad record does not cost the others.

        Raises:
            FileUnreadable: it is UTF-16 or UTF-32, which is decoded as a whole, and damaged.
        """
        if self._encoding != "utf-8":
            for number, text in enumerate(self.text().split("\n"), start=1):
                if text.strip():
                    yield number, text
            return
        for number, line in enumerate(self._stream, start=1):
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError as error:
                on_bad_line(number, f"not UTF-8 text: {_bad_bytes(error, 0)} of the line")
                continue
            if text.strip():
                yield number, text

    def chunks(self, encoding: str = "") -> Iterator[str]:
        """Yield all of it piece by piece as it is, with its line ends, holding one in memory.

        Bytes that are no text come out as `UNREADABLE`, so that the caller can tell which of its
        records they are in. `encoding` is what the text says of itself; a byte order mark wins.
        """
        if self._mark or not encoding:
            encoding = self._encoding
        decoder = codecs.getincrementaldecoder(encoding)(_MARK_UNREADABLE)
        while data := self._stream.read(_CHUNK_BYTES):
            yield decoder.decode(data)
        yield decoder.decode(b"", final=True)

    def _refuse_binary(self, head: bytes) -> None:
        for magic, what in _KNOWN_BINARY:
            if not self._mark and head.startswith(magic):
                raise FileUnreadable(f"{self.label} is {what}")
        if self._encoding == "utf-8" and b"\0" in head:
            raise FileUnreadable(
                f"{self.label} is a binary file: it has a NUL byte at byte "
                f"{head.index(0) + len(self._mark)}; papers are read from plain text in UTF-8"
            )


def _mark_unreadable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNREADABLE, error.end


_MARK_UNREADABLE = "assistant.unreadable"
codecs.register_error(_MARK_UNREADABLE, _mark_unreadable)


def _bad_bytes(error: UnicodeDecodeError, offset: int) -> str:
    wrong = error.object[error.start : error.end].hex(" ")
    return f"{wrong} (hexadecimal) at byte {error.start + offset}"
