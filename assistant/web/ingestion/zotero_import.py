"""The user's Zotero library as the first papers: found, confirmed, and read in the background.

It is found by its files only, which are copied and never written. Later changes in Zotero are
followed by `assistant zotero sync`.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, ZoteroUnreadable
from assistant.html import render
from assistant.languages import _, joined
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.progress import Progress
    from assistant.session import Session
    from assistant.web.jobs import Job, Jobs
    from assistant.zotero import Places

# Metadata of the library: the database that is being read, until all of it was.
_UNFINISHED = "zotero_unfinished"
# Seconds for which the result is shown.
_RESULT_S = 20.0


class ZoteroImport:
    """The import from Zotero of a session's library, one for all windows. Thread-safe.

    A `group` of people is offered nothing: the files are of the user who runs the server.
    """

    def __init__(
        self, session: Session, jobs: Jobs, *, group: bool = False, places: Places | None = None
    ) -> None:
        """Look for Zotero in `places`, by default those of this computer."""
        self._session = session
        self._jobs = jobs
        self._group = group
        self._places = places
        self._lock = threading.Lock()
        self._job: Job[str] | None = None
        self._ended = 0.0

    def database(self) -> Path | None:
        """Zotero's database, if there is one; only the names of files are looked at."""
        from assistant.zotero import database_path

        if self._group:
            return None
        try:
            return database_path(None, self._places)
        except ZoteroUnreadable:
            return None

    @property
    def is_offered(self) -> bool:
        """Whether there is a Zotero library to connect, and it is not being read."""
        return not (self._job and self._job.running) and self.database() is not None

    def question(self) -> str:
        """What will be read, and whether the user wants it."""
        database = self.database()
        if database is None:
            return ""
        return render("zotero_question.html", folder=sanitized(str(database.parent)))

    def start(self) -> None:
        """Read the library that was found, or continue with one that was not read to its end.

        Nothing happens while it is being read.
        """
        with self._lock:
            if not self._group and not (self._job and self._job.running):
                self._job = self._jobs.start("The import from Zotero", self._import)

    def stop(self) -> None:
        """Stop reading; papers already imported stay."""
        job = self._job
        if job:
            job.stop()

    def discard(self) -> None:
        """Say no more that not all was read; nothing happens while it is being read."""
        with self._lock:
            if self._group or (self._job and self._job.running):
                return
            self._job = None
            with suppress(AssistantError):
                metadata = self._session.library.metadata
                metadata.delete(_UNFINISHED, metadata.get(_UNFINISHED))

    def line(self) -> str:
        """One line for every window: how far it is, what it did, or that it is not complete."""
        job = self._job
        state = job.state if job else None
        if state and state.running:
            return _line(_("Zotero: {progress}", progress=state.report.text), running=True)
        if state and state.result and time.monotonic() < self._ended + _RESULT_S:
            return _line(_("Zotero: {progress}", progress=state.result))
        problem = state.error if state else ""
        if self._group or not (problem or self._is_unfinished()):
            return ""
        if problem:
            text = _("The import from Zotero is not complete: {reason}", reason=problem)
        else:
            text = _("The import from Zotero is not complete.")
        return _line(text, unfinished=True)

    def _import(self, progress: Progress) -> str:
        """Read all of it; return what was done, "" if it was stopped."""
        from assistant.zotero import database_path

        try:
            library = self._session.library
            known = library.metadata.get(_UNFINISHED)
            path = Path(known) if known else database_path(None, self._places)
            library.metadata.set(_UNFINISHED, str(path))
            done = _synchronized(library, path, progress)
            if done:
                library.metadata.delete(_UNFINISHED, str(path))
            return done
        finally:
            self._ended = time.monotonic()

    def _is_unfinished(self) -> bool:
        try:
            return self._session.library.metadata.get(_UNFINISHED) is not None
        except AssistantError:
            return False  # the header shows what is wrong


def _line(text: str, *, running: bool = False, unfinished: bool = False) -> str:
    return render("zotero_line.html", text=text, running=running, unfinished=unfinished)


def _synchronized(library: Library, path: Path, progress: Progress) -> str:
    """Read the user's own library in Zotero's database; return what was done, "" after a stop."""
    from assistant.zotero import (
        check_removals,
        differences,
        open_database,
        save_last_sync,
        sync_summary,
        synchronize,
    )

    progress.report(step=_("Reading its database"))
    with open_database(path) as source:
        found = differences(source, library, groups=False)
        check_removals(found, library)
        done = [sync_summary(one, synchronize(source, library, one, progress)) for one in found]
        place = source.place
    if progress.stop_requested:
        return ""
    save_last_sync(library, place, is_database=True)
    return joined(done, " ")
