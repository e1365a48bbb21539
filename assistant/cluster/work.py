"""What a worker does with the records that it gets: TL;DRs, cells of tables, vectors.

Everything here is sent to the workers. A worker is told its model by path or address, gets the
prompts as texts, and looks for nothing itself.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import SecretStr

from assistant.answering.paper_answer import PaperAnswer, PaperAnswers, RankedSentences
from assistant.answering.question import Question
from assistant.cluster.messages import Failed
from assistant.embedder import Embedder
from assistant.errors import AssistantError, ClusterError, ModelFileInvalid
from assistant.library import StoredPaper, TldrLine
from assistant.library.chunks import Chunk
from assistant.library.paper_vectors import PaperEmbedder
from assistant.models import LanguageModel, open_embedder, open_language_model
from assistant.models.description import describe_model
from assistant.models.local.selection import selected_file
from assistant.models.local.split_files import split_parts
from assistant.models.server_keys import find_key
from assistant.paper import Paper
from assistant.progress import NO_PROGRESS
from assistant.prompt import Prompt
from assistant.server_address import ServerAddress
from assistant.settings import Settings
from assistant.summarizing.writer import TldrWriter

if TYPE_CHECKING:
    from assistant.embedder import Vectors

# The start of a model's file that is compared, in bytes: its header and some weights.
_COMPARED = 1_000_000

Record = TypeVar("Record")
Result = TypeVar("Result")
OpenModel = Callable[[Settings, Callable[[str], None]], LanguageModel]
OpenEmbedder = Callable[[Settings, Callable[[str], None]], Embedder]
RunRecords = Callable[[Sequence[Any]], list[Any]]
"""The results of records, or a `Failed` for each that failed, in order."""


class Work(Protocol):
    """A kind of work, which is sent to the workers."""

    @property
    def block(self) -> int:
        """The number of records that a worker gets at a time."""

    @property
    def concurrent_blocks(self) -> int:
        """The number of blocks that a worker processes at the same time."""

    def open(self, threads: int) -> RunRecords:
        """Open the model in a worker with so many threads; return what it does with records.

        Raises:
            AssistantError: the model cannot be used there.
        """


@dataclass(frozen=True)
class ModelFileIdentity:
    """A model's file: its path, size in bytes, and a hash of its start."""

    path: Path
    bytes: int
    start: str

    @classmethod
    def of(cls, path: Path) -> ModelFileIdentity:
        """The identity of the file `path`.

        Raises:
            ModelFileInvalid: it cannot be read.
        """
        try:
            with path.open("rb") as file:
                start = hashlib.sha256(file.read(_COMPARED)).hexdigest()
            return cls(path, path.stat().st_size, start)
        except OSError as error:
            raise ModelFileInvalid(
                f"the model file {path} is missing or cannot be read. Copy it to the same path on "
                "every node, or use a model server."
            ) from error

    def check(self) -> None:
        """Compare with the file that is at this path now.

        Raises:
            ModelFileInvalid: it is missing, or another one.
        """
        if ModelFileIdentity.of(self.path) != self:
            raise ModelFileInvalid(
                f"the model file {self.path} differs from that of this library. Copy it again."
            )


@dataclass(frozen=True)
class ModelOpeners:
    """How models are opened: described on the computer of the command, opened in the workers."""

    describe_model: OpenModel = describe_model
    open_model: OpenModel = open_language_model
    open_embedder: OpenEmbedder = open_embedder


@dataclass(frozen=True)
class ModelSource:
    """The model of a worker.

    Attributes:
        settings: with the path of the model's file, or the address and the key of its server.
        files: the files of the model, which must be the same on every computer.
        open_model: opens the model of the settings.

    """

    settings: Settings
    files: tuple[ModelFileIdentity, ...] = ()
    open_model: OpenModel = open_language_model

    @classmethod
    def of(cls, settings: Settings, open_model: OpenModel = open_language_model) -> ModelSource:
        """The model that `settings` select.

        Raises:
            ModelError: the model cannot be used.
        """
        if isinstance(settings.model, ServerAddress):
            return cls(with_key(settings, settings.model), open_model=open_model)
        file = selected_file(settings)
        if file is None:
            return cls(settings, open_model=open_model)
        file = file.absolute()
        return cls(
            settings.model_copy(update={"model": file}),
            tuple(map(ModelFileIdentity.of, split_parts(file))),
            open_model,
        )

    def open(self, threads: int) -> LanguageModel:
        """Open the model in a worker.

        Raises:
            ModelError: the model cannot be used there.
        """
        for file in self.files:
            file.check()
        return self.open_model(on_this_node(self.settings, threads), lambda note: None)


def with_key(settings: Settings, address: ServerAddress) -> Settings:
    """`settings` with the key for `address`, which workers cannot look up.

    Raises:
        ModelServerError: the key cannot be used.
    """
    secret = find_key(settings, address).secret
    return settings.model_copy(
        update={"server_key": SecretStr(secret) if secret else None, "server_key_file": None}
    )


