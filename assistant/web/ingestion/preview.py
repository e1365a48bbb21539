"""The import preview: the papers in files and pasted text, before any of them is stored."""

from __future__ import annotations

import io
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from pydantic import BaseModel, ConfigDict

from assistant.errors import ReadingError
from assistant.html import render
from assistant.languages import _, format_number, joined, ngettext, said
from assistant.paper import Paper
from assistant.reading import (
    READABLE,
    UPLOAD_LIMITS,
    Failure,
    OnFailure,
    OnFormat,
    OnProbable,
    read_stream,
)
from assistant.reading.source import HEAD_BYTES
from assistant.text.formatting import format_authors

if TYPE_CHECKING:
    from assistant.library import DuplicatePair, Library
    from assistant.library.import_preview import ImportOutcome
    from assistant.progress import Progress

PASTED = _("pasted text")
# Papers shown, and unreadable records listed; the others are counted.
SHOWN_PAPERS = 20
NAMED_FAILURES = 200
# Limits of what is shown: characters of an abstract, authors, files, formats of a file.
_ABSTRACT = 280
_AUTHORS = 4
_FILES = 50
_FORMATS = 4
_STATES = {
    "known": _("Already in the library"),
    "joins": _("Adds details to a paper in the library"),
    "repeated": _("Repeated in this import"),
}
# Papers compared with the library at once.
_BATCH = 500
# New records for which possible duplicates are searched, and those that are listed.
_MOST_SEARCHED = 2_000
MOST_DUPLICATES = 100

Choice = Literal["merge", "apart", "skip", ""]
"""What to do with a record that is a possible duplicate: merge it with the paper of the library,
keep it as another paper, do not import it, or import it and decide later."""


class Decision(BaseModel):
    """What the user decided about a record that is probably the paper with the number `other`."""

    model_config = ConfigDict(frozen=True)

    paper: Paper
    choice: Choice
    other: int


class Failures:
    """Records that could not be read, and warnings about others: their numbers, the first ones."""

    def __init__(self) -> None:
        self.named: list[Failure] = []
        self.count = 0
        self.named_warnings: list[Failure] = []
        self.warnings = 0

    def add(self, failure: Failure) -> None:
        """Add one, or a warning."""
        self.count += not failure.imported
        self.warnings += failure.imported
        named = self.named_warnings if failure.imported else self.named
        if len(named) < NAMED_FAILURES:
            named.append(failure)


@dataclass(frozen=True)
class Input:
    """A file, or pasted text if `path` is None; it can be read more than once."""

    name: str
    path: Path | None = None
    text: str = ""

    def papers(
        self,
        on_failure: OnFailure,
        on_probable: OnProbable,
        on_format: OnFormat = lambda name, format_name: None,
    ) -> Iterator[Paper]:
        """Yield its papers as they are read; an error that ends the reading is a failure too.

        `on_probable` decides about files that are only probably papers.
        """
        try:
            if self.path is None:
                opened: io.RawIOBase | io.BytesIO = io.BytesIO(self.text.encode("utf-8", "replace"))
            else:
                opened = self.path.open("rb", buffering=0)
            with io.BufferedReader(opened, HEAD_BYTES) as stream:
                yield from read_stream(
                    stream,
                    self.name,
                    on_failure,
                    on_format=on_format,
                    on_probable=on_probable,
                    limits=UPLOAD_LIMITS,
                )
        except FileNotFoundError:
            on_failure(Failure(self.name, _("the upload no longer exists. Choose the file again")))
        except (ReadingError, OSError) as error:
            on_failure(Failure(self.name, str(error)))


@dataclass
class FoundFile:
    """The contents of one input; `formats` counts the formats detected in it, by name."""

    name: str
    formats: Counter[str] = field(default_factory=Counter)
    papers: int = 0
    failed: int = 0


@dataclass(frozen=True)
class FoundPaper:
    """A record with its `place` in the import; it is `probable` if only its words say what it is.

    `outcome` is what an import does with it, and `duplicate` a paper of the library that is
    probably the same, if it is new.
    """

    paper: Paper
    probable: bool
    place: int = 0
    outcome: ImportOutcome = "new"
    duplicate: DuplicatePair | None = None


