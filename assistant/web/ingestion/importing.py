"""Imports from the page: a preview of uploaded files and pasted text, then the import itself."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.html import render
from assistant.languages import _, joined, ngettext
from assistant.web.ingestion.import_run import Imported, ImportRun
from assistant.web.ingestion.preview import (
    PASTED,
    Input,
    Preview,
    preview_import,
    render_preview,
)
from assistant.web.ingestion.unfinished import UnfinishedImports
from assistant.web.ingestion.uploads import UPLOADS, Uploads
from assistant.web.jobs import Job, Jobs, JobState, JobView, job_view
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.progress import Progress
    from assistant.session import Session

BUSY = _("Another import is running in another window. Try again when it has finished.")
NOTHING_CHOSEN = _("There is nothing to preview. Choose files, or paste a page of papers.")
NOT_UPLOADED = _("Only files uploaded on this page can be imported. Choose them again.")
# Seconds for which the result of an import is shown to all windows.
_RESULT_S = 20.0
NO_PREVIEW = _("There is nothing to import. Preview the files again.")


@dataclass(frozen=True)
class ImportView(JobView):
    """What the page shows of a preview or an import.

    `preview` is its HTML (None: the page keeps what it shows); `button` is the label of the button
    that imports the papers, and `probable` of the one that also imports those that are only
    probable; empty if there is none.
    """

    preview: str | None = None
    button: str = ""
    probable: str = ""


class _Inputs:
    """The files and the text that one visitor has chosen, and their preview."""

    def __init__(self, files: Sequence[str], pasted: str) -> None:
        self.chosen = (tuple(files), pasted)
        self.inputs = [Input(Path(file).name, Path(file)) for file in files]
        if pasted.strip():
            self.inputs.append(Input(PASTED, text=pasted))
        self.job: Job[Preview] | None = None

    @property
    def preview(self) -> Preview | None:
        return self.job.state.result if self.job else None

    def stop(self) -> None:
        if self.job:
            self.job.stop()


class Importing:
    """Imports of a session for the page. Thread-safe.

    Every visitor has a preview of their own; one import runs at a time.
    """

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session = session
        self._jobs = jobs
        self._lock = threading.Lock()
        self._uploads = Uploads(session.settings.cache / UPLOADS)
        self._inputs: dict[str, _Inputs] = {}
        self._unfinished = UnfinishedImports(session.settings.library)
        self._import: Job[Imported] | None = None
        self._importer = ""
        self._ended = 0.0

    def is_previewed(self, visitor: str, files: Sequence[str], pasted: str) -> bool:
        """Whether the preview that `visitor` sees is of these files and this text.

        If not, the preview is dropped. `files` are Gradio's copies of uploads; they are kept until
        they are imported or no longer chosen.
        """
        with self._lock:
            inputs = self._inputs.get(visitor)
            if inputs and inputs.chosen == (tuple(files), pasted):
                return True
        self.forget(visitor, files)
        return False

    def preview(self, visitor: str, files: Sequence[str], pasted: str) -> Iterator[ImportView]:
        """Read uploaded files and pasted text and show their papers; nothing is stored."""
        self.forget(visitor, files)
        inputs = _Inputs(files, pasted)
        if not all(map(self._uploads.has, files)):
            yield _failed(NOT_UPLOADED, preview="")
            return
        if not inputs.inputs:
            yield _failed(NOTHING_CHOSEN, preview="")
            return
        inputs.job = self._jobs.start(
            "Reading papers",
            lambda progress: preview_import(inputs.inputs, self._session.library, progress),
        )
        with self._lock:
            self._inputs[visitor] = inputs
        for state in inputs.job.follow():
            with self._lock:
                is_current = self._inputs.get(visitor) is inputs
            if not is_current:
                # The visitor has chosen something else meanwhile.
                yield ImportView("", running=False, preview="")
                return
            yield _preview_view(state)

    def run(self, visitor: str, *, probable: bool = False) -> Iterator[ImportView]:
        """Import the papers that `visitor` has previewed, then embed them.

        Those that are only `probable` are left out unless the visitor wants them.
        """
        with self._lock:
            inputs = self._inputs.get(visitor)
        preview = inputs.preview if inputs else None
        if inputs is None or preview is None:
            yield _failed(NO_PREVIEW, preview="")
            return
        expected = preview.papers - (0 if probable else preview.probable)
        run = ImportRun(
            inputs.inputs, probable, preview.decisions, expected if preview.whole else 0
        )
        job = self._start(run, visitor)
        if job is None:
            yield _failed(BUSY, buttons=_buttons(preview))
            return
        for state in job.follow():
            view = _import_view(state, preview)
            if view.succeeded:
                self.forget(visitor)
            yield view

    @property
    def running(self) -> bool:
        """Whether an import of any window runs."""
        job = self._import
        return job is not None and job.running

    def resume(self, key: str) -> None:
        """Continue an import that is not complete; nothing happens while another one runs."""
        run = self._unfinished.run(key)
        if run:
            self._start(run, kept=key)

    def discard_unfinished(self, key: str) -> None:
        """Forget an import that is not complete; what it imported stays in the library.

        Nothing happens while an import runs, which may be this one.
        """
        with self._lock:
            if not self.running:
                self._unfinished.discard(key)

    def line(self) -> str:
        """Lines for every window: how far an import is, what the last one did, unfinished ones."""
        job, ended = self._import, self._ended
        if job and job.running:
            return _line(_("Import: {progress}", progress=job.state.report.text), running=True)
        lines = []
        if job and time.monotonic() < ended + _RESULT_S:
            lines = [_line(text) for text in _ended(job.state)]
        for key, names in self._unfinished.names().items():
            lines.append(_line(_("The import of {names} is not complete.", names=names), key=key))
        return "".join(lines)

    def _start(self, run: ImportRun, visitor: str = "", kept: str = "") -> Job[Imported] | None:
        """Import in the background; None if another import runs.

        It began in the window of `visitor`, or was `kept` under this key.
        """
        # The import holds the uploads too, so that they stay when the visitor leaves.
        holder = object()

        def task(progress: Progress) -> Imported:
            try:
                key = kept or self._unfinished.keep(run)
                return run.run(
                    self._session.library, progress, lambda: self._unfinished.discard(key)
                )
            finally:
                self._ended = time.monotonic()
                self._uploads.release(holder)

        with self._lock:
            if self._import is not None and self._import.running:
                return None
            self._uploads.hold(holder, [given.path for given in run.inputs if given.path])
            self._import = self._jobs.start("The import", task)
            self._importer = visitor
            return self._import

    def stop_import(self) -> None:
        """Stop the import of any window; papers already imported stay."""
        job = self._import
        if job:
            job.stop()

    def choose(self, visitor: str, request: str) -> ImportView | None:
        """Decide about a possible duplicate: `{"record", "choose"}`, as library.js writes it.

        None if it is no such request, or its preview is gone.
        """
        with self._lock:
            inputs = self._inputs.get(visitor)
        preview = inputs.preview if inputs else None
        try:
            asked = json.loads(request)
            place, choice = int(asked["record"]), str(asked["choose"])
        except (ValueError, LookupError, TypeError, RecursionError):
            return None
        if preview is None:
            return None
        preview.choose(place, choice)
        return _previewed(JobView("", running=False, succeeded=True), preview)

    def discard(self, visitor: str) -> ImportView:
        """Forget the inputs of `visitor`."""
        self.forget(visitor)
        return ImportView("", running=False, preview="")

    def stop(self, visitor: str) -> None:
        """Stop the preview or the import of `visitor`; papers already imported stay."""
        with self._lock:
            inputs = self._inputs.get(visitor)
            job = self._import if visitor == self._importer else None
        if inputs:
            inputs.stop()
        if job:
            job.stop()

    def forget(self, visitor: str, files: Sequence[str] = ()) -> None:
        """Drop the inputs of `visitor`, who needs only `files` from now on; an import continues."""
        self._uploads.hold(visitor, map(Path, files))
        with self._lock:
            inputs = self._inputs.pop(visitor, None)
        if inputs:
            inputs.stop()


def _line(text: str, *, running: bool = False, key: str = "") -> str:
    """A line about an import; with a `key` it can be resumed or discarded."""
    return render("import_line.html", text=text, running=running, key=key)


def _ended(state: JobState[Imported]) -> list[str]:
    """What an import did in the end, or why it failed; nothing if it is not complete."""
    if state.error:
        return [_("The import failed: {reason}", reason=state.error)]
    done = state.result
    if done is None or not done.whole:
        return []
    unread = done.failures.count
    if not unread:
        return [done.summary]
    could_not = ngettext(
        "{count} record could not be read.", "{count} records could not be read.", unread
    )
    return [joined([done.summary, could_not], " ")]


def _preview_view(state: JobState[Preview]) -> ImportView:
    if preview := state.result:
        return _previewed(JobView("", running=False, succeeded=True), preview)
    return ImportView(**vars(job_view(state)), preview="")


def _import_view(state: JobState[Imported], preview: Preview) -> ImportView:
    done = state.result
    view = (
        job_view(
            state,
            done.summary,
            done.failures.named,
            merges=done.merges,
            warnings=done.failures.named_warnings,
            warned=ngettext("{count} warning", "{count} warnings", done.failures.warnings),
        )
        if done
        else job_view(state)
    )
    if done or view.running:
        return ImportView(**vars(view), preview="")
    return _previewed(view, preview)  # a failed import can be tried again


def _previewed(view: JobView, preview: Preview) -> ImportView:
    button, probable = _buttons(preview)
    return ImportView(
        **vars(view), preview=render_preview(preview), button=button, probable=probable
    )


def _buttons(preview: Preview) -> tuple[str, str]:
    """Labels of the buttons that import the certain papers, and all of them.

    A label is empty if there is nothing to import in this way.
    """
    certain, both = (preview.importable(probable=probable) for probable in (False, True))
    if not preview.whole:
        return (
            _("Import all") if certain else "",
            _("Import all, probable ones too") if preview.probable else "",
        )
    everything = ngettext("Import {count} probable paper", "Import {count} probable papers", both)
    if certain:
        everything = _("Import all {count} papers", count=both)
    return (
        ngettext("Import {count} paper", "Import {count} papers", certain) if certain else "",
        everything if both > certain else "",
    )


def _failed(
    text: str, preview: str | None = None, buttons: tuple[str, str] = ("", "")
) -> ImportView:
    button, probable = buttons
    return ImportView(
        render_job(error=text), running=False, preview=preview, button=button, probable=probable
    )
