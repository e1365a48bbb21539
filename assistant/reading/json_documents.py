"""The records of one JSON document of any size, with one of them in memory at a time.

A document is a list of records, an object that holds such a list (`{"results": [...]}`,
`{"message": {"items": [...]}}`), a single record, or several of these one after another, as JSON
lines are. A damaged record costs only itself: the next one is found by its first key.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from assistant.reading.format import NoPaper
from assistant.reading.record import TOO_LARGE
from assistant.reading.source import LONGEST_LINE, NOT_TEXT, UNREADABLE

AROUND = " \t\r\n\x0b\x0c\x1a\x85\u2028\u2029\ufeff"
"""What programs leave between documents: white space, byte order marks, the end of DOS files."""
# Keys under which programs and web services put their list of records.
LISTS = frozenset({"data", "items", "message", "results"})
# Characters of one record. The longest known have thousands of authors and references, and 5 MB.
LONGEST = LONGEST_LINE
# Bytes of memory for one record, about: `[],[],[]...` takes 20 times its characters.
_LARGEST = 64 * 1024 * 1024
_PART_COST = 64
# While the next record is searched, most places are wrong, so each may cost less.
_LONGEST_WHILE_LOST = LONGEST // 16
_DEEPEST = 4
_SKIPPED_BRACKETS = 400
# Characters that may be decoded in vain, and how many more for each character of the document.
# Each attempt counts as 5,000 characters on top of its own.
_VAIN = 200 * 1024 * 1024
_VAIN_A_CHARACTER = 20
_ATTEMPT_COST = 5_000
# An error of the decoder counts the lines from the beginning of the window.
_LONGEST_PAST = 65_536

_SPACE = re.compile(r"[ \t\r\n]*")
# Not strict: programs that write JSON by hand leave line breaks and tabs in their texts.
_DECODER = json.JSONDecoder(strict=False)
# An error this near to the end of what has been read so far may be a word cut by it.
_LONGEST_WORD = 16

OnDamage = Callable[[int, str], None]


def records(
    chunks: Iterable[str],
    is_record: Callable[[Any], bool],
    on_damage: OnDamage,
    lists: frozenset[str] = LISTS,
    *,
    nested: bool = False,
) -> Iterator[tuple[int, Any]]:
    """Yield `(number, value)` of every record of a document that comes in pieces.

    Args:
        chunks: the text, cut anywhere, with `UNREADABLE` for bytes that are no text.
        is_record: tells a record from the objects in it; asked only after some damage, to find
            the place where records go on.
        on_damage: gets the number of each damaged record and the reason. Numbers count from 1.
        lists: the keys of an object that hold its list of records, or an object that does.
        nested: records may be anywhere in the values, which the caller searches. So values with
            `UNREADABLE` in them are yielded too, and so is the whole part of a damaged object.
    """
    return _Document(_Text(chunks, nested), is_record, on_damage, lists).records()


def load_line(line: str, *, strict: bool = True) -> Any:
    """The value of a text that is one record; `strict` refuses line ends and tabs in its strings.

    Raises:
        NoPaper: it is not JSON, or larger than a record may be.
    """
    if _cost(line, 0, len(line)) > _LARGEST:
        raise NoPaper(TOO_LARGE)
    try:
        text = line.strip(AROUND)
        # With an argument, `loads` would make a decoder for each record.
        return json.loads(text) if strict else json.loads(text, strict=False)
    except RecursionError as error:
        raise NoPaper("not readable as JSON: nested too deep") from error
    except ValueError as error:
        raise NoPaper(f"not readable as JSON: {error}") from error


def outline(head: str, lists: frozenset[str] = LISTS) -> dict[str, Any]:
    """The first record of a document, as far as its head goes.

    A value cut by the end of the head is None. Text that is not JSON gives an empty outline.
    """
    text = _Text([head])
    found: dict[str, Any] = {}
    with contextlib.suppress(_Damaged):
        _outline(text, lists, found)
    return found


class _Damaged(Exception):
    """The text is not JSON; the message says why. `looked` characters were decoded in vain."""

    def __init__(self, why: str, looked: int = 0) -> None:
        super().__init__(why)
        self.looked = looked


class _BadBytes(_Damaged):
    """A value that is JSON, and read to its end, but not all of it is text."""


class _NotClosed(_Damaged):
    """A value that does not end within the characters that it may have."""


class _TooDeep(_Damaged):
    """A value in more brackets than Python follows, which are a thousand."""


class _Text:
    """A window on the text: `text` from `at` on is still to be read.

    `done` counts the characters that left the window, `spent` the memory that values took, about.
    """

    def __init__(self, chunks: Iterable[str], nested: bool = False) -> None:
        self._chunks = iter(chunks)
        self._ended = False
        self.nested = nested
        self.text = ""
        self.at = self.done = self.spent = 0

    def more(self) -> bool:
        """Read at least as much as is waiting, so that the work for a record stays linear."""
        waiting = self.text[self.at :]
        pieces = [waiting]
        wanted = max(1, len(waiting))
        while wanted > 0 and not self._ended:
            piece = next(self._chunks, None)
            self._ended = piece is None
            pieces.append(piece or "")
            wanted -= len(piece or "")
        self.done += self.at
        self.text, self.at = "".join(pieces), 0
        return len(self.text) > len(waiting)

    def forget(self) -> None:
        """Drop the part of the window that has been read, where that is long."""
        if self.at > _LONGEST_PAST:
            self.done += self.at
            self.text, self.at = self.text[self.at :], 0

    def peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            found = _SPACE.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def value(self, longest: int = LONGEST) -> Any:
        """The value that begins here; `at` stays where it is when there is none."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except RecursionError as error:
                raise _TooDeep("not readable as JSON: nested too deep") from error
            except json.JSONDecodeError as error:
                near_end = error.pos >= len(self.text) - _LONGEST_WORD
                if not near_end and not error.msg.startswith("Unterminated string"):
                    looked = error.pos - self.at
                    raise _Damaged(f"not readable as JSON: {error.msg}", looked) from error
                looked = len(self.text) - self.at
                if looked > longest:
                    why = f"longer than {longest:,} characters, or not closed"
                    raise _NotClosed(why, looked) from error
                if _cost(self.text, self.at, len(self.text)) > _LARGEST:
                    raise _NotClosed(TOO_LARGE, looked) from error
                if self.more():
                    continue
                why = "the file ends within it" if self.at < len(self.text) else "the file ends"
                raise _NotClosed(f"not readable as JSON: {why}", looked) from error
            except ValueError as error:
                raise _Damaged(f"not readable as JSON: {error}") from error
            # A number may go on in the next piece.
            near_end = end >= len(self.text) - _LONGEST_WORD
            if near_end and isinstance(value, int | float) and not self._ended:
                self.more()
                continue
            begin, self.at = self.at, end
            self.spent += _cost(self.text, begin, end)
            if not self.nested and self.text.find(UNREADABLE, begin, end) >= 0:
                raise _BadBytes(NOT_TEXT)
            return value

    def key(self) -> str:
        """The key that begins here; `at` moves behind its colon."""
        if self.peek() != '"':
            raise _Damaged("not readable as JSON: a key in double quotes is missing")
        key = str(self.value())
        if self.peek() != ":":
            raise _Damaged("not readable as JSON: the colon after a key is missing")
        self.at += 1
        return key

    def seek(self, pattern: re.Pattern[str]) -> bool:
        """Go to the next place where `pattern`, of a hundred characters at most, is found."""
        while True:
            found = pattern.search(self.text, self.at)
            if found:
                self.at = found.start()
                return True
            self.at = max(self.at, len(self.text) - 200)
            if not self.more():
                return False


