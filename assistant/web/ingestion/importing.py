"""Imports from the page: a preview of uploaded files and pasted text, then the import itself."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, LibraryError, ModelServerError
from assistant.html import render
from assistant.languages import Spoken, _, joined, ngettext
from assistant.reading import Failure
from assistant.reports import MAX_LISTED, merge_lines
from assistant.web.ingestion.preview import (
    PASTED,
    Failures,
    Input,
    Preview,
    preview_import,
    render_preview,
)
from assistant.web.ingestion.uploads import UPLOADS, Uploads
from assistant.web.jobs import Job, Jobs, JobState, JobView, job_view
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.library import ImportReport, Library
    from assistant.progress import Progress
    from assistant.session import Session

BUSY = _("Another import is running in another window. Try again when it has finished.")
NOTHING_CHOSEN = _("There is nothing to preview. Choose files, or paste a page of papers.")
NOT_UPLOADED = _("Only files uploaded on this page can be imported. Choose them again.")
# The name of the files of a running import in the metadata of the library; those that are shown.
_RUNNING, _MOST_NAMES = "import_running", 3
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


@dataclass(frozen=True)
class _Imported:
    summary: str
    failures: Failures
    merges: list[str]


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
        self._import: Job[_Imported] | None = None
        self._importer = ""
        self._ended = 0.0
        # Whether a user stopped the import, and not the end of the server.
        self._stopped = False

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
        # The import holds the uploads too, so that they stay when the visitor leaves.
        holder = object()

        def task(progress: Progress) -> _Imported:
            self._remember([given.name for given in inputs.inputs])
            try:
                return self._import_all(inputs.inputs, preview, progress, probable=probable)
            finally:
                self._ended = time.monotonic()
                self._uploads.release(holder)
                # If the server was stopped, the next one tells.
                if self._stopped or not progress.stop_requested:
                    self.dismiss()

        job: Job[_Imported] | None = None
        with self._lock:
            if self._import is None or not self._import.running:
                self._uploads.hold(holder, [given.path for given in inputs.inputs if given.path])
                job = self._import = self._jobs.start("The import", task)
                self._importer = visitor
                self._stopped = False
        if job is None:
            yield _failed(BUSY, buttons=_buttons(preview))
            return
        for state in job.follow():
            view = _import_view(state, preview)
            if view.succeeded:
                self.forget(visitor)
            yield view

    def line(self) -> str:
        """One line for every window: how far an import is, or what the last one did."""
        job, ended = self._import, self._ended
        if job and job.running:
            text: str = _("Import: {progress}", progress=job.state.report.text)
            return render("import_line.html", text=text, running=True, dismissible=False)
        if job and job.state.result and time.monotonic() < ended + _RESULT_S:
            text = job.state.result.summary
            return render("import_line.html", text=text, running=False, dismissible=False)
        names = self._interrupted()
        if not names:
            return ""
        text = _(
            "The import of {names} was interrupted. What was read is in the library: import it "
            "again to complete it; nothing is added twice.",
            names=names,
        )
        return render("import_line.html", text=text, running=False, dismissible=True)

    def _remember(self, names: Sequence[str]) -> None:
        """Remember an import until it ends, also if the server is stopped in between."""
        # A library that cannot be written is reported by the import itself.
        with suppress(LibraryError):
            self._session.library.metadata.set(_RUNNING, json.dumps(names))

    def _interrupted(self) -> str:
        """The names of the files of an import that did not end; "" without one."""
        try:
            names = json.loads(self._session.library.metadata.get(_RUNNING) or "[]")
        except AssistantError:
            return ""
        shown = names[:_MOST_NAMES]
        if names == shown:
            return ", ".join(shown)
        more = ngettext("{count} more file", "{count} more files", len(names) - len(shown))
        return ", ".join([*shown, more])

    def dismiss(self) -> None:
        """Say no more that an import was interrupted."""
        with suppress(LibraryError):
            metadata = self._session.library.metadata
            metadata.delete(_RUNNING, metadata.get(_RUNNING))

    def stop_import(self) -> None:
        """Stop the import of any window; papers already imported stay."""
        job = self._import
        if job:
            self._stopped = True
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
            self._stopped = True
            job.stop()

    def forget(self, visitor: str, files: Sequence[str] = ()) -> None:
        """Drop the inputs of `visitor`, who needs only `files` from now on; an import continues."""
        self._uploads.hold(visitor, map(Path, files))
        with self._lock:
            inputs = self._inputs.pop(visitor, None)
        if inputs:
            inputs.stop()

    def _import_all(
        self, inputs: Sequence[Input], preview: Preview, progress: Progress, *, probable: bool
    ) -> _Imported:
        failures = Failures()
        skipped = [
            preview.duplicates[place].paper
            for place, choice in preview.choices.items()
            if choice == "skip"
        ]
        papers = (
            paper
            for given in inputs
            for paper in given.papers(failures.add, lambda name: probable)
            if paper not in skipped
        )
        expected = preview.papers - (0 if probable else preview.probable)
        progress.report(0, expected if preview.whole else 0, _("Reading papers"))
        library = self._session.library
        report = library.add(papers, progress)
        merged = _decide(library, preview, failures)
        summary: Spoken = _summary(report, merged, len(skipped))
        # The papers can be found by their words before they have vectors.
        progress.report(step=joined([summary, _("Making vectors")], " "))
        try:
            library.vectors.embed_missing(progress)
        except ModelServerError as error:
            summary = joined(
                [summary, _("They have no vectors yet: {reason}", reason=str(error))], " "
            )
        if progress.stop_requested:
            summary = joined([summary, _("Stopped: what was read so far is in the library.")], " ")
        return _Imported(summary, failures, merge_lines(report, MAX_LISTED))


def _decide(library: Library, preview: Preview, failures: Failures) -> int:
    """Merge or keep apart the possible duplicates; return how many were merged."""
    merged = 0
    for place, choice in preview.choices.items():
        found = preview.duplicates[place]
        if choice not in ("merge", "apart") or found.duplicate is None:
            continue
        try:
            numbers = [library.number_of(found.paper), found.duplicate.other.number]
            if choice == "merge":
                library.merge(numbers)
                merged += 1
            else:
                library.keep_apart(numbers)
        except AssistantError as error:
            failures.add(Failure(found.paper.title, str(error), imported=True))
    return merged


def _summary(report: ImportReport, merged: int, skipped: int) -> Spoken:
    """What an import did, in a sentence; the numbers add up to the records that were read."""
    parts = [ngettext("{count} new paper", "{count} new papers", report.added - merged)]
    if report.unchanged:
        parts.append(_("{count} already in the library", count=report.unchanged))
    if report.merged + merged:
        parts.append(_("{count} merged with papers in the library", count=report.merged + merged))
    if skipped:
        parts.append(_("{count} not imported, as you decided", count=skipped))
    return ngettext(
        "{count} record read: {parts}.",
        "{count} records read: {parts}.",
        report.read + skipped,
        parts=joined(parts),
    )


def _preview_view(state: JobState[Preview]) -> ImportView:
    if preview := state.result:
        return _previewed(JobView("", running=False, succeeded=True), preview)
    return ImportView(**vars(job_view(state)), preview="")


def _import_view(state: JobState[_Imported], preview: Preview) -> ImportView:
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