@dataclass
class Preview:
    """The contents of all inputs; `whole` is False if the preview was stopped.

    `papers` counts the records, of which `probable` are imported only if the user says so. `new`,
    `joins`, `known` and `repeated` count what an import would do with them, see `ImportOutcome`;
    they add up to `papers`. `duplicates` are new ones that are probably in the library already,
    with what the user decided about them in `choices`, by place.
    """

    files: list[FoundFile] = field(default_factory=list)
    papers: int = 0
    probable: int = 0
    new: int = 0
    joins: int = 0
    known: int = 0
    repeated: int = 0
    without_abstract: int = 0
    first: list[FoundPaper] = field(default_factory=list)
    failures: Failures = field(default_factory=Failures)
    whole: bool = True
    duplicates: dict[int, FoundPaper] = field(default_factory=dict)
    choices: dict[int, Choice] = field(default_factory=dict)
    # Records that change the library, certain and only probable ones.
    useful: int = 0
    useful_probable: int = 0

    def choose(self, place: int, choice: str) -> None:
        """Decide about the possible duplicate at `place`; the same choice again undoes it."""
        if place in self.duplicates and choice in get_args(Choice):
            undone = self.choices.get(place) == choice
            self.choices[place] = "" if undone else choice  # type: ignore[assignment]

    @property
    def decisions(self) -> list[Decision]:
        """What the user decided about possible duplicates."""
        return [
            Decision(paper=found.paper, choice=choice, other=found.duplicate.other.number)
            for place, choice in self.choices.items()
            if choice and (found := self.duplicates[place]).duplicate
        ]

    def importable(self, *, probable: bool) -> int:
        """How many records the import changes the library by."""
        skipped = sum(
            self.choices.get(place) == "skip" and (probable or not found.probable)
            for place, found in self.duplicates.items()
        )
        return self.useful + (self.useful_probable if probable else 0) - skipped


def preview_import(inputs: Sequence[Input], library: Library, progress: Progress) -> Preview:
    """Read `inputs` without storing anything; a stop ends the preview early.

    Raises:
        LibraryError: the library cannot be searched for known papers.
    """
    preview = Preview()
    known = library.preview_import()
    for number, given in enumerate(inputs, start=1):
        listed = FoundFile(given.name)
        preview.files.append(listed)
        step = _("Reading papers")
        if len(inputs) > 1:
            step = _(
                "Reading papers from {name} (file {number} of {count})",
                name=given.name,
                number=number,
                count=len(inputs),
            )
        progress.report(preview.papers, step=step)
        for batch in _batches(_papers(given, listed, preview.failures, progress)):
            outcomes = known.outcomes([found.paper for found in batch])
            for found, outcome in zip(batch, outcomes, strict=True):
                _count(preview, replace(found, place=preview.papers, outcome=outcome), library)
            listed.papers += len(batch)
            progress.report(preview.papers)
        if progress.stop_requested:
            preview.whole = False
            break
    return preview


def _count(preview: Preview, found: FoundPaper, library: Library) -> None:
    """Add a record to the preview."""
    outcome = found.outcome
    setattr(preview, outcome, getattr(preview, outcome) + 1)
    if outcome == "new" and preview.new <= _MOST_SEARCHED:
        pairs = library.duplicates_of_record(found.paper)
        if pairs and len(preview.duplicates) < MOST_DUPLICATES:
            found = replace(found, duplicate=pairs[0])
            preview.duplicates[found.place] = found
    preview.papers += 1
    preview.probable += found.probable
    preview.without_abstract += not found.paper.abstract
    if outcome in ("new", "joins"):
        preview.useful += not found.probable
        preview.useful_probable += found.probable
    if len(preview.first) < SHOWN_PAPERS:
        preview.first.append(found)


def _papers(
    given: Input, listed: FoundFile, failures: Failures, progress: Progress
) -> Iterator[FoundPaper]:
    asked = probable = False

    def failed(failure: Failure) -> None:
        listed.failed += not failure.imported
        failures.add(failure)

    def show(name: str) -> bool:
        nonlocal asked
        asked = True
        return True

    def recognised(name: str, format_name: str) -> None:
        # The reader asks about a file before it names its format and yields its papers.
        nonlocal asked, probable
        asked, probable = False, asked
        name = _("probably a {format}", format=format_name) if probable else format_name
        listed.formats[name] += 1

    for paper in given.papers(failed, show, recognised):
        if progress.stop_requested:
            return
        yield FoundPaper(paper, probable)


def _batches(papers: Iterator[FoundPaper]) -> Iterator[list[FoundPaper]]:
    while batch := list(itertools.islice(papers, _BATCH)):
        yield batch


