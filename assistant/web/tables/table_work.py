"""The work that fills the tables of the page: one table for each user, in every window the same.

What a table asks is kept with the library, and so is each cell: the work goes on after the page was
closed or the server was started again. Questions go first: the model answers them between two steps
of a table.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.errors import UsageError
from assistant.languages import _
from assistant.progress import Report
from assistant.web.jobs import JobPart
from assistant.web.rendering import explained
from assistant.web.tables.saved_tables import SavedTable, SavedTables, TableStatus

if TYPE_CHECKING:
    from assistant.answering.question import Question
    from assistant.library import StoredPaper
    from assistant.progress import Progress
    from assistant.session import Session
    from assistant.tabulating import Cell, Column, Row
    from assistant.web.jobs import Jobs

NAME = _("Filling the table")
# Seconds between two looks at what the library has, while it changes all the time.
_RELOAD_S = 3.0
# A cell by the number of its paper and the text of its question.
CellKey = tuple[int, str]


@dataclass(frozen=True)
class TableState:
    """A table at one moment: its rows in the order of its papers, and how far the work is.

    `missing` cells are not known, `report` is None while nothing is filled, `error` is why the last
    attempt failed. `version` changes with everything else.
    """

    saved: SavedTable
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    missing: int
    report: Report | None
    error: str
    version: int


class _Table:
    """The table of one user in this process; `lock` guards all of it."""

    def __init__(self, saved: SavedTable) -> None:
        from assistant.tabulating.columns import named_columns

        self.lock = threading.RLock()
        self.saved = saved
        self.columns = named_columns(saved.columns)
        self.papers: list[StoredPaper] = []
        self.cells: dict[CellKey, Cell] = {}
        # Cells to ask again, and the state of library and models that the cells were read in.
        self.redo: set[CellKey] = set()
        self.read_in: object = None
        self.read_at = 0.0
        self.part: JobPart | None = None
        self.working = False
        self.report: Report | None = None
        self.error = ""
        self.version = 0

    @property
    def questions(self) -> list[str]:
        """The questions, each once."""
        return list(dict.fromkeys(column.question.text for column in self.columns))


class TableWork:
    """The tables of a session's library, and the jobs that fill them. Thread-safe."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        """Fill nothing yet; see `start`."""
        self._session = session
        self._jobs = jobs
        self._lock = threading.Lock()
        # Held while a table is saved: what is saved is what `_tables` has.
        self._saving = threading.Lock()
        self._saved = SavedTables(lambda: session.library)
        self._tables: dict[str, _Table] = {}
        self._versions = 0

    def start(self) -> None:
        """Go on with the tables that were being filled when the server ended."""

        def resume(progress: Progress) -> None:
            if self._session.library.read_only:
                return
            for owner, saved in self._saved.all().items():
                if saved.status == "filling" and (table := self._table(owner)):
                    self._begin_work(owner, table)

        self._jobs.start("Resuming tables", resume, background=True)

    def begin(self, owner: str, saved: SavedTable) -> None:
        """Fill this table, in place of the one before.

        Raises:
            UsageError: the columns cannot be one table, or there are no papers.
            LibraryError: the library cannot be written.
        """
        from assistant.tabulating.columns import checked_columns, named_columns

        checked_columns(named_columns(saved.columns))
        if not saved.papers:
            raise UsageError(_("No papers match. Choose others."))
        with self._saving:
            self._saved.save(owner, saved)
            with self._lock:
                before = self._tables.get(owner)
                table = self._tables[owner] = _Table(saved)
        if before is not None:
            with before.lock:
                before.redo.clear()
                if before.part:
                    before.part.stop()
        self._changed(table)
        self._begin_work(owner, table)

    def stop(self, owner: str) -> None:
        """Stop filling, until `resume`; cells that are known stay."""
        table = self._table(owner)
        if table is None:
            return
        with table.lock:
            table.redo.clear()
            self._set_status(owner, table, "stopped")
            if table.part:
                table.part.stop()
        self._changed(table)

    def resume(self, owner: str) -> None:
        """Fill the cells that are missing."""
        table = self._table(owner)
        if table is None:
            return
        with table.lock:
            table.error = ""
            self._set_status(owner, table, "filling")
        self._changed(table)
        self._begin_work(owner, table)

    def redo(self, owner: str, cells: Iterable[tuple[int, int]]) -> int:
        """Ask these cells again: the number of the paper and the index of the column of each.

        Returns how many there are.

        Raises:
            UsageError: there are none.
        """
        table = self._table(owner)
        count = 0
        if table is not None:
            with table.lock:
                numbers = {stored.number for stored in table.papers}
                wanted = {
                    (number, table.columns[index].question.text)
                    for number, index in cells
                    if number in numbers and 0 <= index < len(table.columns)
                }
                count = len(wanted)
                table.redo |= wanted
                table.error = ""
                for key in wanted:
                    table.cells.pop(key, None)
                if count and table.part:
                    table.part.stop()
        if table is None or not count:
            raise UsageError(_("Select cells first."))
        self._changed(table)
        self._begin_work(owner, table)
        return count

    def state(self, owner: str) -> TableState | None:
        """The table of `owner` now; None if there is none.

        Raises:
            LibraryError: the library cannot be read.
            ModelError: the model, whose answers it shows, cannot be opened.
        """
        from assistant.tabulating import Cell, Row

        table = self._table(owner)
        if table is None:
            return None
        self._read(table)
        unasked = Cell("", "", "unasked", 0.0)
        with table.lock:
            asked = [column.question.text for column in table.columns]
            rows = tuple(
                Row(stored, tuple(table.cells.get((stored.number, one), unasked) for one in asked))
                for stored in table.papers
            )
            return TableState(
                table.saved,
                table.columns,
                rows,
                len(table.papers) * len(table.questions) - len(table.cells),
                table.report,
                table.error,
                table.version,
            )

    def _table(self, owner: str) -> _Table | None:
        with self._lock:
            table = self._tables.get(owner)
        if table is not None:
            return table
        saved = self._saved.all().get(owner)
        if saved is None:
            return None
        with self._lock:
            return self._tables.setdefault(owner, _Table(saved))

    def _read(self, table: _Table, *, now: bool = False) -> None:
        """Read papers and cells from the library, if anything there may have changed."""
        library, tabulator = self._session.library, self._session.tabulator
        state = (library.stamp(), tabulator.recipe)
        with table.lock:
            is_recent = time.monotonic() - table.read_at < _RELOAD_S
            same_model = isinstance(table.read_in, tuple) and table.read_in[1:] == state[1:]
            if not now and (state == table.read_in or (is_recent and same_model)):
                return
            papers = list(library.papers.in_order(table.saved.papers))
            cells = tabulator.known(table.columns, papers)
            for key in table.redo:
                cells.pop(key, None)
            if (papers, cells) != (table.papers, table.cells):
                table.papers, table.cells = papers, cells
                self._changed(table)
            table.read_in, table.read_at = state, time.monotonic()

    def _begin_work(self, owner: str, table: _Table) -> None:
        with table.lock:
            if not table.working:
                table.working = True
                self._jobs.start(
                    NAME, lambda progress: self._work(owner, table, progress), background=True
                )

    def _work(self, owner: str, table: _Table, job: Progress) -> None:
        while True:
            with table.lock:
                redo = set(table.redo)
                fills = table.saved.status == "filling" and self._tables.get(owner) is table
                if job.stop_requested or not (redo or fills):
                    table.working = False
                    break
            try:
                if redo:
                    self._ask_again(table, redo, job)
                else:
                    self._fill(owner, table, job)
            except Exception as error:
                with table.lock:
                    table.redo.clear()
                    table.error = explained(error, f"{NAME} failed")
                    if table.saved.status == "filling":
                        try:
                            self._set_status(owner, table, "stopped")
                        except Exception as unsaved:
                            # This process alone knows it; the next one goes on.
                            explained(unsaved, f"{NAME}: the stop was not saved")
                            table.saved = replace(table.saved, status="stopped")
        with table.lock:
            table.read_in = None
        self._changed(table)

    def _fill(self, owner: str, table: _Table, job: Progress) -> None:
        self._read(table, now=True)
        with table.lock:
            papers, questions = list(table.papers), table.questions
            lacking = [
                one for one in papers if any((one.number, q) not in table.cells for q in questions)
            ]
            total = len(papers) * len(questions) - len(table.cells)
        with self._part(table, job, total) as part:
            self._ask(table, table.columns, lacking, part)
        with table.lock:
            if not part.stop_requested and table.saved.status == "filling":
                self._set_status(owner, table, "done")

    def _ask_again(self, table: _Table, wanted: set[CellKey], job: Progress) -> None:
        asked: dict[int, set[str]] = {}
        for number, question in wanted:
            asked.setdefault(number, set()).add(question)
        groups: dict[frozenset[str], list[int]] = {}
        for number, questions in asked.items():
            groups.setdefault(frozenset(questions), []).append(number)
        with self._part(table, job, len(wanted)) as part:
            for group, numbers in groups.items():
                papers = [stored for stored in table.papers if stored.number in numbers]
                columns = {
                    column.question.text: column
                    for column in table.columns
                    if column.question.text in group
                }
                self._ask(table, list(columns.values()), papers, part, redo=True)
        with table.lock:
            # What was stopped keeps the answer that it had.
            if part.stop_requested and not table.redo:
                table.read_in = None
            elif not part.stop_requested:
                table.redo -= wanted

    def _ask(
        self,
        table: _Table,
        columns: Sequence[Column],
        papers: Sequence[StoredPaper],
        part: JobPart,
        *,
        redo: bool = False,
    ) -> None:
        done = part.latest.done

        def on_cell(stored: StoredPaper, question: Question, cell: Cell) -> None:
            nonlocal done
            key = (stored.number, question.text)
            with table.lock:
                if not redo and key in table.redo:
                    return
                table.redo.discard(key)
                table.cells[key] = cell
                if cell.new or redo:
                    done += 1
                    part.report(done)
                self._changed(table)

        if papers and not part.stop_requested:
            tabulator = self._session.tabulator
            with closing(tabulator.run(columns, papers, part, redo=redo, on_cell=on_cell)) as rows:
                for _row in rows:
                    pass

    @contextmanager
    def _part(self, table: _Table, job: Progress, total: int) -> Iterator[JobPart]:
        """A part of the work over `total` cells, which the page shows and can stop."""

        def show(report: Report | None) -> None:
            with table.lock:
                table.report = report
            self._changed(table)

        part = JobPart(job, show)
        with table.lock:
            table.part = part
        try:
            part.report(0, total, NAME)
            yield part
        finally:
            with table.lock:
                table.part = None
            show(None)

    def _set_status(self, owner: str, table: _Table, status: TableStatus) -> None:
        # Not if the user has begun another table meanwhile.
        with self._saving:
            if self._tables.get(owner) is table:
                table.saved = self._saved.set_status(owner, table.saved, status)

    def _changed(self, table: _Table) -> None:
        with self._lock:
            self._versions += 1
            table.version = self._versions
