"""Files of a watched folder: which are new, complete, or already imported."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.library import Library

# A file counts as complete when it has not changed for this many seconds.
QUIET_S = 2.0
# Seconds between saves; after a kill the rest is imported again, adding nothing.
_SAVE_S = 5.0
_FACT = "watched:"
# Suffixes that browsers and other programs give to incomplete files.
_PARTIAL = (
    ".part", ".partial", ".crdownload", ".download", ".opdownload", ".aria2", ".tmp", ".temp",
    ".swp", "~",
)  # fmt: skip

# Size in bytes and modification time in nanoseconds.
State = tuple[int, int]


class Watched:
    """The files of a folder, and which of them were imported in their present state."""

    def __init__(self, library: Library, folder: Path) -> None:
        """Load the state of `folder` from `library`."""
        self.folder = folder
        self._library = library
        self._own = library.folder.resolve()
        self._fact = f"{_FACT}{folder}"
        kept = json.loads(library.metadata.get(self._fact) or "{}")
        self._imported: dict[str, State] = {name: (one, two) for name, (one, two) in kept.items()}
        # The last known state of each incomplete file, and since when (`time.monotonic`).
        self._waiting: dict[str, tuple[State, float]] = {}
        self._saved = time.monotonic()
        self._changed = False

    @property
    def waiting(self) -> bool:
        """Whether some files may be complete soon."""
        return bool(self._waiting)

    def growing(self) -> list[str]:
        """Names of the files that were incomplete at the last scan."""
        return sorted(self._waiting)

    def name(self, path: Path) -> str:
        """The path of a file relative to the folder."""
        return path.relative_to(self.folder).as_posix()

    def whole(self) -> Iterator[tuple[Path, State]]:
        """New or changed files that are complete, by name."""
        present = {self.name(path): (path, state) for path, state in self._files()}
        if self._imported.keys() - present.keys() and self.folder.is_dir():
            self._changed = True
            self._imported = {
                name: state for name, state in self._imported.items() if name in present
            }
        before, self._waiting = self._waiting, {}
        ready = []
        for name, (path, state) in present.items():
            if self._imported.get(name) == state:
                continue
            known, since = before.get(name, (None, 0.0))
            now = time.monotonic()
            quiet = now - since >= QUIET_S if known == state else _is_old(state)
            if quiet:
                ready.append((path, state))
            else:
                self._waiting[name] = (state, since if known == state else now)
        yield from ready

    def remember(self, path: Path, state: State) -> None:
        """Record that `path` was imported in this `state`."""
        self._imported[self.name(path)] = state
        self._changed = True
        if time.monotonic() - self._saved > _SAVE_S:
            self.save()

    def save(self) -> None:
        """Save the recorded states in the library."""
        if self._changed:
            self._library.metadata.set(self._fact, json.dumps(self._imported, ensure_ascii=True))
            self._changed = False
        self._saved = time.monotonic()

    def _files(self) -> Iterator[tuple[Path, State]]:
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder)
            if any(part.startswith(".") for part in name.parts) or path.is_relative_to(self._own):
                continue
            if path.name.lower().endswith(_PARTIAL) or path.name.startswith("~$"):
                continue
            try:
                if not path.is_file():
                    continue
                state = path.stat()
            except OSError:  # removed since, or not readable
                continue
            if state.st_size:  # an empty file reserves the name of a running download
                yield path, (state.st_size, state.st_mtime_ns)


def _is_old(state: State) -> bool:
    """Whether the file was last changed long enough ago; a future time counts as recent."""
    age = time.time_ns() - state[1]
    return age >= QUIET_S * 1e9
