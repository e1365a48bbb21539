"""TL;DRs, tables and vectors of a library, computed on a cluster and saved by this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from assistant.cluster.connection import Capacity, capacity, connected, node_count
from assistant.cluster.mapping import map_records
from assistant.cluster.messages import Failed
from assistant.cluster.work import (
    AskedPaper,
    CellWork,
    EmbeddingWork,
    ModelOpeners,
    ModelSource,
    TldrWork,
    Work,
    with_key,
)
from assistant.errors import ClusterError, EmbedderUnavailable
from assistant.library.paper_vectors import EmbeddedPapers
from assistant.prompt import TEMPLATES, Prompt, prompt_text
from assistant.summarizing import Summarizer
from assistant.summarizing.summarizer import PROMPT as TLDR_PROMPT
from assistant.tabulating import Tabulator
from assistant.text.formatting import format_count

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.answering.paper_answer import PaperAnswers
    from assistant.answering.question import Question
    from assistant.library import Library, StoredPaper, TldrLine
    from assistant.models.protocols import LanguageModel
    from assistant.paper import Paper
    from assistant.progress import Progress
    from assistant.settings import Settings
    from assistant.summarizing.writer import WritesTldrs
    from assistant.tabulating import Cell
    from assistant.tabulating.asking import SaveCell

# Records of one dataset, and items that are looked at for one: all are held in memory. The workers
# open their models again for every dataset.
_RECORDS, _ITEMS = 20_000, 200_000
# Records that fail one after the other before the batch is given up.
_MAX_FAILURES = 50

Item = TypeVar("Item")


class ClusterBatches:
    """Batches on one cluster. Use it in a `with` block; it connects and disconnects.

    `failures` counts the papers that failed.
    """

    def __init__(
        self,
        address: str,
        settings: Settings,
        prompts: Path,
        notify: Callable[[str], None],
        openers: ModelOpeners | None = None,
    ) -> None:
        """Use the cluster at `address` with the model and the limits of `settings`.

        `prompts` is the folder of the user's own prompts. `notify` gets messages for the user.
        `openers` open other models than those of the settings.
        """
        self.failures = 0
        self._address = address
        self._settings = settings
        self._prompts = prompts
        self._notify = notify
        self._openers = openers or ModelOpeners()
        self._stack = ExitStack()
        self._capacity = Capacity(1, 1)
        self._model: LanguageModel | None = None

    def __enter__(self) -> ClusterBatches:
        """Connect.

        Raises:
            UsageError: the address is not one.
            ClusterError: Ray is not installed, or the cluster cannot be used.
        """
        self._stack.enter_context(connected(self._address))
        try:
            self._capacity = capacity(self._settings.threads)
        except BaseException:
            self._stack.close()
            raise
        self._notify(
            f"Titles and abstracts go to the Ray cluster {self._address}: "
            f"{format_count(node_count(), 'node')}, "
            f"{format_count(self._capacity.engines, 'worker')} with "
            f"{format_count(self._capacity.threads, 'thread')} each."
        )
        return self

    def __exit__(self, *exception: object) -> None:
        """Disconnect; a cluster that was started here ends."""
        self._stack.close()

    @property
    def model(self) -> LanguageModel:
        """The description of the model, which only the workers load.

        Raises:
            ModelError: it cannot be used.
        """
        if self._model is None:
            self._model = self._openers.describe_model(self._settings, self._notify)
            self._stack.callback(self._model.close)
        return self._model

    def tldr_writer(self) -> WritesTldrs:
        """Writes TL;DRs on the cluster.

        Raises:
            ModelError: the model cannot be used.
            PromptTemplateError: the user's own prompt is invalid.
        """
        return _TldrWriter(self, self._source(), Prompt.load(TLDR_PROMPT, self._prompts))

    def summarizer(self, library: Library) -> Summarizer:
        """Writes the TL;DRs of `library` on the cluster.

        Raises:
            ModelError: the model cannot be used.
            PromptTemplateError: the user's own prompt is invalid.
        """
        return Summarizer(library, self.model, self._prompts, self.tldr_writer())

    def tabulator(self, library: Library) -> Tabulator:
        """Asks the papers of `library` on the cluster.

        Raises:
            ModelError: the model cannot be used.
            PromptTemplateError: a prompt is invalid.
        """
        texts = {name: prompt_text(name, self._prompts) for name in sorted(TEMPLATES)}
        work = CellWork(self._source(), texts)
        return Tabulator(
            library,
            self.model,
            self._settings,
            self._prompts,
            lambda answers: _PaperAsker(self, work, answers),
        )

    def embed_missing(self, library: Library, progress: Progress) -> int:
        """Embed the papers of `library` that have no vectors; return how many were embedded.

        Raises:
            EmbedderUnavailable: there is no embedder.
        """
        fingerprint = library.vectors.fingerprint
        if fingerprint is None:
            raise EmbedderUnavailable("Vectors cannot be computed without an embedding model.")
        settings = self._settings
        if settings.embedder is not None:
            settings = with_key(settings.model_copy(update={"model": None}), settings.embedder)
        work = EmbeddingWork(settings, fingerprint, self._openers.open_embedder)
        return library.vectors.embed_missing(
            progress, lambda batches: self._embedded(work, batches, progress)
        )

    def map(
        self,
        work: Work,
        items: Iterable[tuple[Item, str, Any | None]],
        progress: Progress,
    ) -> Iterator[tuple[Item, Any | None]]:
        """Yield every item with the result of its record, as they arrive.

        `items` have a title for messages and a record. Those without a record, or whose record
        failed, are yielded with None.

        Raises:
            ClusterError: the cluster cannot be used, or everything fails.
        """
        in_a_row = 0
        remaining = iter(items)
        while True:
            waiting: list[tuple[Item, str, Any]] = []
            looked_at = 0
            for item, title, record in remaining:
                looked_at += 1
                if record is None:
                    yield item, None
                else:
                    waiting.append((item, title, record))
                if progress.stop_requested:
                    return
                if len(waiting) >= _RECORDS or looked_at >= _ITEMS:
                    break
            if not waiting:
                if not looked_at:
                    return
                continue
            records = [record for _, _, record in waiting]
            for place, result in map_records(work, records, self._capacity, progress):
                item, title, _ = waiting[place]
                if isinstance(result, Failed):
                    in_a_row += 1
                    self._report(title, result, in_a_row)
                    result = None
                else:
                    in_a_row = 0
                yield item, result
            if progress.stop_requested:
                return

    def _source(self) -> ModelSource:
        return ModelSource.of(self._settings, self._openers.open_model)

    def _report(self, title: str, failed: Failed, in_a_row: int) -> None:
        self.failures += 1
        if in_a_row >= _MAX_FAILURES:
            raise ClusterError(
                f"{in_a_row} papers failed one after the other on the Ray cluster. The last: "
                f"{failed.reason}"
            )
        if self.failures <= 3:
            self._notify(f"“{title[:80]}” failed: {failed.reason}")

    def _embedded(
        self, work: Work, batches: Iterable[Sequence[StoredPaper]], progress: Progress
    ) -> Iterator[EmbeddedPapers]:
        papers = ((paper, paper.title, paper) for paper in chain.from_iterable(batches))
        mapped = self.map(work, papers, progress)
        made = ((paper, *result) for paper, result in mapped if result is not None)
        while group := list(islice(made, work.block)):
            yield EmbeddedPapers(
                tuple((paper, chunks) for paper, chunks, _ in group),
                np.concatenate([vectors for _, _, vectors in group]),
            )


class _TldrWriter:
    """See `WritesTldrs`."""

    def __init__(self, batches: ClusterBatches, source: ModelSource, prompt: Prompt) -> None:
        self._batches = batches
        self._source = source
        self._prompt = prompt

    def write(
        self,
        items: Iterable[tuple[Item, Paper | None]],
        progress: Progress,
        seed: int | None = None,
    ) -> Iterator[tuple[Item, TldrLine | None]]:
        records = ((item, "" if paper is None else paper.title, paper) for item, paper in items)
        work = TldrWork(self._source, self._prompt, seed)
        return self._batches.map(work, records, progress)


class _PaperAsker:
    """See `AsksPapers`."""

    def __init__(self, batches: ClusterBatches, work: Work, answers: PaperAnswers) -> None:
        self._batches = batches
        self._work = work
        self._answers = answers

    def ask(
        self,
        items: Iterable[tuple[Item, StoredPaper, Sequence[Question]]],
        save: SaveCell,
        progress: Progress,
    ) -> Iterator[tuple[Item, list[Cell] | None]]:
        def records() -> Iterator[tuple[Any, str, AskedPaper | None]]:
            for item, stored, questions in items:
                ranked = tuple((one, self._answers.ranked(one, stored)) for one in questions)
                asked = AskedPaper(stored, ranked) if ranked else None
                yield (item, stored, questions), stored.title, asked

        for (item, stored, questions), result in self._batches.map(self._work, records(), progress):
            if result is None:
                yield item, None if questions else []
            else:
                yield (
                    item,
                    [
                        save(stored, question, answer, seconds)
                        for question, (answer, seconds) in zip(questions, result, strict=True)
                    ],
                )
