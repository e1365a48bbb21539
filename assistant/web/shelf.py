"""The library as the page shows it: lists of papers, imports, and batches of TL;DRs."""

from __future__ import annotations

import itertools
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from assistant.errors import AssistantError, ReadingError, UsageError
from assistant.web.rendering import render_job, render_papers

if TYPE_CHECKING:
    from assistant.library import Filters, ImportReport, Library
    from assistant.paper import Paper
    from assistant.reading import Failure
    from assistant.session import Session
    from assistant.web.work import Task, UnderWay, Work

_log = logging.getLogger(__name__)

Job = Literal["import", "tldrs"]

PAGE = 50
# Seconds between two looks at a running job, which is as often as eyes can use.
_REFRESH = 0.2
# What the button "Similar papers" writes into the search box, see page.js.
_SIMILAR = re.compile(r"similar:(?P<key>\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class Listing:
    """A page of papers as HTML, which page it is (from 0), and what to say about it."""

    html: str
    page: int
    summary: str
    more_before: bool
    more_after: bool


@dataclass(frozen=True)
class Progress:
    """How far a job is: `done` of `total`, 0 when that is not known."""

    text: str
    done: int = 0
    total: int = 0
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class JobView:
    """What the page shows of a job."""

    html: str
    running: bool
    succeeded: bool = False


@dataclass
class _Import:
    """What an import takes in: named contents, and what became of them."""

    inputs: list[tuple[str, Callable[[], bytes]]]
    failures: list[Failure] = field(default_factory=list)

    def papers(self, should_stop: Callable[[], bool]) -> Iterator[Paper]:
        """Yield the papers of all inputs; an input that cannot be read does not cost the others."""
        from assistant.reading import Failure, read_bytes

        for name, read in self.inputs:
            try:
                for paper in read_bytes(read(), name, self.failures.append):
                    if should_stop():
                        return
                    yield paper
            except (ReadingError, OSError) as error:
                self.failures.append(Failure(where=name, why=str(error)))


class Shelf:
    """The library of a session for the page. Thread-safe; one import and one batch at a time."""

    def __init__(self, session: Session, under_way: UnderWay) -> None:
        """Nothing is opened yet."""
        self._session = session
        self._under_way = under_way
        self._lock = threading.Lock()
        self._jobs: dict[Job, Work[Progress]] = {}
        self._writer = ""

    def listing(self, query: str = "", page: int = 0) -> Listing:
        """The page of all papers, or those that `query` asks for.

        That is text, filters as in `assistant search`, or `similar:` and the id of a paper.
        """
        from assistant.library import parse_query

        try:
            text, filters = parse_query(query)
            library = self._session.library
            if text.strip():
                return _found(library, text, filters)
            return _page(library, filters, page)
        except AssistantError as error:
            return Listing(render_job(error=str(error)), 0, "", False, False)

    def import_papers(self, files: Sequence[str], pasted: str) -> Iterator[JobView]:
        """Read uploaded files and pasted text into the library, then make their vectors.

        Uploaded files are copies of Gradio's, and are removed once they are read.
        """
        work = self._begin("import", lambda emit, stop: self._import(files, pasted, emit, stop))
        if work:
            yield from _followed(work)
        else:
            yield _refused("Another import is running: wait for it, or stop it.")

    def write_tldrs(self, visitor: str) -> Iterator[JobView]:
        """Write the TL;DRs that are missing, going on where the last time stopped."""
        work = self._begin("tldrs", self._write_tldrs)
        if work:
            self._writer = visitor
            yield from _followed(work)
        else:
            yield _refused("TL;DRs are being written already, for another window of the page.")

    def stop(self, job: Job) -> None:
        """Stop a job; papers that were read and TL;DRs that were written are kept."""
        work = self._jobs.get(job)
        if work:
            work.stop()

    def leave(self, visitor: str) -> None:
        """Stop the batch of TL;DRs that `visitor`, who has gone, began; an import goes on."""
        if visitor == self._writer:
            self.stop("tldrs")

    def _begin(self, job: Job, task: Task[Progress]) -> Work[Progress] | None:
        with self._lock:
            known = self._jobs.get(job)
            if known and known.running:
                return None
            work = self._jobs[job] = self._under_way.start(task)
            return work

    def _import(
        self,
        files: Sequence[str],
        pasted: str,
        emit: Callable[[Progress], None],
        stop: threading.Event,
    ) -> None:
        paths = [Path(file) for file in files]
        inputs: list[tuple[str, Callable[[], bytes]]] = [(p.name, p.read_bytes) for p in paths]
        if pasted.strip():
            inputs.append(("pasted text", lambda: pasted.encode("utf-8", "replace")))
        library = self._session.library
        if not inputs and not library.missing_vectors():
            raise UsageError("There is nothing to import: choose files, or paste a page of papers.")
        source = _Import(inputs)
        try:
            emit(Progress("Reading papers …"))
            report = library.add(
                source.papers(stop.is_set),
                lambda count: emit(Progress(f"Reading papers: {count:,}")),
            )
        finally:
            for path in paths:
                path.unlink(missing_ok=True)
        done = _summary(report) if inputs else "The library is up to date."
        # Said before vectors are made: by now the papers are found by their words.
        emit(Progress(done, failures=tuple(source.failures)))
        library.embed_missing(
            lambda count, total: emit(
                Progress(f"{done} Making vectors: {count:,} of {total:,}", count, total)
            ),
            stop.is_set,
        )
        if stop.is_set():
            done += " Stopped; what was read is kept, and the next import goes on from here."
        emit(Progress(done, failures=tuple(source.failures)))

    def _write_tldrs(self, emit: Callable[[Progress], None], stop: threading.Event) -> None:
        emit(Progress("Opening the model …"))
        summarizer = self._session.summarizer
        from assistant.library import Filters

        total = self._session.library.count(Filters(with_abstract=True))
        emit(Progress("Writing TL;DRs: the first ones take longest …", 0, total))
        written = 0
        results = summarizer.run(
            should_stop=stop.is_set, notify=lambda note: emit(Progress(note, 0, total))
        )
        for done, result in enumerate(results, start=1):
            written += result.new
            emit(Progress(f"Writing TL;DRs: {done:,} of {total:,}", done, total))
        kept = f"{written:,} {'TL;DR' if written == 1 else 'TL;DRs'} written"
        if stop.is_set():
            emit(Progress(f"Stopped: {kept} and kept. Writing again goes on from here."))
        elif written:
            emit(Progress(f"{kept}; every paper has one now."))
        else:
            emit(Progress("Every paper has its TL;DR." if total else "There are no papers yet."))


def _page(library: Library, filters: Filters, page: int) -> Listing:
    """A page of all papers in the order of import, or of those that fit, the newest first."""
    count = library.count(filters)
    page = max(0, min(page, (count - 1) // PAGE))
    if filters.given:
        rows = list(library.tldrs(library.listed("published", filters, PAGE, page * PAGE)))
        nothing = f"No paper fits {filters}."
    else:
        rows = list(itertools.islice(library.tldrs(), page * PAGE, (page + 1) * PAGE))
        nothing = "The library is empty: import papers above."
    summary = ""
    if rows:
        first = page * PAGE + 1
        summary = f"{first:,}-{first + len(rows) - 1:,} of {count:,}"
    return Listing(render_papers(rows, nothing), page, summary, page > 0, (page + 1) * PAGE < count)


def _found(library: Library, text: str, filters: Filters) -> Listing:
    """The best papers for `text`, or those that are like the paper it names."""
    asked = _SIMILAR.fullmatch(text.strip())
    if asked:
        about = library.get(asked["key"])
        hits = library.similar(f"#{about.number}", PAGE, filters)
        summary = f"{len(hits)} most like no. {about.number}" if hits else ""
        heading = render_job(f"Most like “{about.title}”, the nearest first:") if hits else ""
        nothing = f"No other paper fits{f' {filters}' if filters.given else ''}."
    else:
        heading = ""
        hits = library.search(text, PAGE, filters)
        many = len(hits) == PAGE
        summary = f"best {len(hits)} for this search" if many else f"{len(hits)} found"
        nothing = "No paper fits this search."
    rows = library.tldrs(hit.stored for hit in hits)
    return Listing(heading + render_papers(rows, nothing), 0, summary, False, False)


def _followed(work: Work[Progress]) -> Iterator[JobView]:
    """Views of a job, a few a second at most, then the one that stays."""
    last = Progress("Beginning …")
    shown_at = 0.0
    try:
        for last in work.items():
            now = time.monotonic()
            if now - shown_at < _REFRESH:
                continue
            shown_at = now
            yield JobView(_rendered(last, running=True), running=True)
    except AssistantError as error:
        yield JobView(render_job(error=str(error)), running=False)
    except Exception as error:
        _log.exception("A job of the page failed")
        text = (
            f"The assistant failed unexpectedly ({type(error).__name__}: {error}). "
            "The terminal it was started from says where."
        )
        yield JobView(render_job(error=text), running=False)
    else:
        yield JobView(_rendered(last, running=False), running=False, succeeded=True)


def _rendered(progress: Progress, *, running: bool) -> str:
    return render_job(
        progress.text,
        running=running,
        done=progress.done,
        total=progress.total,
        failures=progress.failures,
    )


def _refused(text: str) -> JobView:
    return JobView(render_job(error=text), running=False)


def _summary(report: ImportReport) -> str:
    bare = f" {report.without_abstract:,} have no abstract." if report.without_abstract else ""
    return (
        f"{report.read:,} papers read: {report.added:,} new, {report.merged:,} merged, "
        f"{report.unchanged:,} unchanged.{bare}"
    )