def render_preview(preview: Preview) -> str:
    """The files with their formats and counts, the first papers, and unreadable records."""
    failures = preview.failures
    return render(
        "preview.html",
        heading=_heading(preview),
        outcomes=_outcomes(preview),
        files=[_listed_file(found) for found in preview.files[:_FILES]],
        more_files=_more_files(len(preview.files) - _FILES),
        failures=failures.named,
        failed=failures.count,
        more_failures=_more_records(failures.count - len(failures.named)),
        warnings=failures.named_warnings,
        warned=ngettext("{count} warning", "{count} warnings", failures.warnings),
        more_warnings=_more_warnings(failures.warnings - len(failures.named_warnings)),
        papers=[_listed_paper(found) for found in preview.first],
        duplicates=[
            _listed_duplicate(found, preview.choices.get(place, ""))
            for place, found in preview.duplicates.items()
        ],
        probable=_probable(preview),
        all_shown=len(preview.first) == preview.papers,
        readable=READABLE,
    )


def _heading(preview: Preview) -> str:
    if not preview.papers:
        return _("No papers found")
    found = ngettext("{count} record", "{count} records", preview.papers)
    if len(preview.files) > 1:
        found = _(
            "{records} in {files}",
            records=found,
            files=ngettext("{count} file", "{count} files", len(preview.files)),
        )
    return found if preview.whole else _("{found}, found before you stopped", found=found)


def _probable(preview: Preview) -> str:
    """What the user has to decide about papers that are only probable; empty without any."""
    if not preview.probable:
        return ""
    return ngettext(
        "{count} of these records is only probable: the text reads like titles "
        "and abstracts, but so do some other texts. Check what is below before you import it.",
        "{count} of these records are only probable: the text reads like titles "
        "and abstracts, but so do some other texts. Check what is below before you import it.",
        preview.probable,
    )


def _outcomes(preview: Preview) -> list[tuple[str, str]]:
    """Counts and their labels, without zeros; they add up to the number of records."""
    suspicious = len(preview.duplicates)
    counted = (
        (preview.new - suspicious, _("new")),
        (suspicious, ngettext("possible duplicate", "possible duplicates", suspicious)),
        (preview.known, _("already in the library")),
        (
            preview.joins,
            ngettext(
                "adds details to a paper in the library",
                "add details to papers in the library",
                preview.joins,
            ),
        ),
        (preview.repeated, _("repeated in this import")),
    )
    return [(format_number(count), what) for count, what in counted if count]


def _listed_file(found: FoundFile) -> dict[str, str]:
    names = [
        joined([name, f"({format_number(count)})"], " ") if count > 1 else said(name)
        for name, count in found.formats.most_common(_FORMATS)
    ]
    names += ["…"] if len(found.formats) > _FORMATS else []
    return {
        "name": found.name,
        "formats": ", ".join(names) or _("unknown"),
        "papers": format_number(found.papers),
        "failed": format_number(found.failed) if found.failed else "–",
    }


def _listed_paper(found: FoundPaper) -> dict[str, str | bool]:
    paper = found.paper
    return {
        "title": paper.shown_title,
        "byline": _byline(paper),
        "abstract": _first_words(paper.abstract),
        "probable": _("probable") if found.probable else "",
        "state": "" if found.duplicate or found.outcome == "new" else _STATES[found.outcome],
        "suspicious": found.duplicate is not None,
    }


def _listed_duplicate(found: FoundPaper, choice: Choice) -> dict[str, str | int]:
    pair = found.duplicate
    assert pair  # noqa: S101
    reason = said(pair.reason)
    return {
        "place": found.place,
        "title": found.paper.shown_title,
        "byline": _byline(found.paper),
        "source": found.paper.source,
        "other": pair.other.shown_title,
        "other_number": pair.other.number,
        "other_byline": _byline(pair.other.paper),
        "reason": reason[:1].upper() + reason[1:],
        "choice": choice,
    }


def _byline(paper: Paper) -> str:
    authors = format_authors(paper.authors, _AUTHORS)
    venue = str(paper.reference.get("container-title", ""))
    return " · ".join(part for part in (authors, venue, paper.year) if part)


def _first_words(abstract: str) -> str:
    text = " ".join(abstract[: 2 * _ABSTRACT].split())
    if len(text) <= _ABSTRACT:
        return text
    return f"{text[:_ABSTRACT].rsplit(' ', 1)[0]} …"


def _more_files(count: int) -> str:
    return (
        ngettext("… and {count} more file", "… and {count} more files", count) if count > 0 else ""
    )


def _more_records(count: int) -> str:
    if count <= 0:
        return ""
    return ngettext("… and {count} more record", "… and {count} more records", count)


def _more_warnings(count: int) -> str:
    if count <= 0:
        return ""
    return ngettext("… and {count} more warning", "… and {count} more warnings", count)
