"""One build of the Chroma index: a folder with a collection, which follows the catalogue.

A build is made in a process of its own (`start`, `main`), for two reasons. Chroma holds the
interpreter lock while it adds vectors, so a thread would delay questions. And Chroma writes memory
that it did not initialize: in a process that has read removed papers, parts of them might be in
the new files.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Self

from assistant.errors import AssistantError
from assistant.files import write_atomically
from assistant.library.chroma_collection import ChromaCollection, ChromaUnusable, chroma_failures
from assistant.library.database import Database
from assistant.library.vector_rows import VectorRows, VectorState

_STATE = "state.json"
# Chroma writes its vector files after so many additions (`sync_threshold`).
_ADDITIONS_PER_WRITE = 1_000
# Vectors added at once: this stops the other threads for 50 ms.
_STEP = 100
_COMMAND = "from assistant.library.chroma_build import main; main()"
# The process gives way to others.
_NICENESS = 10


class ChromaOutdated(ChromaUnusable):
    """All vectors were replaced since the build was made."""


class ChromaBuild:
    """An open collection with the state of the catalogue that it has reached.

    Chroma notices neither a truncated vector file (it finds wrong neighbours) nor an overwritten
    one (it may end the process). So a file in the folder has the size and time of every vector
    file, and three states of the catalogue: the collection has `reached` one of them, has nothing
    newer than `target`, and was begun at `built`. Chunks removed before that are in none of its
    files, chunks removed later may be.

    Raises:
        ChromaUnusable: here and in every method.
    """

    def __init__(
        self, path: Path, rows: VectorRows, states: list[VectorState] | None = None
    ) -> None:
        """Create an empty collection in `path`, or open the one there with its saved `states`."""
        now = rows.state()
        self.path = path
        self._rows = rows
        self.reached, self._target, self.built = states or (replace(now, chunk=0), now, now)
        self._compared: VectorState | None = None
        self._saved: object = None
        self.collection = ChromaCollection(path, create=states is None)

    @classmethod
    def open(cls, path: Path, rows: VectorRows) -> Self:
        """Open the build in `path`, if it can be trusted.

        Raises:
            ChromaUnusable: it cannot; the text completes "The vector index ...".
        """
        try:
            saved = json.loads((path / _STATE).read_bytes())
            states = [VectorState(**saved[name]) for name in ("reached", "target", "built")]
            unchanged = _vector_files(path) == saved["files"]
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ChromaUnusable("was made by an older version or not closed properly") from error
        if states[1].generation != rows.state().generation:
            raise ChromaOutdated
        if not rows.has_been(states[1]):
            raise ChromaUnusable("belongs to another catalogue")
        if not (path / "chroma.sqlite3").is_file():
            raise ChromaUnusable("was missing")
        if not unchanged:
            raise ChromaUnusable("was changed from outside or not closed properly")
        try:
            build = cls(path, rows, states)
        except ChromaUnusable as reason:
            raise ChromaUnusable(f"was damaged ({reason})") from reason
        build._saved = saved
        return build

    def follow(self, report: Callable[[int], object] = lambda changes: None) -> None:
        """Apply what changed in the catalogue, and check that the counts agree.

        `report` is called with the number of changes in each step.
        """
        while (state := self._rows.state()) != self._compared:
            if not self._rows.can_follow(self.reached):
                raise ChromaOutdated
            if state != self.reached:
                self._target = state
                if self._saved:
                    self.save()
                removed = self._rows.removed_after(self.reached.entry)
                for start in range(0, len(removed), _STEP):
                    self.collection.delete(removed[start : start + _STEP])
                    report(len(removed[start : start + _STEP]))
                for batch in self._rows.between(self.reached.chunk, state.chunk, _STEP):
                    self.collection.upsert(batch)
                    report(len(batch.chunks))
                self.reached = state
            count, expected = self.collection.count(), self._rows.count()
            if self._rows.state() == state:  # else another writer was active meanwhile
                if count != expected:
                    raise ChromaUnusable(f"it has {count} vectors, the catalogue {expected}")
                self._compared = state
                self.save()

    def save(self) -> None:
        """Write the state file, if it changed.

        It is written before a change too: an interrupted update continues from `reached`, but only
        with a catalogue that has the target in its history.
        """
        with chroma_failures():
            states = {"reached": self.reached, "target": self._target, "built": self.built}
            content = {name: asdict(state) for name, state in states.items()} | {
                "files": _vector_files(self.path)
            }
            if content != self._saved:
                write_atomically(self.path / _STATE, json.dumps(content))
                self._saved = content

    def close(self) -> None:
        """Save the state and let go of the folder."""
        # If the state cannot be saved, the next process that opens the collection may rebuild it.
        with contextlib.suppress(ChromaUnusable):
            self.save()
        self.collection.close()


def _vector_files(path: Path) -> dict[str, list[int]]:
    """Size and time of the vector files; Chroma's own database changes when it is opened."""
    stats = {file: file.stat() for file in sorted(path.glob("*/*"))}
    return {
        file.relative_to(path).as_posix(): [stat.st_size, stat.st_mtime_ns]
        for file, stat in stats.items()
    }


def start(catalog: Path, path: Path) -> subprocess.Popen[str]:
    """Start the process that builds the index of `catalog` in the new folder `path`.

    It prints the number of vectors that it has added. It ends when nobody reads that any more.

    Raises:
        ChromaUnusable: it cannot be started.
    """
    with chroma_failures():
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-c", _COMMAND, str(catalog), str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,  # Ctrl-C is for the program that started it
        )


def main() -> None:
    """Build the index of a catalogue (first argument) in a new folder (second)."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    done = 0

    def report(changes: int) -> None:
        nonlocal done
        done += changes
        print(done, flush=True)  # noqa: T201

    try:
        with closing(Database(Path(sys.argv[1]))) as database:
            build = ChromaBuild(Path(sys.argv[2]), rows := VectorRows(database))
            build.follow(report)
            # Otherwise the program that opens the build creates the vector files.
            while missing := -done % _ADDITIONS_PER_WRITE:
                again = rows.added_after(0, min(missing, _STEP))
                if not len(again.chunks):
                    break
                build.collection.upsert(again)
                done += len(again.chunks)
            build.close()
    except (AssistantError, ChromaUnusable) as error:
        sys.exit(str(error))
