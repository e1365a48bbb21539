"""Pages of daily and trending papers: the JSON that they carry, saved as such or as the page.

The page, its API and its feeds nest the same entries differently, so an entry is found wherever it
is: an object that holds a `paper`, or that has a title with a summary or abstract itself. An
`ai_summary` is left out: it is a model's, and a Paper's abstract is its authors'.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.format import Failure, OnFailure
from assistant.reading.record import NoPaper, paper_of
from assistant.reading.source import UNREADABLE, Source

_TAGS = ("ai_keywords", "keywords", "tags", "categories")
_OF_PAPERS = ("authors", "arxiv", "arxiv_id", "doi", "pmid")
_VALUE = re.compile(r"\s*(?P<value>[\[{])")
_OBJECT = re.compile(r'(?P<value>\{)\s*"')
# A key, a text, a bracket, or what is between; a text that does not end in its line ends the match.
_TOKEN = re.compile(
    r""""(?P<key>(?:[^"\\\n]++|\\.)*+)"\s*:|"(?:[^"\\\n]++|\\.)*+"|[\[\]{}]|[^"\[\]{}]++"""
)
# Reading damaged JSON starts again at every object; this bounds the work, in sizes of the text.
_ATTEMPTS = 100

# html.parser takes time by the square of the size on pages that are cut or damaged (Python 3.11:
# 25 seconds for 60 kB), and this attribute is all that is wanted.
# A value ends with the quote that something of a tag follows; another is damage inside of it.
_ATTRIBUTE = re.compile(
    r"""\sdata-props\s*=\s*(?:
        "(?P<value>(?:[^"]++|"(?!\s*/?>|\s+[\w:-]+\s*=))*+)
      | '(?P<other>(?:[^']++|'(?!\s*/?>|\s+[\w:-]+\s*=))*+)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_PAGE = re.compile(
    r"\s*<(?:!--|(?:!doctype\s+html|html|head|body|main|div|section)\b)", re.IGNORECASE
)
_PAGE_OF_PAPERS = re.compile(
    r"\sdata-props\s*=\s*[\"']\s*(?:\{|&#123;)|huggingface\.co/papers", re.IGNORECASE
)


class TrendingJson:
    """One JSON document, or several one after the other, with entries of papers in it."""

    name = "trending papers (JSON)"
    expected = (
        'a JSON document with entries such as {"paper": {"id": "...", "title": "...", '
        '"summary": "..."}}'
    )

    def matches(self, head: str) -> bool:
        """The first value holds entries; JSON lines, whose objects are papers themselves, do not.

        An object over several lines cannot be read as JSON lines, so it may be a paper itself.
        """
        start = head.lstrip()
        if not start.startswith(("[", "{")):
            return False
        line = start.split("\n", 1)[0]
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            # It goes on in the next line, or behind the end of the head.
            return _begins_with_entries(start)
        return not _is_json_line(value) and any(True for _ in _entries(value))

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield the papers in their order; what is damaged costs its own entry only.

        A failure is named by the number of its entry, damage by its line.
        """
        yield from _Reader(source, on_failure).papers("".join(source.chunks()))


class TrendingHtml:
    """A saved page whose parts carry their JSON in the attribute `data-props`."""

    name = "trending papers (web page)"
    expected = "a saved web page of daily papers, whose HTML has its data in `data-props`"

    def matches(self, head: str) -> bool:
        """It is HTML, and has the attribute or an address of such pages."""
        return bool(_PAGE.match(head) and _PAGE_OF_PAPERS.search(head))

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield each paper of the page once, though several of its parts may list it.

        A failure is named by the number of its entry, damage by its line.
        """
        reader = _Reader(source, on_failure)
        text = "".join(source.chunks())
        seen: set[str] = set()
        line, end = 1, 0
        for found in _ATTRIBUTE.finditer(text):
            value = html.unescape(found["value"] or found["other"] or "")
            line, end = line + text.count("\n", end, found.start()), found.start()
            for paper in reader.papers(value, line):
                if seen.isdisjoint(paper.keys):
                    yield paper
                seen.update(paper.keys)


class _Reader:
    """The papers in texts of one source; entries are counted over all of them."""

    def __init__(self, source: Source, on_failure: OnFailure) -> None:
        self._name = source.name
        self._on_failure = on_failure
        self._count = 0

    def papers(self, text: str, line: int = 1) -> Iterator[Paper]:
        """The papers of a JSON text that begins in `line` of the source."""
        for value in self._values(text, line):
            for entry in _entries(value):
                self._count += 1
                try:
                    yield _paper(entry, self._name)
                except NoPaper as error:
                    self._fail(self._count, f"{error}{_called(entry)}")

    def _fail(self, number: int, why: str) -> None:
        self._on_failure(Failure(where=f"{self._name}:{number}", why=why))

    def _values(self, text: str, line: int) -> Iterator[object]:
        """Each JSON value of the text; of a damaged one, the objects in it that are whole."""
        decoder = json.JSONDecoder()
        found = _VALUE.match(text) or _OBJECT.search(text)
        work, damaged = _ATTEMPTS * len(text), set()
        while found:
            start = found.start("value")
            try:
                value, end = decoder.raw_decode(text, start)
            except json.JSONDecodeError as error:
                # Everything around the damage fails at the same place.
                if error.pos not in damaged:
                    damaged.add(error.pos)
                    self._fail(
                        line + error.lineno - 1, f"the JSON is cut or damaged here ({error.msg})"
                    )
                # Looking for the line costs something too.
                work -= error.pos - start + error.pos // 16
            except (RecursionError, ValueError) as error:
                if -1 not in damaged:
                    damaged.add(-1)
                    deep = isinstance(error, RecursionError)
                    why = "nested too deep" if deep else str(error)
                    at = line + text.count("\n", 0, start)
                    self._fail(at, f"not readable as JSON: {why}")
                work -= 10_000
            else:
                yield value
                found = _OBJECT.search(text, end)
                continue
            if work < 0:
                self._fail(line, "the JSON is damaged in too many places to read all of it")
                return
            found = _OBJECT.search(text, start + 1)


def _entries(value: object) -> Iterator[object]:
    """Each entry within a JSON value, in its order; all of a list if any of it is one."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            if any(map(_is_json_line, value)):
                # In a list of papers what has a title alone is one too.
                yield from ({"abstract": ""} | it if isinstance(it, dict) else it for it in value)
            elif any(map(_is_entry, value)):
                yield from value
            else:
                waiting.extend(reversed(value))
        elif isinstance(value, dict):
            if _is_entry(value):
                yield value
            # Beside the paper of its own page may be a list of others.
            waiting.extend(reversed([value[key] for key in value if key != "paper"]))


def _is_entry(value: object) -> bool:
    return isinstance(value, dict) and (
        isinstance(value.get("paper"), dict) or _has_paper_keys(value.keys())
    )


def _has_paper_keys(keys: Collection[str]) -> bool:
    return "title" in keys and ("summary" in keys or "abstract" in keys)


def _is_json_line(value: object) -> bool:
    return isinstance(value, dict) and "title" in value and "abstract" in value


def _begins_with_entries(text: str) -> bool:
    """Tell by the keys in the beginning of a JSON value whether it holds entries."""
    keys: dict[int, set[str]] = {}
    depth, is_spread, end = 0, False, 0
    while token := _TOKEN.match(text, end):
        end = token.end()
        if token["key"]:
            keys.setdefault(depth, set()).add(token["key"])
        elif token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
            if depth <= 0:
                break
        elif "\n" in token[0]:
            is_spread = True
    outermost = keys.get(1, set())
    within = set().union(*(keys[depth] for depth in keys if depth > 1))
    if is_spread and _has_paper_keys(outermost):
        return True
    if _has_paper_keys(outermost):
        return "abstract" not in outermost
    return "paper" in outermost | within or _has_paper_keys(within)


def _paper(entry: object, source: str) -> Paper:
    if not isinstance(entry, dict):
        raise NoPaper("it is no object")
    values = _values_of(entry)
    get = values.get
    authors = get("authors")
    if _is_damaged(values):
        raise NoPaper("it has bytes that are not text in the file's encoding")
    abstract = _text(get("abstract")) or _text(get("summary"))
    # Anything on a page has a title.
    of_papers = "abstract" in values or any(map(get, _OF_PAPERS)) or fields.arxiv(get("id"))
    if not abstract and not of_papers:
        raise NoPaper("it has no abstract")
    return paper_of(
        source,
        title=_text(get("title")),
        abstract=abstract,
        authors=authors if isinstance(authors, str) else list(fields.texts(authors)),
        published=get("publishedAt") or get("published") or get("date") or get("year"),
        arxiv=next(filter(fields.arxiv, map(get, ("id", "arxiv", "arxiv_id"))), None),
        doi=get("doi"),
        pmid=get("pmid"),
        url=get("url"),
        tags=[tag for key in _TAGS for tag in fields.tags(get(key))],
    )


def _is_damaged(value: object) -> bool:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str) and UNREADABLE in value:
            return True
        if isinstance(value, list | dict):
            waiting.extend(value if isinstance(value, list) else value.values())
    return False


def _values_of(entry: dict[str, Any]) -> dict[str, Any]:
    """What an entry says of its paper; what the `paper` within leaves empty is beside it."""
    paper = entry.get("paper")
    if not isinstance(paper, dict):
        return entry
    return entry | {key: paper[key] for key in paper if paper[key] not in (None, "")}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _called(entry: object) -> str:
    """The entry's name in brackets: its number alone would be hard to find."""
    values = _values_of(entry) if isinstance(entry, dict) else {}
    name = fields.one_line(_text(values.get("title")) or _text(values.get("id")))
    return f" ({name[:80]})" if name else ""
