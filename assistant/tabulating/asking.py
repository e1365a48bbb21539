"""Asks papers the questions of a table in this process, many at the same time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from assistant.answering.paper_answer import PaperAnswer, PaperAnswers
    from assistant.answering.question import Question
    from assistant.library import StoredPaper
    from assistant.progress import Progress
    from assistant.tabulating.rows import Cell

# Papers that are started ahead of the oldest unfinished one, for each that is asked at a time.
_AHEAD = 4

Item = TypeVar("Item")
SaveCell = Callable[["StoredPaper", "Question", "PaperAnswer", float], "Cell"]
"""Saves the answer of a paper, which took so many seconds, and returns the cell. Thread-safe."""


class AsksPapers(Protocol):
    """Asks papers, in this process or on other computers."""

    def ask(
        self,
        items: Iterable[tuple[Item, StoredPaper, Sequence[Question]]],
        save: SaveCell,
        progress: Progress,
    ) -> Iterator[tuple[Item, list[Cell] | None]]:
        """Yield every item with a cell for each of its questions, in any order.

        Each answer is saved at once. Papers that failed are yielded with None. After a stop, only
        what is finished is yielded.

        Raises:
            ModelError: the model failed; what was saved before stays.
            LibraryError: a cell cannot be saved.
        """


class PaperAsker:
    """Asks papers with `answers`, in as many threads as the model has slots."""

    def __init__(self, answers: PaperAnswers, slots: int) -> None:
        self._answers = answers
        self._workers = max(1, slots)

    def ask(
        self,
        items: Iterable[tuple[Item, StoredPaper, Sequence[Question]]],
        save: SaveCell,
        progress: Progress,
    ) -> Iterator[tuple[Item, list[Cell] | None]]:
        """Yield every item with its cells, in the order of `items`; see `AsksPapers`."""
        abandoned = threading.Event()
        pool = ThreadPoolExecutor(self._workers, thread_name_prefix="table")
        pending: deque[tuple[Item, Future[list[Cell] | None]]] = deque()

        def cells(stored: StoredPaper, questions: Sequence[Question]) -> list[Cell] | None:
            found = []
            for question in questions:
                if abandoned.is_set() or progress.stop_requested:
                    return None
                started = time.monotonic()
                answer = self._answers.ask(question, stored, progress)
                if answer is None:
                    return None
                found.append(save(stored, question, answer, time.monotonic() - started))
            return found

        try:
            for item, stored, questions in items:
                if progress.stop_requested:
                    return
                pending.append((item, pool.submit(cells, stored, questions)))
                while len(pending) > _AHEAD * self._workers or (pending and pending[0][1].done()):
                    first, future = pending.popleft()
                    if (done := future.result()) is None:
                        return
                    yield first, done
            while pending:
                first, future = pending.popleft()
                if (done := future.result()) is None:
                    return
                yield first, done
        finally:
            # A cell takes seconds; those that are being computed are finished and saved.
            abandoned.set()
            pool.shutdown(cancel_futures=True)
