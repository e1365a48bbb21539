"""JSON lines: one object a line with `title` and `abstract`, as data sets and scripts write them.

The arXiv metadata snapshot is of this kind too: its `id` is an arXiv identifier, its `authors` one
string, its `categories` are separated by spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from assistant.paper import Paper
from assistant.reading import dates, fields
from assistant.reading.dates import mail_date
from assistant.reading.format import Format, NoPaper, Skip
from assistant.reading.json_documents import AROUND, load_line
from assistant.reading.line_references import line_reference, with_authors
from assistant.reading.record import paper_of, papers_of, refuse_prose
from assistant.reading.source import Source

# Where data sets have the date of publication, the best first.
_DATES = (
    *(
        "published",
        "published_date",
        "publication_date",
        "publicationDate",
        "publish_time",
        "pub_date",
        "pubdate",
    ),
    *("pub_date", "pubdate", "issued", "date", "publication_year", "pub_year", "year"),
)
PMID_KEYS = ("pmid", "pubmed_id", "pubmedId", "pubmed", "PMID")
"""Keys under which objects have the number of PubMed, the usual one first."""
_OBJECT = re.compile(r'\{\s*"')
# Between two objects of one line: a rare line end, or the mark of a file that was joined.
_JOINT = re.compile('(?<=\\})[ \t]*[\x0b\x0c\x85\u2028\u2029\ufeff]+[ \t]*(?=\\{\\s*")')
# A title alone may be that of anything; these keys are those of papers.
_OF_PAPERS = frozenset(
    {"abstract", "author", "authors", "arxiv", "arxiv_id", "doi", "pmid", "journal", "citations"}
)
# Without an abstract these are the keys of a program's or a data set's description.
_OF_PACKAGES = frozenset({"name", "version"})
_PAPERS_KEY = re.compile(rf'"(?:{"|".join(sorted(_OF_PAPERS))})"\s*:')


def _matches(head: str) -> bool:
    """Most of the first lines begin an object that has a key; so one may be damaged."""
    lines = [line for it in head.split("\n") if (line := it.strip(AROUND))]
    objects = sum(_OBJECT.match(line) is not None for line in lines)
    return objects > 0 and 2 * objects >= len(lines)


def _read(source: Source, skip: Skip) -> Iterator[Paper]:
    """Where nothing but titles says that these are papers, a line without abstract is skipped."""
    of_papers = _PAPERS_KEY.search(source.head) is not None
    return papers_of(_lines(source, skip), partial(_paper, of_papers), source.name, skip)


def _lines(source: Source, skip: Skip) -> Iterator[tuple[int, str]]:
    for number, line in source.lines(skip):
        is_one = line.isascii() and "\x0b" not in line and "\x0c" not in line
        parts = [line] if is_one else _JOINT.split(line)
        yield from ((number, part) for part in parts if part.strip(AROUND))


def _paper(of_papers: bool, line: str, source: str) -> Paper:
    record = load_line(line)
    if not isinstance(record, dict):
        raise NoPaper(f"not a JSON object but {_kind(record)}")
    get = record.get
    dois = [get("doi"), get("DOI")]
    pmids = [get(key) for key in PMID_KEYS]
    paper = paper_of(
        source,
        title=_text(record, "title"),
        abstract=_abstract(record, of_papers),
        authors=fields.people(get("authors") or get("author") or get("z_authors")),
        published=line_date(record),
        # Many exports call it just `id`; only what looks like an arXiv identifier is one.
        arxiv=fields.arxiv(get("arxiv")) or fields.arxiv(get("arxiv_id")) or get("id"),
        doi=dois,
        pmid=pmids,
        url=get("url"),
        tags=fields.tags(get("tags"))
        + fields.tags(get("keywords"))
        + fields.tags(get("categories"), separator=" "),
        reference=line_reference(record),
        stated={"doi": dois, "pmid": pmids, "arxiv": [get("arxiv"), get("arxiv_id")]},
    )
    return with_authors(paper, record)


def line_date(record: dict[str, Any]) -> str | None:
    """The most exact date of the first year that the record has."""
    found = [date for key in _DATES if (date := dates.iso(record.get(key)))]
    return dates.most_exact(found) or _first_version(record.get("versions"))


def _first_version(versions: object) -> str | None:
    """The date of the first version in the arXiv metadata snapshot."""
    first = versions[0] if isinstance(versions, list) and versions else None
    return mail_date(first.get("created")) if isinstance(first, dict) else None


def _abstract(record: dict[str, Any], of_papers: bool) -> str:
    if record.get("abstract") is not None:
        return _text(record, "abstract")
    if not of_papers and not _OF_PAPERS & record.keys():
        raise NoPaper('"abstract" is missing')
    if record.keys() >= _OF_PACKAGES:
        raise NoPaper("it has a name and a version beside its title: it describes a package")
    refuse_prose({key: value for key, value in record.items() if key not in ("title", "abstract")})
    return ""


def _text(record: dict[str, Any], key: str) -> str:
    if key not in record:
        raise NoPaper(f'"{key}" is missing')
    value = record[key]
    if not isinstance(value, str):
        raise NoPaper(f'"{key}" is not a text but {_kind(value)}')
    return value


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"


FORMAT = Format(
    "JSON lines",
    'JSON lines: one object a line, such as {"title": "...", "abstract": "..."}',
    _matches,
    _read,
)
