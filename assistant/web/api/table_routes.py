"""Tables over HTTP: the same questions asked of many papers, as JSON, as events or as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.api import PaperLibrary, Progress, TableRow
from assistant.errors import UsageError
from assistant.web.api.errors import explained
from assistant.web.api.work import EventStream, Worker

_MAX_PAPERS = 1000
# Tables that are filled at the same time; others wait. They have places of their own, so that
# questions never wait behind them.
_MAX_TABLES = 2

Columns = Annotated[
    dict[str, str], Field(min_length=1, description="The question of each column, by its name.")
]


class TableBody(BaseModel):
    """The columns and the papers of a table."""

    columns: Columns | None = None
    set: str | None = Field(default=None, description="The columns of this set instead.")
    q: str = Field(default="", description="Words and filters that choose papers.")
    search: str | None = Field(default=None, description="The best papers of this search instead.")
    ids: list[str] | None = Field(default=None, description="These papers instead.")
    limit: int = Field(default=100, ge=1, le=_MAX_PAPERS)
    redo: bool = Field(default=False, description="Ask again, also where an answer is stored.")
    only: list[str] = Field(default=[], description="`NAME` or `NAME=TEXT`: conditions on rows.")
    sort: str | None = Field(default=None, description="Sort by this column at the end.")
    format: Literal["json", "csv", "xlsx", "md", "html", "jsonl", "text"] = "json"
    stream: bool = Field(default=False, description="Answer with server-sent events, one a row.")

    @property
    def asked(self) -> dict[str, str] | str:
        """The columns, or the name of a set.

        Raises:
            UsageError: neither was given, or both, or a stream of a file.
        """
        if self.stream and self.format != "json":
            raise UsageError("Events are JSON. Leave out either format or stream.")
        if self.columns is not None and self.set is None:
            return self.columns
        if self.set is not None and self.columns is None:
            return self.set
        raise UsageError("Give columns, a question for each name, or the name of a set.")

    @property
    def choice(self) -> dict[str, Any]:
        """Everything else, as arguments of the Python API."""
        return {
            "query": self.q,
            "search": self.search,
            "ids": self.ids,
            "limit": self.limit,
            "redo": self.redo,
            "only": self.only,
            "sort": self.sort,
        }


class Table(BaseModel):
    """The rows of a table."""

    rows: list[TableRow]


class ColumnsBody(BaseModel):
    """The columns of a set."""

    columns: Columns


def table_router(library: PaperLibrary) -> APIRouter:
    """The routes of tables and sets of columns."""
    router = APIRouter(prefix="/api", tags=["Tables"])
    worker = Worker(_MAX_TABLES)

    @router.post("/table", response_model=Table)
    async def table(body: TableBody, request: Request) -> Response:
        """Ask many papers the same questions; cells that are stored are used again."""
        from assistant.tabulating.formats import FORMATS

        asked, choice = body.asked, body.choice

        def rows(progress: Progress) -> Iterator[TableRow]:
            return library.table(asked, **choice, progress=progress)

        def events(progress: Progress) -> Iterator[str]:
            try:
                for row in rows(progress):
                    yield _event({"event": "row", "row": row.as_json()})
                yield _event({"event": "done"})
            except Exception as error:
                _, explanation = explained(error)
                yield _event(explanation)

        if body.stream:
            progress = Progress()
            return EventStream(worker.stream(progress, events), progress)
        if body.format == "json":
            found = await worker.run(request, lambda progress: list(rows(progress)))
            return JSONResponse({"rows": [row.as_json() for row in found]})
        form = body.format
        content = await worker.run(
            request,
            lambda progress: library.export_table(asked, form, **choice, progress=progress),
        )
        disposition = f'attachment; filename="table{FORMATS[form].ending}"'
        return Response(
            content,
            media_type=FORMATS[form].media_type,
            headers={"content-disposition": disposition},
        )

    @router.get("/table/sets", response_model=dict[str, dict[str, str]])
    def sets() -> Response:
        """The sets of columns, those of the user first: the question of each name."""
        return JSONResponse(library.column_sets())

    @router.put("/table/sets/{name}", status_code=204)
    def save(name: str, body: ColumnsBody) -> None:
        """Save columns as a set."""
        library.save_column_set(name, body.columns)

    @router.delete("/table/sets/{name}", status_code=204)
    def delete(name: str) -> None:
        """Delete a saved set."""
        library.delete_column_set(name)

    return router


def _event(content: dict[str, Any]) -> str:
    return f"data: {json.dumps(content, ensure_ascii=False)}\n\n"
