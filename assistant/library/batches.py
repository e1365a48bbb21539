"""Papers into the catalogue batch by batch: one is read while the one before it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import fields

from assistant.library.records import ImportReport
from assistant.paper import Paper

# Papers of one transaction: a transaction has its price, and an interrupt loses at most this many
# and as many that are just being written.
BATCH = 500


class Adding:
    """Adds papers with one function that takes a batch and reports what became of it."""

    def __init__(
        self,
        add: Callable[[Sequence[Paper]], ImportReport],
        progress: Callable[[int], None] | None,
    ) -> None:
        """Call `add` for every batch, and `progress` behind it with the number read so far."""
        self._add = add
        self._progress = progress
        self._report = ImportReport()
        self._writing: Future[ImportReport] | None = None

    def all(self, papers: Iterable[Paper]) -> ImportReport:
        """See `Library.add`."""
        # SQLite works without the interpreter's lock, so reading goes on beside it: half again as
        # many papers a second on two cores.
        with ThreadPoolExecutor(1, thread_name_prefix="add-papers") as pool:
            batch: list[Paper] = []
            try:
                for paper in papers:
                    batch.append(paper)
                    if len(batch) == BATCH:
                        full, batch = batch, []
                        self._wait()
                        self._writing = pool.submit(self._add, full)
            finally:
                self._wait()
                if batch:
                    self._writing = pool.submit(self._add, batch)
                    self._wait()
        return self._report

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
