"""CSL YAML: the references of a Markdown document, as pandoc and Zotero write them.

They are a list under `references:`, between lines of dashes, or a list alone. Each item begins
with a dash in the column of the first one, so one item is in memory at a time, and a damaged one
costs only itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.paper import Paper
from assistant.reading.csl_items import csl_paper
from assistant.reading.format import Format, NoPaper, Skip
from assistant.reading.record import papers_of
from assistant.reading.source import LONGEST_YAML, NOT_TEXT, UNREADABLE, Source, split_lines

_LIST = re.compile(r"references:[ \t]*(?:#.*)?$")
_ITEM = re.compile(r"( {0,20})-(?:[ \t]|$)")
_KEY = re.compile(r"[ \t]*(?:-[ \t]+){0,3}([A-Za-z][\w-]{0,40}):(?:[ \t]|$)")
_ANY_KEY = re.compile(r"[\w-]+:(?:\s|$)")
_MARKER = re.compile(r"(?:---|\.\.\.|%YAML)(?:\s|$)")
# Keys of CSL that the first item has; few lists of anything else have one of each.
_NAMING = frozenset({"title", "DOI"})
_DESCRIBING = frozenset({"type", "author", "issued", "container-title", "publisher", "editor"})

Line = tuple[int, str | None]  # as `split_lines` yields it


def _matches(head: str) -> bool:
    """The first item of the list has keys of CSL."""
    if "title:" not in head and "DOI:" not in head:
        return False
    _, first = next(_items(split_lines([head], LONGEST_YAML)), (0, ""))
    keys = {found[1] for line in first.split("\n") if (found := _KEY.match(line))}
    return bool(keys & _NAMING and keys & _DESCRIBING)


def _read(source: Source, skip: Skip) -> Iterator[Paper]:
    items = _items(split_lines(source.chunks(), LONGEST_YAML))
    return papers_of(items, _paper, source.name, skip)


def _paper(text: str, source: str) -> Paper:
    from assistant.reading.yaml_values import yaml_value  # PyYAML is slow to import

    if UNREADABLE in text:
        raise NoPaper(NOT_TEXT)
    value = yaml_value(text)
    item = value[0] if isinstance(value, list) and len(value) == 1 else None
    if not isinstance(item, dict):
        raise NoPaper("not an item of a list with its fields")
    return csl_paper(item, source)


def _items(lines: Iterable[Line]) -> Iterator[tuple[int, str]]:
    """The text of each item of the list, with the number of its first line."""
    lines = _from_list(lines)
    begin, indent = 0, ""
    parts: list[str] = []
    size = 0
    for number, line in lines:
        # A line that is too long makes its item too long.
        text = line if line is not None else " " * (LONGEST_YAML + 1)
        item = _ITEM.match(text)
        if item and (not begin or item[1] == indent):
            if begin:
                yield begin, "".join(parts)
            begin, indent = number, item[1]
            parts, size = [text], len(text)
        elif begin and _ends(text, len(indent)):
            break
        elif size <= LONGEST_YAML:
            parts.append(text)
            size += len(text)
    if begin:
        yield begin, "".join(parts)


def _ends(line: str, indent: int) -> bool:
    """Whether a line ends a list with this indent: another key, or the end of the YAML."""
    text = line.lstrip(" ")
    if indent and len(line) - len(text) >= indent:
        return False
    text = text if indent else line
    return _MARKER.match(text) is not None or _ANY_KEY.match(text) is not None


def _from_list(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines from the first item on."""
    is_list = False
    is_first = True
    for number, line in lines:
        text = (line or "").strip()
        if is_list:
            yield number, line
        elif not text or text.startswith("#") or _MARKER.match(text):
            continue
        elif _ITEM.match(line or "") and is_first:
            # A list without a key above it.
            is_list = True
            yield number, line
        else:
            is_list = _LIST.match((line or "").rstrip()) is not None
            is_first = False


FORMAT = Format(
    "CSL YAML",
    "CSL YAML: items with their fields under references:",
    _matches,
    _read,
)
