"""One paper out of all the records that describe it, the same one whatever their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.library.identity import is_preprint
from assistant.library.name_matching import folded
from assistant.paper import Paper, normalised

_CUT_MARKS = ("...", "…", "[…]", "[...]")


def combined(records: Sequence[Paper]) -> Paper:
    """What `records`, one or more that describe one paper, say together.

    The longest abstract that is not cut wins, with its title, or the next one's if that is cut or
    all in capitals. So do the longest list of authors with the fullest names, the DOI of the
    published version before that of a preprint, and the date on which the paper first came out, as
    exactly as it is known. Tags are united. Its source is the first by name.
    """
    if len(records) == 1:
        return records[0]
    return records[0].model_copy(
        update={
            "title": max(records, key=_title_worth).title,
            "abstract": max((record.abstract for record in records), key=_text_worth),
            "authors": max((record.authors for record in records), key=_names_worth),
            "published": _first_date(record.published for record in records),
            "doi": min(_given(record.doi for record in records), key=_doi_rank, default=None),
            "arxiv": min(_given(record.arxiv for record in records), key=_arxiv_rank, default=None),
            "pmid": min(_given(record.pmid for record in records), default=None),
            "url": min(_given(record.url for record in records), key=_url_rank, default=None),
            "tags": united_tags(sorted({tag for record in records for tag in record.tags})),
            "source": min(_given(record.source for record in records), default=""),
        }
    )


def united_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """`tags` in their order, without those that differ only in case, accents or hyphens."""
    first: dict[str, str] = {}
    for tag in tags:
        first.setdefault(folded(tag), tag)
    return tuple(first.values())


def _given(values: Iterable[str | None]) -> list[str]:
    return [value for value in values if value]


def _text_worth(text: str) -> tuple[bool, int, str]:
    return (not text.rstrip().endswith(_CUT_MARKS), len(normalised(text)), text)


def _title_worth(record: Paper) -> tuple[bool, bool, tuple[bool, int, str], int, str]:
    whole, length, title = _text_worth(record.title)
    return (whole, not title.isupper(), _text_worth(record.abstract), length, title)


def _names_worth(names: tuple[str, ...]) -> tuple[int, int, tuple[str, ...]]:
    return (len(names), sum(map(len, names)), names)


def _first_date(dates: Iterable[str | None]) -> str | None:
    known = sorted(_given(dates))
    return max((date for date in known if date[:4] == known[0][:4]), key=len, default=None)


def _doi_rank(doi: str) -> tuple[bool, str, str]:
    return (is_preprint(doi), doi.lower(), doi)


def _arxiv_rank(arxiv: str) -> tuple[str, int, str]:
    base, _, version = arxiv.rpartition("v")
    if base and version.isdecimal():
        return (base, -int(version), arxiv)
    return (arxiv, 0, arxiv)


def _url_rank(url: str) -> tuple[bool, int, str]:
    return (not url.startswith("https:"), len(url), url)
