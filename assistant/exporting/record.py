"""The common input of all export formats: sanitized fields of a paper, and split names."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Self

from assistant.paper import STAR, Paper
from assistant.reference import CslName, Reference, display_names
from assistant.text.formatting import paper_link
from assistant.text.sanitizing import sanitized, sanitized_lines

_ORGANISATION = re.compile(
    r"\b(?:team|group|collaboration|consortium|committee|initiative|network|project|society"
    r"|association|institute|university|foundation|agency|council|organi[sz]ation|laborator\w+"
    r"|labs?|research|ai|inc|ltd|gmbh|the|of|for|and|et)\b",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|i{2,3}|iv|[2-4](?:nd|rd|th))\.?", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r"[^\w\s.'’‐-]|[\d_]")


@dataclass(frozen=True)
class ExportRecord:
    """The sanitized fields of a paper; missing ones are "". `link` is a web address or "".

    `shown_title` is the title for readers, with a mark if the paper was retracted.

    `reference` is the rest of its bibliographic record; see `assistant.reference`.
    """

    id: str
    title: str
    shown_title: str
    authors: tuple[str, ...]
    published: str
    arxiv: str
    doi: str
    pmid: str
    url: str
    tags: tuple[str, ...]
    tldr: str
    abstract: str
    link: str
    reference: Reference

    @property
    def names(self) -> list[CslName]:
        """The authors as CSL names: as their source divides them, else as far as it is certain."""
        known: list[CslName] = self.reference.get("author", [])
        if display_names(known) == self.authors:
            return known
        return [_csl_name(name) for name in self.authors]

    def without_star(self) -> ExportRecord:
        """The record without the tag that marks starred papers."""
        tags = tuple(tag for tag in self.tags if tag.casefold() != STAR)
        return self if len(tags) == len(self.tags) else replace(self, tags=tags)

    @classmethod
    def from_paper(cls, paper: Paper, paper_id: str, tldr: str | None = None) -> Self:
        """The record of `paper`; `paper_id` is the library's key, such as `doi:10.1/x`.

        Fields are sanitized again, because the library may be older than the sanitizing rules.
        """
        return cls(
            id=sanitized(paper_id),
            title=sanitized(paper.title),
            shown_title=sanitized(paper.shown_title),
            authors=_sanitized_values(paper.authors),
            published=paper.published or "",
            arxiv=sanitized(paper.arxiv or ""),
            doi=sanitized(paper.doi or ""),
            pmid=sanitized(paper.pmid or ""),
            url=sanitized(paper.url or ""),
            tags=_sanitized_values(paper.tags),
            tldr=sanitized(tldr or ""),
            abstract=sanitized_lines(paper.abstract).strip(),
            link=paper_link(paper),
            reference=_sanitized_json(paper.reference),
        )


# Column order of tables; `link` is derived from the other fields, `reference` is no text.
COLUMNS = tuple(
    name
    for name in ExportRecord.__dataclass_fields__
    if name not in ("link", "reference", "shown_title")
)


def family_and_given(name: str) -> tuple[str, str] | None:
    """Split `Given Family` into family and given name.

    Returns None for other forms and for names that may belong to an organization. Lower-case
    particles are part of the family name: `Jan van der Berg`.
    """
    words = name.split(" ")
    if (
        len(words) < 2
        or _NOT_IN_NAMES.search(name)
        or _ORGANISATION.search(name)
        or _SUFFIX.fullmatch(words[-1])
        or not words[-1][:1].isupper()
    ):
        return None
    begin = len(words) - 1
    while begin > 1 and words[begin - 1].islower():
        begin -= 1
    return " ".join(words[begin:]), " ".join(words[:begin])


def _csl_name(name: str) -> CslName:
    parts = family_and_given(name)
    return {"family": parts[0], "given": parts[1]} if parts else {"literal": name}


def _sanitized_json(value: Any) -> Any:
    """A JSON value whose texts are sanitized, line by line."""
    if isinstance(value, str):
        return sanitized_lines(value).strip()
    if isinstance(value, dict):
        return {key: _sanitized_json(item) for key, item in value.items()}
    return [_sanitized_json(item) for item in value] if isinstance(value, list) else value


def _sanitized_values(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(clean for value in values if (clean := sanitized(value)))
