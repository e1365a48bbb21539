"""The command `watch`: imports files that arrive in a folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.importing import summary
from assistant.cli.inputs import Inputs
from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.maintenance import embed_missing
from assistant.cli.options import (
    ColumnsOption,
    LibraryOption,
    UnusedModelOption,
    open_session,
)
from assistant.cli.streams import Streams
from assistant.cli.watched_folder import QUIET_S, State, Watched
from assistant.errors import (
    FileUnreadable,
    LibraryBusy,
    LibraryFull,
    LibraryReadOnly,
    UsageError,
)
from assistant.progress import Progress, retry_delay

if TYPE_CHECKING:
    from assistant.library import Library

# Network drives report no changes, so the folder is also scanned every so many seconds.
_SCAN_S = 30.0
# Errors that may go away while the command runs.
_TEMPORARY = (LibraryBusy, LibraryFull, LibraryReadOnly)


def watch(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder to watch.")],
    once: Annotated[bool, typer.Option("--once", help="Import new files and exit.")] = False,
    columns: ColumnsOption = None,
    library: LibraryOption = None,
    model: UnusedModelOption = None,
) -> None:
    """Import every file that arrives in a folder or its subfolders, until Ctrl-C.

    Files already in the folder are imported first, unless they were imported before and have not
    changed. Hidden files, incomplete downloads and files still being written are skipped.
    """
    streams = Streams()
    place = folder.expanduser().resolve()
    if not place.is_dir():
        raise UsageError(f"{folder} is not a folder. Give the folder to watch.")
    Inputs([], columns)  # reports invalid columns before the watch starts
    with open_session(context, library, model, streams) as session, stop_on_interrupt() as progress:
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
        self.streams.line(f"{self.watched.name(path)}: {summary(report, len(inputs.failures))}")
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
