"""One record of an export -> a Paper: the fields that every format has, read in one way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from assistant.paper import ARXIV_DOI, Paper
from assistant.reading import dates, fields, identifiers, names, reference_fields
from assistant.reading.format import NoPaper, Skip
from assistant.reading.invalid_identifiers import Stated, checked, taken_remarks
from assistant.reading.markup import are_ordinary, plain
from assistant.reading.retraction import retraction_status, with_status
from assistant.reading.single_names import are_ordinary_names, cleaned
from assistant.reference import display_names

Record = TypeVar("Record")

LARGEST_RECORD = 16 * 1024 * 1024
"""Bytes of memory for the text of one record, about; see `PART_COST`."""
PART_COST = 150
"""What a line, or an element of XML, takes in memory besides its characters, about."""
TOO_LARGE = "it is too large for a paper's record"
# Twenty times the longest abstracts, those of whole reviews with their formulas as markup; what is
# longer is a book pasted where the abstract belongs.
LONGEST_ABSTRACT = 100_000
# The longest titles known, of trials and of acts of law, have some hundred characters.
LONGEST_TITLE = 2_000
# A list of authors or tags. The largest collaborations have 5,000 authors.
_LONGEST_LIST = 1_000_000
# So many signs, such as "???" or "(...)", mean that there is no abstract.
_LONGEST_SIGNS = 20
# As on a saved page. A text with more than one number or semicolon in 12 words is a list.
_ABSTRACT_WORDS = 40
_PROSE_WORDS = 12


def papers_of(
    records: Iterable[tuple[int, Record]],
    make: Callable[[Record, str], Paper],
    source: str,
    skip: Skip,
) -> Iterator[Paper]:
    """What `make` reads of each of `records`, which come with their lines in the file `source`.

    Those for which it raises NoPaper go to `skip`, and so do the remarks on the others.
    """
    for line, record in records:
        if paper := made(line, record, make, source, skip):
            yield paper


def made(
    line: int, record: Record, make: Callable[[Record, str], Paper], source: str, skip: Skip
) -> Paper | None:
    """What `make` reads of one record, as `papers_of` does."""
    taken_remarks()  # what another record left, which was not read by this function
    try:
        paper = make(record, source)
    except NoPaper as error:
        skip(line, str(error))
        return None
    for remark in taken_remarks():
        skip(line, remark, imported=True)
    return paper


def check_length(title: str, abstract: str) -> None:
    """Raise NoPaper where a title or an abstract has more characters than any has."""
    for name, text, longest in (
        ("title", title, LONGEST_TITLE),
        ("abstract", abstract, LONGEST_ABSTRACT),
    ):
        if len(text) > longest:
            raise NoPaper(f"its {name} has {len(text):,} characters; the limit is {longest:,}")


def refuse_prose(values: Mapping[str, object]) -> None:
    """Raise NoPaper where one of `values`, by the names they have, may be the abstract.

    For records without one: it may be there under a name that is not known here.
    """
    for name, value in values.items():
        if isinstance(value, str) and _is_prose(value):
            raise NoPaper(f'it has no "abstract", but "{name}" is as long as one')


def _is_prose(text: str) -> bool:
    words = text.split()
    # Lists of references, affiliations and funders have more semicolons and figures than prose.
    listed = text.count(";") + sum(any(map(str.isdecimal, word)) for word in words)
    return len(words) >= _ABSTRACT_WORDS and listed * _PROSE_WORDS < len(words)


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
    notes: Iterable[str] = (),
    tags: object = (),
    reference: Mapping[str, Any] | None = None,
    stated: Stated | None = None,
) -> Paper:
    """The paper with these values as its export writes them; `source` names the file.

    Markup is removed from title, abstract, names and tags. `authors` are several names as people
    write them, or one text that `names.people` splits; `tags` are several, or one text that
    `fields.tags` splits. Of several identifiers or addresses the first valid one counts; where
    there is none, an address or one of `notes` has it, or the reference's note. Invalid values are
    left out, and so is an abstract that only says that there is none. `reference` is the rest of
    the record, with the keys of `assistant.reference`; its `author`, if there is any, replaces
    `authors`. `stated` are the values of all fields that are meant for an identifier: those that
    are invalid, and the reference's, are kept in the reference, and `papers_of` reports them.

    Raises:
        NoPaper: it has no title; title or abstract are too long, or have no letter in them. Only a
            paper with an abstract and an identifier may be called by a number.
    """
    check_length(title, abstract)
    clean_title = fields.one_line(plain(title))
    if not clean_title:
        raise NoPaper("it has no title")
    clean_abstract = fields.abstract(fields.clean_text(plain(abstract)))
    if not _has_letter(clean_abstract):
        if len(clean_abstract) > _LONGEST_SIGNS:
            raise NoPaper("its abstract has no letters")
        clean_abstract = ""
    record = reference_fields.cleaned(reference) if reference else {}
    urls = _several(url) or [url]
    noted = identifiers.noted([*notes, record.get("note", "")])
    doi = _valid(fields.doi, doi) or _in_addresses(fields.doi, "10.", urls) or noted.get("doi")
    arxiv = _valid(fields.arxiv, arxiv) or _in_addresses(fields.arxiv, "arxiv", urls)
    arxiv = arxiv or noted.get("arxiv") or _arxiv_of_doi(doi)
    pmid = _valid(fields.pmid, pmid) or _in_addresses(fields.pmid, "/", urls) or noted.get("pmid")
    # arXiv:2104.12255 is called "0".
    is_number = clean_title.isdecimal() and (arxiv or doi or pmid) and clean_abstract
    if not _has_letter(clean_title) and not is_number:
        raise NoPaper("its title has no letters")
    for key, kind in (("PMCID", "pmcid"), ("ISBN", "isbn"), ("ISSN", "issn")):
        if kind in noted:
            record.setdefault(key, noted[kind])
    record = checked(record, stated, (doi, arxiv, pmid))
    if status := retraction_status(clean_title):
        record = with_status(record, status)
    people = record.get("author")
    try:
        return Paper(
            title=clean_title,
            abstract=clean_abstract,
            authors=display_names(people) if people else _names(authors),
            published=dates.iso(published),
            arxiv=arxiv,
            doi=doi,
            pmid=pmid,
            url=_valid(fields.url, url),
            tags=_distinct_tags(tags),
            source=source,
            reference=record,
        )
    except ValidationError as error:
        raise NoPaper(f"not a paper: {error.errors()[0]['msg']}") from error


def _valid(read: Callable[[object], str | None], value: object) -> str | None:
    """The first valid one of several values, or the only one."""
    for one in _several(value) or (value,):
        if one and (found := read(one)):
            return found
    return None


def _several(value: object) -> list[object]:
    """The values of a list, a tuple or an iterator; none of anything else."""
    if value is None or isinstance(value, str):  # nearly all; the others take long to tell
        return []
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, Mapping) or not isinstance(value, Iterable):
        return []
    return list(value)


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))


def _in_addresses(
    read: Callable[[object], str | None], mark: str, addresses: Iterable[object]
) -> str | None:
    """The identifier in one of `addresses`, all of which have the text `mark` in them."""
    for address in addresses:
        if isinstance(address, str) and mark in address.lower() and (found := read(address)):
            return found
    return None


def _arxiv_of_doi(doi: str | None) -> str | None:
    return fields.arxiv(doi) if doi and doi.lower().startswith(ARXIV_DOI) else None


def _names(authors: object) -> tuple[str, ...]:
    """Names without markup and what is beside them; "et al" and "Anonymous" are nobody's."""
    several = _several(authors)
    if not several:
        return tuple(names.people(authors))
    if are_ordinary_names(several):
        return tuple(map(str, several))
    found = ([cleaned(name)] if isinstance(name, str) else names.people([name]) for name in several)
    return tuple(name for group in found for name in group if name)


def _distinct_tags(tags: object) -> tuple[str, ...]:
    if isinstance(tags, str):
        tags = plain(tags[:_LONGEST_LIST])  # `R&amp;D` is not two tags
    several = _several(tags)
    if several and are_ordinary(several):
        return fields.distinct(str(tag) for tag in several if tag)
    # Cleaned after the markup: an entity may be an invisible character.
    found = (fields.one_line(plain(tag)) for tag in fields.tags(several or tags))
    return fields.distinct(tag for tag in found if tag)
