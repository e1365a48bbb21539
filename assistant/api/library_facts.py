"""What an import did, and the size of a library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from pydantic import Field

from assistant.api.result import Result, notebook_html
from assistant.reports import import_summary, library_facts
from assistant.text.formatting import format_size

if TYPE_CHECKING:
    from assistant import library
    from assistant.destinations import Destination
    from assistant.models import ModelFile, ModelOnServer
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
        return notebook_html("notebook_import.html", result=self)


def _problems(failures: list[Failure]) -> list[ImportProblem]:
    return [ImportProblem(where=failure.where, why=failure.why) for failure in failures]


class ModelInfo(Result):
    """Name of a language model, with its file and size, or with its server.

    `file` is "" for a model on a server; `bytes` is None for it, and if the file is missing.
    `server` is the address, "" for a file.
    """

    name: str
    file: str = ""
    bytes: int | None = None
    server: str = ""

    @classmethod
    def of(cls, model: ModelFile | ModelOnServer) -> ModelInfo:
        """What is known of `model` without opening it."""
        from assistant.models import ModelOnServer

        if isinstance(model, ModelOnServer):
            return cls(name=model.name, server=str(model.address))
        return cls(name=model.name, file=str(model.file), bytes=model.bytes)


class SentData(Result):
    """What is sent to a server.

    `local` means that the server is on this computer. Nothing is sent to any other server until the
    user has `confirmed` it.
    """

    address: str
    what: str
    local: bool
    confirmed: bool

    @classmethod
    def of(cls, found: Destination) -> SentData:
        """What is sent to one server."""
        return cls(
            address=found.address.base,
            what=found.sent,
            local=found.address.is_local,
            confirmed=found.confirmed,
        )

    @property
    def text(self) -> str:
        """What is sent where, for people."""
        where = f"{self.address}{' on this computer' if self.local else ''}"
        unless = "" if self.confirmed else "; not confirmed yet, so nothing is sent"
        return f"{self.what}: to {where}{unless}"


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
    sent: tuple[SentData, ...] = Field((), description="What is sent to servers.")
    chroma_server: str = Field("", description="The Chroma server that keeps the vector index.")

    @classmethod
    def of(
        cls,
        status: library.LibraryStatus,
        model: ModelFile | ModelOnServer,
        sent: Sequence[Destination] = (),
        chroma_server: str = "",
    ) -> LibraryStatus:
        """The status of a library that is used with `model` and sends `sent`."""
        return cls.model_validate(
            {
                **asdict(status),
                "folder": str(status.folder),
                "language_model": ModelInfo.of(model),
                "sent": [SentData.of(one) for one in sent],
                "chroma_server": chroma_server,
            }
        )

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Names and values for people."""
        model = self.language_model
        return [
            *library_facts(self),
            *(
                (("Index", f"on the Chroma server {self.chroma_server}"),)
                if self.chroma_server
                else ()
            ),
            ("Embedder", self.embedder or "none"),
            ("Model", model.name),
            ("Server", model.server)
            if model.server
            else ("Model file", f"{model.file} ({format_size(model.bytes)})"),
            *(("Sent", one.text) for one in self.sent),
            *(() if self.sent else (("Sent", "nothing leaves this computer"),)),
        ]

    def __str__(self) -> str:
        return "\n".join(f"{name}: {value}" for name, value in self.facts)

    def _repr_html_(self) -> str:
        return notebook_html("notebook_facts.html", facts=self.facts)
