"""The Source of papers: an open stream of bytes, decoded as a whole, line by line or in chunks."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from assistant.errors import FileUnreadable, NoPapersFound
from assistant.reading import encoding, fields

HEAD_BYTES = 65_536
LARGEST_DOCUMENT = 512 * 1024 * 1024
"""Characters of a text that is held in memory as a whole."""
LONGEST_YAML = 2 * 1024 * 1024
"""Characters of a YAML document, or of one record of a list in YAML."""
LONGEST_LINE = 16 * 1024 * 1024
"""Characters of a line. The longest known records have 5 million."""
UNREADABLE = "\ufdd0"
"""Replaces bytes that are not text: Unicode assigns it to no character, XML permits it."""
# Half of a character, which no decoder gives.
_INVALID = "\udc80"
_SAVE = "save the file as UTF-8"
NOT_TEXT = f"it has bytes that are not text: {_SAVE}"
"""Why a record with `UNREADABLE` in it fails."""
_CHUNK_BYTES = 262_144
# A text has at most one NUL in 100 bytes; with NULs, at most one invalid byte in 20.
_TEXT_TO_NULS = 100
_TEXT_TO_DAMAGE = 20
# Bytes around the first one that is not ASCII, from which the encoding is detected.
_BYTES_BEFORE = 64
_BYTES_AFTER = 65_536

# "\r\r\n" is what text mode makes of "\r\n" on Windows.
_LINE_END = re.compile(r"\r{0,2}\n|\r")
# Line ends that only some programs know; they count in a file that has no others.
_RARE_LINE_END = re.compile("[\x0b\x0c\x85\u2028\u2029]")
# In JSON and in pages, which may be one line, they are part of a text.
_NOT_IN = ("{", "[", "<")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")

# Longest mark first: the mark of UTF-32-LE begins with that of UTF-16-LE.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ARCHIVES = (
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
)
_TAR = slice(257, 262), b"ustar"
_KNOWN_BINARY = (
    (b"\x89PNG", "a picture: papers are read from text"),
    (b"\xff\xd8\xff", "a picture: papers are read from text"),
    (b"SQLite format 3", "a database: export it as JSON lines"),
    (b"GGUF", "a language model: papers are read from text"),
)


class Source:
    """One input, read once from start to end.

    The encoding is that of the byte order mark, else the one that the file declares, else detected
    from the first bytes that are not ASCII (see `encoding`). It holds for the whole input.

    Args:
        stream: the input's bytes.
        name: short name that papers store as their `source`, such as `trending_page.txt`.
        label: name for error messages, such as the whole path; default `name`. Invisible characters
            are removed from both.
        largest: the most characters that a reader may hold as a whole text.

    Raises:
        FileUnreadable: the first bytes show that it is not text.
        NoPapersFound: it is empty.
    """

    def __init__(
        self,
        stream: io.BufferedReader[Any],
        name: str,
        label: str = "",
        largest: int = LARGEST_DOCUMENT,
    ) -> None:
        """Look at the first bytes; see the class for the arguments."""
        self.name = fields.one_line(name)
        self.label = fields.one_line(label) or self.name
        self._stream = stream
        self._largest = largest
        head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
        if not head:
            raise NoPapersFound(f"{self.label} is empty: give a file with titles and abstracts")
        mark, self._encoding = next(
            (found for found in _BYTE_ORDER_MARKS if head.startswith(found[0])), (b"", "")
        )
        self._encoding = self._encoding or encoding.wide(head)
        if not self._encoding:
            self._refuse_binary(head)
        self._mark_bytes = len(stream.read(len(mark)))
        head = head[len(mark) :]
        # Without the last character, which the end of the head may have cut.
        self._encoding = (
            self._encoding or encoding.declared(head) or encoding.detect(head[:-3] or head)
        )
        # A character cut by the end of the head is replaced: the head only serves to detect.
        self.head = head.decode(self._encoding or "utf-8", errors="replace")
        self._has_rare_ends = not self.head.lstrip().startswith(_NOT_IN) and not re.search(
            r"[\r\n]", self.head
        )
        if self._has_rare_ends:
            self.head = _RARE_LINE_END.sub("\n", self.head)

    def text(self, most: int | None = None, largest: int = LARGEST_DOCUMENT) -> str:
        """All of it, or the first `most` characters, with line ends as `\\n`.

        Invalid bytes and NUL characters become `UNREADABLE`.

        Raises:
            FileUnreadable: it is larger than `largest`, the most that may be held, or damaged
                UTF-16 or UTF-32.
        """
        largest = min(largest, self._largest)
        parts: list[str] = []
        size = 0
        for part in with_line_feeds(self._parts()):
            size += len(part)
            if most is not None and size >= most:
                return "".join([*parts, part])[:most]
            if size > largest:
                raise FileUnreadable(
                    f"{self.label} is larger than {largest >> 20} MB, the limit for a file "
                    "of its format: split it, or unpack it first if it is in an archive"
                )
            parts.append(part)
        return "".join(parts)

    def check(self) -> None:
        """Read the rest of UTF-16 or UTF-32, which cannot be understood if it is damaged.

        Raises:
            FileUnreadable: it is damaged.
        """
        if self._encoding.startswith(("utf-16", "utf-32")):
            for _ in self._of_wide_characters():
                pass

    def lines(self, on_bad_line: Callable[[int, str], None]) -> Iterator[tuple[int, str]]:
        """Yield `(number, line)` of every line that is not blank, holding one line in memory.

        Numbers count from 1. A line that is not text, or too long, goes to `on_bad_line` as its
        number and the reason, and the next one follows; so a bad record does not cost the others.
        """
        for number, line in self.all_lines(LONGEST_LINE):
            if line is None:
                on_bad_line(number, f"it is longer than {LONGEST_LINE:,} characters")
            elif UNREADABLE in line:
                at = line.index(UNREADABLE) + 1
                on_bad_line(number, f"character {at:,} of the line is not text: {_SAVE}")
            elif not line.isspace():
                yield number, line

    def all_lines(self, longest: int) -> Iterator[tuple[int, str | None]]:
        """Yield the number and text of every line, as `split_lines` does."""
        return split_lines(self._parts(), longest)

    def _parts(self) -> Iterator[str]:
        """The chunks, with plain line ends in a file that has only rare ones."""
        chunks = self.chunks()
        if self._has_rare_ends:
            return (_RARE_LINE_END.sub("\n", chunk) for chunk in chunks)
        return chunks

    def chunks(self) -> Iterator[str]:
        """Yield all of it piece by piece as it is, with its line ends, holding one in memory.

        Invalid bytes and NUL characters become `UNREADABLE`, so the caller can tell which of its
        records they are in.
        """
        data = before = b""
        while not self._encoding and (data := self._stream.read(_CHUNK_BYTES)):
            if not data.isascii():
                data += self._stream.read(_BYTES_AFTER)
                self._encoding = encoding.detect(_first_line_not_ascii(before, data), data)
                break
            yield _marked(data.decode("ascii"))
            before = (before + data)[-_BYTES_BEFORE:]
            data = b""
        if self._encoding.startswith(("utf-16", "utf-32")):
            yield from self._of_wide_characters()
            return
        decoder = codecs.getincrementaldecoder(self._encoding or "utf-8")(_MARK_UNREADABLE)
        while data or (data := self._stream.read(_CHUNK_BYTES)):
            yield _marked(decoder.decode(data))
            data = b""
        yield _marked(decoder.decode(b"", final=True))

    def _of_wide_characters(self) -> Iterator[str]:
        """Chunks of UTF-16 or UTF-32, where one lost byte makes nonsense of all that follows it."""
        decoder = codecs.getincrementaldecoder(self._encoding)()
        at, line = self._mark_bytes, 1
        while True:
            data = self._stream.read(_CHUNK_BYTES)
            held = decoder.getstate()[0]
            try:
                text = decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(self._encoding)
                yield _marked(good)
                raise FileUnreadable(
                    f"{self.label} is damaged: byte {at - len(held) + error.start:,} in line "
                    f"{line + good.count(chr(10)):,} is not {self._encoding.upper()} text; save "
                    "the file as UTF-8, or export it again"
                ) from error
            if not data:
                return
            yield _marked(text)
            at += len(data)
            line += text.count("\n")

    def _refuse_binary(self, head: bytes) -> None:
        if archive := archive_kind(head):
            raise FileUnreadable(f"{self.label} is {archive}: unpack it first")
        for magic, what in _KNOWN_BINARY:
            if head.startswith(magic):
                raise FileUnreadable(f"{self.label} is {what}")
        if b"\0" not in head:
            return
        # A stray NUL in a text is damage, which costs its record.
        unreadable = head.decode(errors="replace").count("\ufffd")
        if head.count(0) * _TEXT_TO_NULS > len(head) or unreadable * _TEXT_TO_DAMAGE > len(head):
            raise FileUnreadable(
                f"{self.label} is a binary file: it has a NUL byte at byte "
                f"{head.index(0)}; papers are read from plain text in UTF-8"
            )


def archive_kind(head: bytes) -> str:
    """What kind of archive begins with `head`, such as "a zip archive"; empty if it is none."""
    place, mark = _TAR
    if head[place] == mark:
        return "a tar archive"
    return next((kind for magic, kind in _ARCHIVES if head.startswith(magic)), "")


def with_line_feeds(chunks: Iterable[str]) -> Iterator[str]:
    r"""Yield `chunks` with `\n` for every line end: `\r\n`, `\r` and the erroneous `\r\r\n`."""
    held = ""
    for chunk in chunks:
        text = held + chunk
        # What is held may be the beginning of a line end.
        held = text[-2:] if text.endswith("\r\r") else "\r" if text.endswith("\r") else ""
        text = text[: len(text) - len(held)]
        yield _LINE_END.sub("\n", text) if "\r" in text else text
    yield "\n" * len(held)


def split_lines(chunks: Iterable[str], longest: int) -> Iterator[tuple[int, str | None]]:
    r"""Yield the number, from 1, and the text of every line, with its end as `\n`.

    A line of more than `longest` characters is None. Only one line is held in memory.
    """
    number = 1
    parts: list[str] = []
    size = 0
    for chunk in with_line_feeds(chunks):
        *whole, rest = chunk.split("\n")
        for end in whole:
            if size:
                size += len(end)
                yield number, None if size > longest else f"{''.join(parts)}{end}\n"
                parts.clear()
                size = 0
            else:  # a line that is in one chunk, as nearly all are
                yield number, None if len(end) > longest else f"{end}\n"
            number += 1
        size += len(rest)
        if rest and size <= longest:
            parts.append(rest)
    if size:
        yield number, None if size > longest else "".join(parts)


def _first_line_not_ascii(before: bytes, data: bytes) -> bytes:
    """The part of the first line that is not ASCII around its first such byte."""
    text = before + data
    found = _NOT_ASCII.search(text)
    at = found.start() if found else 0
    begin = max(text.rfind(b"\n", 0, at) + 1, at - _BYTES_BEFORE)
    return text[begin : at + _BYTES_AFTER].split(b"\n", 1)[0]


def _marked(text: str) -> str:
    """Decoded text with `UNREADABLE` only where its bytes are not text; in a file it is nothing."""
    return text.replace(UNREADABLE, "").replace(_INVALID, UNREADABLE).replace("\0", UNREADABLE)


def _mark_unreadable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _INVALID, error.end


_MARK_UNREADABLE = "assistant.unreadable"
codecs.register_error(_MARK_UNREADABLE, _mark_unreadable)
