"""Pages of daily and trending papers: the JSON that they carry, saved as such or as the page.

The page, its API and its feeds nest the same entries differently, so an entry is found wherever it
is: an object that holds a `paper`, or that has a title with a summary or abstract itself. An
`ai_summary` is left out: it is a model's, and a Paper's abstract is its authors'.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.confidence import reads_like_abstract
from assistant.reading.format import Format, NoPaper, Skip
from assistant.reading.json_documents import records
from assistant.reading.json_lines import PMID_KEYS, line_date
from assistant.reading.line_references import line_reference, with_authors
from assistant.reading.record import paper_of
from assistant.reading.source import HEAD_BYTES, NOT_TEXT, UNREADABLE, Source

_TAGS = ("ai_keywords", "keywords", "tags", "categories")
_OF_PAPERS = ("authors", "arxiv", "arxiv_id", "doi", "pmid")
# A key, a string, a bracket, or anything between; an unclosed string ends the match.
_TOKEN = re.compile(
    r""""(?P<key>(?:[^"\\\n]++|\\.)*+)"\s*:|"(?:[^"\\\n]++|\\.)*+"|[\[\]{}]|[^"\[\]{}]++"""
)
# Found without html.parser, which takes time by the square of the size on pages that are cut or
# damaged (Python 3.11: 25 seconds for 60 kB).
_ATTRIBUTE = re.compile(r"""\sdata-props\s*=\s*(["'])""", re.IGNORECASE)
# A value ends with a quote before something that a tag goes on with; any other quote is damage.
_ATTRIBUTE_ENDS = {quote: re.compile(rf"{quote}(?=\s*/?>|\s+[\w:-]+\s*=)|\Z") for quote in "\"'"}
_PAGE = re.compile(
    r"\s*<(?:!--|(?:!doctype\s+html|html|head|body|main|div|section)\b)", re.IGNORECASE
)
_PAGE_OF_PAPERS = re.compile(
    r"\sdata-props\s*=\s*[\"']\s*(?:\{|&#123;)|huggingface\.co/papers", re.IGNORECASE
)


def _is_document(head: str) -> bool:
    """The first value contains entries; JSON lines, whose objects are papers themselves, do not.

    An object over several lines cannot be read as JSON lines, so it may be a paper itself.
    """
    start = head.lstrip()
    if not start.startswith(("[", "{")):
        return False
    try:
        value = json.loads(start.split("\n", 1)[0])
    except (ValueError, RecursionError):
        # It continues in the next line, or after the end of the head.
        return _begins_with_entries(start)
    return not _is_json_line(value) and _holds_entries(value)


def _read_document(source: Source, skip: Skip) -> Iterator[Paper]:
    return _Reader(source, skip).papers(source.chunks(), source.head.lstrip())


def _read_page(source: Source, skip: Skip) -> Iterator[Paper]:
    """Each paper of the page once, though several of its parts may list it."""
    reader = _Reader(source, skip)
    text = source.text()
    seen: set[str] = set()
    at = 0
    while found := _ATTRIBUTE.search(text, at):
        end = _ATTRIBUTE_ENDS[found[1]].search(text, found.end())
        at = end.start() if end else len(text)
        value = html.unescape(text[found.end() : at]).lstrip()
        if value.startswith(("{", "[")):
            for paper in reader.papers([value], value[:HEAD_BYTES]):
                if seen.isdisjoint(paper.keys):
                    yield paper
                seen.update(paper.keys)


class _Reader:
    """The papers in JSON texts of one source; entries are counted over all of them."""

    def __init__(self, source: Source, skip: Skip) -> None:
        self._name = source.name
        self._skip = skip
        self._count = 0

    def papers(self, chunks: Iterable[str], head: str) -> Iterator[Paper]:
        """The papers of one text, which begins with `head`."""
        listed = _keys(head)[0].get(2, set()) if head.startswith("[") else set()
        is_list = "paper" in listed or _has_paper_keys(listed)
        # In a list of papers what has a title alone is one too.
        default = {"abstract": ""} if "abstract" in listed else {}
        for _, value in records(chunks, _holds_entries, self._damaged, frozenset(), nested=True):
            entries = list(_entries(value))
            if is_list and not entries:
                entries = [default | value if isinstance(value, dict) else value]
            for entry in entries:
                self._count += 1
                try:
                    yield _paper(entry, self._name)
                except NoPaper as error:
                    self._skip(self._count, f"{error}{_called(entry)}")

    def _damaged(self, _: int, why: str) -> None:
        self._count += 1
        self._skip(self._count, why)


def _holds_entries(value: object) -> bool:
    return any(True for _ in _entries(value))


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


def _keys(text: str) -> tuple[dict[int, set[str]], bool]:
    """The keys in the first value of a JSON text by their depth, and if it has several lines."""
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
    return keys, is_spread


def _begins_with_entries(text: str) -> bool:
    """Tell from the first keys of a JSON value whether it contains entries."""
    keys, is_spread = _keys(text)
    outermost = keys.get(1, set())
    within = set().union(*(keys[depth] for depth in keys if depth > 1))
    if is_spread and _has_paper_keys(outermost):
        return True
    if _has_paper_keys(outermost):
        return "abstract" not in outermost
    return "paper" in outermost | within or _has_paper_keys(within)


def _paper(entry: object, source: str) -> Paper:
    if not isinstance(entry, dict):
        raise NoPaper("it is not an object")
    values = _values_of(entry)
    get = values.get
    authors = get("authors") or get("author")
    if _is_damaged(values):
        raise NoPaper(NOT_TEXT)
    abstract = _text(get("abstract")) or _text(get("summary"))
    # Anything on a page has a title.
    of_papers = "abstract" in values or any(map(get, _OF_PAPERS)) or fields.arxiv(get("id"))
    if not abstract and not of_papers:
        raise NoPaper("it has no abstract")
    if not of_papers and not reads_like_abstract(abstract):
        raise NoPaper(
            "it has no authors and no identifier, and its summary does not read like an abstract"
        )
    # An entry of a page has counts of votes and comments beside its paper.
    is_of_page = isinstance(entry.get("paper"), dict) or "abstract" not in values
    paper = paper_of(
        source,
        title=_text(get("title")),
        abstract=abstract,
        authors=fields.people(authors),
        published=get("publishedAt") or line_date(values),
        arxiv=map(get, ("id", "arxiv", "arxiv_id")),
        doi=[get("doi"), get("DOI")],
        pmid=[get(key) for key in PMID_KEYS],
        url=get("url"),
        tags=[tag for key in _TAGS for tag in fields.tags(get(key))],
        reference=None if is_of_page else line_reference(values),
    )
    return paper if is_of_page else with_authors(paper, values)


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
    """The values of an entry's `paper`; those it lacks are in the entry itself."""
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


DOCUMENT = Format(
    "trending papers (JSON)",
    'a JSON document with entries such as {"paper": {"id": "...", "title": "...", '
    '"summary": "..."}}',
    _is_document,
    _read_document,
)
PAGE = Format(
    "trending papers (web page)",
    "a saved web page of daily papers, whose HTML has its data in `data-props`",
    lambda head: bool(_PAGE.match(head) and _PAGE_OF_PAPERS.search(head)),
    _read_page,
)
