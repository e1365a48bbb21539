"""BibTeX and BibLaTeX: entries as `@article{key, title = {...}, abstract = {...}}`.

bibtexparser is not used: version 1.4 silently skips broken entries, reads 1.8 MB a second and fails
on deep nesting; version 2.1 leaves `"a" # b` unresolved and refuses the second entry of a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.paper import Paper
from assistant.reading.bibtex_entry import Entry, entry_paper
from assistant.reading.bibtex_inheritance import Inheritance
from assistant.reading.bibtex_parser import (
    BACKSLASH,
    ENTRY,
    NEXT_ENTRY,
    Broken,
    Places,
    parsed,
)
from assistant.reading.dates import MONTHS
from assistant.reading.format import Format, Skip, unreported
from assistant.reading.record import papers_of
from assistant.reading.source import NOT_TEXT, UNREADABLE, Source, with_line_feeds

_HEAD = re.compile(
    r"^[ \t]*@[ \t]*(?:(?:article|book|booklet|inbook|incollection|inproceedings|conference|manual"
    r"|mastersthesis|misc|phdthesis|proceedings|techreport|unpublished|online|report|thesis|dataset"
    r"|software|patent|string|preamble|comment)\s*[{(]|[a-z]+\s*\{\s*[^\s,{}\"'=;()]+\s*,)",
    re.IGNORECASE | re.MULTILINE,
)
_COMMENT_LINE = re.compile(r"^[ \t]*%.*$", re.MULTILINE)
# Scopus and others put their name and a date above the first entry; more than that is a page.
_CHARACTERS_ABOVE = 1_000
# Characters of all macros: macros of macros could fill the memory from a few lines.
_LONGEST_MACROS = 4_000_000
# Characters of a comment in front of an entry on its line.
_LONGEST_COMMENT = 200

# An entry that is commented out: behind a percent sign, or a comment without braces.
_COMMENTED = re.compile(r"[ \t]*(?:%[% \t]*|@comment[ \t]+[^{(]*)", re.IGNORECASE)

_REFERENCE = re.compile(r"\b(?:crossref|xdata)\s*=", re.IGNORECASE)


def _matches(head: str) -> bool:
    """An entry begins a line, with no more than a few words and comments above it."""
    head = "".join(with_line_feeds([head]))
    found = _HEAD.search(head)
    if found is None:
        return False
    above = _COMMENT_LINE.sub("", head[: found.start()])
    return len(" ".join(above.split())) <= _CHARACTERS_ABOVE


def _read(source: Source, skip: Skip) -> Iterator[Paper]:
    text = source.text()
    # A set only names entries that are elsewhere in the file.
    none = ("xdata", "set")
    entries: Iterable[Entry] = (it for it in _entries(text, skip) if it.kind not in none)
    if _REFERENCE.search(text):
        # Damage is reported when the papers are read.
        inheritance = Inheritance(lambda: _entries(text, unreported))
        entries = map(inheritance.filled, entries)
    return papers_of(((it.line, it) for it in entries), entry_paper, source.name, skip)


def _entries(text: str, skip: Skip) -> Iterator[Entry]:
    """Each entry of the file; one that is broken ends where the next begins."""
    macros = dict(zip(MONTHS, MONTHS, strict=True))
    beginnings, escapes = Places(text, NEXT_ENTRY), Places(text, BACKSLASH)
    room = _LONGEST_MACROS
    at = counted = 0
    line = 1
    while found := ENTRY.search(text, at):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        kind = found[1].lower()
        begin = max(text.rfind("\n", max(0, counted - _LONGEST_COMMENT), counted) + 1, at)
        if _COMMENTED.fullmatch(text, begin, counted):
            at = found.end()
            continue
        try:
            values, key, at = parsed(text, found, macros, beginnings, escapes)
        except Broken as error:
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
            yield Entry(kind, key, line, values)


FORMAT = Format(
    "BibTeX",
    "BibTeX: entries such as @article{key, title = {...}, abstract = {...}}",
    _matches,
    _read,
)
