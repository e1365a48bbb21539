"""Duplicates of the open paper: merged, kept separate, or split again."""

from __future__ import annotations

import itertools
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, NotMergeable, UsageError
from assistant.html import render
from assistant.languages import _, ngettext, said
from assistant.web.browsing.paper_detail import about_paper, record_key
from assistant.web.rendering import explained

if TYPE_CHECKING:
    from assistant.library import DuplicatePair, Library
    from assistant.library.manual_merging import KeptApart
    from assistant.session import Session

MOST_DUPLICATES = 5
_MOST_PAPERS = 1_000
# Decisions that can be undone.
_MOST_KEPT = 1_000
_ACTIONS = ("merge", "apart", "together", "split")


@dataclass(frozen=True)
class Decision:
    """The outcome of a decision: a message or an error as HTML, and the paper to show after it.

    Both are empty if nothing was decided. After an error the open paper stays.
    """

    html: str = ""
    paper: str = ""


@dataclass(frozen=True)
class _Undo:
    """The button that takes a decision back: what it requests, and its label."""

    do: str
    papers: str
    label: str
    record: str = ""


@dataclass(frozen=True)
class _Outcome:
    """What a decision did; `gone` are papers that no longer exist."""

    text: str
    paper: int
    gone: tuple[int, ...] = ()
    undo: _Undo | None = None


class Duplicates:
    """Shows possible duplicates of papers and decides about them. Thread-safe.

    That papers are not the same can be undone until the page is started again, or that many others
    were kept apart.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._serials = itertools.count(1)
        self._lock = threading.Lock()
        # By the serial number of the decision, the oldest first.
        self._kept: dict[str, KeptApart] = {}

    def view(self, number: str) -> str:
        """Papers that are probably the same as the paper `number`; empty if there are none."""
        if not number:
            return ""
        try:
            library = self._session.library
            pairs = library.duplicates_of(library.papers.get(f"#{number}").number, MOST_DUPLICATES)
        except AssistantError:
            return ""  # the pane shows what is wrong
        return render("duplicates.html", rows=[_row(pair) for pair in pairs]) if pairs else ""

    def decide(self, request: str) -> Decision:
        """Handle a request of library.js: `{"do", "papers": "3,17", "record"}`.

        "merge" and "apart" (they are different) concern all papers, "split" the record of one.
        "together" undoes the "apart" whose serial number is the record.
        """
        try:
            asked = json.loads(request)
            action = str(asked["do"])
            papers = str(asked["papers"]).split(",")
            record = str(asked.get("record", ""))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return Decision()  # not a request of this page
        if action not in _ACTIONS or len(papers) > _MOST_PAPERS:
            return Decision()
        serial = next(self._serials)
        try:
            library = self._session.library
            numbers = [library.papers.get(f"#{paper}").number for paper in papers]
            if action == "merge":
                outcome = _merge(library, numbers)
            elif action == "apart":
                outcome = self._keep_apart(library, numbers, str(serial))
            elif action == "together":
                outcome = self._undo_keep_apart(library, numbers, record)
            else:
                outcome = _split(library, numbers[0], record)
        except Exception as error:
            problem = explained(error, "A decision about duplicates failed")
            return Decision(render("refused.html", error=problem, serial=serial))
        html = render(
            "decided.html",
            serial=serial,
            text=outcome.text,
            paper=outcome.paper,
            gone=",".join(map(str, outcome.gone)),
            undo=outcome.undo,
        )
        return Decision(html, str(outcome.paper))

    def _keep_apart(self, library: Library, numbers: list[int], serial: str) -> _Outcome:
        kept = library.keep_apart(numbers)
        with self._lock:
            self._kept[serial] = kept
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        undo = _Undo("together", _joined(numbers), _("Undo: not the same"), serial)
        return _Outcome(_("The papers stay separate."), numbers[0], undo=undo)

    def _undo_keep_apart(self, library: Library, numbers: list[int], serial: str) -> _Outcome:
        with self._lock:
            kept = self._kept.get(serial)
        if kept is None:
            raise UsageError(_("This decision cannot be undone anymore. Merge the papers instead."))
        library.undo_keep_apart(kept)
        with self._lock:
            self._kept.pop(serial, None)
        return _Outcome(_("They are possible duplicates again."), numbers[0])


def _merge(library: Library, numbers: list[int]) -> _Outcome:
    number = library.merge(numbers)
    gone = tuple(sorted({*numbers} - {number}))
    records = len(library.papers.records(number))
    return _Outcome(
        ngettext(
            "Merged {papers} into No. {number}. Split, below “Source”, takes it back.",
            "Merged {papers} into No. {number}. Split, below “Merged from {count} records”, "
            "takes it back.",
            records,
            papers=_listed(gone),
            number=str(number),
        ),
        number,
        gone=gone,
    )


def _split(library: Library, number: int, record: str) -> _Outcome:
    """Split off the record with the key `record`: its position may have changed meanwhile."""
    keys = [record_key(known) for known in library.papers.records(number)]
    if record not in keys:
        raise NotMergeable(
            "The records of this paper have changed, so nothing was split. "
            "Open the paper again and choose a record."
        )
    numbers = library.split(number, str(keys.index(record) + 1))
    return _Outcome(
        _("Split into {papers}.", papers=_listed(numbers)),
        number if number in numbers else numbers[0],
        undo=_Undo("merge", _joined(numbers), _("Undo the split")),
    )


def _joined(numbers: list[int]) -> str:
    return ",".join(map(str, numbers))


def _listed(numbers: tuple[int, ...] | list[int]) -> str:
    *others, last = [_("No. {number}", number=str(number)) for number in numbers]
    return _("{others} and {last}", others=", ".join(others), last=last) if others else last


def _row(pair: DuplicatePair) -> dict[str, str | int]:
    other, reason = pair.other, said(pair.reason)
    return {
        "open": pair.one.number,
        "number": other.number,
        "title": other.shown_title,
        "about": about_paper(other.paper),
        "reason": reason[:1].upper() + reason[1:],
    }
