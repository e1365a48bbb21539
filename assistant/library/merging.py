"""Merging of the records that describe one paper. The order of the records is irrelevant."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from assistant.library.evidence import Description, agree, is_preprint
from assistant.library.name_matching import fold
from assistant.paper import Paper, normalised
from assistant.reference import Reference, merge_references

_ELLIPSES = ("...", "…", "[…]", "[...]")
# Records with other titles or authors are compared pair by pair; of more, only titles count.
_MAX_COMPARED = 60


def merge_records(records: Sequence[Paper]) -> Paper:
    """Merge one or more records of a paper.

    The abstract is the longest that is not truncated. The title comes from the same record, or from
    the next best if it is truncated or in capitals. The authors are the longest list with the
    fullest names, of the records that agree with it in title or authors. The DOI of the published
    version precedes that of a preprint. The date is the earliest year, as precise as known. Tags
    are merged. The source is the first by name. Of the references the one of the published version
    counts, filled with what the others know; its authors are those of the paper.
    """
    if len(records) == 1:
        return records[0]
    title, authors = _title_and_authors(records)
    return records[0].model_copy(
        update={
            "title": title,
            "abstract": max((record.abstract for record in records), key=_text_rank),
            "authors": authors,
            "published": _first_date(record.published for record in records),
            "doi": min(_known(record.doi for record in records), key=_doi_rank, default=None),
            "arxiv": min(_known(record.arxiv for record in records), key=_arxiv_rank, default=None),
            "pmid": min(_known(record.pmid for record in records), default=None),
            "url": min(_known(record.url for record in records), key=_url_rank, default=None),
            "tags": merge_tags(sorted({tag for record in records for tag in record.tags})),
            "source": min(_known(record.source for record in records), default=""),
            "reference": _reference(records, authors),
        }
    )


def _title_and_authors(records: Sequence[Paper]) -> tuple[str, tuple[str, ...]]:
    """Title and authors, of records that agree about one of the two."""
    best: dict[tuple[str, tuple[str, ...]], Paper] = {}
    for record in records:
        names = (normalised(record.title), record.authors)
        best[names] = max(best.get(names, record), record, key=_title_rank)
    found = list(best.values())
    if len({title for title, _ in best}) == 1 or len(found) > _MAX_COMPARED:
        title = max(found, key=_title_rank)
        same = [record for record in found if normalised(record.title) == normalised(title.title)]
        return title.title, max((record.authors for record in same), key=_names_rank)
    described = [Description(record) for record in found]
    agreeing = [
        [other for other, there in zip(found, described, strict=True) if agree(here, there)]
        for here in described
    ]
    authors = [max((other.authors for other in others), key=_names_rank) for others in agreeing]
    # A record without authors does not name a paper of which others know the authors.
    first = max(
        range(len(found)),
        key=lambda index: (
            bool(authors[index]),
            _title_rank(found[index]),
            _names_rank(authors[index]),
        ),
    )
    return found[first].title, authors[first]


def merge_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """`tags` in order; of those that differ only in case, accents or hyphens, the first."""
    first: dict[str, str] = {}
    for tag in tags:
        first.setdefault(fold(tag), tag)
    return tuple(first.values())


def _known(values: Iterable[str | None]) -> list[str]:
    return [value for value in values if value]


def _text_rank(text: str) -> tuple[bool, int, str]:
    return (not text.rstrip().endswith(_ELLIPSES), len(normalised(text)), text)


def _title_rank(record: Paper) -> tuple[bool, bool, tuple[bool, int, str], int, str]:
    complete, length, title = _text_rank(record.title)
    return (complete, not title.isupper(), _text_rank(record.abstract), length, title)


def _names_rank(names: tuple[str, ...]) -> tuple[int, int, tuple[str, ...]]:
    return (len(names), sum(map(len, names)), names)


def _first_date(dates: Iterable[str | None]) -> str | None:
    known = sorted(_known(dates))
    return max((date for date in known if date[:4] == known[0][:4]), key=len, default=None)


def _doi_rank(doi: str) -> tuple[bool, str, str]:
    return (is_preprint(doi), doi.lower(), doi)


def _arxiv_rank(arxiv: str) -> tuple[str, int, str]:
    base, _, version = arxiv.rpartition("v")
    if base and version.isdecimal():
        return (base, -int(version), arxiv)
    return (arxiv, 0, arxiv)


def _reference(records: Sequence[Paper], authors: tuple[str, ...]) -> Reference:
    ranked = sorted(records, key=_reference_rank)
    merged = merge_references([record.reference for record in ranked])
    merged.pop("author", None)
    for record in ranked:
        if record.authors == authors and "author" in record.reference:
            return merged | {"author": record.reference["author"]}
    return merged


def _reference_rank(record: Paper) -> tuple[bool, bool, int, str]:
    """The published version first, then the fullest."""
    has_doi = record.doi is not None and not is_preprint(record.doi)
    text = json.dumps(record.reference, sort_keys=True)
    return (not has_doi, not record.reference.get("container-title"), -len(text), text)


def _url_rank(url: str) -> tuple[bool, int, str]:
    return (not url.startswith("https:"), len(url), url)
