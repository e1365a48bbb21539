"""The command `watch`: imports files that arrive in a folder, once they are complete."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.inputs import Inputs
from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.maintenance import embed_missing
from assistant.cli.options import Call, ColumnsOption
from assistant.cli.streams import Streams
from assistant.errors import (
    FileUnreadable,
    LibraryBusy,
    LibraryFull,
    LibraryReadOnly,
    UsageError,
)
from assistant.progress import Progress, retry_delay
from assistant.reports import import_summary

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
# Network drives report no changes, so the folder is also scanned every so many seconds.
_SCAN_S = 30.0
# Errors that may go away while the command runs.
_TEMPORARY = (LibraryBusy, LibraryFull, LibraryReadOnly)


def watch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder to watch.")],
    once: Annotated[bool, typer.Option("--once", help="Import new files and exit.")] = False,
    columns: ColumnsOption = None,
    *,
    call: Call,
) -> None:
    """Import new files in a folder as they arrive, until Ctrl-C.

    Subfolders are included. Files that are already there are imported first, unless they were
    imported before and have not changed. Hidden files and incomplete downloads are skipped. A file
    is imported when it is no longer being written.
    """
    streams = call.streams
    place = folder.expanduser().resolve()
    if not place.is_dir():
        raise UsageError(f"{folder} is not a folder. Give the folder to watch.")
    Inputs([], columns)  # reports invalid columns before the watch starts
    with call.open_session() as session, stop_on_interrupt() as progress:
        watched = Watched(session.library, place)
        importer = _Importer(session.library, watched, columns, streams, progress, once)
        if not once:
            streams.note(f"Watching {place}. Press Ctrl-C to stop.")
        try:
            for _ in (_scan_once if once else _scan_on_change)(watched, progress):
                for path, state in watched.whole():
                    importer.run(path, state)
                    if progress.stop_requested:
                        break
                if not place.is_dir():
                    raise _gone(place)
        finally:
            watched.save()
        if progress.stop_requested:
            streams.note("Stopped.")
            raise typer.Exit(INTERRUPTED if once else 0)
        for name in watched.growing():
            streams.note(f"{name} is still being written and was skipped.")


def _scan_once(watched: Watched, progress: Progress) -> Iterator[None]:
    """Yield once, and a second time for files that have just been written."""
    yield None
    if watched.waiting and not progress.wait(QUIET_S):
        yield None


def _scan_on_change(watched: Watched, progress: Progress) -> Iterator[None]:
    """Yield now, and whenever something may have changed or a file may be complete."""
    from watchfiles import watch as changes

    scanned = time.monotonic()
    yield None
    try:
        for changed in changes(
            watched.folder,
            watch_filter=None,
            stop_event=progress.stop_event,
            rust_timeout=int(1000 * QUIET_S),
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            if changed or watched.waiting or time.monotonic() - scanned > _SCAN_S:
                yield None
                scanned = time.monotonic()
    except OSError as error:
        if watched.folder.is_dir():
            raise FileUnreadable(
                f"{watched.folder} cannot be watched ({error.strerror or error}). Run `assistant "
                "watch --once` to import its files now."
            ) from error
        raise _gone(watched.folder) from error


def _gone(folder: Path) -> FileUnreadable:
    return FileUnreadable(
        f"{folder} no longer exists. Imported papers are kept; start watching again when the "
        "folder is back."
    )


@dataclass(frozen=True)
class _Importer:
    """Imports files of the watched folder; a library that is busy or full is tried again."""

    library: Library
    watched: Watched
    columns: str | None
    streams: Streams
    progress: Progress
    once: bool

    def run(self, path: Path, state: State) -> None:
        """Import the file and embed its papers; unreadable records are reported once."""
        name = self.watched.name(path)
        if self._retried(name, lambda: self._import(path, state)):
            self._retried(name, lambda: embed_missing(self.library, self.streams, self.progress))

    def _import(self, path: Path, state: State) -> bool:
        """Whether the whole file was imported; after a stop the next run imports it again."""
        inputs = Inputs([str(path)], self.columns)
        report = self.library.add(inputs.papers(), self.progress)
        inputs.report(self.streams)
        if self.progress.stop_requested:
            return False
        self.watched.remember(path, state)
        summary = import_summary(report, len(inputs.failures), len(inputs.warnings))
        self.streams.line(f"{self.watched.name(path)}: {summary}")
        return True

    def _retried(self, name: str, action: Callable[[], int]) -> int:
        """What `action` returns once it succeeds; 0 if a stop comes first.

        Raises:
            LibraryError: with `--once`, or an error that will not go away.
        """
        failures = 0
        while not self.progress.stop_requested:
            try:
                return action()
            except _TEMPORARY as error:
                if self.once:
                    raise
                failures += 1
                delay = retry_delay(failures)
                self.streams.note(f"{name}: {error} The next attempt is in {delay:.0f} s.")
                self.progress.wait(delay)
        return 0


class Watched:
    """The files of a folder, and which of them were imported in their present state."""

    def __init__(self, library: Library, folder: Path) -> None:
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
