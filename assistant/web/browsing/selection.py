"""Actions on the papers selected in the table: tag, export, remove, and undo a removal."""

from __future__ import annotations

import io
import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import UsageError
from assistant.html import render
from assistant.languages import _, ngettext
from assistant.web.browsing.paper_detail import tags_of
from assistant.web.rendering import data_url, explained, render_job

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.library.removal import RemovedPaper
    from assistant.progress import Progress
    from assistant.session import Session
    from assistant.web.jobs import Job, Jobs

# Formats of `exporting`: their labels and media types.
EXPORTS = {
    "bibtex": ("BibTeX", "application/x-bibtex"),
    "ris": ("RIS", "application/x-research-info-systems"),
    "csljson": ("CSL JSON", "application/json"),
    "csv": (_("Table (CSV)"), "text/csv"),
    "jsonl": (_("JSON lines"), "application/x-ndjson"),
    "markdown": ("Markdown", "text/markdown"),
}
PURGE = _("Deleting removed papers from the files")
NONE_CHOSEN = _("Select papers first: tick their boxes.")


@dataclass(frozen=True)
class ActionResult:
    """The outcome of an action as HTML, and whether there is a removal to undo."""

    html: str
    undo: bool = False


class Selection:
    """Acts on selected papers of a session's library. Thread-safe.

    `chosen` has their numbers, as the page writes them: `3,17`. A visitor can undo their last
    removal until they remove something else or leave the page. After that the removed papers are
    deleted from the files too, in the background.
    """

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session = session
        self._jobs = jobs
        self._lock = threading.Lock()
        self._removed: dict[str, list[RemovedPaper]] = {}
        self._purge: Job[None] | None = None
        self._exports = itertools.count(1)

    def tag(self, chosen: str, tags: str) -> ActionResult:
        """Add comma-separated tags to the selected papers."""
        return self._retagged(
            chosen,
            tags,
            lambda library: library.papers.tag,
            lambda count, named: ngettext(
                "{count} paper has {tags}.", "{count} papers have {tags}.", count, tags=named
            ),
        )

    def untag(self, chosen: str, tags: str) -> ActionResult:
        """Remove comma-separated tags from the selected papers."""
        return self._retagged(
            chosen,
            tags,
            lambda library: library.papers.untag,
            lambda count, named: ngettext(
                "{count} paper no longer has {tags}.",
                "{count} papers no longer have {tags}.",
                count,
                tags=named,
            ),
        )

    def star(self, chosen: str) -> ActionResult:
        """Star the selected papers."""
        from assistant.library import STAR

        def star() -> ActionResult:
            numbers = chosen_numbers(chosen)
            self._session.library.papers.tag(numbers, [STAR])
            return _said(
                ngettext("{count} paper starred.", "{count} papers starred.", len(numbers))
            )

        return _reported(star)

    def export(self, chosen: str, form: str) -> ActionResult:
        """A link that contains a file of the selected papers in the format `form`."""

        def write() -> ActionResult:
            from assistant.exporting import FORMATS, ExportRecord, write
            from assistant.library import Filters

            numbers = chosen_numbers(chosen)
            library = self._session.library
            papers = library.papers.sorted_by("published", Filters(only=tuple(numbers)))
            text = io.StringIO()
            rows = library.tldrs.for_papers(papers)
            records = (
                ExportRecord.from_paper(stored.paper, stored.id, tldr.text if tldr else None)
                for stored, tldr in rows
            )
            count = write(records, form, text)
            label, media_type = EXPORTS[form]
            return ActionResult(
                render(
                    "exported.html",
                    # library.js follows each link once, so a repeated export needs another one.
                    serial=next(self._exports),
                    name=f"papers{FORMATS[form].ending}",
                    text=ngettext(
                        "{count} paper as {format}",
                        "{count} papers as {format}",
                        count,
                        format=label,
                    ),
                    address=data_url(media_type, text.getvalue()),
                )
            )

        return _reported(write)

    def rewrite_tldrs(self, chosen: str, rewrite: Callable[[Sequence[int]], None]) -> ActionResult:
        """Have the TL;DRs of the selected papers written again."""

        def act() -> ActionResult:
            numbers = chosen_numbers(chosen)
            rewrite(numbers)
            return _said(
                ngettext(
                    "{count} TL;DR is being rewritten.",
                    "{count} TL;DRs are being rewritten.",
                    len(numbers),
                )
            )

        return _reported(act)

    def question(self, chosen: str) -> ActionResult:
        """The question before the selected papers are removed; `undo` if any are selected."""
        numbers = parse_numbers(chosen)
        if not numbers:
            return ActionResult(render_job(error=NONE_CHOSEN))
        return ActionResult(render("removing.html", papers=len(numbers)), undo=True)

    def remove(self, visitor: str, chosen: str) -> ActionResult:
        """Remove the selected papers; the previous removal of `visitor` can no longer be undone."""

        def remove() -> ActionResult:
            numbers = chosen_numbers(chosen)
            removed = self._session.library.remove(numbers)
            if not removed:
                raise UsageError(_("These papers have already been removed."))
            self.leave(visitor)
            with self._lock:
                self._removed[visitor] = removed
            gone = ",".join(map(str, numbers))
            return ActionResult(
                render(
                    "said.html",
                    text=ngettext(
                        "{count} paper removed.", "{count} papers removed.", len(removed)
                    ),
                    gone=gone,
                )
            )

        return self._undoable(visitor, remove)

    def undo(self, visitor: str) -> ActionResult:
        """Undo the last removal of `visitor`; after an error it can be tried again."""

        def undo() -> ActionResult:
            with self._lock:
                removed = self._removed.get(visitor)
            if not removed:
                raise UsageError(_("There is no removal to undo."))
            numbers = self._session.library.undo_removal(removed)
            with self._lock:
                # Unless another removal took its place in the meantime.
                if self._removed.get(visitor) is removed:
                    del self._removed[visitor]
            return _said(
                ngettext("{count} paper restored.", "{count} papers restored.", len(numbers))
            )

        return self._undoable(visitor, undo)

    def _undoable(self, visitor: str, action: Callable[[], ActionResult]) -> ActionResult:
        done = _reported(action)
        with self._lock:
            return ActionResult(done.html, undo=visitor in self._removed)

    def leave(self, visitor: str) -> None:
        """Forget the last removal of `visitor`, and delete what the files still contain of it."""
        with self._lock:
            if self._removed.pop(visitor, None) and not (self._purge and self._purge.running):
                self._purge = purge_in_background(self._session, self._jobs)

    def _retagged(
        self,
        chosen: str,
        typed: str,
        change: Callable[[Library], Callable[[Sequence[int], Sequence[str]], int]],
        outcome: Callable[[int, str], str],
    ) -> ActionResult:
        def retag() -> ActionResult:
            numbers, tags = chosen_numbers(chosen), tags_of(typed)
            change(self._session.library)(numbers, tags)
            named = ", ".join(f"“{tag}”" for tag in tags)
            return _said(outcome(len(numbers), named))

        return _reported(retag)


