"""The JSON of scholarly services: Semantic Scholar, OpenAlex, Crossref, and CSL as Zotero has it.

Each record is known by its keys, so files from several services may be joined. A file is one
document of any size, or has one record a line.

Sources of the keys: https://api.semanticscholar.org/api-docs/graph,
https://docs.openalex.org/api-entities/works/work-object,
https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md,
https://github.com/citation-style-language/schema/blob/master/schemas/input/csl-data.json
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.dates import iso
from assistant.reading.format import Format, Skip
from assistant.reading.json_documents import LISTS, load_line, outline, records
from assistant.reading.record import NoPaper, paper_of, papers_of
from assistant.reading.source import Source

# Keys that hardly anything but CSL and Crossref has; two of them make a record one of those.
_CSL_KEYS = frozenset(
    {
        *("type", "issued", "container-title", "DOI", "PMID", "PMCID", "ISSN", "URL", "accessed"),
        *("citation-key", "citation-label", "title-short", "published-print", "published-online"),
        *("reference-count", "is-referenced-by-count"),
    }
)
_CSL_NAME_KEYS = frozenset({"family", "given", "literal"})
_OPENALEX_WORK = re.compile(r"https://(?:api\.)?openalex\.org/(?:works/)?W\d+")
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(\S+)", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"(?:^|/)(\d+)/?$")
_LISTS = LISTS | {"recommendedPapers"}
_CITATION = ("citingPaper", "citedPaper")
# Lines of the head that are looked at where the first is damaged.
_LINES_LOOKED_AT = 5

_Record = dict[str, Any]
_Reader = Callable[[_Record, str], Paper]


def _matches(head: str) -> bool:
    """The first record has keys that only these services use."""
    start = head.lstrip()
    if not start.startswith(("{", "[")) and not _is_by_line(head):
        return False
    if _reader_of(_unfolded(outline(start, _LISTS))):
        return True
    # A first line may be damaged. Where it is not, the others are of its kind.
    lines = _lines(head)[1:_LINES_LOOKED_AT] if _is_by_line(head) else []
    return any(_reader_of(outline(line)) for line in lines if not _loads(_lines(head)[0]))


def _read(source: Source, skip: Skip) -> Iterator[Paper]:
    """A skipped record has the number of its line, or, in one document, its own number."""
    if _is_by_line(source.head):
        found = _line_records(source, skip)
    else:
        found = records(source.chunks(), _is_record, skip, _LISTS)
    last: _Reader | None = None

    def paper(value: Any, name: str) -> Paper:
        nonlocal last
        record = _unfolded(value)
        # A record with few keys is of the kind of the one before it.
        last = _reader_of(record) or last
        if not isinstance(record, dict):
            raise NoPaper("not a JSON object")
        if last is None:
            raise NoPaper("not a record of a kind known here")
        return last(record, name)

    return papers_of(found, paper, source.name, skip)


def _lines(head: str) -> list[str]:
    """The lines of the head that are not blank; the last may be cut."""
    return [line for line in head.split("\n") if line.strip()]


def _is_by_line(head: str) -> bool:
    """Whether each line is a record: the first is one, or most are."""
    lines = _lines(head)
    if len(lines) < 2:
        return False
    whole = [_loads(line) for line in lines[:_LINES_LOOKED_AT]]
    return whole[0] or 2 * sum(whole) > len(whole)


def _loads(line: str) -> bool:
    """Whether a line is one record, and not an object with a list of them."""
    try:
        record = json.loads(line, strict=False)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and not LISTS & record.keys()


def _line_records(source: Source, skip: Skip) -> Iterator[tuple[int, Any]]:
    for number, line in source.lines(skip):
        try:
            yield number, load_line(line, strict=False)
        except NoPaper as error:
            skip(number, str(error))


def _is_record(value: Any) -> bool:
    return _reader_of(_unfolded(value)) is not None


def _unfolded(value: Any) -> Any:
    """The paper in a citation or reference of Semantic Scholar."""
    if not isinstance(value, dict):
        return value
    return next((value[key] for key in _CITATION if isinstance(value.get(key), dict)), value)


def _reader_of(record: Any) -> _Reader | None:
    """What reads a record with these keys; None for those of no service known here."""
    if not isinstance(record, dict):
        return None
    if "paperId" in record or "paperAbstract" in record:
        return _semantic_scholar
    identifier = record.get("id")
    if (
        "abstract_inverted_index" in record
        or "authorships" in record
        or (isinstance(identifier, str) and _OPENALEX_WORK.match(identifier))
    ):
        return _openalex
    return _csl if _is_csl(record) else None


def _is_csl(record: _Record) -> bool:
    # Both have "author". Records with "authors" are not theirs, and are read as JSON lines.
    if "authors" in record or not {"title", "DOI"} & record.keys():
        return False
    own = sum(key in _CSL_KEYS for key in record)
    # Crossref's titles are lists, which nobody else's are.
    own += isinstance(record.get("title"), list)
    own += any(_CSL_NAME_KEYS & author.keys() for author in _objects(record.get("author")))
    return own > 1


def _semantic_scholar(record: _Record, source: str) -> Paper:
    get = record.get
    ids = _object(get("externalIds"))
    return paper_of(
        source,
        title=_text(get("title")),
        abstract=_text(get("abstract")) or _text(get("paperAbstract")),
        authors=fields.texts(get("authors")),
        published=fields.date(get("publicationDate")) or fields.date(get("year")),
        arxiv=(ids.get("ArXiv"), get("arxivId")),
        doi=(ids.get("DOI"), get("doi")),
        pmid=ids.get("PubMed"),
        url=get("url"),
        tags=[
            *fields.texts(get("fieldsOfStudy")),
            *(_text(field.get("category")) for field in _objects(get("s2FieldsOfStudy"))),
        ],
    )


def _openalex(record: _Record, source: str) -> Paper:
    get = record.get
    ids = _object(get("ids"))
    doi = _text(get("doi")) or _text(ids.get("doi"))
    places = [_object(get("primary_location")), *_objects(get("locations"))]
    pages = [page for place in places if (page := _text(place.get("landing_page_url")))]
    subjects = [
        *_objects(get("keywords")),
        *(_objects(get("topics")) or _objects(get("concepts"))),
    ]
    number = _LAST_NUMBER.search(_text(ids.get("pmid")))
    return paper_of(
        source,
        title=_text(get("title")) or _text(get("display_name")),
        abstract=_in_order(get("abstract_inverted_index")) or _text(get("abstract")),
        authors=[
            _text(_object(authorship.get("author")).get("display_name"))
            or _text(authorship.get("raw_author_name"))
            for authorship in _objects(get("authorships"))
        ],
        published=fields.date(get("publication_date")) or fields.date(get("publication_year")),
        arxiv=[*pages, _arxiv_of(doi)],
        doi=doi,
        pmid=number[1] if number else None,
        url=next(iter(pages), None) or _text(get("id")),
        tags=[
            _text(subject.get("display_name")) or _text(subject.get("keyword"))
            for subject in subjects
        ],
    )


def _csl(record: _Record, source: str) -> Paper:
    get = record.get
    doi = _text(get("DOI"))
    dates = ("issued", "published", "published-print", "published-online", "created")
    numbers = ("arxiv", "number", "archive_location", "note", "URL")
    return paper_of(
        source,
        title=_text(get("title")),
        abstract=_text(get("abstract")),
        authors=[_csl_name(author) for author in _objects(get("author"))],
        published=next((found for key in dates if (found := _csl_date(get(key)))), None),
        arxiv=[*map(get, numbers), _arxiv_of(doi)],
        doi=doi,
        pmid=get("PMID"),
        url=get("URL"),
        tags=[
            *fields.tags(get("keyword")),
            *fields.tags(get("subject")),
            *fields.tags(get("categories")),
        ],
    )


def _csl_name(author: _Record) -> str:
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    return (
        " ".join(part for key in parts if (part := _text(author.get(key)).strip()))
        or _text(author.get("literal"))
        or _text(author.get("name"))
    )


def _csl_date(value: Any) -> str | None:
    """The date of `{"date-parts": [[2020, 3, 1]]}`; of a range its beginning."""
    date = _object(value)
    parts = _first(date.get("date-parts"))
    texts = []
    for part, digits in zip(parts if isinstance(parts, list) else [parts], (4, 2, 2), strict=False):
        text = str(part).strip() if isinstance(part, int | str) else ""
        if not text.isdecimal():
            break
        texts.append(text.zfill(digits))
    written = (_text(text) for text in (date.get("raw"), date.get("literal"), value))
    return fields.date("-".join(texts)) or next((found for t in written if (found := iso(t))), None)


def _first(value: Any) -> Any:
    """The list of a list's first element; the list itself where its elements are no lists."""
    return value[0] if isinstance(value, list) and value and isinstance(value[0], list) else value


def _in_order(index: Any) -> str:
    """The text of `{"word": [0, 7], ...}`, the positions of each word."""
    if not isinstance(index, dict):
        return ""
    # Wrapped once more in exports of some years: {"IndexLength": 90, "InvertedIndex": {...}}.
    index = index["InvertedIndex"] if isinstance(index.get("InvertedIndex"), dict) else index
    places = [
        (place, word)
        for word, listed in index.items()
        if isinstance(listed, list)
        for place in listed
        if isinstance(place, int)
    ]
    return " ".join(word for _, word in sorted(places))


def _arxiv_of(doi: str) -> str | None:
    """The identifier within the DOI that arXiv gives to each of its papers."""
    found = _ARXIV_DOI.search(doi)
    return found[1] if found else None


def _text(value: Any) -> str:
    """A text, or the first of a list of them; empty for anything else."""
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str) and item.strip()), "")
    return value if isinstance(value, str) else ""


def _object(value: Any) -> _Record:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[_Record]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


FORMAT = Format(
    "scholarly JSON",
    "JSON as Semantic Scholar, OpenAlex or Crossref give it, or CSL JSON as Zotero does",
    _matches,
    _read,
)
