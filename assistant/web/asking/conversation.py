"""A conversation on the page: visible turns, and the history for follow-up questions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.html import render
from assistant.web.asking.turn import TurnView, render_turn

if TYPE_CHECKING:
    from assistant.answering import Turn
    from assistant.web.jobs import Job

# Visible turns are sent again with every question; earlier ones are in the saved chat.
MAX_VISIBLE = 20


@dataclass
class Entry:
    """A turn: its view and, once answered, the history entry for follow-up questions.

    `stored` is its id in the library.
    """

    view: TurnView
    turn: Turn | None = None
    saved: bool = False
    stored: int | None = None

    def html(self, *, latest: bool) -> str:
        """The turn as HTML; the `latest` one offers Retry and Edit."""
        return render_turn(self.view, latest=latest)


@dataclass
class Conversation:
    """One window's chat; `job` writes the answer.

    `html_before` is the HTML of all turns except the last, which may still change. Saved turns are
    in the library under `chat_id`. `outdated` is the id of a withdrawn turn until another one
    replaces it in the library.
    """

    chat_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    entries: list[Entry] = field(default_factory=list)
    html_before: list[str] = field(default_factory=list)
    job: Job[None] | None = None
    outdated: int | None = None
    _numbers: int = 0

    @property
    def past(self) -> str:
        """HTML of the turns before the last; of a long chat only the latest."""
        left_out = len(self.html_before) - MAX_VISIBLE
        earlier = ""
        if left_out > 0:
            earlier = render("earlier.html", count=f"{left_out:,}", one=left_out == 1)
        return "".join([earlier, *self.html_before[-MAX_VISIBLE:]])

    @property
    def last(self) -> Entry | None:
        """The latest turn."""
        return self.entries[-1] if self.entries else None

    @property
    def history(self) -> tuple[Turn, ...]:
        """The answered turns so far; incomplete answers are left out."""
        return tuple(entry.turn for entry in self.entries if entry.turn)

    def begin(self, question: str, paper: int | None, scope: str) -> Entry:
        """Append a turn; `scope` is the title of the only paper to ask, or empty."""
        self._numbers += 1
        if self.entries:
            self.html_before.append(self.entries[-1].html(latest=False))
        entry = Entry(TurnView(self._numbers, question, paper=paper, scope=scope))
        self.entries.append(entry)
        return entry

    def resume(self, entries: list[Entry]) -> None:
        """Continue from the saved `entries`."""
        self.entries = entries
        self.html_before = [entry.html(latest=False) for entry in entries[:-1]]
        self._numbers = max((entry.view.number for entry in entries), default=0)

    def withdraw_last(self) -> None:
        """Withdraw the latest turn, if any; its number is not reused."""
        if self.html_before:
            self.html_before.pop()
        if self.entries and (last := self.entries.pop()).saved:
            self.outdated = last.stored

    @property
    def is_saved(self) -> bool:
        """Whether any turn was saved."""
        return any(entry.saved for entry in self.entries)

    def start_new_chat(self) -> None:
        """Save later turns as a new chat, because the saved one was deleted."""
        self.chat_id = uuid.uuid4().hex
        self.outdated = None
        for entry in self.entries:
            entry.saved = False
