"""What an import did, and the size of a library."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from pydantic import Field

from assistant.api.result import Result, notebook_html
from assistant.reports import import_summary, library_facts
from assistant.text.formatting import format_size

if TYPE_CHECKING:
    from assistant import library
    from assistant.models import ModelFile
    from assistant.reading import Failure, PaperInputs


class ImportProblem(Result):
    """What could not be read, or is wrong: `where` is a file and a line, `why` is for people."""

    where: str
    why: str


class MergedRecord(Result):
    """A record that was merged into a paper that the library already had."""

    title: str
    source: str
    into_id: str
    into_title: str


class ImportResult(Result):
    """The result of an import in records: read = added + merged + unchanged.

    `unchanged` records were there word for word. `merges` lists the first merged records. `failed`
    could not be read; `warnings` are about records that could.
    """

    read: int
    added: int
    merged: int
    unchanged: int
    without_abstract: int
    merges: tuple[MergedRecord, ...]
    failed: tuple[ImportProblem, ...]
    warnings: tuple[ImportProblem, ...]

    @classmethod
    def of(cls, report: library.ImportReport, inputs: PaperInputs | None = None) -> ImportResult:
        """The result of an import that read `inputs`."""
        return cls.model_validate(
            {
                **asdict(report),
                "failed": _problems(inputs.failures) if inputs else (),
                "warnings": _problems(inputs.warnings) if inputs else (),
            }
        )

    @property
    def summary(self) -> str:
        """The result in one line."""
        return import_summary(self, len(self.failed), len(self.warnings))

    def __str__(self) -> str:
        return self.summary

    def _repr_html_(self) -> str:
        return notebook_html("import", result=self)


def _problems(failures: list[Failure]) -> list[ImportProblem]:
    return [ImportProblem(where=failure.where, why=failure.why) for failure in failures]


class ModelInfo(Result):
    """Name, file and size of a language model; `bytes` is None if the file is missing."""

    name: str
    file: str
    bytes: int | None


class LibraryStatus(Result):
    """Size and contents of a library, and its models; sizes are in bytes.

    `missing_vectors` and `tldrs` count papers. `full_text_only` means that search uses no vectors,
    `read_only` that nothing can be written.
    """

    folder: str
    papers: int
    chunks: int
    vectors: int
    missing_vectors: int
    tldrs: int
    catalog_bytes: int
    chroma_bytes: int
    embedder: str | None
    full_text_only: bool
    read_only: bool
    language_model: ModelInfo = Field(description="The language model; it may not be loaded.")

    @classmethod
    def of(cls, status: library.LibraryStatus, model: ModelFile) -> LibraryStatus:
        """The status of a library that is used with `model`."""
        return cls.model_validate(
            {
                **asdict(status),
                "folder": str(status.folder),
                "language_model": {
                    "name": model.name,
                    "file": str(model.file),
                    "bytes": model.bytes,
                },
            }
        )

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Names and values for people."""
        model = self.language_model
        return [
            *library_facts(self),
            ("Embedder", self.embedder or "none"),
            ("Model", model.name),
            ("Model file", f"{model.file} ({format_size(model.bytes)})"),
        ]

    def __str__(self) -> str:
        return "\n".join(f"{name}: {value}" for name, value in self.facts)

    def _repr_html_(self) -> str:
        return notebook_html("facts", facts=self.facts)