class _Document:
    def __init__(
        self,
        text: _Text,
        is_record: Callable[[Any], bool],
        on_damage: OnDamage,
        lists: frozenset[str],
    ) -> None:
        self._text = text
        self._is_record = is_record
        self._on_damage = on_damage
        self._lists = lists
        self._number = 0
        self._first_key = ""
        self._vain = _VAIN

    def records(self) -> Iterator[tuple[int, Any]]:
        try:
            while mark := self._text.peek():
                if mark == "," or mark in AROUND:
                    self._text.at += 1
                else:
                    yield from self._root(mark)
        except _Damaged as error:
            self._damage(error)
            yield from self._without_structure()

    def _root(self, mark: str) -> Iterator[tuple[int, Any]]:
        if mark == "[":
            yield from self._list()
        elif mark == "{":
            yield from self._object(1)
        else:
            raise _Damaged("not readable as JSON: neither a list nor an object")

    def _list(self) -> Iterator[tuple[int, Any]]:
        self._text.at += 1
        while mark := self._text.peek():
            if mark == "]":
                self._text.at += 1
                return
            if mark == ",":
                self._text.at += 1
            else:
                try:
                    value = self._text.value()
                except _BadBytes as error:
                    self._damage(error)
                else:
                    yield self._counted(value)
        raise _Damaged("not readable as JSON: the file ends before its list does")

    def _object(self, depth: int) -> Iterator[tuple[int, Any]]:
        """The records of the list in an object; the object itself where it has none."""
        self._text.at += 1
        own: dict[str, Any] = {}
        try:
            has_list = yield from self._values(own, depth)
        except _Damaged:
            if self._text.nested and own:
                yield self._counted(own)
            raise
        if not has_list:
            yield self._counted(own)

    def _values(self, own: dict[str, Any], depth: int) -> Generator[tuple[int, Any], None, bool]:
        """Fill `own` with the values of an object; the records of its lists, and if it has any."""
        has_list = False
        room = self._text.spent + _LARGEST
        while mark := self._text.peek():
            if mark == "}":
                self._text.at += 1
                return has_list
            if mark == ",":
                self._text.at += 1
                continue
            key = self._text.key()
            mark = self._text.peek()
            if key in self._lists and mark == "[":
                has_list = True
                yield from self._list()
            elif key in self._lists and mark == "{" and depth < _DEEPEST:
                has_list = True
                yield from self._object(depth + 1)
            else:
                value = self._text.value()
                # The values of a large file may be those of one object.
                if self._text.spent < room:
                    own[key] = value
        raise _Damaged("not readable as JSON: the file ends within an object")

    def _without_structure(self) -> Iterator[tuple[int, Any]]:
        """What can still be found after some damage, which may have hidden where lists end."""
        lost = True
        while True:
            if lost:
                for value in self._next_found():
                    yield self._counted(value)
                    break
                else:
                    return
                lost = False
            mark = self._text.peek()
            if not mark:
                return
            if mark in ",]}":
                self._text.at += 1
            elif mark != "{":
                lost = True
            else:
                try:
                    value = self._text.value()
                except _Damaged as error:
                    self._damage(error)
                    lost = not isinstance(error, _BadBytes)
                else:
                    yield self._counted(value)

    def _next_found(self) -> Iterator[Any]:
        """The next record, wherever it is; nothing if there is none."""
        key = re.escape(json.dumps(self._first_key)) if self._first_key else '"'
        start = re.compile(r"\{\s{0,50}" + key)
        self._text.at += self._text.peek() == "{"
        while self._text.seek(start):
            self._text.forget()
            try:
                value = self._text.value(_LONGEST_WHILE_LOST)
            except _Damaged as error:
                # Brackets without end would otherwise be tried a thousand deep from each of them.
                self._text.at += _SKIPPED_BRACKETS if isinstance(error, _TooDeep) else 1
                self._vain -= error.looked + _ATTEMPT_COST
                if self._vain + _VAIN_A_CHARACTER * (self._text.done + self._text.at) < 0:
                    self._damage(_Damaged("too much of it is damaged: the rest is not read"))
                    return
                continue
            if self._is_record(value):
                yield value
                return

    def _damage(self, error: _Damaged) -> None:
        self._number += 1
        self._on_damage(self._number, str(error))

    def _counted(self, value: Any) -> tuple[int, Any]:
        self._number += 1
        if isinstance(value, dict) and value and len(first := next(iter(value))) < 40:
            self._first_key = first
        return self._number, value


def _cost(text: str, begin: int, end: int) -> int:
    parts = sum(text.count(mark, begin, end) for mark in ",[{")
    return end - begin + _PART_COST * parts


def _outline(text: _Text, lists: frozenset[str], found: dict[str, Any], depth: int = 1) -> None:
    """Fill `found` with the first record from here on."""
    while (mark := text.peek()) in ("[", ",", "n"):
        # A web service that was asked for several records has null for those it does not know.
        if mark == "n":
            text.value()
        else:
            text.at += 1
    if mark != "{":
        return
    text.at += 1
    while (mark := text.peek()) not in ("", "}"):
        if mark == ",":
            text.at += 1
            continue
        key = text.key()
        if key in lists and text.peek() in ("[", "{") and depth <= _DEEPEST:
            found.clear()
            _outline(text, lists, found, depth + 1)
            return
        found[key] = None
        found[key] = text.value()
