"""Adding papers from the page: what files and pastes hold is shown first, then kept or not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.web.ingestion.preview import PASTED, Failures, Input, Preview, look
from assistant.web.ingestion.preview_view import render_preview
from assistant.web.ingestion.uploads import UPLOADS, Uploads
from assistant.web.jobs import Job, JobView, Progress, State, job_view, refused
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.library import ImportReport
    from assistant.paper import Paper
    from assistant.session import Session
    from assistant.web.work import RunningWork

BUSY = "Another import is running, of another window of the page: try again when it has ended."
NOTHING_CHOSEN = "There is nothing to look at: choose files, or paste a page of papers."
NOT_UPLOADED = "Only files that were uploaded here can be imported: choose them again."
NOTHING_TO_KEEP = "There is nothing to keep: look into the files again."


@dataclass(frozen=True)
class ImportView(JobView):
    """What the page shows of a look or an import.

    `preview` is what was found, as HTML (None: what is shown stays); `keep` is what the button
    says that keeps it, empty without one.
    """

    preview: str | None = None
    keep: str = ""


@dataclass(frozen=True)
class _Looked:
    """How far a look is, and its preview at its end."""

    text: str
    preview: Preview | None = None


class _Look:
    """What one visitor has chosen, and what was found in it."""

    def __init__(self, files: Sequence[str], pasted: str, under_way: RunningWork) -> None:
        self.of = _choice(files, pasted)
        self.inputs = [Input(Path(file).name, Path(file)) for file in files]
        if pasted.strip():
            self.inputs.append(Input(PASTED, text=pasted))
        self.job: Job[_Looked] = Job(under_way)
        self.preview: Preview | None = None


class Importing:
    """Imports of a session for the page. Thread-safe.

    Each visitor has a look of its own; one import runs at a time.
    """

    def __init__(self, session: Session, under_way: RunningWork) -> None:
        """Nothing is opened yet."""
        self._session = session
        self._under_way = under_way
        self._lock = threading.Lock()
        self._uploads = Uploads(session.settings.cache / UPLOADS)
        self._looks: dict[str, _Look] = {}
        self._import: Job[Progress] = Job(under_way)
        self._importer = ""

    def chosen(self, visitor: str, files: Sequence[str], pasted: str) -> bool:
        """Take note of what `visitor` chose; say if that is what was looked into.

        `files` are copies of Gradio's. They are kept until they are imported, or not chosen any
        more.
        """
        with self._lock:
            looking = self._looks.get(visitor)
            if looking and looking.of == _choice(files, pasted):
                return True
        self._forget(visitor, files)
        return False

    def look(self, visitor: str, files: Sequence[str], pasted: str) -> Iterator[ImportView]:
        """Read uploaded files and pasted text and show what is in them; nothing is kept."""
        self._forget(visitor, files)
        looking = _Look(files, pasted, self._under_way)
        if not all(map(self._uploads.has, files)):
            yield _refused(NOT_UPLOADED, preview="")
            return
        if not looking.inputs:
            yield _refused(NOTHING_CHOSEN, preview="")
            return
        with self._lock:
            self._looks[visitor] = looking

        def task(emit: Callable[[_Looked], None], stop: threading.Event) -> None:
            emit(_Looked("Looking …"))
            library = self._session.library
            found = look(looking.inputs, library, lambda text: emit(_Looked(text)), stop.is_set)
            looking.preview = found
            emit(_Looked("", found))

        looking.job.begin(task)
        for state in looking.job.follow():
            with self._lock:
                is_current = self._looks.get(visitor) is looking
            if not is_current:
                # Something else was chosen meanwhile.
                yield ImportView("", running=False, preview="")
                return
            yield _look_view(state)

    def keep(self, visitor: str) -> Iterator[ImportView]:
        """Import what `visitor` looked into, then make the vectors of the papers."""
        with self._lock:
            looking = self._looks.get(visitor)
        if looking is None or looking.preview is None:
            yield _refused(NOTHING_TO_KEEP, preview="")
            return
        preview = looking.preview
        expected = preview.papers if preview.whole else 0
        # Whoever imports holds the files, so that they stay when the visitor goes.
        holder = object()

        def task(emit: Callable[[Progress], None], stop: threading.Event) -> None:
            try:
                self._import_all(looking.inputs, expected, emit, stop)
            finally:
                self._uploads.release(holder)

        self._uploads.hold(holder, [given.path for given in looking.inputs if given.path])
        if not self._import.begin(task):
            self._uploads.release(holder)
            yield _refused(BUSY, keep=_keep_label(preview))
            return
        self._importer = visitor
        for state in self._import.follow():
            view = job_view(state)
            if view.succeeded:
                self._forget(visitor)
            # What failed can be tried again.
            failed = not (view.running or view.succeeded)
            yield ImportView(
                view.html,
                view.running,
                view.succeeded,
                preview=render_preview(preview) if failed else "",
                keep=_keep_label(preview) if failed else "",
            )

    def discard(self, visitor: str) -> ImportView:
        """Forget what `visitor` looked into."""
        self._forget(visitor)
        return ImportView("", running=False, preview="")

    def stop(self, visitor: str) -> None:
        """Stop what `visitor` began; papers that were read by an import are kept."""
        with self._lock:
            looking = self._looks.get(visitor)
        if looking:
            looking.job.stop()
        if visitor == self._importer:
            self._import.stop()

    def leave(self, visitor: str) -> None:
        """Forget what `visitor`, who has gone, looked into; an import goes on."""
        self._forget(visitor)

    def _forget(self, visitor: str, files: Sequence[str] = ()) -> None:
        """End the look of `visitor`, who needs only `files` from now on."""
        self._uploads.hold(visitor, map(Path, files))
        with self._lock:
            old = self._looks.pop(visitor, None)
        if old:
            old.job.stop()

    def _import_all(
        self,
        inputs: Sequence[Input],
        expected: int,
        emit: Callable[[Progress], None],
        stop: threading.Event,
    ) -> None:
        failures = Failures()

        def papers() -> Iterator[Paper]:
            for given in inputs:
                for paper in given.papers(failures.add):
                    if stop.is_set():
                        return
                    yield paper

        def reading(count: int) -> Progress:
            of_all = f" of {expected:,}" if expected else ""
            return Progress(f"Reading papers: {count:,}{of_all}", count, expected)

        emit(Progress("Reading papers …", 0, expected))
        library = self._session.library
        report = library.add(papers(), lambda count: emit(reading(count)))
        done = _summary(report)
        # Said before vectors are made: by now the papers are found by their words.
        emit(Progress(done, failures=tuple(failures.named)))
        library.vectors.embed_missing(
            lambda count, total: emit(
                Progress(f"{done} Making vectors: {count:,} of {total:,}", count, total)
            ),
            stop.is_set,
        )
        if stop.is_set():
            done += " Stopped; what was read is kept, and the next import goes on from here."
        emit(Progress(done, failures=tuple(failures.named)))


def _choice(files: Sequence[str], pasted: str) -> tuple[tuple[str, ...], str]:
    return tuple(files), pasted


def _look_view(state: State[_Looked]) -> ImportView:
    if state.error:
        return _refused(state.error, preview="")
    told = state.told or _Looked("Looking …")
    if state.running or told.preview is None:
        shown = render_job(told.text or "Looking …", running=state.running)
        return ImportView(shown, state.running, preview="" if state.told is None else None)
    preview = told.preview
    return ImportView(
        "",
        running=False,
        succeeded=True,
        preview=render_preview(preview),
        keep=_keep_label(preview),
    )


def _keep_label(preview: Preview) -> str:
    if not preview.papers:
        return ""
    if not preview.whole:
        return "Keep all of it"
    return f"Keep {preview.papers:,} {'paper' if preview.papers == 1 else 'papers'}"


def _refused(text: str, preview: str | None = None, keep: str = "") -> ImportView:
    return ImportView(refused(text).html, running=False, preview=preview, keep=keep)


def _summary(report: ImportReport) -> str:
    bare = f" {report.without_abstract:,} have no abstract." if report.without_abstract else ""
    return (
        f"{report.read:,} papers read: {report.added:,} new, {report.merged:,} merged, "
        f"{report.unchanged:,} unchanged.{bare}"
    )
