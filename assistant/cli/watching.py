"""The command `watch`: files that land in a folder are imported."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.inputs import Inputs
from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.keeping import summary
from assistant.cli.options import (
    ColumnsOption,
    LibraryOption,
    UnusedModelOption,
    open_session,
)
from assistant.cli.streams import Streams
from assistant.cli.upkeep import embed_missing
from assistant.errors import UsageError

if TYPE_CHECKING:
    from assistant.library import Library

# A file is whole when it has not changed for so many milliseconds.
_QUIET_MS = 2_000
# Besides what the system reports, the folder is looked through this often: network drives do not.
_LOOK_MS = 30_000
_FACT = "watched:"

Seen = dict[str, list[int]]


def watch(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder to watch.")],
    once: Annotated[
        bool, typer.Option("--once", help="Import what is new in it, and stop.")
    ] = False,
    columns: ColumnsOption = None,
    library: LibraryOption = None,
    model: UnusedModelOption = None,
) -> None:
    """Import every file that lands in a folder, until you stop it with Ctrl-C.

    What is in the folder already is imported first, unless it was before and has not changed.
    """
    streams = Streams()
    place = folder.expanduser().resolve()
    if not place.is_dir():
        raise UsageError(f"{folder} is no folder; name the one in which your files land.")
    with open_session(context, library, model, streams) as session, stop_on_interrupt() as stop:
        watched = _Watched(session.library, place)
        if not once:
            streams.note(f"Watching {place}; Ctrl-C stops.")
        rounds: Iterator[None] = iter((None,)) if once else _rounds(place, stop)
        for _ in rounds:
            for path, now in watched.new():
                if stop.is_set():
                    break
                _import(path, columns, session.library, streams, stop.is_set)
                # Interrupted it is imported again: what is there already is not added twice.
                if not stop.is_set():
                    watched.remember(path, now)
        if stop.is_set():
            streams.note("Stopped.")
            raise typer.Exit(INTERRUPTED if once else 0)


class _Watched:
    """The files of a folder, and which of them were imported as they are now."""

    def __init__(self, library: Library, folder: Path) -> None:
        self._library = library
        self._folder = folder
        self._fact = f"{_FACT}{folder}"
        self._seen: Seen = json.loads(library.fact(self._fact) or "{}")

    def new(self) -> Iterator[tuple[Path, list[int]]]:
        """Files that are new or changed, with what they are told apart by, in order of name."""
        for path in sorted(self._folder.rglob("*")):
            name = path.relative_to(self._folder)
            if any(part.startswith(".") for part in name.parts) or not path.is_file():
                continue
            state = path.stat()
            now = [state.st_size, state.st_mtime_ns]
            if self._seen.get(name.as_posix()) != now:
                yield path, now

    def remember(self, path: Path, now: list[int]) -> None:
        """Note that `path` was imported as it was `now`."""
        self._seen[path.relative_to(self._folder).as_posix()] = now
        present = {
            name: state for name, state in self._seen.items() if (self._folder / name).exists()
        }
        self._seen = present
        self._library.remember(self._fact, json.dumps(present, ensure_ascii=False))


def _rounds(folder: Path, stop: threading.Event) -> Iterator[None]:
    """One round now, and one whenever something has changed in `folder` and is quiet again."""
    from watchfiles import watch as changes

    yield None
    for _ in changes(
        folder,
        stop_event=stop,
        debounce=_QUIET_MS,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        yield None


def _import(
    path: Path,
    columns: str | None,
    library: Library,
    streams: Streams,
    should_stop: Callable[[], bool],
) -> None:
    """Import one file; what cannot be read of it is said and remembered as seen."""
    inputs = Inputs([str(path)], columns)
    report = library.add(inputs.papers(should_stop))
    inputs.report(streams)
    streams.line(f"{path.name}: {summary(report, len(inputs.failures))}")
    embed_missing(library, streams, should_stop)
