"""CSV and TSV -> Papers: exports of Scopus, IEEE, Springer, Zotero, Web of Science, and others.

A table has a header, and its columns are found by their names there. Rows are read one by one, and
a quote that is not closed costs its row, not the rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from assistant.errors import UsageError
from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.dates import most_exact
from assistant.reading.format import Failure, OnFailure
from assistant.reading.names import given_first
from assistant.reading.record import paper_of, papers_of
from assistant.reading.source import UNREADABLE, Source

# What a column is called, with or without capitals, spaces and signs: "Author(s)", "pubYear". The
# first that a table has is taken, or, where a row has no value there, the next.
_NAMES: dict[str, tuple[str, ...]] = {
    "title": (
        *("title", "article title", "document title", "item title", "paper title"),
        *("primary title", "original title", "title english", "titles", "display name", "ti"),
    ),
    "abstract": (
        *("abstract", "abstract note", "abstract text", "article abstract", "paper abstract"),
        *("abstract english", "abstracts", "summary", "summaries", "description", "ab"),
    ),
    "authors": (
        *("author full names", "authors", "author", "author names", "author list", "creators"),
        *("creator", "authorships author display name", "af", "au"),
    ),
    "date": (
        *("publication date", "date published", "published date", "published", "date", "pub date"),
        *("issued", "issue date", "cover date", "date of publication", "publication year", "year"),
        *("year published", "published year", "online date", "pub year", "date year"),
        *("create date", "py"),
    ),
    "doi": ("doi", "item doi", "article doi", "paper doi", "digital object identifier", "di"),
    "pmid": ("pmid", "pubmed id", "medline pmid", "pm"),
    "arxiv": ("arxiv", "arxiv id", "arxiv identifier", "archive id", "archive location", "extra"),
    "url": (
        *("url", "link", "urls", "article url", "article link", "document url", "document link"),
        *("doi link", "source url", "external url", "dimensions url", "pdf link", "web address"),
    ),
    "tags": (
        *("author keywords", "keywords", "keyword", "tags", "manual tags", "de", "categories"),
        *("index keywords", "keywords plus", "automatic tags", "ieee terms", "mesh terms", "mesh"),
    ),
}
# Only these columns have names with the family name first, between semicolons alone.
_FAMILY_FIRST = frozenset({"authorfullnames", "af", "au"})
# So has Zotero's only column of names; these tell its tables.
_ZOTERO = frozenset({"itemtype", "publicationtitle", "abstractnote"})

_DELIMITERS = ",\t;|"
# Dimensions and spreadsheets have a line or two before the header.
_LINES_BEFORE_HEADER = 3
_LONGEST_NAME = 200
# Characters of one row. Longest are rows with the references of a review, a few 100,000.
_LONGEST = 2 * 1024 * 1024

_NOT_WORD = re.compile(r"[\W_]+")
_LINE = re.compile(r"[^\r\n]*+(?:\r\n?|\n)")
_NO_ABSTRACT = re.compile(
    r"[\[(]?\s*(?:no abstract(?: is)?(?: available| provided)?|abstract(?: is)? not available"
    r"|not available|no description|n/?a|nan|none|null|-+)\s*\.?\s*[\])]?",
    re.IGNORECASE,
)
_ARXIV_IN_TEXT = re.compile(r"\barxiv:\s*(\S+)", re.IGNORECASE)
_PMID_IN_TEXT = re.compile(r"\bpmid:\s*(\d+)", re.IGNORECASE)
# One family name and what follows its comma; names in Chinese characters have neither.
_ONE_NAME = re.compile(r"(?:[a-z]+\s+)*[^\s,\u2e80-\uffff]+,\s*[^,\u2e80-\uffff]+")
_NO_AUTHOR = re.compile(r"\[no authors? (?:name|id)s? (?:available|found|listed)\]", re.IGNORECASE)
# What is in lines of JSON, XML and BibTeX, but in no name of a column.
_NO_HEADER = re.compile(r'[{}<>=]|":')

# The limit of Python is 128 Ki, which the references of a review exceed; it is one for all readers.
csv.field_size_limit(max(csv.field_size_limit(), _LONGEST))


class Table:
    """A table as text, with a header and a column of titles.

    Args:
        columns: names of columns that are not known here, such as `{"title": "Titel"}`; they win
            over the known ones. The keys are title, abstract, authors, date, doi, pmid, arxiv, url
            and tags.

    Raises:
        UsageError: a key of `columns` is none of these.
    """

    name = "table"

    def __init__(self, columns: Mapping[str, str] | None = None) -> None:
        """Keep the names given; see the class."""
        given = dict(columns or {})
        unknown = [key for key in given if key not in _NAMES]
        if unknown:
            raise UsageError(
                f"a table has no column for {', '.join(unknown)}: name one for {', '.join(_NAMES)}"
            )
        self._given = {key: _name(column) for key, column in given.items()}
        named = "".join(f', {key} in "{column}"' for key, column in given.items())
        self.expected = f"a table (CSV or TSV) whose first line names its columns{named}"

    def matches(self, head: str) -> bool:
        """One of the first lines names a column of titles and another one that papers have."""
        return self._header(_lines([head])) is not None

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield a paper for every row with title and abstract, holding one in memory."""

        def fail(number: int, why: str) -> None:
            on_failure(Failure(where=f"{source.name}:{number}", why=why))

        lines = _lines(source.chunks())
        header = self._header(lines)
        if header is None:
            return
        make = partial(_paper, header)
        yield from papers_of(_rows(lines, header, fail), make, source.name, on_failure)

    def _header(self, lines: Iterator[_Line]) -> _Header | None:
        """The header, with `lines` behind it."""
        looked_at = 0
        for line in lines:
            if not line.text.strip():
                continue
            for delimiter in sorted(_DELIMITERS, key=line.text.count, reverse=True):
                header = self._header_of(line.text, delimiter)
                if header:
                    return header
            looked_at += 1
            if looked_at == _LINES_BEFORE_HEADER:
                break
        return None

    def _header_of(self, line: str, delimiter: str) -> _Header | None:
        if _NO_HEADER.search(line):
            return None
        names = [_name(name) for name in _parsed(line, delimiter) or ()]
        if len(names) < 2 or max(map(len, names)) > _LONGEST_NAME:
            return None
        if not set(self._given.values()) <= set(names):
            return None
        columns = {}
        for key, known in _NAMES.items():
            wanted = (self._given[key],) if key in self._given else tuple(map(_name, known))
            columns[key] = [(name, names.index(name)) for name in wanted if name in names]
        found = [key for key, places in columns.items() if places]
        if "title" not in found or len(found) < 2:
            return None
        return _Header(len(names), delimiter, columns, family_first=set(names) >= _ZOTERO)


