"""`export --watch`: a file, or a vault of notes, that follows the library until Ctrl-C."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.output_file import Sink, destination
from assistant.cli.streams import Streams
from assistant.errors import LibraryBusy, OutputError
from assistant.progress import Progress, retry_delay
from assistant.text.formatting import format_count

if TYPE_CHECKING:
    from assistant.api import PaperLibrary
    from assistant.library import Filters

# Seconds between two looks at the library.
_CHECK_S = 1.0
# Looks after which a library that does not come to rest is exported all the same.
_MOST_LOOKS = 30


@dataclass(frozen=True)
class Followed:
    """The papers that are exported: those of a library that a query and filters select."""

    library: PaperLibrary
    query: str
    filters: Filters


def follow(papers: Followed, form: str, out: Path, streams: Streams, progress: Progress) -> None:
    """Export `papers` to `out` now and after each change, until a stop is requested.

    Raises:
        OutputError: the first export fails; later ones are tried again.
    """
    export = (
        _notes(papers, out, streams) if form == "obsidian" else _file(papers, form, out, streams)
    )
    library = papers.library.session.library
    exported = seen = library.stamp()
    export()
    streams.note(f"Following the library in {out}. Press Ctrl-C to stop.")
    looks = failures = 0
    while not progress.wait(retry_delay(failures) if failures else _CHECK_S):
        before, seen = seen, library.stamp()
        looks = 0 if seen == exported else looks + 1
        if not looks or (seen != before and looks < _MOST_LOOKS):
            continue
        try:
            export()
        except (OutputError, LibraryBusy) as error:
            failures += 1
            streams.note(f"{error} The export is tried again.")
        else:
            exported, looks, failures = seen, 0, 0
    streams.note("Stopped.")


def _file(papers: Followed, form: str, out: Path, streams: Streams) -> Callable[[], None]:
    """A function that writes the file if its content has changed."""
    last = ""

    def export() -> None:
        nonlocal last
        digest = _Digest()
        papers.library.write_export(digest, form, query=papers.query, filters=papers.filters)
        if digest.value == last and out.expanduser().is_file():
            return
        with destination(out, streams) as write:
            count = papers.library.write_export(
                Sink(write), form, query=papers.query, filters=papers.filters
            )
        last = digest.value
        streams.line(f"Wrote {format_count(count, 'paper')} to {out}.")

    return export


def _notes(papers: Followed, out: Path, streams: Streams) -> Callable[[], None]:
    """A function that writes the notes that have changed."""
    from assistant.exporting import Vault

    vault = Vault(out.expanduser())
    told: set[str] = set()

    def export() -> None:
        if not len(papers.library):
            # Perhaps it is the wrong library: the notes of another one must not be removed.
            streams.note(f"The library is empty, so {out} was not changed.")
            return
        changes = papers.library.sync_vault(vault, query=papers.query, filters=papers.filters)
        if changes.written or changes.removed:
            streams.line(
                f"{out}: {format_count(changes.written, 'note')} written, {changes.removed:,} "
                f"removed, {changes.unchanged:,} unchanged."
            )
        for name in changes.kept:
            if name not in told:
                streams.note(f"{name} was edited above your own text and is not updated any more.")
        told.update(changes.kept)

    return export


class _Digest:
    """A writable that only keeps a hash."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def write(self, text: str, /) -> None:
        self._hash.update(text.encode(errors="surrogatepass"))

    @property
    def value(self) -> str:
        """The hash of all text so far."""
        return self._hash.hexdigest()
