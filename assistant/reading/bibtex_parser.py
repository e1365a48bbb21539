"""One entry of BibTeX -> its fields, as programs and people write them.

What is written otherwise than BibTeX asks for is read as it is meant where that is certain: missing
commas, odd names of fields, values without braces, the other kind of bracket at the end. An entry
whose braces or quotes do not match is broken, and costs only itself.
"""

from __future__ import annotations

import re

LONGEST_VALUE = 1_000_000
"""Characters of one field; the authors of the largest collaborations take 150,000."""
ENTRY = re.compile(r"@[ \t]{0,99}([A-Za-z][\w.:+/-]{0,99})\s{0,99}([{(])")
"""The type of an entry and its bracket."""
# Where an entry begins, even within one that is not closed: on a new line, or after a brace. The
# match ends at the "@".
NEXT_ENTRY = re.compile(
    r"(?:^|(?<=[})\"])[,;]?)[ \t\x0b\x0c\x85\u2028\u2029\ufeff]{0,99}"
    r"(?=@[ \t]{0,99}[A-Za-z][\w.:+/-]{0,99}\s{0,99}[{(])",
    re.MULTILINE,
)
# So many starts of entries may be in the text of one before it counts as not closed.
_ENTRIES_WITHIN = 4
_OTHER = {"}": ")", ")": "}"}
# What people type for quotation marks and braces.
_PAIRS = {"“": "”", "„": "“", "«": "»", "｛": "｝", "‟": "”"}

# The first line has the key; one with a "=" is a field of an entry without a key.
_KEY = re.compile(r"\s*(?:\{(?=[^,={}\n]*\}\s*,))?([^,={}\n]*)")
_GAP = re.compile(r"(?:[\s,;]+|%[^\n]*)*+")
_APART = re.compile(r"[,;\n]")
_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"([^\s={},\"#%()]{1,200})\s*=\s*")
_ODD_NAME = re.compile(
    r"[\"']?([^={},#%\n：＝]{1,200}?)[\"']?\s{0,99}(?:=|＝|[:：](?=\s{0,99}[{\"]))\s*"
)
_WORD = re.compile(r"[^\s,#{}\"=]*")
_WORD_IN_PARENTHESES = re.compile(r"[^\s,#{}\"=()]*")
# Words of a value without braces, up to the end of its line.
_WORDS = re.compile(r"[^,#{}\"=\n%]++(?=\s*(?:[,}]|$))", re.MULTILINE)
_JUNK = re.compile(r"[^\s,={}\"]++\s*+(?:(?=[,}\n])|\{[^{}]*\}(?=\s*,))")
_JUNK_GROUP = re.compile(r"\{[^{}]*\}|=[ \t]*(?:\{[^{}]*\}|\"[^\"{}]*\"|\w+)")
_NEXT_FIELD = re.compile(r"\s*[,;]\s*[A-Za-z][\w.:+-]{0,99}\s*=\s*[{\"\w]")
_FIELD_IN_VALUE = re.compile(r"\n[ \t]*,?[ \t]*[A-Za-z][\w-]{1,99}[ \t]*=[ \t]*[{\"]")
_BRACES = re.compile(r"[{}]")
BACKSLASH = re.compile(r"\\")
_UNESCAPED_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_SHORT = re.compile(r"\s*(?:\{([^{}\\]*)\}|\"([^\"{}\\]*)\")\s*(?=[,})])")


class Broken(Exception):
    """This entry is not valid; the message says why."""


class NotClosed(Broken):
    """The text ends inside it."""


class Places:
    """Where a pattern matches; remembers the last place: without any all of a text is searched."""

    def __init__(self, text: str, pattern: re.Pattern[str]) -> None:
        """`text` is the whole file."""
        self._text = text
        self._pattern = pattern
        self._from, self._next = 0, -1

    def after(self, at: int) -> int:
        """The end of the first match after `at`, or the end of the text."""
        if not self._from <= at < self._next:
            found = self._pattern.search(self._text, at + 1)
            self._from, self._next = at, found.end() if found else len(self._text)
        return self._next


def parsed(
    text: str,
    found: re.Match[str],
    macros: dict[str, str],
    beginnings: Places,
    escapes: Places,
) -> tuple[dict[str, str], str, int]:
    """Fields, key and end of the entry that `found`, a match of `ENTRY`, begins.

    It ends at the next entry, so an unclosed one does not swallow the others. Only if it cannot be
    read that way, the start of the next entry may be part of its text.

    Raises:
        Broken: it cannot be read.
    """
    first: Broken | None = None
    limit = found.end()
    for attempt in range(_ENTRIES_WITHIN):
        limit = beginnings.after(limit)
        escaped = escapes.after(found.start()) <= limit
        for braces in (_BRACES, _UNESCAPED_BRACES) if escaped else (_BRACES,):
            parser = _Parser(text, limit, braces, macros, may_be_open=attempt == 0)
            try:
                return parser.entry(found)
            except Broken as error:
                first = first or error
        if not isinstance(first, NotClosed) or limit == len(text):
            break
    raise first or NotClosed("it is not closed")


