"""The files of a watched folder: which are new, which are whole, and which were imported."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.library import Library

# A file is taken for whole when it has not changed for so many seconds.
QUIET_S = 2.0
# What was imported is noted this often; after a kill the rest is imported again, adding nothing.
_SAVE_S = 5.0
_FACT = "watched:"
# Of browsers and other programs, for files that are not complete yet.
_PARTIAL = (
    ".part", ".partial", ".crdownload", ".download", ".opdownload", ".aria2", ".tmp", ".temp",
    ".swp", "~",
)  # fmt: skip

# Size in bytes and time of change in nanoseconds.
State = tuple[int, int]


class Watched:
    """The files of a folder, and which of them were imported as they are now."""

    def __init__(self, library: Library, folder: Path) -> None:
        """Know the files of `folder` that `library` remembers."""
        self.folder = folder
        self._library = library
        self._own = library.folder.resolve()
        self._fact = f"{_FACT}{folder}"
        kept = json.loads(library.fact(self._fact) or "{}")
        self._imported: dict[str, State] = {name: (one, two) for name, (one, two) in kept.items()}
        # As each file that is not known to be whole was, and since when (of `time.monotonic`).
        self._waiting: dict[str, tuple[State, float]] = {}
        self._saved = time.monotonic()
        self._changed = False

    @property
    def waiting(self) -> bool:
        """Whether there are files that may be whole in a moment."""
        return bool(self._waiting)

    def growing(self) -> list[str]:
        """Names of the files that were not whole at the last look."""
        return sorted(self._waiting)

    def name(self, path: Path) -> str:
        """How `path` is called in the folder."""
        return path.relative_to(self.folder).as_posix()

    def whole(self) -> Iterator[tuple[Path, State]]:
        """Files that are new or changed and not being written, in order of name."""
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
        """Note that `path` was imported as it was with `state`."""
        self._imported[self.name(path)] = state
        self._changed = True
        if time.monotonic() - self._saved > _SAVE_S:
            self.save()

    def save(self) -> None:
        """Keep what was noted."""
        if self._changed:
            self._library.remember(self._fact, json.dumps(self._imported, ensure_ascii=True))
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
            except OSError:  # gone since, or not for us
                continue
            if state.st_size:  # else a browser keeps the name for a download that goes on
                yield path, (state.st_size, state.st_mtime_ns)


def _is_old(state: State) -> bool:
    """Whether the file was last changed long enough ago; a time to come says nothing."""
    age = time.time_ns() - state[1]
    return age >= QUIET_S * 1e9
