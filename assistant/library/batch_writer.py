"""Import in batches: the next batch is read while the last one is written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import takewhile

from assistant.library.records import ImportReport
from assistant.paper import Paper
from assistant.progress import Progress

# Papers in one transaction; batches of 500 are 10% slower. An interrupt loses at most the batch
# that is being read and the batch that is being written.
BATCH = 2_000


def write_in_batches(
    papers: Iterable[Paper],
    add: Callable[[Sequence[Paper], Callable[[], None]], ImportReport],
    progress: Progress,
) -> ImportReport:
    """See `Library.add`.

    `add` gets each batch and a function, which it calls when only the full-text index is left to
    update.
    """
    total = ImportReport()
    writing: Future[ImportReport] | None = None

    def wait() -> None:
        """Wait for the batch that is being written, and raise its exception."""
        nonlocal writing
        if writing is not None:
            ended, writing = writing, None
            total.add(ended.result())
            progress.report(total.read)

    # SQLite updates the full-text index without holding the GIL, so reading continues then.
    # Reading waits while rows are written: both would compete for the GIL.
    with ThreadPoolExecutor(1, thread_name_prefix="add-papers") as pool:
        batch: list[Paper] = []
        try:
            for paper in takewhile(lambda _: not progress.stop_requested, papers):
                batch.append(paper)
                if len(batch) == BATCH:
                    full, batch = batch, []
                    wait()
                    rows_written = threading.Event()
                    writing = pool.submit(add, full, rows_written.set)
                    writing.add_done_callback(lambda _, written=rows_written: written.set())  # type: ignore[misc]
                    rows_written.wait()
        finally:
            wait()
            if batch:
                writing = pool.submit(add, batch, lambda: None)
                wait()
    return total
