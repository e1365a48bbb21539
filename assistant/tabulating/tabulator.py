"""Fills tables: many papers at the same time, each cell saved in the catalogue when it is known."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from assistant.answering.paper_answer import PaperAnswers, catalogue_answer
from assistant.errors import UsageError
from assistant.library import StoredCell
from assistant.models.protocols import is_capable
from assistant.ordering import in_order
from assistant.progress import NO_PROGRESS, Progress
from assistant.tabulating.asking import AsksPapers, PaperAsker
from assistant.tabulating.columns import Column, checked_columns
from assistant.tabulating.rows import Cell, Row
from assistant.text.languages import question_language

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.answering.paper_answer import PaperAnswer
    from assistant.answering.question import Question
    from assistant.library import Library, StoredPaper
    from assistant.models.protocols import LanguageModel
    from assistant.settings import Settings

    OnCell = Callable[[StoredPaper, Question, Cell], None]

# Papers whose stored cells are looked up at once.
_PAGE = 200
_NOTHING = Cell("", "", "empty", 0.0)


@dataclass(frozen=True)
class _Plan:
    """A row of the table: what is known of it, and the questions that the model has to be asked."""

    place: int
    stored: StoredPaper
    known: Mapping[Question, Cell]
    missing: tuple[Question, ...]

    def row(self, columns: Sequence[Column], cells: Sequence[Cell]) -> Row:
        """The row with `cells`, the answers to the missing questions."""
        answers = {**self.known, **dict(zip(self.missing, cells, strict=True))}
        return Row(self.stored, tuple(answers[column.question] for column in columns))


class Tabulator:
    """Asks the papers of one library with one model. Thread-safe, as these are."""

    def __init__(
        self,
        library: Library,
        model: LanguageModel,
        settings: Settings,
        prompts: Path | None = None,
        asker: Callable[[PaperAnswers], AsksPapers] | None = None,
    ) -> None:
        """Load the prompts; `prompts` is the folder of the user's own versions.

        What `asker` makes asks the papers in place of `model`, which only names the answers.

        Raises:
            PromptTemplateError: a prompt is invalid.
        """
        self._library = library
        self._model = model
        self._answers = PaperAnswers(library, model, settings, prompts)
        self._asker: AsksPapers = (
            asker(self._answers) if asker else PaperAsker(self._answers, model.slots)
        )

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
        def save(
            stored: StoredPaper, question: Question, answer: PaperAnswer, seconds: float
        ) -> Cell:
            cell = self._save(stored, question, answer, seconds)
            on_cell(stored, question, cell)
            return cell

        def rows() -> Generator[tuple[int, Row | None], None, None]:
            plans = self._plans(columns, papers, on_cell, redo=redo)
            items = ((plan, plan.stored, plan.missing) for plan in plans)
            for plan, cells in self._asker.ask(items, save, progress):
                yield plan.place, None if cells is None else plan.row(columns, cells)

        with closing(rows()) as arriving:
            yield from filter(None, in_order(arriving))

    def _plans(
        self,
        columns: Sequence[Column],
        papers: Iterable[StoredPaper],
        on_cell: OnCell,
        *,
        redo: bool,
    ) -> Iterator[_Plan]:
        questions = dict.fromkeys(column.question for column in columns)
        remaining = iter(papers)
        place = 0
        while page := list(islice(remaining, _PAGE)):
            kept = {} if redo else self._stored(columns, page)
            for stored in page:
                known = {}
                for question in questions:
                    key = (stored.number, question.text)
                    if (cell := _without_model(question, stored, kept.get(key))) is not None:
                        on_cell(stored, question, cell)
                        known[question] = cell
                missing = tuple(question for question in questions if question not in known)
                yield _Plan(place, stored, known, missing)
                place += 1

    def _save(
        self, stored: StoredPaper, question: Question, answer: PaperAnswer, seconds: float
    ) -> Cell:
        cell = StoredCell(
            number=stored.number,
            question=question.text,
            model=self._model.name,
            recipe=self._answers.fingerprint,
            answer=answer.text,
            sentences=tuple((source.start, source.end) for source in answer.evidence),
            method=answer.method,
            confidence=round(answer.confidence, 4),
            seconds=round(seconds, 3),
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
