"""BibTeX and BibLaTeX: entries as `@article{key, title = {...}, abstract = {...}}`.

bibtexparser is not used: version 1.4 silently skips broken entries, reads 1.8 MB a second and fails
on deep nesting; version 2.1 leaves `"a" # b` unresolved and refuses the second entry of a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.paper import Paper
from assistant.reading.bibtex_entry import entry_paper
from assistant.reading.dates import MONTHS
from assistant.reading.format import Format, Skip
from assistant.reading.record import papers_of
from assistant.reading.source import NOT_TEXT, UNREADABLE, Source

_ENTRY = re.compile(r"@[ \t]{0,99}([A-Za-z]\w{0,99})\s{0,99}([{(])")
# Where an entry begins, even within one that is not closed: on a new line, or after a brace. The
# match ends at the "@".
_NEXT_ENTRY = re.compile(
    r"(?:^|(?<=[})\"])[,;]?)[ \t]{0,99}(?=@[ \t]{0,99}[A-Za-z]\w{0,99}\s{0,99}[{(])", re.MULTILINE
)
_HEAD = re.compile(
    r"^[ \t]*@[ \t]*(?:(?:article|book|booklet|inbook|incollection|inproceedings|conference|manual"
    r"|mastersthesis|misc|phdthesis|proceedings|techreport|unpublished|online|report|thesis|dataset"
    r"|software|patent|string|preamble|comment)\s*[{(]|[a-z]+\s*\{\s*[^\s,{}\"'=;()]+\s*,)",
    re.IGNORECASE | re.MULTILINE,
)
_COMMENT_LINE = re.compile(r"^[ \t]*%.*$", re.MULTILINE)
# Scopus and others put their name and a date above the first entry; more than that is a page.
_CHARACTERS_ABOVE = 1_000
# So many starts of entries may be in the text of one before it counts as not closed.
_ENTRIES_WITHIN = 4
# Characters of one field; the authors of the largest collaborations take 150,000.
_LONGEST_VALUE = 1_000_000
# Characters of all macros: macros of macros could fill the memory from a few lines.
_LONGEST_MACROS = 4_000_000
_INHERITED_DEPTH = 8
_MOST_PARENTS = 100

_KEY = re.compile(r"\s*([^,={}\"]*)")
_GAP = re.compile(r"(?:[\s,]+|%[^\n]*)*+")
_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"([^\s={},\"#%()]{1,200})\s*=\s*")
_WORD = re.compile(r"[^\s,#{}\"=]*")
_WORD_IN_PARENTHESES = re.compile(r"[^\s,#{}\"=()]*")
_BRACES = re.compile(r"[{}]")
_BACKSLASH = re.compile(r"\\")
_UNESCAPED_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_SHORT = re.compile(r"\s*(?:\{([^{}\\]*)\}|\"([^\"{}\\]*)\")\s*(?=[,})])")

_WANTED = frozenset(
    """title abstract author authors year date month day doi eprint archiveprefix eprinttype
    primaryclass eprintclass arxivid pmid url link keywords keyword crossref xdata ids journal note
    volume""".split()  # noqa: SIM905
)
# A work can inherit these fields from the volume it is in; all others identify the work itself.
_INHERITED = "title author authors year date month day archiveprefix eprinttype primaryclass"
_OWN = _WANTED - {*_INHERITED.split(), "eprintclass"}
_REFERENCE = re.compile(r"\b(?:crossref|xdata)\s*=", re.IGNORECASE)


def _matches(head: str) -> bool:
    """An entry begins a line, with no more than a few words and comments above it."""
    found = _HEAD.search(head)
    if found is None:
        return False
    above = _COMMENT_LINE.sub("", head[: found.start()])
    return len(" ".join(above.split())) <= _CHARACTERS_ABOVE


def _read(source: Source, skip: Skip) -> Iterator[Paper]:
    text = source.text()
    parents = _parents(text) if _REFERENCE.search(text) else {}
    # A set only names entries that are elsewhere in the file.
    entries = (it for it in _entries(text, skip) if it.kind not in ("xdata", "set"))
    inherited = ((entry.line, _inherited(entry, parents)) for entry in entries)
    return papers_of(inherited, entry_paper, source.name, skip)


@dataclass(frozen=True)
class _Entry:
    kind: str
    key: str
    line: int
    values: dict[str, str] = field(default_factory=dict)
    """The wanted fields by their names in lower case, with macros filled in, LaTeX as written."""


class _Broken(Exception):
    """This entry is not valid; the message says why."""


class _NotClosed(_Broken):
    """The text ends inside it."""


def _entries(text: str, skip: Skip) -> Iterator[_Entry]:
    """Each entry of the file; one that is broken ends where the next begins."""
    macros = dict(zip(MONTHS, MONTHS, strict=True))
    beginnings, escapes = _Places(text, _NEXT_ENTRY), _Places(text, _BACKSLASH)
    room = _LONGEST_MACROS
    at = counted = 0
    line = 1
    while found := _ENTRY.search(text, at):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        kind = found[1].lower()
        try:
            values, key, at = _parsed(text, found, kind, macros, beginnings, escapes)
        except _Broken as error:
            if kind not in ("comment", "preamble"):
                skip(line, str(error))
            at = beginnings.after(found.end())
            continue
        if text.find(UNREADABLE, found.start(), at) >= 0:
            if kind not in ("comment", "preamble"):
                skip(line, NOT_TEXT)
            continue
        if kind == "string":
            room -= sum(map(len, values.values()))
            if room > 0:
                macros.update(values)
            else:
                skip(line, f"the macros are longer than {_LONGEST_MACROS:,} characters")
        elif kind not in ("comment", "preamble"):
            yield _Entry(kind, key, line, values)


class _Places:
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


def _parsed(
    text: str,
    found: re.Match[str],
    kind: str,
    macros: dict[str, str],
    beginnings: _Places,
    escapes: _Places,
) -> tuple[dict[str, str], str, int]:
    """Fields, key and end of the entry that `found` begins.

    It ends at the next entry, so an unclosed one does not swallow the others. Only if it cannot be
    read that way, the start of the next entry may be part of its text.
    """
    first: _Broken | None = None
    limit = found.end()
    for _ in range(_ENTRIES_WITHIN):
        limit = beginnings.after(limit)
        escaped = escapes.after(found.start()) <= limit
        for braces in (_BRACES, _UNESCAPED_BRACES) if escaped else (_BRACES,):
            try:
                return _Parser(text, limit, braces, macros).entry(found, kind)
            except _Broken as error:
                first = first or error
        if not isinstance(first, _NotClosed) or limit == len(text):
            break
    raise first or _NotClosed("it is not closed")


class _Parser:
    """Reads one entry of `text` that ends before `limit`."""

    def __init__(
        self, text: str, limit: int, braces: re.Pattern[str], macros: dict[str, str]
    ) -> None:
        """`braces` finds the braces that count."""
        self._text = text
        self._limit = limit
        self._braces = braces
        self._macros = macros

    def entry(self, found: re.Match[str], kind: str) -> tuple[dict[str, str], str, int]:
        """Fields, key and end of the entry whose type and brace were found."""
        at = found.end()
        close = ")" if found[2] == "(" else "}"
        if kind in ("comment", "preamble"):
            return {}, "", self._after(at, close)
        key = ""
        if kind != "string":
            head = self._must(_KEY, at)
            after = self._text[head.end() : head.end() + 1] if head.end() < self._limit else ""
            if after != "=":
                key, at = head[1].strip(), head.end()
            elif len(words := head[1].split()) > 1:
                key, at = words[0], at + head[0].index(words[0]) + len(words[0])
        values: dict[str, str] = {}
        while True:
            at = self._must(_GAP, at).end()
            if at >= self._limit:
                raise _NotClosed(f'it is not closed: "{close}" is missing')
            if self._text[at] == close:
                return values, key.rstrip(close), at + 1
            name = _NAME.match(self._text, at, self._limit)
            if name is None:
                near = self._text[at : min(at + 20, self._limit)].split("\n")[0]
                raise _Broken(f"{near!r} is not a field as in name = {{...}}")
            lower = name[1].lower()
            value, at = self._value(name.end(), lower, close)
            if len(value) > _LONGEST_VALUE:
                raise _Broken(f'"{lower}" is longer than {_LONGEST_VALUE:,} characters')
            if (kind == "string" or lower in _WANTED) and not values.get(lower):
                values[lower] = value

    def _value(self, at: int, name: str, close: str) -> tuple[str, int]:
        short = _SHORT.match(self._text, at, self._limit)
        if short is not None:
            return short[1] or short[2] or "", short.end()
        parts: list[str] = []
        length = 0
        while True:
            at = self._must(_SPACE, at).end()
            if at >= self._limit:
                raise _NotClosed(f'"{name}" is not closed')
            if self._text[at] in '{"':
                end = self._after(at + 1, "}" if self._text[at] == "{" else '"', name)
                parts.append(self._text[at + 1 : end - 1])
                at = end
            else:
                word = self._must(_WORD if close == "}" else _WORD_IN_PARENTHESES, at)
                parts.append(self._macros.get(word[0].lower(), word[0]))
                at = word.end()
            length += len(parts[-1])
            at = self._must(_SPACE, at).end()
            # What is too long is refused by the caller.
            if at >= self._limit or self._text[at] != "#" or length > _LONGEST_VALUE:
                return "".join(parts), at
            at += 1

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
                raise _Broken(f'"{name}" has a brace too many')
        raise _NotClosed(f'"{name}" is not closed' if name else "it is not closed")

    def _must(self, pattern: re.Pattern[str], at: int) -> re.Match[str]:
        found = pattern.match(self._text, at, self._limit)
        if found is None:
            raise _Broken("it cannot be read")
        return found


def _parents(text: str) -> dict[str, _Entry]:
    """The entries that others take fields from, by every name they have, in lower case."""
    wanted = {name for entry in _entries(text, _ignore) for name in _references(entry)}
    parents: dict[str, _Entry] = {}
    for entry in _entries(text, _ignore):
        for name in (entry.key, *entry.values.get("ids", "").split(",")):
            if (lower := name.strip().lower()) in wanted:
                parents.setdefault(lower, entry)
    return parents


def _ignore(line: int, why: str) -> None:
    """Damage is reported when the papers are read."""


def _references(entry: _Entry) -> Iterator[str]:
    for name in (*entry.values.get("xdata", "").split(","), entry.values.get("crossref", "")):
        if lower := name.strip().lower():
            yield lower


def _inherited(entry: _Entry, parents: dict[str, _Entry]) -> dict[str, str]:
    """Its fields, and what it lacks from those it refers to; circles end where they close."""
    values = {name: value for name, value in entry.values.items() if value}
    seen = {entry.key.lower()}
    level = [entry]
    for _ in range(_INHERITED_DEPTH):
        above: list[_Entry] = []
        for lower in dict.fromkeys(name for child in level for name in _references(child)):
            parent = parents.get(lower)
            if parent is None or lower in seen or len(seen) > _MOST_PARENTS:
                continue
            seen.add(lower)
            above.append(parent)
            whole = parent.kind == "xdata"
            for name, value in parent.values.items():
                if value and name not in values and (whole or name not in _OWN):
                    values[name] = value
        level = above
    return values


FORMAT = Format(
    "BibTeX",
    "BibTeX: entries such as @article{key, title = {...}, abstract = {...}}",
    _matches,
    _read,
)