def on_this_node(settings: Settings, threads: int) -> Settings:
    """`settings` for a worker, with this computer's cache folder unless the user has chosen one."""
    changes: dict[str, Any] = {"threads": threads}
    if "cache" not in settings.model_fields_set:
        changes["cache"] = Settings.model_fields["cache"].get_default(call_default_factory=True)
    return settings.model_copy(update=changes)


@dataclass(frozen=True)
class TldrWork:
    """Papers -> TL;DRs."""

    source: ModelSource
    prompt: Prompt
    seed: int | None = None
    # Together two papers for each slot, as without Ray, in small blocks that are saved soon.
    concurrent_blocks: int = field(default=4, init=False)

    @property
    def block(self) -> int:
        """Half as many papers as the model writes at the same time."""
        return max(1, self.source.settings.slots // 2)

    def open(self, threads: int) -> RunRecords:
        """See `Work`."""
        writer = TldrWriter(self.source.open(threads), self.prompt)

        def write(papers: Sequence[Paper]) -> list[TldrLine | None]:
            lines = writer.write(((None, paper) for paper in papers), NO_PROGRESS, self.seed)
            return [line for _, line in lines]

        return lambda papers: separated(write, papers)


@dataclass(frozen=True)
class AskedPaper:
    """A paper, and the questions with what the library ranked for them."""

    stored: StoredPaper
    questions: tuple[tuple[Question, RankedSentences | None], ...]


@dataclass(frozen=True)
class CellWork:
    """Papers and questions -> answers, each with the seconds that it took.

    `prompts` are the texts of all prompts by name.
    """

    source: ModelSource
    prompts: Mapping[str, str]
    concurrent_blocks: int = field(default=2, init=False)

    @property
    def block(self) -> int:
        """As many papers as the model reads at the same time."""
        return max(1, self.source.settings.slots // 2)

    def open(self, threads: int) -> RunRecords:
        """See `Work`."""
        model = self.source.open(threads)
        settings = on_this_node(self.source.settings, threads)
        with TemporaryDirectory() as folder:
            for name, text in self.prompts.items():
                (Path(folder) / f"{name}.md").write_text(text, encoding="utf-8")
            answers = PaperAnswers(None, model, settings, Path(folder))

        def ask(asked: AskedPaper) -> list[tuple[PaperAnswer, float]]:
            found = []
            for question, ranked in asked.questions:
                started = time.monotonic()
                answer = answers.ask(question, asked.stored, NO_PROGRESS, ranked)
                if answer is None:
                    raise ClusterError("the worker was stopped")
                found.append((answer, time.monotonic() - started))
            return found

        def ask_one(asked: AskedPaper) -> Any:
            return separated(lambda papers: [ask(paper) for paper in papers], [asked])[0]

        def ask_all(papers: Sequence[AskedPaper]) -> list[Any]:
            with ThreadPoolExecutor(max(1, model.slots), thread_name_prefix="table") as pool:
                return list(pool.map(ask_one, papers))

        return ask_all


@dataclass(frozen=True)
class EmbeddingWork:
    """Papers -> chunks and vectors.

    Attributes:
        settings: with the address of the embedder's server, if it is on one.
        fingerprint: of embedder and chunks; that of every worker has to be the same.
        open_embedder: opens the embedder of the settings.

    """

    settings: Settings
    fingerprint: str
    open_embedder: OpenEmbedder = open_embedder
    block: int = field(default=64, init=False)
    concurrent_blocks: int = field(default=1, init=False)

    def open(self, threads: int) -> RunRecords:
        """See `Work`."""
        made = self.open_embedder(on_this_node(self.settings, threads), lambda note: None)
        papers_embedder = PaperEmbedder(made)
        if papers_embedder.fingerprint != self.fingerprint:
            raise ClusterError(
                "its embedding model differs from that of the library. Install the same versions."
            )

        def embed(papers: Sequence[StoredPaper]) -> list[tuple[Sequence[Chunk], Vectors]]:
            embedded = papers_embedder.embed(papers)
            found, start = [], 0
            for _, chunks in embedded.papers:
                found.append((chunks, embedded.vectors[start : start + len(chunks)]))
                start += len(chunks)
            return found

        return lambda papers: separated(embed, papers)


def separated(
    run: Callable[[Sequence[Record]], list[Result]], records: Sequence[Record]
) -> list[Result | Failed]:
    """The results of `records` together or, if that fails, one by one with what failed."""
    try:
        return list(run(records))
    except Exception as error:
        if len(records) == 1:
            reason = str(error) if isinstance(error, AssistantError) else repr(error)
            return [Failed(reason)]
    return [result for record in records for result in separated(run, [record])]
