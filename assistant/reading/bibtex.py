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
from assistant.reading.bibtex_parser import (
    BACKSLASH,
    ENTRY,
    NEXT_ENTRY,
    Broken,
    Places,
    parsed,
)
from assistant.reading.dates import MONTHS
from assistant.reading.format import Format, Skip
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
_INHERITED_DEPTH = 8
_MOST_PARENTS = 100

# An entry that is commented out: behind a percent sign, or a comment without braces.
_COMMENTED = re.compile(r"[ \t]*(?:%[% \t]*|@comment[ \t]+[^{(]*)", re.IGNORECASE)

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
    head = "".join(with_line_feeds([head]))
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


def _entries(text: str, skip: Skip) -> Iterator[_Entry]:
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
            wanted = {name: value for name, value in values.items() if name in _WANTED}
            yield _Entry(kind, key, line, wanted)


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
