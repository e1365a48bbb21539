"""The folder of one Chroma collection: its vector files, and a file that says what they contain."""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.files import write_atomically
from assistant.library.vector_rows import VectorState

_STATE = "state.json"
_DATABASE = "chroma.sqlite3"


@dataclass(frozen=True)
class SavedState:
    """What a collection contains.

    It has `reached` one state of the catalogue, and contains nothing newer than `target`. It was
    built from the state `built`: chunks removed before that are in none of its files, chunks
    removed later may be. `files` are the size and time of each vector file.
    """

    reached: VectorState
    target: VectorState
    built: VectorState
    files: dict[str, list[int]]


class ChromaFolder:
    """A folder with one collection and its state file."""

    def __init__(self, path: Path) -> None:
        """Nothing is read or written yet."""
        self.path = path
        self._written: SavedState | None = None

    def save(self, reached: VectorState, target: VectorState, built: VectorState) -> None:
        """Write the state file, if it changed.

        It is written before a change of the collection too: an interrupted update then continues
        from `reached`, but only with a catalogue that has `target` in its history.

        Raises:
            OSError: it cannot be written.
        """
        state = SavedState(reached, target, built, self._files())
        if state != self._written:
            write_atomically(self.path / _STATE, json.dumps(asdict(state)))
            self._written = state

    def saved(self) -> SavedState | None:
        """The state file; None if it is missing or unreadable."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            saved = json.loads((self.path / _STATE).read_bytes())
            states = (VectorState(**saved[name]) for name in ("reached", "target", "built"))
            return SavedState(*states, dict(saved["files"]))
        return None

    def is_complete(self) -> bool:
        """Whether Chroma's own database is there."""
        return (self.path / _DATABASE).is_file()

    def is_unchanged(self, saved: SavedState) -> bool:
        """Whether the vector files have the sizes and times in `saved`."""
        with contextlib.suppress(OSError):
            return self._files() == saved.files
        return False

    def _files(self) -> dict[str, list[int]]:
        # Chroma's own database changes whenever it is opened.
        stats = {file: file.stat() for file in sorted(self.path.glob("*/*"))}
        return {
            file.relative_to(self.path).as_posix(): [stat.st_size, stat.st_mtime_ns]
            for file, stat in stats.items()
        }


def others(folder: ChromaFolder | None, parent: Path) -> list[Path]:
    """Everything in `parent`, or `parent` itself if it is a file, except `folder`."""
    if not parent.is_dir():
        return [parent] if parent.exists() else []
    return [child for child in parent.iterdir() if folder is None or child != folder.path]


def remove_others(folder: ChromaFolder | None, parent: Path) -> None:
    """Delete what `others` returns, as far as that is possible."""
    for path in others(folder, parent):
        shutil.rmtree(path, ignore_errors=True)
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
