"""One record of an export -> a Paper: the fields that every format has, read in one way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pydantic import ValidationError

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.format import Failure, OnFailure
from assistant.reading.markup import plain

Record = TypeVar("Record")

_ET_AL = re.compile(r"(?:and )?(?:et al\.?|others)", re.IGNORECASE)


class NoPaper(Exception):
    """This record is no paper; the text says why."""


def papers_of(
    records: Iterable[tuple[int, Record]],
    make: Callable[[Record, str], Paper],
    source: str,
    on_failure: OnFailure,
) -> Iterator[Paper]:
    """What `make` reads of each of `records`, which come with their lines in the file `source`.

    Those of which it says NoPaper go to `on_failure`.
    """
    for line, record in records:
        try:
            yield make(record, source)
        except NoPaper as error:
            on_failure(Failure(f"{source}:{line}", str(error)))


def paper_of(
    source: str,
    *,
    title: str,
    abstract: str,
    authors: object = (),
    published: object = None,
    arxiv: object = None,
    doi: object = None,
    pmid: object = None,
    url: object = None,
    tags: object = (),
) -> Paper:
    """The paper with these values as its export writes them; `source` names the file.

    Markup is taken out of title, abstract, names and tags. `authors` and `tags` are lists, or one
    text as `fields.authors` and `fields.tags` split it. Values that are not valid are left out.

    Raises:
        NoPaper: it has no title or no abstract.
    """
    clean_title, clean_abstract = fields.one_line(plain(title)), fields.clean_text(plain(abstract))
    for name, value in (("title", clean_title), ("abstract", clean_abstract)):
        if not value:
            raise NoPaper(f"it has no {name}")
    try:
        return Paper(
            title=clean_title,
            abstract=clean_abstract,
            authors=_names(authors),
            published=fields.date(published),
            arxiv=fields.arxiv(arxiv),
            doi=fields.doi(doi),
            pmid=fields.pmid(pmid),
            url=fields.url(url),
            tags=_distinct_tags(tags),
            source=source,
        )
    except ValidationError as error:
        raise NoPaper(f"not a paper: {error.errors()[0]['msg']}") from error


def _names(authors: object) -> tuple[str, ...]:
    """Names without markup; "et al" is nobody's."""
    if isinstance(authors, str):
        authors = plain(authors)
    names = (fields.one_line(plain(name)) for name in fields.authors(_listed(authors)))
    return tuple(name for name in names if name and not _ET_AL.fullmatch(name))


def _distinct_tags(tags: object) -> tuple[str, ...]:
    # Cleaned behind the markup: an entity may stand for what is not to be seen.
    found = (fields.one_line(plain(tag)) for tag in fields.tags(_listed(tags)))
    return fields.distinct(tag for tag in found if tag)


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
