"""One import of previewed files and text: what it reads, what the user decided, and doing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, ModelServerError
from assistant.languages import Spoken, _, joined, ngettext
from assistant.reading import Failure
from assistant.reports import MAX_LISTED, merge_lines
from assistant.web.ingestion.preview import Decision, Failures, Input

if TYPE_CHECKING:
    from assistant.library import ImportReport, Library
    from assistant.progress import Progress


@dataclass(frozen=True)
class Imported:
    """What an import did, in a sentence; `whole` is False if it was stopped before its end."""

    summary: Spoken
    failures: Failures
    merges: list[str]
    whole: bool = True


@dataclass(frozen=True)
class ImportRun:
    """What an import reads, and what the user decided; running it again adds nothing twice.

    With `probable`, texts that are only probably papers are imported too. `expected` is the number
    of records, 0 if it is not known.
    """

    inputs: Sequence[Input]
    probable: bool = False
    decisions: Sequence[Decision] = ()
    expected: int = 0

    def run(self, library: Library, progress: Progress, on_whole: Callable[[], None]) -> Imported:
        """Import the papers, then embed them.

        `on_whole` is called when everything was read and decided.

        Raises:
            LibraryError: the library cannot be written; what was read before stays.
        """
        failures = Failures()
        skipped = [one.paper for one in self.decisions if one.choice == "skip"]
        papers = (
            paper
            for given in self.inputs
            for paper in given.papers(failures.add, lambda name: self.probable)
            if paper not in skipped
        )
        progress.report(0, self.expected, _("Reading papers"))
        report = library.add(papers, progress)
        whole = not progress.stop_requested
        merged = 0
        if whole:
            merged = _decide(library, self.decisions, failures)
            on_whole()
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
        return Imported(summary, failures, merge_lines(report, MAX_LISTED), whole)


def _decide(library: Library, decisions: Sequence[Decision], failures: Failures) -> int:
    """Merge or keep apart the possible duplicates; return how many were merged."""
    merged = 0
    for one in decisions:
        if one.choice not in ("merge", "apart"):
            continue
        try:
            number = library.number_of(one.paper)
            if number == one.other:
                continue  # an earlier run merged them
            if one.choice == "merge":
                library.merge([number, one.other])
                merged += 1
            else:
                library.keep_apart([number, one.other])
        except AssistantError as error:
            failures.add(Failure(one.paper.title, str(error), imported=True))
    return merged


def _summary(report: ImportReport, merged: int, skipped: int) -> Spoken:
    """What an import did, in a sentence; the numbers add up to the records that were read."""
    # What an earlier run of this import added is known now, and may be merged only now.
    new = max(0, report.added - merged)
    known = report.unchanged - max(0, merged - report.added)
    parts = [ngettext("{count} new paper", "{count} new papers", new)]
    if known:
        parts.append(_("{count} already in the library", count=known))
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
