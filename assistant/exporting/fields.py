"""One paper on its way out, and what every format needs of it."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.paper import Paper
from assistant.text.sanitizing import sanitized, sanitized_lines

_WEB = ("https://", "http://")


@dataclass(frozen=True)
class Exported:
    """One paper on its way out; `id` is the library's key, such as `doi:10.1/x`."""

    paper: Paper
    id: str
    tldr: str | None = None


@dataclass(frozen=True)
class Fields:
    """The texts of a paper as they may be shown; what is missing is empty."""

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    published: str
    arxiv: str
    doi: str
    pmid: str
    url: str
    tags: tuple[str, ...]
    tldr: str

    @property
    def link(self) -> str:
        """Where the paper is on the web: its address, else that of its strongest identifier."""
        if self.url.lower().startswith(_WEB):
            return self.url
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.arxiv:
            return f"https://arxiv.org/abs/{self.arxiv}"
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}" if self.pmid else ""


def fields_of(exported: Exported) -> Fields:
    """The texts of `exported`, cleaned once more: a library may be older than the cleaning."""
    paper = exported.paper
    return Fields(
        id=sanitized(exported.id),
        title=sanitized(paper.title),
        abstract=sanitized_lines(paper.abstract).strip(),
        authors=_each(paper.authors),
        published=paper.published or "",
        arxiv=sanitized(paper.arxiv or ""),
        doi=sanitized(paper.doi or ""),
        pmid=sanitized(paper.pmid or ""),
        url=sanitized(paper.url or ""),
        tags=_each(paper.tags),
        tldr=sanitized(exported.tldr or ""),
    )


def _each(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(shown for value in values if (shown := sanitized(value)))
