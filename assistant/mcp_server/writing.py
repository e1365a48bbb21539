"""The tools that change the library; a server has them only if its user allows writes."""

from __future__ import annotations

from typing import Annotated

from mcp.types import CallToolResult
from pydantic import Field

from assistant.api import PaperLibrary, Progress
from assistant.mcp_server.results import ImportedResult, TaggedResult
from assistant.mcp_server.tools import AnyContext
from assistant.mcp_server.work import Worker

_MAX_PROBLEMS = 20


class WriteTools:
    """The tools by name."""

    def __init__(self, library: PaperLibrary, worker: Worker) -> None:
        """Change `library`."""
        self._library = library
        self._worker = worker

    async def import_file(
        self,
        context: AnyContext,
        path: Annotated[
            str,
            Field(min_length=1, description="A file or folder on the computer of the library."),
        ],
    ) -> Annotated[CallToolResult, ImportedResult]:
        """Import papers from a file (BibTeX, RIS, PubMed, CSV, saved pages ...) or a folder.

        Papers that the library already has are merged, not added twice.
        """

        def work(progress: Progress) -> ImportedResult:
            result = self._library.import_files(path, progress=progress)
            problems = [f"{one.where}: {one.why}" for one in (*result.failed, *result.warnings)]
            return ImportedResult(
                summary=result.summary,
                added=result.added,
                merged=result.merged,
                unchanged=result.unchanged,
                problems=problems[:_MAX_PROBLEMS],
            )

        return (await self._worker.run(context, work)).content()

    async def tag_papers(
        self,
        context: AnyContext,
        ids: Annotated[list[str], Field(min_length=1, max_length=1000)],
        tags: Annotated[list[str], Field(min_length=1, max_length=100)],
        remove: Annotated[bool, Field(description="Remove the tags instead.")] = False,
    ) -> Annotated[CallToolResult, TaggedResult]:
        """Add tags to papers of the library, or remove them."""

        def work(progress: Progress) -> TaggedResult:
            change = self._library.untag if remove else self._library.tag
            return TaggedResult(changed=change(ids, *tags))

        return (await self._worker.run(context, work)).content()
