"""The tools that read the library."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from assistant.api import (
    EvidenceFound,
    Filters,
    PaperLibrary,
    PassagesFound,
    Progress,
    SearchResult,
)
from assistant.errors import UsageError
from assistant.mcp_server.results import (
    Collection,
    CollectionList,
    FoundPaper,
    FullPaper,
    LibraryAnswer,
    PaperList,
    PaperResult,
    References,
    StatusResult,
    TldrResult,
    paper_uri,
)
from assistant.mcp_server.work import Worker

MAX_PAPERS = 50
_MAX_REFERENCES = 500
_MAX_TAGS = 500

Id = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        description="Id of a paper in the library, such as doi:10.1000/182 or arxiv:1706.03762.",
    ),
]
Limit = Annotated[int, Field(ge=1, le=MAX_PAPERS, description="At most so many papers.")]
Since = Annotated[
    str | None, Field(description="Only papers of this date or later: 2024, 2024-03 or 2024-03-14.")
]
Until = Annotated[str | None, Field(description="Only papers of this date or earlier.")]
Authors = Annotated[list[str], Field(description="Only papers by all of these authors.")]
Tags = Annotated[list[str], Field(description="Only papers with all of these tags.")]
ReferenceFormat = Literal[
    "bibtex", "ris", "csljson", "csv", "markdown", "apa", "chicago", "ieee", "vancouver"
]
_STYLES = ("apa", "chicago", "ieee", "vancouver")
AnyContext = Context[Any, Any]


class ReadTools:
    """The tools by name; none of them changes papers."""

    def __init__(self, library: PaperLibrary, worker: Worker, *, writes_allowed: bool) -> None:
        """Read `library`; `writes_allowed` says whether there are other tools, too."""
        self._library = library
        self._worker = worker
        self._writes_allowed = writes_allowed

    async def search_library(
        self,
        context: AnyContext,
        query: Annotated[
            str, Field(description="What to search for, in words. Empty: the newest papers.")
        ] = "",
        limit: Limit = 10,
        since: Since = None,
        until: Until = None,
        authors: Authors = [],  # noqa: B006 (the schema shows the default; it is never changed)
        tags: Tags = [],  # noqa: B006
    ) -> Annotated[CallToolResult, PaperList]:
        """Find papers in the user's library by words and by meaning, best first.

        Use ask_library for a question that needs an answer.
        """

        def work(progress: Progress) -> PaperList:
            filters = _filters(since, until, authors, tags)
            if not query.strip() and not filters.given:
                newest = self._library.papers(sort="published", limit=limit)
                details = [self._library.get(f"#{paper.number}") for paper in newest]
                return PaperList(papers=[FoundPaper.of(0.0, paper) for paper in details])
            return self._listed(self._library.search(query, limit=limit, filters=filters))

        return (await self._worker.run(context, work)).content()

    async def get_paper(
        self, context: AnyContext, paper_id: Id
    ) -> Annotated[CallToolResult, PaperResult]:
        """Get the abstract, metadata and reference of one paper of the library."""

        def work(progress: Progress) -> PaperResult:
            return PaperResult(paper=full_paper(self._library, paper_id))

        return (await self._worker.run(context, work)).content()

    async def ask_library(
        self,
        context: AnyContext,
        question: Annotated[
            str, Field(min_length=1, description="A complete question in English.")
        ],
        since: Since = None,
        until: Until = None,
        authors: Authors = [],  # noqa: B006
        tags: Tags = [],  # noqa: B006
    ) -> Annotated[CallToolResult, LibraryAnswer]:
        """Answer a question from the abstracts in the library, with verified citations.

        Every sentence of the answer was checked against the sentences that it cites. If the status
        is not "answered", tell the user that the library has no certain answer; do not answer from
        memory as if it came from the library. Cite papers by their titles and ids.
        """

        def work(progress: Progress) -> LibraryAnswer:
            progress.report(0, 0, "Searching the library")
            stream = self._library.ask_stream(
                question, filters=_filters(since, until, authors, tags), progress=progress
            )
            for event in stream:
                if isinstance(event, PassagesFound):
                    progress.report(0, 0, "Reading the passages found")
                elif isinstance(event, EvidenceFound):
                    progress.report(0, 0, "Writing and checking the answer")
            return LibraryAnswer.of(stream.result())

        return (await self._worker.run(context, work)).content()

    async def find_similar(
        self, context: AnyContext, paper_id: Id, limit: Limit = 10
    ) -> Annotated[CallToolResult, PaperList]:
        """Find the papers of the library that are most similar to one of them."""

        def work(progress: Progress) -> PaperList:
            return self._listed(self._library.similar(paper_id, limit=limit))

        return (await self._worker.run(context, work)).content()

    async def get_tldr(
        self, context: AnyContext, paper_id: Id
    ) -> Annotated[CallToolResult, TldrResult]:
        """Get the one-line summary of a paper; it is written, and kept, if there is none yet."""

        def work(progress: Progress) -> TldrResult:
            progress.report(0, 0, "Writing the TL;DR")
            return TldrResult.of(self._library.tldr(paper_id))

        return (await self._worker.run(context, work)).content()

    async def list_collections(
        self, context: AnyContext
    ) -> Annotated[CallToolResult, CollectionList]:
        """List the tags of the library with the number of papers that have each."""

        def work(progress: Progress) -> CollectionList:
            return CollectionList(
                papers=len(self._library),
                collections=[
                    Collection(tag=one.tag, papers=one.papers)
                    for one in self._library.tags(_MAX_TAGS)
                ],
            )

        return (await self._worker.run(context, work)).content()

    async def export_references(
        self,
        context: AnyContext,
        ids: Annotated[
            list[str],
            Field(max_length=_MAX_REFERENCES, description="Ids of papers. Empty: use tags."),
        ] = [],  # noqa: B006
        tags: Tags = [],  # noqa: B006
        format: Annotated[  # noqa: A002
            ReferenceFormat,
            Field(description="A file format, or a citation style for formatted references."),
        ] = "bibtex",
    ) -> Annotated[CallToolResult, References]:
        """Get references of papers for a bibliography, by ids or by tags."""

        def work(progress: Progress) -> References:
            if bool(ids) == bool(tags):
                raise UsageError("Give either the ids of papers or tags.")
            filters = Filters(tags=tuple(tags))
            chosen = list(
                dict.fromkeys(ids)
                if ids
                else (
                    f"#{paper.number}"
                    for paper in self._library.papers(filters=filters, limit=_MAX_REFERENCES + 1)
                )
            )
            if len(chosen) > _MAX_REFERENCES:
                raise UsageError(
                    f"More than {_MAX_REFERENCES} papers have these tags. Export them on the "
                    "command line: assistant export --tag TAG -o FILE"
                )
            if format in _STYLES:
                text = "\n".join(self._library.cite(chosen, format)) if chosen else ""
            else:
                text = self._library.export(format, ids=chosen)
            return References(format=format, papers=len(chosen), text=text)

        return (await self._worker.run(context, work)).content()

    async def library_status(self, context: AnyContext) -> Annotated[CallToolResult, StatusResult]:
        """Get the size of the library, and the models in use."""

        def work(progress: Progress) -> StatusResult:
            found = self._library.status()
            return StatusResult(
                papers=found.papers,
                tldrs=found.tldrs,
                missing_vectors=found.missing_vectors,
                search="full text only" if found.full_text_only else "full text and vectors",
                read_only=found.read_only,
                writes_allowed=self._writes_allowed,
                embedder=found.embedder,
                language_model=found.language_model.name,
            )

        return (await self._worker.run(context, work)).content()

    def _listed(self, found: SearchResult) -> PaperList:
        return PaperList(
            papers=[FoundPaper.of(hit.score, self._library.get(hit.id)) for hit in found]
        )


def full_paper(library: PaperLibrary, paper_id: str) -> FullPaper:
    """All that a client needs of a paper.

    Raises:
        PaperNotFound: no paper has this id.
    """
    found = library.get(paper_id)
    (citation,) = library.cite(f"#{found.number}")
    return FullPaper(
        id=found.id,
        uri=paper_uri(found.id),
        title=found.shown_title,
        authors=list(found.authors),
        published=found.published,
        doi=found.doi,
        arxiv=found.arxiv,
        pmid=found.pmid,
        url=found.url,
        tags=list(found.tags),
        tldr=found.tldr.text if found.tldr else None,
        abstract=found.abstract,
        citation=citation,
    )


def _filters(since: str | None, until: str | None, authors: list[str], tags: list[str]) -> Filters:
    return Filters(since=since, until=until, authors=tuple(authors), tags=tuple(tags))
