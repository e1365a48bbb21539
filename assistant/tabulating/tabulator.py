"""Fills tables: many papers at the same time, each cell saved in the catalogue when it is known."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from assistant.answering.paper_answer import PaperAnswers, catalogue_answer
from assistant.errors import UsageError
from assistant.library import StoredCell
from assistant.models.protocols import is_capable
from assistant.progress import NO_PROGRESS, Progress
from assistant.tabulating.columns import Column, checked_columns
from assistant.tabulating.rows import Cell, Row
from assistant.text.languages import question_language

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.answering.question import Question
    from assistant.library import Library, StoredPaper
    from assistant.models.protocols import LanguageModel
    from assistant.settings import Settings

    OnCell = Callable[[StoredPaper, Question, Cell], None]

# Papers whose stored cells are looked up at once.
_PAGE = 200
# Papers that are started ahead of the oldest unfinished one, for each that is asked at a time.
_AHEAD = 4
_NOTHING = Cell("", "", "empty", 0.0)


class Tabulator:
    """Asks the papers of one library with one model. Thread-safe, as these are."""

    def __init__(
        self,
        library: Library,
        model: LanguageModel,
        settings: Settings,
        prompts: Path | None = None,
    ) -> None:
        """Load the prompts; `prompts` is the folder of the user's own versions.

        Raises:
            PromptTemplateError: a prompt is invalid.
        """
        self._library = library
        self._model = model
        self._answers = PaperAnswers(library, model, settings, prompts)

    @property
    def recipe(self) -> tuple[str, str]:
        """What answers: the name of the model, and the fingerprint of everything else."""
        return self._model.name, self._answers.fingerprint

    def known(
        self, columns: Sequence[Column], papers: Sequence[StoredPaper]
    ) -> dict[tuple[int, str], Cell]:
        """The cells that need no model now, by paper and question: those `run` would not compute.

        Raises:
            LibraryError: the library cannot be read.
        """
        questions = list(dict.fromkeys(column.question for column in columns))
        cells = {}
        for start in range(0, len(papers), _PAGE):
            page = papers[start : start + _PAGE]
            kept = self._stored(columns, page)
            for stored in page:
                for question in questions:
                    key = (stored.number, question.text)
                    if (cell := _without_model(question, stored, kept.get(key))) is not None:
                        cells[key] = cell
        return cells

    def run(
        self,
        columns: Sequence[Column],
        papers: Iterable[StoredPaper],
        progress: Progress = NO_PROGRESS,
        *,
        redo: bool = False,
        on_cell: OnCell = lambda stored, question, cell: None,
    ) -> Generator[Row, None, None]:
        """Yield a row for each of `papers`, in order.

        Stored cells of the same model, prompts and weights are used, unless `redo` is set. The
        others are computed, each is saved at once. Cells of papers without an abstract are empty,
        except those that the catalogue answers. After a stop no more rows are yielded; the cells
        that are finished by then are saved. `on_cell` gets each cell when it is known, in one of
        several threads.

        Raises:
            UsageError: the columns cannot be one table, or the model cannot read a question; raised
                by the call itself.
            ModelError: the model failed; what was saved before stays.
            LibraryError: a cell cannot be saved.

        """
        columns = checked_columns(columns)
        for column in columns:
            if question_language(column.question.text) and not is_capable(self._model):
                raise UsageError(
                    f"The question of the column “{column.name}” is not in English, and "
                    f"{self._model.name} reads nothing else. Ask in English, or use a larger model."
                )
        return self._rows(columns, papers, progress, on_cell, redo=redo)

    def _rows(
        self,
        columns: Sequence[Column],
        papers: Iterable[StoredPaper],
        progress: Progress,
        on_cell: OnCell,
        *,
        redo: bool,
    ) -> Generator[Row, None, None]:
        workers = max(1, self._model.slots)
        abandoned = threading.Event()
        pool = ThreadPoolExecutor(workers, thread_name_prefix="table")
        pending: deque[Future[Row | None]] = deque()
        remaining = iter(papers)
        try:
            while page := list(islice(remaining, _PAGE)):
                known = {} if redo else self._stored(columns, page)
                for stored in page:
                    pending.append(
                        pool.submit(self._row, columns, stored, known, progress, on_cell, abandoned)
                    )
                    while len(pending) > _AHEAD * workers or (pending and pending[0].done()):
                        row = pending.popleft().result()
                        if row is None:
                            return
                        yield row
            while pending:
                row = pending.popleft().result()
                if row is None:
                    return
                yield row
        finally:
            # A cell takes seconds; those that are being computed are finished and saved.
            abandoned.set()
            pool.shutdown(cancel_futures=True)

    def _row(
        self,
        columns: Sequence[Column],
        stored: StoredPaper,
        known: Mapping[tuple[int, str], StoredCell],
        progress: Progress,
        on_cell: OnCell,
        abandoned: threading.Event,
    ) -> Row | None:
        """The row of `stored`; None after a stop."""
        cells: dict[str, Cell] = {}
        for question in dict.fromkeys(column.question for column in columns):
            if abandoned.is_set() or progress.stop_requested:
                return None
            cell = self._cell(question, stored, known.get((stored.number, question.text)), progress)
            if cell is None:
                return None
            on_cell(stored, question, cell)
            cells[question.text] = cell
        return Row(stored, tuple(cells[column.question.text] for column in columns))

    def _cell(
        self, question: Question, stored: StoredPaper, known: StoredCell | None, progress: Progress
    ) -> Cell | None:
        """The answer of the catalogue, the stored cell, or one that is computed and saved now."""
        ready = _without_model(question, stored, known)
        if ready is not None:
            return ready
        started = time.monotonic()
        answer = self._answers.ask(question, stored, progress)
        if answer is None:
            return None
        cell = StoredCell(
            number=stored.number,
            question=question.text,
            model=self._model.name,
            recipe=self._answers.fingerprint,
            answer=answer.text,
            sentences=tuple((source.start, source.end) for source in answer.evidence),
            method=answer.method,
            confidence=round(answer.confidence, 4),
            seconds=round(time.monotonic() - started, 3),
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self._library.cells.save(cell, stored.paper)
        return Cell.of_stored(cell, stored.abstract, new=True)

    def _stored(
        self, columns: Sequence[Column], papers: Sequence[StoredPaper]
    ) -> dict[tuple[int, str], StoredCell]:
        return self._library.cells.get(
            [stored.number for stored in papers],
            [column.question.text for column in columns],
            model=self._model.name,
            recipe=self._answers.fingerprint,
        )


def _without_model(
    question: Question, stored: StoredPaper, known: StoredCell | None
) -> Cell | None:
    """The cell that the catalogue, a missing abstract or a stored answer gives; else None."""
    value = catalogue_answer(question, stored)
    if value is not None:
        return Cell(value, "", "catalogue", 1.0)
    if not stored.abstract.strip():
        return _NOTHING
    return None if known is None else Cell.of_stored(known, stored.abstract, new=False)