class _Parser:
    """Reads one entry of `text` that ends before `limit`."""

    def __init__(
        self,
        text: str,
        limit: int,
        braces: re.Pattern[str],
        macros: dict[str, str],
        *,
        may_be_open: bool = False,
    ) -> None:
        """`braces` finds those that count; with `may_be_open` the last one may be missing."""
        self._text = text
        self._limit = limit
        self._braces = braces
        self._macros = macros
        self._may_be_open = may_be_open

    def entry(self, found: re.Match[str]) -> tuple[dict[str, str], str, int]:
        """Fields, key and end of the entry whose type and brace were found."""
        at, kind = found.end(), found[1].lower()
        close = ")" if found[2] == "(" else "}"
        if kind in ("comment", "preamble"):
            return {}, "", self._after(at, close)
        key = ""
        if kind != "string":
            key, at = self._key(at)
        values: dict[str, str] = {}
        junk = ""
        while True:
            gap = self._must(_GAP, at)
            at = gap.end()
            if at >= self._limit:
                return self._open_end(values, close), key.rstrip(close), at
            if self._text[at] in _OTHER and _NEXT_FIELD.match(self._text, at + 1, self._limit):
                # A brace too many is behind a value.
                at += 1
                continue
            if (end := self._end(at, close)) is not None:
                if junk and "title" not in values and kind != "string":
                    raise Broken(junk)
                return values, key.rstrip(close), end
            name = _NAME.match(self._text, at, self._limit) or self._odd_name(at)
            if name is None:
                near = self._text[at : min(at + 20, self._limit)].split("\n")[0]
                junk = junk or f"{near!r} is not a field as in name = {{...}}"
                if values and not _APART.search(gap[0]):
                    # It belongs to the value above it, which has a brace too many.
                    raise Broken(junk)
                at = self._after_junk(at, junk)
                continue
            lower = name[1].strip().lower()
            value, at = self._value(name.end(), lower, close)
            if len(value) > LONGEST_VALUE:
                raise Broken(f'"{lower}" is longer than {LONGEST_VALUE:,} characters')
            if value and lower not in values:
                values[lower] = value

    def _key(self, at: int) -> tuple[str, int]:
        head = self._must(_KEY, at)
        after = self._text[head.end() : head.end() + 1] if head.end() < self._limit else ""
        if after != "=":
            is_braced = after == "}" and self._text[head.start(1) - 1] == "{" and head.start(1) > at
            return head[1].strip(), head.end() + is_braced
        words = head[1].split()
        if len(words) > 1 and '"' not in words[0]:
            return words[0], at + head[0].index(words[0]) + len(words[0])
        return "", at

    def _open_end(self, values: dict[str, str], close: str) -> dict[str, str]:
        """The fields of an entry that nothing closes, if only its last brace is missing."""
        is_whole = self._limit < len(self._text) or self._text.endswith("\n")
        swallowed = any(map(_FIELD_IN_VALUE.search, values.values()))
        if not self._may_be_open or not values or swallowed or not is_whole:
            raise NotClosed(f'it is not closed: "{close}" is missing')
        return values

    def _end(self, at: int, close: str) -> int | None:
        """The place behind the entry if it ends at `at`."""
        mark = self._text[at]
        if mark == close:
            return at + 1
        if mark == _OTHER[close]:
            after = self._must(_SPACE, at + 1).end()
            return at + 1 if after >= self._limit else None
        return None

    def _odd_name(self, at: int) -> re.Match[str] | None:
        return _ODD_NAME.match(self._text, at, self._limit)

    def _after_junk(self, at: int, why: str) -> int:
        """The place behind what is no field, up to the next comma."""
        for pattern in (_JUNK, _JUNK_GROUP):
            found = pattern.match(self._text, at, self._limit)
            if found and found.end() > at:
                return found.end()
        raise Broken(why)

    def _value(self, at: int, name: str, close: str) -> tuple[str, int]:
        short = _SHORT.match(self._text, at, self._limit)
        if short is not None:
            return short[1] or short[2] or "", short.end()
        parts: list[str] = []
        length = 0
        while True:
            at = self._must(_SPACE, at).end()
            if at >= self._limit:
                raise NotClosed(f'"{name}" is not closed')
            mark = self._text[at]
            if mark in '{"':
                end = self._after(at + 1, "}" if mark == "{" else '"', name)
                parts.append(self._text[at + 1 : end - 1])
                at = end
            elif mark in _PAIRS and (end := self._text.find(_PAIRS[mark], at, self._limit)) > 0:
                parts.append(self._text[at + 1 : end])
                at = end + 1
            else:
                part, at = self._plain_value(at, close)
                parts.append(part)
            length += len(parts[-1])
            at = self._must(_SPACE, at).end()
            # What is too long is refused by the caller.
            if at >= self._limit or self._text[at] != "#" or length > LONGEST_VALUE:
                return "".join(parts), at
            at += 1

    def _plain_value(self, at: int, close: str) -> tuple[str, int]:
        """A value without braces: a number, a macro, or words that should have braces."""
        word = self._must(_WORD if close == "}" else _WORD_IN_PARENTHESES, at)
        following = self._must(_SPACE, word.end()).end()
        if following < self._limit and self._text[following] == "=":
            # The value is missing; this is the name of the next field.
            return "", at
        words = _WORDS.match(self._text, at, self._limit) if close == "}" else None
        if words and words.end() > word.end():
            return words[0].strip(), words.end()
        return self._macros.get(word[0].lower(), word[0]), word.end()

    def _after(self, at: int, close: str, name: str = "") -> int:
        """The place after the end of a value, or of a whole entry, that begins at `at`."""
        depth = 0
        braces = self._braces
        if close != "}":
            braces = re.compile(f"{braces.pattern}|{re.escape(close)}", braces.flags)
        for found in braces.finditer(self._text, at, self._limit):
            mark = found[0]
            if mark == close and depth == 0:
                return found.end()
            depth += (mark == "{") - (mark == "}")
            if depth < 0:
                raise Broken(f'"{name}" has a brace too many')
        raise NotClosed(f'"{name}" is not closed' if name else "it is not closed")

    def _must(self, pattern: re.Pattern[str], at: int) -> re.Match[str]:
        found = pattern.match(self._text, at, self._limit)
        if found is None:
            raise Broken("it cannot be read")
        return found