@dataclass(frozen=True)
class _Line:
    """A line with its end; `too_long` is one of which only the beginning is kept."""

    number: int
    text: str
    too_long: bool = False


@dataclass(frozen=True)
class _Header:
    width: int
    delimiter: str
    columns: Mapping[str, Sequence[tuple[str, int]]]
    family_first: bool


def _name(column: str) -> str:
    return _NOT_WORD.sub("", column.casefold())


def _lines(chunks: Iterable[str]) -> Iterator[_Line]:
    """The lines of a text in pieces, of whatever ends; a hopelessly long one is cut."""
    number = 1
    rest = ""
    too_long = False
    for chunk in chunks:
        text = rest + chunk
        # A carriage return at the end may have its line feed in the next piece.
        end = len(text) - text.endswith("\r")
        at = 0
        while found := _LINE.match(text, at, end):
            yield _Line(number, found[0], too_long)
            at = found.end()
            number += 1
            too_long = False
        rest = text[at:]
        if len(rest) > _LONGEST:
            rest, too_long = rest[:_LONGEST_NAME], True
    if rest:
        yield _Line(number, rest, too_long)


def _rows(
    lines: Iterator[_Line], header: _Header, fail: Callable[[int, str], None]
) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of their first line.

    Fields in quotes may have line breaks, so lines are joined until their quotes are even in
    number. Where that gives no row with all columns, a quote is wrong: then the first line is
    taken alone, as well as it can be, and the next row begins at the second.
    """
    waiting: deque[_Line] = deque()
    # Rows may have more columns than the header: some exports of Scopus do.
    usual = header.width
    while True:
        first = waiting.popleft() if waiting else next(lines, None)
        if first is None:
            return
        if first.too_long:
            fail(first.number, f"a line with more than {_LONGEST:,} characters is no row")
            continue
        if not first.text.strip():
            continue
        taken, is_even = _joined(first, waiting, lines)
        text = "".join(line.text for line in taken)
        row = _parsed(text, header.delimiter) if is_even else None
        if row is None or (len(taken) > 1 and len(row) < header.width):
            waiting.extendleft(reversed(taken[1:]))
            text = first.text
            row = _damaged_row(text, header.delimiter, {header.width, usual})
        elif len(row) >= header.width:
            usual = len(row)
        if row is None:
            fail(first.number, "a quote is not closed, or has a quote in it that is not doubled")
        elif UNREADABLE in text:
            fail(first.number, "not text: some of its bytes are none; save the file as UTF-8")
        else:
            yield first.number, row


def _joined(
    first: _Line, waiting: deque[_Line], lines: Iterator[_Line]
) -> tuple[list[_Line], bool]:
    """Lines from `first` on until their quotes are even in number, and whether they are."""
    taken = [first]
    is_even = first.text.count('"') % 2 == 0
    size = len(first.text)
    while not is_even and size <= _LONGEST:
        line = waiting.popleft() if waiting else next(lines, None)
        if line is None:
            break
        taken.append(line)
        if line.too_long:
            break
        size += len(line.text)
        is_even = line.text.count('"') % 2 == 1
    return taken, is_even


def _parsed(text: str, delimiter: str, *, strict: bool = True) -> list[str] | None:
    """The fields of one row; None if its quotes are wrong."""
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=strict))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _damaged_row(line: str, delimiter: str, widths: set[int]) -> list[str] | None:
    """A row of one line whose quotes do not follow the rules, if all columns are in it."""
    row = _parsed(line, delimiter, strict=False)
    if row is not None and len(row) in widths:
        return row
    if delimiter != "\t":
        return None
    # Web of Science quotes nothing, so a title that begins with a quote is just that.
    row = line.rstrip("\r\n").split(delimiter)
    return row if len(row) in widths else None


def _paper(header: _Header, row: list[str], source: str) -> Paper:
    def values(key: str) -> list[tuple[str, str]]:
        """The columns of this kind that have a value in this row, the best first."""
        return [
            (name, row[place].strip())
            for name, place in header.columns[key]
            if place < len(row) and row[place].strip()
        ]

    def first(key: str) -> str:
        return next((value for _, value in values(key)), "")

    abstracts = [text for _, text in values("abstract") if not _NO_ABSTRACT.fullmatch(text)]
    arxivs = [value for name, value in values("arxiv") if name != "extra"]
    extra = " ".join(value for name, value in values("arxiv") if name == "extra")
    arxivs += _ARXIV_IN_TEXT.findall(extra)
    # Addresses of papers on arXiv have their identifier in them.
    arxivs += [value for _, value in values("url")]
    pmids = [value for _, value in values("pmid")] + _PMID_IN_TEXT.findall(extra)
    names = values("authors")
    return paper_of(
        source,
        title=first("title"),
        abstract=next(iter(abstracts), ""),
        authors=_authors(*names[0], family_first=header.family_first) if names else (),
        published=most_exact([value for _, value in values("date")]),
        arxiv=next((value for value in arxivs if fields.arxiv(value)), None),
        doi=first("doi"),
        pmid=next(iter(pmids), None),
        url=first("url"),
        tags=first("tags"),
    )


def _authors(column: str, value: str, *, family_first: bool) -> list[str] | str:
    """Names as `paper_of` takes them; one such as `van Dyke, Ada` is not two."""
    if _NO_AUTHOR.search(value):
        return []
    # BibTeX's way, which is in tables made from it, and OpenAlex's.
    several = value.split("|") if "|" in value else re.split(r"\s+and\s+", value)
    if "|" in value or (len(several) > 1 and all(name.count(",") == 1 for name in several)):
        return [given_first(name) for name in several]
    is_one = family_first or column in _FAMILY_FIRST or _ONE_NAME.fullmatch(value)
    if not is_one and ";" not in value:
        return value
    return [given_first(name) for name in fields.authors(f"{value};")]
