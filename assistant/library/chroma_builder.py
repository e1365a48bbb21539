"""Builds a Chroma collection from the catalogue, if need be in a process of its own.

There are two reasons for that. Chroma holds the interpreter lock while it adds vectors, so a large
build in a thread would stall every other thread, also those that answer questions. And Chroma
writes memory to its files that it did not initialize: in a process that had removed papers in
memory, parts of these would be in the files again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from assistant.errors import AssistantError
from assistant.library.chroma_collection import ChromaCollection, ChromaUnusable
from assistant.library.database import Database
from assistant.library.vector_rows import VectorBatch, VectorRows, VectorState
from assistant.progress import Progress

# Vectors added at once: in a thread, where this stops every other one for 50 ms, and in a process.
STEP = 100
_PROCESS_STEP = 500
# More vectors than this are added by a process of their own: 100,000 take a minute.
MAX_IN_THREAD = 2_000
# Chroma writes its vector files after so many additions (`sync_threshold`).
_OPERATIONS_PER_WRITE = 1_000
_COMMAND = "from assistant.library.chroma_builder import main; main()"
# The process gives way to others. Seconds between two looks whether it has ended.
_NICENESS = 10
_POLL_S = 0.1


def build(rows: VectorRows, state: VectorState, folder: Path, progress: Progress) -> None:
    """Create a collection in `folder` with the chunks of `state`; incomplete after a stop.

    Raises:
        ChromaUnusable: Chroma failed.
    """
    last = state.chunk
    if state.purge or rows.more_than(MAX_IN_THREAD):
        _build_in_process(rows.catalog, last, folder, progress)
        return
    with closing(ChromaCollection(folder, create=True)) as collection:
        for batch in rows.between(0, last, STEP):
            started = time.monotonic()
            collection.upsert(batch)
            if progress.wait(time.monotonic() - started):  # other threads run as long as this one
                return


def _build_in_process(catalog: Path, last: int, folder: Path, progress: Progress) -> None:
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", "-c", _COMMAND, str(catalog), str(last), str(folder)],
                stdin=subprocess.PIPE,  # closes when this process ends, however it ends
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,  # Ctrl-C is for this process
            )
        except OSError as error:
            raise ChromaUnusable(f"its builder cannot be started: {error}") from error
        with process:
            while process.poll() is None:
                if progress.wait(_POLL_S):
                    process.kill()
                    return
        if process.returncode:
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines()
            raise ChromaUnusable(lines[-1] if lines else f"its builder ended: {process.returncode}")


def main() -> None:
    """Build from a catalogue (first argument) up to a chunk (second) in a folder (third)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    catalog, last, folder = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        with (
            closing(Database(catalog)) as database,
            closing(ChromaCollection(folder, create=True)) as collection,
        ):
            _fill(collection, VectorRows(database).between(0, last, _PROCESS_STEP))
    except (AssistantError, ChromaUnusable) as error:
        sys.exit(str(error))


def _fill(collection: ChromaCollection, batches: Iterator[VectorBatch]) -> None:
    """Add `batches`, and then some vectors once more, until Chroma writes its vector files.

    Otherwise the process that opens the collection writes them.
    """
    count = 0
    for batch in batches:
        collection.upsert(batch)
        count += len(batch.chunks)
    while missing := -count % _OPERATIONS_PER_WRITE:
        again = batch.up_to(int(batch.chunks[:missing][-1]))
        collection.upsert(again)
        count += len(again.chunks)


def _end_with_parent() -> None:
    while os.read(0, 1):  # sys.stdin must not be in use when the interpreter ends
        pass
    os._exit(1)