def purge_in_background(session: Session, jobs: Jobs) -> Job[None]:
    """Delete what the files contain of removed papers, also of those an earlier run removed."""

    def purge(progress: Progress) -> None:
        # Once more for papers that were removed meanwhile.
        while session.library.purge_due() and session.library.purge_removed(progress):
            pass

    return jobs.start(PURGE, purge, retry=True, background=True)


def chosen_numbers(chosen: str) -> list[int]:
    """The numbers of the selected papers.

    Raises:
        UsageError: no papers are selected.
    """
    numbers = parse_numbers(chosen)
    if not numbers:
        raise UsageError(NONE_CHOSEN)
    return numbers


def parse_numbers(chosen: str) -> list[int]:
    """The numbers of papers as the page writes them: `3,17`."""
    parts = (part for part in chosen.split(",") if part.isascii() and part.isdigit())
    return list(dict.fromkeys(int(part) for part in parts if len(part) <= 18))


def _said(text: str) -> ActionResult:
    return ActionResult(render("said.html", text=text, gone=""))


def _reported(action: Callable[[], ActionResult]) -> ActionResult:
    """The result of `action`, or its error in one line."""
    try:
        return action()
    except Exception as error:
        problem = explained(error, "An action on selected papers failed")
        return ActionResult(render_job(error=problem))
