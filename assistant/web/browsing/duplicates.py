"""Duplicates of the open paper: merged, kept separate, or split again."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, NotMergeable
from assistant.html import render
from assistant.text.formatting import format_count
from assistant.web.browsing.paper_detail import about_paper, record_key
from assistant.web.rendering import explained

if TYPE_CHECKING:
    from assistant.library import DuplicatePair, Library
    from assistant.session import Session

MOST_DUPLICATES = 5
_MOST_PAPERS = 1_000


@dataclass(frozen=True)
class Decision:
    """The outcome of a decision: a message or an error as HTML, and the paper to show after it.

    Both are empty if nothing was decided. After an error the open paper stays.
    """

    html: str = ""
    paper: str = ""


@dataclass(frozen=True)
class _Outcome:
    """What a decision did; `gone` are papers that no longer exist, `undo` those to merge again."""

    text: str
    paper: int
    gone: tuple[int, ...] = ()
    undo: tuple[int, ...] = ()


class Duplicates:
    """Shows possible duplicates of papers and decides about them. Thread-safe."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._serials = itertools.count(1)

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
        """
        try:
            asked = json.loads(request)
            action = str(asked["do"])
            papers = str(asked["papers"]).split(",")
            record = str(asked.get("record", ""))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return Decision()  # not a request of this page
        if action not in ("merge", "apart", "split") or len(papers) > _MOST_PAPERS:
            return Decision()
        serial = next(self._serials)
        try:
            library = self._session.library
            numbers = [library.papers.get(f"#{paper}").number for paper in papers]
            if action == "merge":
                outcome = _merge(library, numbers)
            elif action == "apart":
                library.keep_apart(numbers)
                outcome = _Outcome("The papers stay separate.", numbers[0])
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
            undo=",".join(map(str, outcome.undo)),
        )
        return Decision(html, str(outcome.paper))


def _merge(library: Library, numbers: list[int]) -> _Outcome:
    number = library.merge(numbers)
    gone = tuple(sorted({*numbers} - {number}))
    records = format_count(len(library.papers.records(number)), "record")
    return _Outcome(
        f"Merged {_listed(gone)} into No. {number}. "
        f"Split, below “Merged from {records}”, takes it back.",
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
        f"Split into {_listed(numbers)}.",
        number if number in numbers else numbers[0],
        undo=tuple(numbers),
    )


def _listed(numbers: tuple[int, ...] | list[int]) -> str:
    *others, last = [f"No. {number}" for number in numbers]
    return f"{', '.join(others)} and {last}" if others else last


def _row(pair: DuplicatePair) -> dict[str, str | int]:
    other = pair.other
    return {
        "open": pair.one.number,
        "number": other.number,
        "title": other.shown_title,
        "about": about_paper(other.paper),
        "reason": pair.reason[:1].upper() + pair.reason[1:],
    }
