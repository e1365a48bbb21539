"""The keys of each scholarly service, and the paper in a record with them.

Sources of the keys: https://api.semanticscholar.org/api-docs/graph,
https://docs.openalex.org/api-entities/works/work-object,
https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md,
https://github.com/citation-style-language/schema/blob/master/schemas/input/csl-data.json
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any

from assistant.paper import Paper
from assistant.reading import dates, fields
from assistant.reading.record import paper_of
from assistant.reading.titles import typed_title, with_subtitle
from assistant.reading.typed_values import chosen

_ROLE_KEYS = ("creatorType", "inspire_roles")
Record = dict[str, Any]

# The keys under which a text may be inside an object, such as `{"value": "..."}`.
_INNER = (
    *("value", "title", "description", "subject", "tag", "descriptorName", "term", "text", "name"),
    *("display_name", "date", "keyword", "meshHeading", "author", "authors", "raw", "literal"),
)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(\S+)", re.IGNORECASE)
_ARXIV_NOTE = re.compile(r"\barxiv:\s*(\S+)", re.IGNORECASE)


def values_at(record: Record, path: str) -> Iterator[Any]:
    """What is at a path such as `ids.pmid`; `authors[]` is each item of a list."""
    key, _, rest = path.partition(".")
    value = record.get(key.removesuffix("[]"))
    if value is None:
        return
    value = chosen(key, value) if isinstance(value, list) else value
    items = value if isinstance(value, list) else []
    for found in items if key.endswith("[]") else [value]:
        if not rest:
            yield found
        elif isinstance(found, dict):
            yield from values_at(found, rest)


def scalars(value: Any, depth: int = 4) -> Iterator[str | int]:
    """Each text and number in a value, also in lists and in objects with a key of `_INNER`."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        if str(value).strip():
            yield value
    elif isinstance(value, list) and depth:
        for item in value:
            yield from scalars(item, depth - 1)
    elif isinstance(value, dict) and depth:
        inner = next((value[key] for key in _INNER if value.get(key)), None)
        yield from scalars(inner, depth - 1)


def texts_in(value: Any) -> Iterator[str]:
    """The texts that `scalars` finds in a value."""
    return (found for found in scalars(value) if isinstance(found, str))


def _all(record: Record, paths: str, read: Callable[[Any], Iterable[Any]] = texts_in) -> list[Any]:
    """What `read` finds at each of `paths`; of those joined by `|` at the first that has any."""
    found = []
    for alternatives in paths.split():
        each = (
            [text for value in values_at(record, path) for text in read(value)]
            for path in alternatives.split("|")
        )
        found += next(filter(None, each), [])
    return found


def _first(record: Record, paths: str) -> str:
    found = (
        text for path in paths.split() for it in values_at(record, path) for text in texts_in(it)
    )
    return next(found, "")


def _dates(value: Any) -> Iterator[str]:
    """The valid dates in a value, in ISO 8601; CSL has `{"date-parts": [[2020, 3, 1]]}`."""
    parts = value.get("date-parts") if isinstance(value, dict) else None
    # A range has two lists of parts: its beginning counts.
    parts = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else parts
    texts = (str(part).strip() for part in (parts if isinstance(parts, list) else [parts]))
    sized = zip(takewhile(str.isdecimal, texts), (4, 2, 2), strict=False)
    found = [fields.date("-".join(text.zfill(size) for text, size in sized))]
    for text in map(str, scalars(value)):
        # OpenReview counts milliseconds since 1970.
        if text.isdecimal() and 12 <= len(text) <= 13:
            moment = datetime.datetime.fromtimestamp(int(text) / 1000, datetime.UTC)
            found.append(moment.date().isoformat())
        else:
            found.append(fields.date(text) or dates.iso(text))
    return filter(None, found)


def _people(value: Any) -> Iterator[Any]:
    """The people in a list, a text, or an object around either, as `paper_of` takes them."""
    while isinstance(value, dict):
        value = next((value[inner] for inner in _INNER if inner in value), None)
    if isinstance(value, str):
        yield from fields.people(value.rstrip(" ."))
    for person in filter(has_role_of_author, value if isinstance(value, list) else ()):
        # Only the parts of a name say whether a comma in it divides it.
        yield from [person] if isinstance(person, dict) else fields.people([person])


def has_role_of_author(person: Any) -> bool:
    """Whether a person of a list of authors is one: INSPIRE lists editors among them."""
    if not isinstance(person, dict):
        return True
    roles = [text.casefold() for key in _ROLE_KEYS for text in texts_in(person.get(key))]
    return not roles or "author" in roles


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


def _arxiv_numbers(value: Any) -> Iterator[str]:
    """What may be arXiv identifiers in a value; the DOIs that arXiv gives have one in them."""
    for text in texts_in(value):
        found = _ARXIV_DOI.search(text)
        yield found[1] if found else text.removeprefix("oai:")


