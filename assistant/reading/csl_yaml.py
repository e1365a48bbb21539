"""CSL YAML: the references of a Markdown document, as pandoc and Zotero write them.

They are a list under `references:`, between lines of dashes, or a list alone. Each item begins
with a dash in the column of the first one, so one item is in memory at a time, and a damaged one
costs only itself. A list may also be in brackets, in which commas separate the items.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from assistant.paper import Paper
from assistant.reading.csl_items import csl_paper
from assistant.reading.format import Format, NoPaper, Skip
from assistant.reading.record import papers_of
from assistant.reading.source import LONGEST_YAML, NOT_TEXT, UNREADABLE, Source, split_lines

_LIST = re.compile(r"references:[ \t]*(?P<flow>\[.*)?(?:#.*)?$", re.DOTALL)
_ITEM = re.compile(r"( {0,20})-(?:[ \t]|$)")
_KEY = re.compile(r"[ \t]*(?:-[ \t]+){0,3}([A-Za-z][\w-]{0,40}):(?:[ \t]|$)")
# In braces, as in `{id: a, title: Cats}`; JSON has its keys in quotes.
_FLOW_KEY = re.compile(r"[{,][ \t\n]*([A-Za-z][\w-]{0,40}):(?=\s)")
# A quote begins a text only where a value begins: "Alzheimer's" has none.
_FLOW_TOKEN = re.compile(
    r"""(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)|(?P<colon>:(?=\s))|(?P<comment>(?<!\S)\#.*)
      | (?P<space>\s+) | (?P<quote>["']) | (?P<plain>[^\[\]{},:\s"'#]+|.)""",
    re.VERBOSE,
)
_QUOTE_ENDS = {'"': re.compile(r'(?:[^"\\]|\\.)*+("?)', re.DOTALL), "'": re.compile(r"[^']*+('?)")}
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
    keys |= set(_FLOW_KEY.findall(first))
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
    first_line = next(lines, None)
    if first_line is None:
        return
    lines = itertools.chain([first_line], lines)
    if (first_line[1] or "").lstrip().startswith("["):
        yield from _flow_items(lines)
        return
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


def _flow_items(lines: Iterable[Line]) -> Iterator[tuple[int, str]]:
    """The text of each item of a list in brackets, as an item of a list with dashes."""
    depth, begin, size = 0, 0, 0
    parts: list[str] = []
    quote = ""
    is_fresh = True
    for number, line in lines:
        # A line that is too long makes its item too long.
        text = line if line is not None else " " * (LONGEST_YAML + 1)
        at = 0
        while at < len(text):
            if quote:
                closed = _QUOTE_ENDS[quote].match(text, at)
                end = closed.end() if closed else len(text)
                quote = "" if closed and closed[1] else quote
                written, is_fresh = text[at:end], False
            else:
                token = _FLOW_TOKEN.match(text, at)
                end = token.end() if token else len(text)
                kind, written = (token.lastgroup, token[0]) if token else ("plain", text[at:])
                if kind == "quote" and is_fresh:
                    quote = written
                depth += (kind == "open") - (kind == "close")
                is_last = kind == "close" and depth <= 0
                if is_last or (kind == "comma" and depth == 1):
                    if "".join(parts).strip():
                        yield begin, f"- {''.join(parts)}\n"
                    parts, begin, size = [], 0, 0
                    written = ""
                if is_last:
                    return
                if (kind == "open" and depth == 1) or kind == "comment":
                    written = ""
                if kind not in ("space", "comment"):
                    is_fresh = kind in ("open", "comma", "colon")
            at = end
            if begin or written.strip():
                begin = begin or number
                size += len(written)
                # What is in brackets may be at the beginning of a line, but not below a dash.
                if size <= LONGEST_YAML + 1:
                    parts.append(written.replace("\n", "\n  "))
    if "".join(parts).strip():
        yield begin, f"- {''.join(parts)}\n"


def _ends(line: str, indent: int) -> bool:
    """Whether a line ends a list with this indent: another key, or the end of the YAML."""
    text = line.lstrip(" ")
    if indent and len(line) - len(text) >= indent:
        return False
    text = text if indent else line
    return _MARKER.match(text) is not None or _ANY_KEY.match(text) is not None


def _from_list(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines from the first item on."""
    is_list = is_begun = False
    is_first = True
    for number, line in lines:
        text = (line or "").strip()
        if is_list:
            if text or is_begun:
                yield number, line
                is_begun = True
        elif not text or text.startswith("#") or _MARKER.match(text):
            continue
        elif is_first and (_ITEM.match(line or "") or text.startswith("[")):
            # A list without a key above it.
            is_list = True
            yield number, line
        else:
            found = _LIST.match((line or "").rstrip())
            is_list, is_first = found is not None, False
            if found and found["flow"]:
                yield number, f"{found['flow']}\n"


FORMAT = Format(
    "CSL YAML",
    "CSL YAML: items with their fields under references:",
    _matches,
    _read,
)
