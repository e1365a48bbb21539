"""A conversation: its turns, and the history for follow-up questions, followed by many windows."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.html import render
from assistant.languages import current_language
from assistant.web.asking.turn import TurnView
from assistant.web.asking.turn_html import render_turn

if TYPE_CHECKING:
    from assistant.answering import Turn
    from assistant.web.jobs import Job

# Visible turns are sent again with every question; earlier ones are in the download.
MAX_VISIBLE = 20


@dataclass
class Entry:
    """A turn: its view and, once answered, the history entry for follow-up questions.

    `stored` is its id in the library; None if it is not saved.
    """

    view: TurnView
    turn: Turn | None = None
    stored: int | None = None
    # The HTML of an earlier turn by language; it rarely changes.
    _earlier: dict[str, str] = field(default_factory=dict)

    def html(self, *, latest: bool) -> str:
        """The turn as HTML; the `latest` one offers Retry and Edit."""
        if latest:
            return render_turn(self.view, latest=True)
        language = current_language().code
        if language not in self._earlier:
            self._earlier[language] = render_turn(self.view)
        return self._earlier[language]

    def has_changed(self) -> None:
        """Render the turn again when it is shown next."""
        self._earlier = {}


class Conversation:
    """A chat that is open in some windows, or is being answered. Thread-safe.

    Saved turns are in the library under `chat_id`, as chat `number` (0: not saved). `job` writes
    the answer. `outdated` is the id of a withdrawn turn until another one replaces it in the
    library. Every change raises `version`.
    """

    def __init__(self, chat_id: str = "", owner: str = "", number: int = 0) -> None:
        self.chat_id = chat_id or uuid.uuid4().hex
        self.owner = owner
        self.number = number
        self.entries: list[Entry] = []
        self.job: Job[None] | None = None
        self.outdated: int | None = None
        self.deleted = False
        self.version = 0
        self._changed = threading.Condition(threading.RLock())
        self._numbers = 0

    def change(self, action: Callable[[], None]) -> None:
        """Do something that changes what windows show."""
        with self._changed:
            action()
            self.version += 1
            self._changed.notify_all()

    def wait(self, seen: int, seconds: float) -> None:
        """Wait until the version is another one than `seen`, at most some `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self.version != seen, seconds)

    def shown(self) -> tuple[int, str, str, bool, int]:
        """The version, the HTML of the past and of the last turn, whether it is running, and its
        number (0 without a turn)."""
        with self._changed:
            last = self.last
            if last is None:
                return self.version, "", "", False, 0
            current = last.html(latest=True)
            return self.version, self.past, current, last.view.running, last.view.number

    @property
    def past(self) -> str:
        """HTML of the turns before the last; of a long chat only the latest."""
        before = self.entries[:-1]
        left_out = len(before) - MAX_VISIBLE
        earlier = ""
        if left_out > 0:
            earlier = render("earlier.html", count=left_out)
        return "".join([earlier, *(entry.html(latest=False) for entry in before[-MAX_VISIBLE:])])

    @property
    def last(self) -> Entry | None:
        """The latest turn."""
        return self.entries[-1] if self.entries else None

    @property
    def running(self) -> bool:
        """Whether a question is being answered."""
        last = self.last
        return last is not None and last.view.running

    @property
    def history(self) -> tuple[Turn, ...]:
        """The answered turns so far; incomplete answers are left out."""
        return tuple(entry.turn for entry in self.entries if entry.turn)

    def begin(self, view: TurnView) -> Entry:
        """Append a turn and number it."""
        entry = Entry(view)

        def append() -> None:
            self._numbers += 1
            view.number = self._numbers
            view.chat = self.number
            self.entries.append(entry)

        self.change(append)
        return entry

    def resume(self, entries: list[Entry]) -> None:
        """Continue from the saved `entries`."""
        self.entries = entries
        self._numbers = max((entry.view.number for entry in entries), default=0)

    def withdraw_last(self) -> None:
        """Withdraw the latest turn, if any; its number is not reused."""
        if self.entries and (last := self.entries.pop()).stored is not None:
            self.outdated = last.stored

    @property
    def is_saved(self) -> bool:
        """Whether any turn was saved."""
        return any(entry.stored is not None for entry in self.entries)

    def start_new_chat(self) -> None:
        """Save later turns as a new chat, because the saved one was deleted."""
        self.chat_id = uuid.uuid4().hex
        self.number = 0
        self.outdated = None
        for entry in self.entries:
            entry.stored = None
