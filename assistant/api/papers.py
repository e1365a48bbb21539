"""Papers, TL;DRs and search results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from assistant.api.result import Result, notebook_html
from assistant.paper import Paper, marked_title

if TYPE_CHECKING:
    from assistant.library import Hit, SourceRecord, StoredPaper, StoredTldr
    from assistant.summarizing import TldrResult


class _Ranked(Result):
    n: int = Field(description="Rank, from 1.")


class _Numbered(Result):
    number: int = Field(description="Ascends in the order of import and is never reused.")


class _Titled(Result):
    """Something with the title of a paper."""

    id: str = Field(description="Id of the paper, such as doi:10.1000/182 or arxiv:1706.03762.")
    title: str
    status: str = Field(
        default="", description="retracted, or another status of the paper; absent if none is known"
    )

    @property
    def shown_title(self) -> str:
        """The title for readers, with a mark if the paper was retracted."""
        return marked_title(self.title, self.status)


def _status(paper: Paper) -> dict[str, str]:
    """The status of a paper as a value to set, if there is one."""
    return {"status": paper.status} if paper.status else {}


class PaperHit(_Titled, _Ranked):
    """A paper that a search found.

    `score` orders the results. `similarity` is the cosine of the query and the paper, None if the
    paper has no vectors.
    """

    score: float
    similarity: float | None

    @classmethod
    def of(cls, n: int, hit: Hit) -> PaperHit:
        """The hit at rank `n`."""
        return cls(
            n=n,
            id=hit.stored.id,
            title=hit.stored.title,
            score=hit.score,
            similarity=hit.similarity,
            **_status(hit.stored.paper),
        )


class SearchResult(Result):
    """The papers that a search found, the best first.

    Either `query` or `id` is given: the query, or the paper to which similar ones were searched.
    """

    query: str | None = None
    id: str | None = None
    hits: tuple[PaperHit, ...]

    @classmethod
    def of(cls, hits: list[Hit], **asked: str) -> SearchResult:
        """The result for what was `asked`, `query` or `id`."""
        found = tuple(PaperHit.of(n, hit) for n, hit in enumerate(hits, start=1))
        return cls.model_validate({**asked, "hits": found})

    def __iter__(self) -> Iterator[PaperHit]:  # type: ignore[override]
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def _repr_html_(self) -> str:
        asked = self.query if self.query is not None else f"Similar to {self.id}"
        return notebook_html("notebook_papers.html", heading=asked, papers=self.hits)


class PaperLine(_Titled, _Numbered):
    """A paper of a list, with its newest TL;DR if it has one."""

    tldr: str | None

    @classmethod
    def of(cls, stored: StoredPaper, tldr: StoredTldr | None) -> PaperLine:
        """The line of a stored paper."""
        return cls(
            number=stored.number,
            id=stored.id,
            title=stored.title,
            tldr=tldr.text if tldr else None,
            **_status(stored.paper),
        )

    def _repr_html_(self) -> str:
        return notebook_html("notebook_papers.html", heading="", papers=[self])


class TldrRecord(Result):
    """A stored TL;DR of the paper `number`: see `Tldr`. `made_at` is ISO 8601 in UTC."""

    number: int
    text: str
    model: str
    prompt: str
    method: Literal["generated", "extracted"]
    seconds: float
    made_at: str


class _PaperFields(Result):
    """What a source says about a paper; see `assistant.paper.Paper`."""

    title: str
    abstract: str
    authors: tuple[str, ...]
    published: str | None
    arxiv: str | None
    doi: str | None
    pmid: str | None
    url: str | None
    tags: tuple[str, ...]
    reference: dict[str, Any] = Field(
        description="The rest of the bibliographic record, in the terms of CSL-JSON."
    )

    @property
    def paper(self) -> Paper:
        """The same as a Paper, for example to import it into another library."""
        shape = self.model_dump(mode="json")
        return Paper.model_validate(
            {name: shape[name] for name in Paper.model_fields if name in shape}
        )

    @property
    def shown_title(self) -> str:
        """The title for readers, with a mark if the paper was retracted."""
        return self.paper.shown_title


class SourcePaper(_PaperFields):
    """A record that a paper was merged from; `sources` names the files that have it."""

    sources: tuple[str, ...]

    @classmethod
    def of(cls, record: SourceRecord) -> SourcePaper:
        """The record as the library stores it."""
        shape = record.paper.model_dump(mode="json", exclude={"source"})
        return cls.model_validate({"sources": record.sources, **shape})


class _Identified(_Numbered):
    id: str = Field(description="Id of the paper, such as doi:10.1000/182 or arxiv:1706.03762.")


class PaperDetails(_PaperFields, _Identified):
    """All that the library has about a paper.

    `published` is an ISO 8601 date of any precision, `source` the name of the first file that it
    was read from. `sources`, the records that it was merged from, is there if it was asked for.
    """

    source: str
    tldr: TldrRecord | None
    sources: tuple[SourcePaper, ...] = ()

    @classmethod
    def of(
        cls,
        stored: StoredPaper,
        tldr: StoredTldr | None,
        records: list[SourceRecord] | None = None,
    ) -> PaperDetails:
        """The details of a stored paper."""
        shape: dict[str, Any] = {
            "number": stored.number,
            "id": stored.id,
            **stored.paper.model_dump(mode="json"),
            "tldr": None if tldr is None else TldrRecord(**vars(tldr)),
        }
        if records is not None:
            shape["sources"] = [SourcePaper.of(record) for record in records]
        return cls.model_validate(shape)

    def _repr_html_(self) -> str:
        return notebook_html("notebook_paper.html", paper=self)


class Tldr(Result):
    """The one-line summary of a paper.

    `method` is generated (written by the model and verified) or extracted (a shortened sentence of
    the abstract). `model` is `you` for a TL;DR that the user wrote. `prompt` is the fingerprint of
    the prompt, `seconds` how long it took.
    """

    id: str
    title: str
    text: str = Field(alias="tldr")
    method: Literal["generated", "extracted"]
    model: str
    prompt: str
    seconds: float

    @classmethod
    def of(cls, result: TldrResult) -> Tldr:
        """The TL;DR that the summarizer wrote or found."""
        return cls.model_validate(result.as_json())

    @classmethod
    def of_stored(cls, stored: StoredPaper, tldr: StoredTldr) -> Tldr:
        """The TL;DR that is stored for a paper."""
        return cls.model_validate(
            {
                "id": stored.id,
                "title": stored.paper.title,
                "tldr": tldr.text,
                "method": tldr.method,
                "model": tldr.model,
                "prompt": tldr.prompt,
                "seconds": tldr.seconds,
            }
        )

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return notebook_html("notebook_tldr.html", tldr=self)


class TagCount(Result):
    """A tag and the number of papers that have it."""

    tag: str
    papers: int