def _last_parts(value: Any) -> Iterator[str]:
    """PubMed identifiers, which OpenAlex writes as web addresses that end with them."""
    return (str(found).rstrip("/").rpartition("/")[2] for found in scalars(value))


def _stated(value: Any) -> Iterator[str]:
    """The values of a field for identifiers, valid or not."""
    return (str(found) for found in ([value] if isinstance(value, float) else scalars(value)))


@dataclass(frozen=True)
class Keys:
    """Where the records of a service have the fields of a paper: paths separated by spaces.

    The first valid value counts; of `tags` and `dates` all do. `a|b` is `b` only where there is no
    `a`, `a.b` the value within an object, and `a[]` each item of a list.
    """

    title: str
    abstract: str
    authors: str
    dates: str
    arxiv: str
    doi: str
    pmid: str
    url: str
    tags: str
    read_tags: Callable[[Any], Iterable[str]] = texts_in

    def published(self, record: Record) -> str | None:
        """The date of publication in a record of this service, in ISO 8601."""
        found = _all(record, self.dates, _dates)
        return dates.most_exact(found) or next(iter(found), None)

    def title_of(self, record: Record) -> str:
        """The title in a record of this service, with its subtitle."""
        typed = record.get("titles")
        if isinstance(typed, list) and (title := typed_title(typed)):
            return title
        return with_subtitle(_first(record, self.title), _first(record, "subtitle"))

    def paper(
        self, record: Record, source: str, reference: Mapping[str, Any] | None = None
    ) -> Paper:
        """The paper in a record of this service; `reference` is as `paper_of` takes it.

        Raises:
            NoPaper: it has no title, or is not a paper.
        """
        return paper_of(
            source,
            title=self.title_of(record),
            abstract=_in_order(record.get("abstract_inverted_index"))
            or _first(record, self.abstract),
            authors=_all(record, self.authors, _people),
            published=self.published(record),
            arxiv=_all(record, self.arxiv, _arxiv_numbers)
            + _ARXIV_NOTE.findall(_first(record, "extra")),
            doi=_all(record, self.doi),
            pmid=_all(record, self.pmid, _last_parts),
            url=_all(record, self.url),
            notes=_all(record, "note extra"),
            tags=_all(record, self.tags, self.read_tags),
            reference=reference,
            stated={
                "doi": _all(record, self.doi, _stated),
                "pmid": _all(record, self.pmid, _stated),
                "arxiv": _all(record, self._only_arxiv, _stated),
            },
        )

    @cached_property
    def _only_arxiv(self) -> str:
        """The paths of `arxiv` that have nothing else."""
        return " ".join(path for path in self.arxiv.split() if "arxiv" in path.lower())


SEMANTIC_SCHOLAR = Keys(
    title="title",
    abstract="abstract paperAbstract",
    authors="authors",
    dates="publicationDate|year",
    arxiv="externalIds.ArXiv arxivId",
    doi="externalIds.DOI doi",
    pmid="externalIds.PubMed",
    url="url",
    tags="fieldsOfStudy[] s2FieldsOfStudy[].category",
)
OPENALEX = Keys(
    title="title display_name",
    abstract="abstract",
    authors="authorships",
    dates="publication_date|publication_year",
    arxiv="primary_location.landing_page_url locations[].landing_page_url doi ids.doi",
    doi="doi ids.doi",
    pmid="ids.pmid",
    url="primary_location.landing_page_url locations[].landing_page_url id",
    tags="keywords[] topics[].display_name|concepts[].display_name",
)
# Crossref's keys are CSL's.
CSL = Keys(
    title="title",
    abstract="abstract",
    authors="author",
    dates="issued|published|published-print|published-online|published-other|posted",
    arxiv="custom.arXiv arxiv number archive_location note URL DOI",
    doi="DOI",
    pmid="PMID",
    url="URL",
    tags="keyword subject categories",
    read_tags=fields.tags,
)
# All other services, whose keys are read as those of one.
OTHERS = Keys(
    title="title titles dctitle display_title",
    abstract="""abstractText abstract abstracts abstractNote dcdescription descriptions
        description""",
    authors="authorList|authors|author|creators|dccreator|authorString|z_authors",
    dates="""firstPublicationDate publicationDate publication_date publishedDate pubdate
        preprint_date earliest_date dcdate date dates published issued publicationYear pubYear
        publication_year yearPublished year dcyear pdate cdate""",
    arxiv="""identifiers.arxiv arxivId arxiv_id arxiv_eprints arxiv identifier archiveID
        url URL ee dclink html_url downloadUrl""",
    doi="identifiers.doi doi DOI dois dcdoi",
    pmid="identifiers.pmid pmid PMID pubmed_id",
    url="url URL ee dclink html_url downloadUrl",
    tags="keywords keyword keywordList tags subjects dcsubject meshHeadingList",
)
