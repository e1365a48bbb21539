"""Import in batches: the next batch is read while the last one is written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import fields

from assistant.library.records import ImportReport
from assistant.paper import Paper
from assistant.progress import Progress

# Papers in one transaction; batches of 500 are 10% slower. An interrupt loses at most the batch
# that is being read and the batch that is being written.
BATCH = 2_000


class BatchWriter:
    """Writes papers with a function that takes a batch and returns a report."""

    def __init__(
        self,
        add: Callable[[Sequence[Paper], Callable[[], None]], ImportReport],
        progress: Progress,
    ) -> None:
        """Call `add` for every batch, and report the number of papers read after each.

        `add` gets the batch and a function, which it calls when only the full-text index is left
        to update.
        """
        self._add = add
        self._progress = progress
        self._report = ImportReport()
        self._writing: Future[ImportReport] | None = None

    def write(self, papers: Iterable[Paper]) -> ImportReport:
        """See `Library.add`."""
        # SQLite updates the full-text index without holding the GIL, so reading continues then.
        # Reading waits while rows are written: both would compete for the GIL.
        with ThreadPoolExecutor(1, thread_name_prefix="add-papers") as pool:
            batch: list[Paper] = []
            try:
                for paper in papers:
                    if self._progress.stop_requested:
                        break
                    batch.append(paper)
                    if len(batch) == BATCH:
                        full, batch = batch, []
                        self._wait()
                        rows_written = threading.Event()
                        self._writing = pool.submit(self._write, full, rows_written)
                        rows_written.wait()
            finally:
                self._wait()
                if batch:
                    self._writing = pool.submit(self._add, batch, lambda: None)
                    self._wait()
        return self._report

    def _write(self, batch: Sequence[Paper], rows_written: threading.Event) -> ImportReport:
        try:
            return self._add(batch, rows_written.set)
        finally:
            rows_written.set()

    def _wait(self) -> None:
        """Wait for the batch that is being written, and raise its exception."""
        if self._writing is None:
            return
        writing, self._writing = self._writing, None
        part = writing.result()
        for figure in fields(ImportReport):
            total = getattr(self._report, figure.name) + getattr(part, figure.name)
            setattr(self._report, figure.name, total)
        self._progress.report(self._report.read)
