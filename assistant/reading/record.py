"""One record of an export -> a Paper: the fields that every format has, read in one way."""

from __future__ import annotations

from pydantic import ValidationError

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.markup import plain


class NoPaper(Exception):
    """This record is no paper; the text says why."""


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
            authors=fields.authors(_plain(authors)),
            published=fields.date(published),
            arxiv=fields.arxiv(arxiv),
            doi=fields.doi(doi),
            pmid=fields.pmid(pmid),
            url=fields.url(url),
            tags=fields.distinct(fields.tags(_plain(tags))),
            source=source,
        )
    except ValidationError as error:
        raise NoPaper(f"not a paper: {error.errors()[0]['msg']}") from error


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [plain(item) for item in value if isinstance(item, str)]
    return plain(value) if isinstance(value, str) else value
