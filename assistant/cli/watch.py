"""The command `watch`: imports files that arrive in a folder."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
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
from assistant.errors import FileUnreadable, UsageError

if TYPE_CHECKING:
    from assistant.library import Library

# Network drives report no changes, so the folder is also scanned every so many seconds.
_LOOK_S = 30.0


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
    with open_session(context, library, model, streams) as session, stop_on_interrupt() as stop:
        watched = Watched(session.library, place)
        if not once:
            streams.note(f"Watching {place}. Press Ctrl-C to stop.")
        try:
            for _ in _looks(watched, stop) if once else _rounds(watched, stop):
                for path, state in watched.whole():
                    _import(path, state, columns, watched, session.library, streams, stop)
                    if stop.is_set():
                        break
                if not place.is_dir():
                    raise _gone(place)
        finally:
            watched.save()
        if stop.is_set():
            streams.note("Stopped.")
            raise typer.Exit(INTERRUPTED if once else 0)
        for name in watched.growing():
            streams.note(f"{name} is still being written and was skipped.")


def _looks(watched: Watched, stop: threading.Event) -> Iterator[None]:
    """One scan, and a second one for files that have just been written."""
    yield None
    if watched.waiting and not stop.is_set():
        stop.wait(QUIET_S)
        yield None


def _rounds(watched: Watched, stop: threading.Event) -> Iterator[None]:
    """A scan now, and one whenever something may have changed or a file may be complete."""
    from watchfiles import watch as changes

    looked = time.monotonic()
    yield None
    try:
        for changed in changes(
            watched.folder,
            watch_filter=None,
            stop_event=stop,
            rust_timeout=int(1000 * QUIET_S),
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            if changed or watched.waiting or time.monotonic() - looked > _LOOK_S:
                yield None
                looked = time.monotonic()
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


def _import(
    path: Path,
    state: State,
    columns: str | None,
    watched: Watched,
    library: Library,
    streams: Streams,
    stop: threading.Event,
) -> None:
    """Import one file; report what cannot be read, and remember the file as imported."""
    inputs = Inputs([str(path)], columns)
    report = library.add(inputs.papers(stop.is_set))
    inputs.report(streams)
    # After an interrupt the file is imported again; nothing is added twice.
    if not stop.is_set():
        watched.remember(path, state)
        streams.line(f"{watched.name(path)}: {summary(report, len(inputs.failures))}")
        embed_missing(library, streams, stop.is_set)
