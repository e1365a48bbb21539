"""The JSON of scholarly services, in two formats: that of catalogues, and that of other services.

Catalogues are Semantic Scholar, OpenAlex, Crossref, and CSL as Zotero has it. Each record is known
by its keys, so files from several catalogues may be joined. A file is one document of any size, or
has one record a line.

Services are Europe PMC, INSPIRE, OpenReview, ADS and other Solr servers, CORE, BASE, bioRxiv,
DataCite, Zenodo, DBLP, IEEE, Mendeley and Zotero. A record may be inside another object
(`metadata`, `content` ...), and so may each of its values (`{"value": ...}`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from assistant.paper import Paper
from assistant.reading import orcid_works, zotero_items
from assistant.reading.format import Format, NoPaper, Skip
from assistant.reading.json_documents import LISTS, load_line, outline, records
from assistant.reading.record import papers_of
from assistant.reading.reference_fields import with_author
from assistant.reading.service_keys import CSL, OPENALEX, OTHERS, SEMANTIC_SCHOLAR, Keys, Record
from assistant.reading.service_references import author_of, reference_of
from assistant.reading.source import Source

# Keys that hardly anything but CSL and Crossref has; two of them make a record one of those.
_CSL_KEYS = frozenset(
    {
        *("type", "issued", "container-title", "DOI", "PMID", "PMCID", "ISSN", "URL", "accessed"),
        *("citation-key", "citation-label", "title-short", "published-print", "published-online"),
        *("reference-count", "is-referenced-by-count", "container-title-short", "event-title"),
        *("collection-title", "publisher-place", "event-place", "number-of-pages", "ISBN"),
    }
)
_CSL_NAME_KEYS = frozenset({"family", "given", "literal"})
_OPENALEX_WORK = re.compile(r"https://(?:api\.)?openalex\.org/(?:works/)?W\d+")
_LISTS = LISTS | {"recommendedPapers"}
_CITATION = ("citingPaper", "citedPaper")
# Lines of the head that are looked at where the first is damaged.
_LINES_LOOKED_AT = 5

_SERVICE_LISTS = LISTS | {
    *("hits", "hit", "resultList", "result", "response", "docs", "notes", "collection", "articles"),
    *("group", "bulk"),
}
_FOLDED = ("metadata", "content", "data", "attributes", "info")
# Keys that only these services use; one of them beside a title makes a record theirs.
_SERVICE_KEYS = frozenset(
    """abstractText authorString authorList firstPublicationDate arxiv_eprints abstracts
    abstractNote bibcode dctitle descriptions authorids forum arxivId yearPublished identifiers
    creators author_corresponding index_terms ee put-code best_oa_location z_authors""".split()  # noqa: SIM905
)
# Items of a Zotero library that are not papers.
_NO_PAPERS = frozenset({"attachment", "note", "annotation"})


def _is_of_catalogue(head: str) -> bool:
    """The first record has keys that only catalogues use."""
    is_by_line = _is_by_line(head)
    if not head.lstrip().startswith(("{", "[")) and not is_by_line:
        return False
    if _keys_of(_cited(outline(head, _LISTS))):
        return True
    # A first line may be damaged. Where it is not, the others are of its kind.
    first, *others = _lines(head) if is_by_line else [""]
    return not _is_record_line(first) and any(
        _keys_of(outline(line)) for line in others[: _LINES_LOOKED_AT - 1]
    )


def _read_catalogue(source: Source, skip: Skip) -> Iterator[Paper]:
    """A skipped record has the number of its line, or, in one document, its own number."""
    is_by_line = _is_by_line(source.head)
    found: Iterator[tuple[int, Any]]
    if is_by_line:
        found = source.lines(skip)
    else:
        found = records(source.chunks(), lambda it: bool(_keys_of(_cited(it))), skip, _LISTS)
    last: Keys | None = None

    def paper(value: Any, name: str) -> Paper:
        nonlocal last
        record = _cited(load_line(value, strict=False) if is_by_line else value)
        # A record with few keys is of the kind of the one before it.
        last = _keys_of(record) or last
        if not isinstance(record, dict):
            raise NoPaper("not a JSON object")
        if last is None:
            raise NoPaper("not a record of a kind known here")
        made = last.paper(record, name, reference_of(last, record))
        return made if last is CSL else with_author(made, author_of(record))

    return papers_of(found, paper, source.name, skip)


def _lines(head: str) -> list[str]:
    """The lines of the head that are not blank; the last may be cut."""
    return [line for line in head.split("\n") if line.strip()]


def _is_by_line(head: str) -> bool:
    """Whether each line is a record: the first is one, or most are."""
    lines = _lines(head)
    if len(lines) < 2:
        return False
    whole = [_is_record_line(line) for line in lines[:_LINES_LOOKED_AT]]
    return whole[0] or 2 * sum(whole) > len(whole)


def _is_record_line(line: str) -> bool:
    """Whether a line is one record, and not an object with a list of them."""
    record = _loaded(line, strict=False)
    return isinstance(record, dict) and not LISTS & record.keys()


def _loaded(line: str, *, strict: bool) -> Any:
    try:
        return json.loads(line, strict=strict)
    except (ValueError, RecursionError):
        return None


def _cited(value: Any) -> Any:
    """The paper in a citation or reference of Semantic Scholar."""
    if not isinstance(value, dict):
        return value
    return next((value[key] for key in _CITATION if isinstance(value.get(key), dict)), value)


def _keys_of(record: Any) -> Keys | None:
    """The keys of the catalogue that a record is from; None for those of no catalogue."""
    if not isinstance(record, dict):
        return None
    if "paperId" in record or "paperAbstract" in record:
        return SEMANTIC_SCHOLAR
    if "abstract_inverted_index" in record or "authorships" in record:
        return OPENALEX
    if _OPENALEX_WORK.match(str(record.get("id"))):
        return OPENALEX
    return CSL if _is_csl(record) else None


def _is_csl(record: Record) -> bool:
    # Both have "author". Records with "authors" are not theirs, and are read as JSON lines.
    if "authors" in record or not {"title", "DOI"} & record.keys():
        return False
    own = sum(key in _CSL_KEYS for key in record)
    # Crossref's titles are lists, which nobody else's are.
    own += isinstance(record.get("title"), list)
    authors = record.get("author")
    for author in authors if isinstance(authors, list) else []:
        own += isinstance(author, dict) and not _CSL_NAME_KEYS.isdisjoint(author)
    return own > 1


def _is_of_service(head: str) -> bool:
    """The first record has a title and a key that only these services use."""
    start = head.lstrip()
    # A line that is a record by itself is one of JSON lines.
    line = _loaded(start.split("\n", 1)[0], strict=True)
    return (
        start.startswith(("{", "["))
        and not (isinstance(line, dict) and "title" in line)
        # The object around a record may be cut by the end of the head.
        and any(
            _is_service_record(outline(start, lists))
            for lists in (_SERVICE_LISTS, _SERVICE_LISTS.union(_FOLDED))
        )
    )


def _read_service(source: Source, skip: Skip) -> Iterator[Paper]:
    found = records(source.chunks(), _is_service_record, skip, _SERVICE_LISTS)
    unfolded = ((number, _unfolded(value)) for number, value in found)
    papers = (it for it in unfolded if str(it[1].get("itemType")) not in _NO_PAPERS)

    def paper(record: Record, name: str) -> Paper:
        made = OTHERS.paper(record, name, reference_of(OTHERS, record))
        return with_author(made, author_of(record))

    return papers_of(papers, paper, source.name, skip)


def _is_service_record(value: Any) -> bool:
    record = _unfolded(value)
    # OpenReview folds its values too.
    is_own = isinstance(record.get("title"), dict) or not _SERVICE_KEYS.isdisjoint(record)
    return is_own and any(key in record for key in OTHERS.title.split())


def _unfolded(value: Any) -> Record:
    """The keys of a record together with those of the object that it is folded into."""
    if not isinstance(value, dict):
        return {}
    if work := orcid_works.flat(value):
        return work
    folded = {key: value[key] for key in _FOLDED if isinstance(value.get(key), dict)}
    own = {key: it for key, it in value.items() if key not in folded}
    record = {key: it for part in (*folded.values(), own) for key, it in part.items()}
    return zotero_items.with_authors(record) if "itemType" in record else record


CATALOGUE = Format(
    "scholarly JSON",
    "JSON as Semantic Scholar, OpenAlex or Crossref give it, or CSL JSON as Zotero does",
    _is_of_catalogue,
    _read_catalogue,
)
SERVICE = Format(
    "web services' JSON",
    "JSON as Europe PMC, INSPIRE, OpenReview, ADS, CORE, DataCite or Zotero answer it",
    _is_of_service,
    _read_service,
)
