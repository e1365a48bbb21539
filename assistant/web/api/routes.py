"""The library as JSON over HTTP; each route is a method of the Python API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from assistant import __version__
from assistant.api import (
    Answer,
    Filters,
    ImportResult,
    LibraryStatus,
    PaperDetails,
    PaperLibrary,
    PaperLine,
    Progress,
    SearchResult,
    TagCount,
    Tldr,
)
from assistant.errors import UsageError
from assistant.web.api.chat_completions import chat_router
from assistant.web.api.errors import explain_errors, explained
from assistant.web.api.table_routes import table_router
from assistant.web.api.work import EventStream, Worker

OPENAPI = "/api/openapi.json"
_MAX_PAPERS = 1000
_MAX_HITS = 100

Words = Annotated[str, Query(description="Words and filters, as in `assistant search`.")]
ExportForm = Literal["bibtex", "ris", "csljson", "csv", "jsonl", "markdown"]
# The styles of the package. Others are files, which a request cannot name.
CitationStyle = Literal["apa", "chicago", "ieee", "vancouver"]


class QuestionBody(BaseModel):
    """A question, which can contain filters, with the answers that it can refer to."""

    question: str
    history: list[Answer] = Field(default=[], max_length=100)
    since: str | None = None
    until: str | None = None
    authors: list[str] = []
    tags: list[str] = []
    stream: bool = Field(default=False, description="Answer with server-sent events.")

    @property
    def filters(self) -> Filters:
        """The conditions on papers."""
        return Filters(
            since=self.since,
            until=self.until,
            authors=tuple(self.authors),
            tags=tuple(self.tags),
        )


class ImportBody(BaseModel):
    """The content of a file; `name` is for messages."""

    text: str
    name: str = "text"


class TagsBody(BaseModel):
    """Tags to add to papers, or to remove from them."""

    ids: list[str] = Field(min_length=1)
    tags: list[str] = Field(min_length=1)
    remove: bool = False


class TldrBody(BaseModel):
    """A TL;DR by the user; without a text, the model writes another one."""

    text: str | None = None


class Changed(BaseModel):
    """The number of papers that changed."""

    changed: int


def build_api(library: PaperLibrary) -> FastAPI:
    """The API of `library`, without any protection."""
    app = FastAPI(
        title="Paper assistant",
        version=__version__,
        description="The library of the paper assistant: search, answers with verified citations, "
        "and TL;DRs. The JSON is that of the command line.",
        openapi_url=OPENAPI,
        # These pages would load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    worker = Worker()
    app.include_router(_reading(library, worker))
    app.include_router(_asking(library, worker))
    app.include_router(_writing(library, worker))
    app.include_router(table_router(library))
    app.include_router(chat_router(library, worker))
    explain_errors(app)
    return app


def _reading(library: PaperLibrary, worker: Worker) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["Papers"])

    @router.get("/status", response_model=LibraryStatus)
    def status() -> Response:
        """Size of the library, and its models."""
        return JSONResponse(library.status().as_json())

    @router.get("/search", response_model=SearchResult)
    async def search(
        request: Request, q: Words, limit: Annotated[int, Query(ge=1, le=_MAX_HITS)] = 10
    ) -> Response:
        """Papers by words and meaning, the best first."""
        found = await worker.run(request, lambda progress: library.search(q, limit=limit))
        return JSONResponse(found.as_json())

    @router.get("/similar/{id:path}", response_model=SearchResult)
    async def similar(
        request: Request, id: str, limit: Annotated[int, Query(ge=1, le=_MAX_HITS)] = 10
    ) -> Response:
        """The papers nearest to a paper."""
        found = await worker.run(request, lambda progress: library.similar(id, limit=limit))
        return JSONResponse(found.as_json())

    @router.get("/papers", response_model=list[PaperLine])
    def papers(
        q: Words = "",
        sort: Literal["published", "added", "title"] | None = None,
        limit: Annotated[int, Query(ge=1, le=_MAX_PAPERS)] = 100,
    ) -> Response:
        """A list of papers with their TL;DRs."""
        found = library.papers(q, sort=sort, limit=limit)
        return JSONResponse([paper.as_json() for paper in found])

    @router.get("/papers/{id:path}", response_model=PaperDetails)
    def paper(id: str, sources: bool = False) -> Response:
        """All that the library has about a paper."""
        return JSONResponse(library.get(id, sources=sources).as_json())

    @router.get("/tags", response_model=list[TagCount])
    def tags() -> Response:
        """The tags and how many papers have each."""
        return JSONResponse([tag.as_json() for tag in library.tags()])

    @router.get("/export", response_class=PlainTextResponse)
    async def export(
        request: Request,
        format: ExportForm = "bibtex",
        q: Words = "",
        id: Annotated[list[str] | None, Query(description="These papers instead.")] = None,
    ) -> Response:
        """Papers in a format of other programs."""
        text = await worker.run(
            request, lambda progress: library.export(format, query=q, ids=id or None)
        )
        return PlainTextResponse(text)

    @router.get("/cite", response_model=list[str])
    async def cite(
        request: Request,
        style: CitationStyle = "apa",
        q: Words = "",
        id: Annotated[list[str] | None, Query(description="These papers instead.")] = None,
    ) -> Response:
        """Formatted references, in the order of a bibliography of this style."""
        if bool(id) == bool(q.strip()):
            raise UsageError("Choose the papers by id, or by words and filters in q.")

        def texts(progress: Progress) -> list[str]:
            found = library.papers(q, limit=_MAX_PAPERS) if not id else ()
            return library.cite(id or [paper.id for paper in found], style)

        return JSONResponse(await worker.run(request, texts))

    return router


def _asking(library: PaperLibrary, worker: Worker) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["Answers and TL;DRs"])

    @router.post("/ask", response_model=Answer)
    async def ask(body: QuestionBody, request: Request) -> Response:
        """Answer a question, with citations; or the events of the answer, if asked for."""
        filters = body.filters

        def events(progress: Progress) -> Iterator[str]:
            try:
                for event in library.ask_stream(
                    body.question, history=body.history, filters=filters, progress=progress
                ):
                    yield f"data: {json.dumps(event.as_json(), ensure_ascii=False)}\n\n"
            except Exception as error:
                _, explanation = explained(error)
                yield f"data: {json.dumps(explanation, ensure_ascii=False)}\n\n"

        if body.stream:
            progress = Progress()
            return EventStream(worker.stream(progress, events), progress)
        answer = await worker.run(
            request,
            lambda progress: library.ask(
                body.question, history=body.history, filters=filters, progress=progress
            ),
        )
        return JSONResponse(answer.as_json())

    @router.get("/tldr/{id:path}", response_model=Tldr)
    async def tldr(id: str, request: Request) -> Response:
        """The one-line summary of a paper; written, and kept, if there is none yet."""
        line = await worker.run(request, lambda progress: library.tldr(id))
        return JSONResponse(line.as_json())

    @router.post("/tldr/{id:path}", response_model=Tldr)
    async def write_tldr(id: str, body: TldrBody, request: Request) -> Response:
        """Store a text of the user as the TL;DR of a paper, or have it written again."""
        text = body.text

        def write(progress: Progress) -> Tldr:
            return library.tldr(id, redo=True) if text is None else library.set_tldr(id, text)

        return JSONResponse((await worker.run(request, write)).as_json())

    return router


def _writing(library: PaperLibrary, worker: Worker) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["Changes"])

    @router.post("/import", response_model=ImportResult)
    async def import_text(body: ImportBody, request: Request) -> Response:
        """Import the content of a file of any supported format that is text."""
        result = await worker.run(
            request,
            lambda progress: library.import_text(body.text, name=body.name, progress=progress),
        )
        return JSONResponse(result.as_json())

    @router.post("/tags", response_model=Changed)
    def tag(body: TagsBody) -> Changed:
        """Add tags to papers, or remove them."""
        change = library.untag if body.remove else library.tag
        return Changed(changed=change(body.ids, *body.tags))

    return router
