"""Papers into the catalogue batch by batch: one is read while the one before it is written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import fields

from assistant.library.records import ImportReport
from assistant.paper import Paper

# Papers of one transaction: 500 at once are a tenth slower. An interrupt loses at most this many,
# and as many that are just being written.
BATCH = 2_000


class BatchWriter:
    """Adds papers with one function that takes a batch and reports what became of it."""

    def __init__(
        self,
        add: Callable[[Sequence[Paper], Callable[[], None]], ImportReport],
        progress: Callable[[int], None] | None,
    ) -> None:
        """Call `add` for every batch, and `progress` behind it with the number read so far.

        What `add` is given beside the batch it calls when only the full text is left to be made.
        """
        self._add = add
        self._progress = progress
        self._report = ImportReport()
        self._writing: Future[ImportReport] | None = None

    def all(self, papers: Iterable[Paper]) -> ImportReport:
        """See `Library.add`."""
        # The full text is made without the interpreter's lock, so reading goes on beside that. It
        # waits while rows are written: both would hand the lock to each other all the time.
        with ThreadPoolExecutor(1, thread_name_prefix="add-papers") as pool:
            batch: list[Paper] = []
            try:
                for paper in papers:
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
        """Wait for the batch that is being written; what it raised is raised here."""
        if self._writing is None:
            return
        writing, self._writing = self._writing, None
        part = writing.result()
        for figure in fields(ImportReport):
            total = getattr(self._report, figure.name) + getattr(part, figure.name)
            setattr(self._report, figure.name, total)
        if self._progress:
            self._progress(self._report.read)
